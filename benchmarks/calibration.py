"""Count how often the verdict accuses honest tables, and how often it finds leaks.

    uv run python benchmarks/calibration.py [PATH of the full Bank Marketing table]

Without a path, Bank Marketing is what load_bank_marketing gets from UCI. Prints four Markdown tables. Takes
more than two hours on two cores.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

import pandas as pd
from leaks import (
    ALIKE,
    HIDDEN,
    IMPERFECT,
    LEAK_SIZES,
    SHAPES,
    People,
    bank,
    drawn,
    few_columns,
    honest,
    leak,
)
from machine import describe_machine

from synth_handson.evidence.fidelity.c2st import c2st
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.privacy.overview import assess_privacy
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import Outcome
from synth_handson.tables.bank import load_bank_marketing

SIZES = {"bank": (6_000, 6_000, 3_000), "census": (3_000, 1_500, 1_500)}
"""Training people, holdout people and synthetic rows; the other shapes have those of "census"."""
HOLDOUTS = (150, 750, 3_000)
"""Holdouts beside 3,000 training people."""
FEW = ", few columns"
IMPERFECT_SHAPES = (*SHAPES, *(f"{shape}{FEW}" for shape in ALIKE))
"""Shapes of the tables of imperfect generators: with few columns, many people agree by chance."""


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
    assert joint.expected is not None
    return assess_privacy(Neighbours.of(tables, seed), joint.expected).verdict.outcome


def honest_verdict(task: tuple[str, int, str | None]) -> tuple[str, Outcome]:
    """Judge people whom nobody has seen."""
    shape, seed, path = task
    people, rows = draw_people(shape, seed, path)
    return shape, judge(honest(people, rows, seed), people, seed)


def leak_verdict(task: tuple[str, str, float, int, str | None]) -> tuple[str, str, float, Outcome]:
    """Judge a table with a leak in it."""
    shape, name, share, seed, path = task
    people, rows = draw_people(shape, seed, path)
    return shape, name, share, judge(leak(name, people, rows, share, seed), people, seed)


def hidden_verdict(task: tuple[str, str, int]) -> tuple[str, str, Outcome]:
    """Judge a table with a leak that hides from identical rows and distances."""
    shape, name, seed = task
    people = drawn(shape, 3_000, 1_500, 4_000, seed)
    if name == "equal rows filtered out":
        people = few_columns(people, ALIKE[shape])
    leaky, people = HIDDEN[name](people, 1_500, seed)
    return shape, name, judge(leaky, people, seed)


def imperfect_verdict(task: tuple[str, str, int, int]) -> tuple[str, int, Outcome]:
    """Judge an honest generator that does its work badly."""
    name, shape, holdout, seed = task
    people = drawn(shape.removesuffix(FEW), 3_000, holdout, 9_000, seed)
    if shape.endswith(FEW):
        people = few_columns(people, ALIKE[shape.removesuffix(FEW)])
    synthetic = IMPERFECT[name](people, 1_500, seed).reset_index(drop=True)
    return name, holdout, judge(synthetic, people, seed)


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
    """Print how often each leak at each share was found: fail + review."""
    counts = Counter(found)
    shapes = ("bank", *SHAPES)
    print("| leak | share of rows |", *(f"{shape} |" for shape in shapes))
    print("|---|---:|" + "---:|" * len(shapes))
    for name, share in LEAK_SIZES:
        cells = [
            f"{counts[shape, name, share, 'fail']} + {counts[shape, name, share, 'review']} |"
            for shape in shapes
        ]
        print(f"| {name} | {share:.1%} |", *cells)


def report_hidden(found: Iterator[tuple[str, str, Outcome]]) -> None:
    """Print how often each hidden leak was found: fail + review."""
    counts = Counter(found)
    print("\n| leak |", *(f"{shape} |" for shape in ALIKE))
    print("|---|" + "---:|" * len(ALIKE))
    for name in HIDDEN:
        cells = [f"{counts[shape, name, 'fail']} + {counts[shape, name, 'review']} |" for shape in ALIKE]
        print(f"| {name} |", *cells)


def report_imperfect(found: Iterator[tuple[str, int, Outcome]]) -> None:
    """Print how honest generators that do their work badly were judged: pass + review + fail."""
    counts = Counter(found)
    print("\n| an honest generator draws |", *(f"{holdout:,} in the holdout |" for holdout in HOLDOUTS))
    print("|---|" + "---:|" * len(HOLDOUTS))
    for name in IMPERFECT:
        cells = [
            " + ".join(str(counts[name, holdout, outcome]) for outcome in ("pass", "review", "fail"))
            for holdout in HOLDOUTS
        ]
        print(f"| {name} |", *(f"{cell} |" for cell in cells))


def main() -> None:
    """Judge them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?")
    parser.add_argument("--honest", type=int, default=60, help="honest tables of each shape (default 60)")
    parser.add_argument("--seeds", type=int, default=20, help="tables of each leak and share (default 20)")
    parser.add_argument(
        "--imperfect",
        type=int,
        default=2,
        help="tables of each imperfect generator, shape, holdout (default 2)",
    )
    options = parser.parse_args()
    print(describe_machine("numpy", "scipy", "scikit-learn"), "\n")
    shapes = ("bank", *SHAPES)
    honest_tasks = [(shape, seed, options.path) for seed in range(options.honest) for shape in shapes]
    leak_tasks = [
        (shape, name, share, seed, options.path)
        for seed in range(1_000, 1_000 + options.seeds)
        for name, share in LEAK_SIZES
        for shape in shapes
    ]
    hidden_tasks = [
        (shape, name, seed) for seed in range(options.seeds) for name in HIDDEN for shape in ALIKE
    ]
    imperfect_tasks = [
        (name, shape, holdout, seed)
        for seed in range(options.imperfect)
        for name in IMPERFECT
        for holdout in HOLDOUTS
        for shape in IMPERFECT_SHAPES
    ]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        report_honest(pool.map(honest_verdict, honest_tasks))
        report_hidden(pool.map(hidden_verdict, hidden_tasks))
        report_imperfect(pool.map(imperfect_verdict, imperfect_tasks))
        report_leaks(pool.map(leak_verdict, leak_tasks))


if __name__ == "__main__":
    main()
