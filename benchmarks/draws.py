"""Rows on demand: every engine here beside the seeds and the rebalancing of MOSTLY AI's engine.

    uv run python benchmarks/draws.py [--engines copula trees mostly] [--sdv PYTHON]

Customers with y = "yes" (one in nine of the bundled table), and half of each. Seconds for 1,000 rows
once everything is trained and imported; the share of rows that keep what was asked; the AUC by which a
classifier tells the rows from real ones of the same kind (.5: it cannot); and for the trainings their seconds
and the median share of predictive performance that rows of all customers keep. MOSTLY AI's seeds need an
engine that has learned the columns in every order ("flexible generation", its default). ``--sdv`` names the
Python of an environment that has SDV, of which the Gaussian copula draws under conditions.
"""

import argparse
import json
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from machine import describe_machine

from synth_handson import load_bank_marketing, split_holdout, train_generator
from synth_handson.evidence.fidelity.c2st import c2st
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.utility.tstr import assess_utility
from synth_handson.synthesis.schema import Schema, encoding_types, prepare_in_order
from synth_handson.tables.segment import Segment

ROWS = 1_000
YES, HALF = {"y": "yes"}, {"y": {"yes": 0.5, "no": 0.5}}
TRAIN, HOLDOUT = split_holdout(load_bank_marketing("bundled").frame)
SDV = """
import json, sys, time
import pandas as pd
from sdv.metadata import Metadata
from sdv.sampling import Condition
from sdv.single_table import GaussianCopulaSynthesizer
folder, rows = sys.argv[1], int(sys.argv[2])
train = pd.read_csv(f"{folder}/train.csv")
model = GaussianCopulaSynthesizer(Metadata.detect_from_dataframes({"t": train}, infer_keys=None))
started = time.perf_counter()
model.fit({"t": train})
seconds = {"trained": time.perf_counter() - started}
model.sample(len(train))["t"].to_csv(f"{folder}/trained.csv", index=False)
for name, wishes in (("given", {"yes": rows}), ("shares", {"yes": rows // 2, "no": rows // 2})):
    started = time.perf_counter()
    conditions = [Condition({"y": value}, num_rows=count) for value, count in wishes.items()]
    drawn = model.sample_from_conditions(conditions)["t"]
    seconds[name] = time.perf_counter() - started
    drawn.to_csv(f"{folder}/{name}.csv", index=False)
print(json.dumps(seconds))
"""


def show(name: str, what: str, segment: Segment, draw: Callable[[], pd.DataFrame]) -> None:
    """Draw once for the imports, and once for the clock."""
    draw()
    started = time.perf_counter()
    rows = draw()
    measured(name, what, segment, rows, time.perf_counter() - started)


def measured(name: str, what: str, segment: Segment, rows: pd.DataFrame, seconds: float) -> None:
    """Print whether rows keep what was asked, and how far they are from real ones."""
    wanted = segment.sizes(len(rows))
    kept = np.minimum(segment.count(rows), wanted).sum() / len(rows)
    real = [segment.alike(table, 0) for table in (TRAIN, HOLDOUT)]
    tables = prepare_tables(rows, *real, min_rows=50)
    auc = c2st(tables.synthetic, tables.train, tables.holdout, random_state=0).value
    print(
        f"{name:<34}{what:<8}{seconds:>7.2f} s{kept:>8.1%}   AUC {np.nan if auc is None else auc:.3f}",
        flush=True,
    )


def learned(name: str, seconds: float, rows: pd.DataFrame) -> None:
    """Print what the training took, and what its rows are good for."""
    models = assess_utility(prepare_tables(rows, TRAIN, HOLDOUT), "y", random_state=0).models
    kept = np.median([model.kept.value for model in models])
    print(f"{name:<34}trained {seconds:>6.1f} s, kept {kept:.2f}", flush=True)


def ours(engine: str) -> None:
    """Time one of the engines here."""
    started = time.perf_counter()
    epsilon = 3.0 if engine == "aim" else None
    generator = train_generator(TRAIN, target="y", engine=engine, epsilon=epsilon, keep=False)
    learned(engine, time.perf_counter() - started, generator.sample(len(TRAIN)))
    columns = list(TRAIN)
    show(engine, "given", Segment.of(YES, None, columns), lambda: generator.sample(ROWS, given=YES))
    show(engine, "shares", Segment.of(None, HALF, columns), lambda: generator.sample(ROWS, shares=HALF))


def theirs() -> None:
    """Time the engine behind MOSTLY AI's SDK, as the SDK calls it."""
    from mostlyai import engine

    name, schema, frame = "MOSTLY AI, flexible generation", Schema.of(TRAIN), prepare_in_order(TRAIN, "y")
    with tempfile.TemporaryDirectory() as folder:
        engine.set_random_state(0)

        def draw(**wishes: object) -> pd.DataFrame:
            engine.generate(workspace_dir=folder, **wishes)
            return schema.restore(pd.read_parquet(Path(folder) / "SyntheticData"))

        started = time.perf_counter()
        engine.split(frame, tgt_encoding_types=encoding_types(frame), workspace_dir=folder)
        engine.analyze(workspace_dir=folder)
        engine.encode(workspace_dir=folder)
        engine.train(max_training_time=10, workspace_dir=folder)
        learned(name, time.perf_counter() - started, draw(sample_size=len(TRAIN)))
        seed = pd.DataFrame({"y": ["yes"] * ROWS})
        show(name, "given", Segment.of(YES, None, list(TRAIN)), lambda: draw(seed_data=seed))
        balance = {"column": "y", "probabilities": HALF["y"]}
        show(
            name, "shares", Segment.of(None, HALF, list(TRAIN)),
            lambda: draw(sample_size=ROWS, rebalancing=balance),
        )  # fmt: skip


def sdv(python: str) -> None:
    """Time SDV's Gaussian copula, which rejects drawn rows until enough keep a condition."""
    with tempfile.TemporaryDirectory() as folder:
        TRAIN.to_csv(f"{folder}/train.csv", index=False)
        done = subprocess.run(
            [python, "-c", SDV, folder, str(ROWS)], capture_output=True, text=True, check=True
        )
        seconds = json.loads(done.stdout.splitlines()[-1])
        drawn = {name: pd.read_csv(f"{folder}/{name}.csv") for name in seconds}
    learned("SDV Gaussian copula", seconds["trained"], drawn["trained"])
    columns = list(TRAIN)
    for name, segment in (
        ("given", Segment.of(YES, None, columns)),
        ("shares", Segment.of(None, HALF, columns)),
    ):
        measured("SDV Gaussian copula", name, segment, drawn[name], seconds[name])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engines", nargs="*", default=["copula", "trees", "mostly"])
    parser.add_argument("--sdv", help="Python of an environment that has SDV")
    asked = parser.parse_args()
    print(describe_machine())
    for engine in asked.engines:
        ours(engine)
    theirs()
    if asked.sdv:
        sdv(asked.sdv)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main()
