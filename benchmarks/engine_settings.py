"""Which settings of the engine keep the most: order of the columns, and how numbers are encoded.

    uv run python benchmarks/engine_settings.py [FULL_TABLE.csv] [--seeds 3]

Each setting is trained on the bundled table, on the full one if its path is given, and on three made-up
tables of other shapes, and judged by `assess` on 3,600 rows (5,000 of the full one). Prints a Markdown table.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

import pandas as pd
from leaks import SHAPES, drawn
from machine import describe_machine
from mostlyai import engine

from synth_handson import Evidence, assess, load_bank_marketing, split_holdout
from synth_handson.evidence.measures import Measure
from synth_handson.synthesis.mostly.local import LARGE_TABLE_BATCH
from synth_handson.synthesis.order import column_order
from synth_handson.synthesis.schema import LARGE_TABLE_ROWS, Schema, encoding_types, prepare
from synth_handson.tables.bank import HANDS_ON_COLUMNS, TARGET

SETTINGS = {
    "any order, bins (before)": ("any", "TABULAR_NUMERIC_AUTO"),
    "the table's order, digits": ("table", "TABULAR_NUMERIC_DIGIT"),
    "by mutual information, bins": ("information", "TABULAR_NUMERIC_AUTO"),
    "by mutual information, digits": ("information", "TABULAR_NUMERIC_DIGIT"),
    "the same, without a target": ("no target", "TABULAR_NUMERIC_DIGIT"),
}
"""The third is the default for tables from 20,000 rows on, the fourth for smaller ones."""

Parts = tuple[str, str, pd.DataFrame, pd.DataFrame]


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare settings of the engine.")
    parser.add_argument("path", nargs="?", help="CSV file of the full Bank Marketing table")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tables", nargs="*", help="only these")
    options = parser.parse_args()
    print(f"{describe_machine('mostlyai-engine', 'torch', 'scikit-learn')}\n")
    print("| table | setting | kept | worst model | C2ST | attack AUC | seconds | verdict |")
    print("|---|---|---:|---:|---:|---:|---:|---|")
    for table, target, train, holdout in tables(options.path):
        if options.tables and table not in options.tables:
            continue
        for name, (order, numbers) in SETTINGS.items():
            runs = [run(train, holdout, target, order, numbers, seed) for seed in range(options.seeds)]
            print(line(table, name, runs), flush=True)


def tables(path: str | None) -> Iterator[Parts]:
    yield "bundled", TARGET, *split_holdout(load_bank_marketing("bundled").frame)
    if path:
        yield "full", TARGET, *split_holdout(pd.read_csv(path)[list(HANDS_ON_COLUMNS)])
    for shape in [name for name in SHAPES if name != "bank"]:
        people = drawn(shape, 3_600, 900, 0, 0)
        yield shape, str(people.train.columns[-1]), people.train, people.holdout


def run(
    train: pd.DataFrame, holdout: pd.DataFrame, target: str, order: str, numbers: str, seed: int
) -> tuple[Evidence, float]:
    """Train and draw with one setting; return what was measured, and the seconds that took."""
    frame = prepare(train)
    names = list(frame.columns)
    if order == "table":
        names = [name for name in names if name != target] + [target]
    elif order != "any":
        names = column_order(frame, None if order == "no target" else target)
    large = len(frame) >= LARGE_TABLE_ROWS
    kinds = encoding_types(frame)
    encodings = {
        name: numbers if kinds[name] in ("TABULAR_NUMERIC_AUTO", "TABULAR_NUMERIC_DIGIT") else kinds[name]
        for name in names
    }
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        engine.set_random_state(seed)
        engine.split(frame[names], tgt_encoding_types=encodings, workspace_dir=folder)
        engine.analyze(workspace_dir=folder)
        engine.encode(workspace_dir=folder)
        engine.train(
            max_epochs=20,
            batch_size=LARGE_TABLE_BATCH if large else None,
            enable_flexible_generation=order == "any",
            workspace_dir=folder,
        )
        engine.generate(sample_size=5_000 if large else 3_600, workspace_dir=folder)
        rows = pd.read_parquet(Path(folder) / "SyntheticData")
    seconds = time.perf_counter() - start
    synthetic = Schema.of(train).restore(rows)
    return assess(synthetic, train=train, holdout=holdout, target=target), seconds


def line(table: str, name: str, runs: list[tuple[Evidence, float]]) -> str:
    found = [evidence for evidence, _ in runs]
    kept = [
        [float(model.kept.value) for model in evidence.utility.models if model.kept.value is not None]
        for evidence in found
        if evidence.utility
    ]
    joint = [named(e.fidelity.joint, "c2st_auc") for e in found]
    attack = [named(e.privacy.measures, "attack_auc") for e in found]
    verdicts = ", ".join(e.verdict for e in found)
    return (
        f"| {table} | {name} | {mean(map(mean, kept)):.2f} | {mean(map(min, kept)):.2f} | {mean(joint):.3f} "
        f"| {mean(attack):.3f} | {mean(seconds for _, seconds in runs):.0f} | {verdicts} |"
    )


def named(measures: Sequence[Measure], name: str) -> float:
    return next(float(m.value) for m in measures if m.name == name and m.value is not None)


if __name__ == "__main__":
    main()
