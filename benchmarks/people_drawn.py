"""People whom one tool draws from a panel that `people.py --write` wrote, with time and peak memory.

    python benchmarks/people_drawn.py FOLDER/wagepan TOOL [--minutes 5] [--seed 0]

Writes TOOL.csv and TOOL.json beside the panel's train.csv; with another seed, TOOL-SEED.csv and .json. A tool
works in an environment of its own, which needs pandas, psutil and the tool: "trees" and "mostly" are ours;
"sdk" is MOSTLY AI's (`mostlyai[local]`) with people and events as two tables; "hma" and "par" are SDV's
(`sdv`). All are as they come, but that training is to end after so many minutes: PAR has as many of its 128
epochs as one core can do in that time, and HMA, which has no epochs, takes what it takes. Time is told in
seconds of a core.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import psutil

Draw = Callable[[pd.DataFrame, float, int], pd.DataFrame]
"""Draws as many people as there are: from a table with a column "person", within minutes, by a seed."""


def two_tables(rows: pd.DataFrame, own: list[str]) -> dict[str, pd.DataFrame]:
    """Set apart what belongs to the people."""
    people = rows[["person", *own]].drop_duplicates("person", ignore_index=True)
    return {"people": people, "events": rows.drop(columns=own).reset_index(drop=True)}


def constant(rows: pd.DataFrame) -> list[str]:
    """Name the columns that are the same in all rows of everybody."""
    by_person = rows.groupby("person")
    return [c for c in rows if c != "person" and by_person[c].nunique(dropna=False).max() == 1]


def of_ours(engine: str) -> Draw:
    def draw(train: pd.DataFrame, minutes: float, seed: int) -> pd.DataFrame:
        from synth_handson import train_generator

        generator = train_generator(
            train, person="person", engine=engine, max_minutes=minutes, random_state=seed, keep=False
        )
        drawn = generator.sample(train["person"].nunique(), random_state=seed)
        assert isinstance(drawn, pd.DataFrame)
        return drawn

    return draw


def of_the_sdk(train: pd.DataFrame, minutes: float, seed: int) -> pd.DataFrame:
    from mostlyai.sdk import MostlyAI

    tables = two_tables(train, constant(train))
    model = {"tabular_model_configuration": {"enable_model_report": False, "max_training_time": minutes}}
    people = {"name": "people", "data": tables["people"], "primary_key": "person", **model}
    to_person = {"column": "person", "referenced_table": "people", "is_context": True}
    events = {"name": "events", "data": tables["events"], "foreign_keys": [to_person], **model}
    mostly = MostlyAI(local=True, quiet=True)
    generator = mostly.train(
        config={"name": "peer", "random_state": seed, "tables": [people, events]}, progress_bar=False
    )
    drawn = mostly.probe(generator, size={"people": train["person"].nunique()}, config={"random_state": seed})
    return drawn["people"].merge(drawn["events"], on="person")[list(train)]


def of_hma(train: pd.DataFrame, minutes: float, seed: int) -> pd.DataFrame:
    from sdv.metadata import Metadata
    from sdv.multi_table import HMASynthesizer

    tables = two_tables(train, constant(train))
    metadata = Metadata.detect_from_dataframes(tables, infer_keys=None)
    for name in tables:
        metadata.update_column("person", name, sdtype="id")
    metadata.set_primary_key("person", "people")
    metadata.add_relationship("people", "events", "person", "person")
    synthesizer = HMASynthesizer(metadata, verbose=False)
    synthesizer.fit(tables)
    for _ in range(seed + 1):
        # It has no seed, and its first draw is always the same.
        drawn = synthesizer.sample(len(tables["people"]), main_table_name="people")
    return drawn["people"].merge(drawn["events"], on="person")[list(train)]


def of_par(train: pd.DataFrame, minutes: float, seed: int) -> pd.DataFrame:
    import numpy as np
    import torch
    from sdv.metadata import Metadata
    from sdv.sequential import PARSynthesizer

    np.random.seed(seed)
    torch.manual_seed(seed)
    metadata = Metadata.detect_from_dataframes({"rows": train}, infer_keys=None)
    metadata.update_column("person", "rows", sdtype="id")
    metadata.update_column("year", "rows", sdtype="numerical")
    metadata.set_sequence_key("person", "rows")
    metadata.set_sequence_index("year", "rows")

    def fitted(epochs: int) -> tuple[PARSynthesizer, float]:
        begun = time.process_time()
        par = PARSynthesizer(metadata, context_columns=constant(train), epochs=epochs)
        par.fit({"rows": train})
        return par, time.process_time() - begun

    once, more = fitted(1)[1], fitted(3)[1]
    epochs = max(1, min(128, int(minutes * 60 / max((more - once) / 2, 1e-3))))
    print(f"{epochs} epochs")
    par, _ = fitted(epochs)
    drawn = par.sample_sequences(num_sequences=train["person"].nunique())
    table: pd.DataFrame = drawn["rows"] if isinstance(drawn, dict) else drawn
    return table[list(train)]


TOOLS: dict[str, Draw] = {
    "trees": of_ours("trees"),
    "mostly": of_ours("mostly"),
    "sdk": of_the_sdk,
    "hma": of_hma,
    "par": of_par,
}


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Measure the seconds of a core, and the peak of memory in MB, of this process and all it starts."""
    used = {"seconds": 0.0, "MB": 0.0}
    seconds: dict[int, float] = {}
    ended = threading.Event()

    def look() -> None:
        while True:
            memory = 0.0
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                with suppress(psutil.Error):
                    times = process.cpu_times()
                    seconds[process.pid] = times.user + times.system
                    memory += process.memory_info().rss / 1e6
            used["MB"] = max(used["MB"], memory)
            if ended.wait(0.2):
                return

    watch = threading.Thread(target=look, daemon=True)
    watch.start()
    yield used
    ended.set()
    watch.join()
    used["seconds"] = sum(seconds.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("panel", type=Path)
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    train = pd.read_csv(asked.panel / "train.csv")
    with tempfile.TemporaryDirectory() as home, watched() as used:
        os.environ["MOSTLY_LOCAL_DIR"] = home
        drawn = TOOLS[asked.tool](train, asked.minutes, asked.seed)
    name = f"{asked.tool}-{asked.seed}" if asked.seed else asked.tool
    drawn.to_csv(asked.panel / f"{name}.csv", index=False)
    (asked.panel / f"{name}.json").write_text(json.dumps(used))


if __name__ == "__main__":
    main()
