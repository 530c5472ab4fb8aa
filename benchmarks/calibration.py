"""Count how often the verdict accuses honest tables, and how often it finds leaks.

    uv run python benchmarks/calibration.py [PATH of the full Bank Marketing table]

Without a path, Bank Marketing is what load_bank_marketing gets from UCI. Prints two Markdown tables. Takes
about an hour on two cores.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

import pandas as pd
from leaks import DOSES, SHAPES, People, bank, drawn, honest, leak
from machine import describe_machine

from synth_handson.evidence.c2st import c2st
from synth_handson.evidence.membership import Neighbours
from synth_handson.evidence.privacy import assess_privacy
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import Outcome
from synth_handson.tables.bank import load_bank_marketing

SIZES = {"bank": (6_000, 6_000, 3_000), "census": (3_000, 1_500, 1_500)}
"""Training people, holdout people and synthetic rows; the other shapes have those of "census"."""


@cache
def full_table(path: str | None) -> pd.DataFrame:
    """Read the full Bank Marketing table, or load it from UCI."""
    if path is None:
        return load_bank_marketing("uci").frame
    return pd.read_csv(path, sep=None, engine="python")


def draw_people(shape: str, seed: int, path: str | None) -> tuple[People, int]:
    """Draw people of a shape, and say how many synthetic rows to make."""
    train, holdout, rows = SIZES.get(shape, SIZES["census"])
    if shape == "bank":
        return bank(full_table(path), train, holdout, rows, seed), rows
    return drawn(shape, train, holdout, rows, seed), rows


def judge(synthetic: pd.DataFrame, people: People, seed: int) -> Outcome:
    """Give a verdict on privacy."""
    tables = prepare_tables(synthetic, people.train, people.holdout)
    joint = c2st(*tables.all, random_state=seed)
    assert joint.reference is not None
    return assess_privacy(Neighbours.of(tables, seed), joint.reference).verdict.outcome


def honest_verdict(task: tuple[str, int, str | None]) -> tuple[str, Outcome]:
    """Judge people whom nobody has seen."""
    shape, seed, path = task
    people, rows = draw_people(shape, seed, path)
    return shape, judge(honest(people, rows, seed), people, seed)


def leak_verdict(task: tuple[str, str, float, int, str | None]) -> tuple[str, str, float, Outcome]:
    """Judge a table with a leak in it."""
    shape, name, dose, seed, path = task
    people, rows = draw_people(shape, seed, path)
    return shape, name, dose, judge(leak(name, people, rows, dose, seed), people, seed)


def report_honest(found: Iterator[tuple[str, Outcome]]) -> None:
    """Print how the honest tables were judged."""
    counts = Counter(found)
    print("| honest tables of shape | pass | review | fail |\n|---|---:|---:|---:|")
    for shape in ("bank", *SHAPES):
        cells = [counts[shape, outcome] for outcome in ("pass", "review", "fail")]
        print(f"| {shape} |", *(f"{cell} |" for cell in cells))
    totals = [
        sum(counts[shape, outcome] for shape in ("bank", *SHAPES)) for outcome in ("pass", "review", "fail")
    ]
    print("| **all** |", *(f"{cell} |" for cell in totals), "\n")


def report_leaks(found: Iterator[tuple[str, str, float, Outcome]]) -> None:
    """Print how often each leak at each dose was found: fail + review."""
    counts = Counter(found)
    shapes = ("bank", *SHAPES)
    print("| leak | share of rows |", *(f"{shape} |" for shape in shapes))
    print("|---|---:|" + "---:|" * len(shapes))
    for name, dose in DOSES:
        cells = [
            f"{counts[shape, name, dose, 'fail']} + {counts[shape, name, dose, 'review']} |"
            for shape in shapes
        ]
        print(f"| {name} | {dose:.1%} |", *cells)


def main() -> None:
    """Judge them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?")
    parser.add_argument("--honest", type=int, default=60, help="honest tables of each shape (default 60)")
    parser.add_argument("--seeds", type=int, default=20, help="tables of each leak and dose (default 20)")
    options = parser.parse_args()
    print(describe_machine("numpy", "scipy", "scikit-learn"), "\n")
    shapes = ("bank", *SHAPES)
    honest_tasks = [(shape, seed, options.path) for seed in range(options.honest) for shape in shapes]
    leak_tasks = [
        (shape, name, dose, seed, options.path)
        for seed in range(1_000, 1_000 + options.seeds)
        for name, dose in DOSES
        for shape in shapes
    ]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        report_honest(pool.map(honest_verdict, honest_tasks))
        report_leaks(pool.map(leak_verdict, leak_tasks))


if __name__ == "__main__":
    main()
