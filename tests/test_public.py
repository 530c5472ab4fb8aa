"""Whatever the public functions are given, they answer with the library's own errors."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import synth_handson as sh
from synth_handson.errors import SynthHandsonError

ROWS = 120


def table(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"n": rng.integers(0, 50, ROWS), "c": rng.choice(["x", "y"], ROWS)})


REAL, OTHER = table(0), table(1)
CLOSE = sh.closest_records(OTHER, REAL)

NO_TABLES: list[Any] = [
    None, 1, "table", [1, 2], {"n": [1]}, REAL["n"], REAL.to_numpy(), pl.DataFrame({"n": [1], "c": ["x"]}),
    pd.DataFrame(), REAL.iloc[:0], REAL[[]], REAL[["n", "n", "c"]].set_axis(["n", "n", "c"], axis=1),
    REAL.assign(n=[[1]] * ROWS), REAL.assign(n=1j),
]  # fmt: skip
NO_COUNTS: list[Any] = [None, True, 1.0, 0, -1, "5", np.float64(2), [1], np.nan]
NO_SEEDS: list[Any] = [None, True, 1.5, -1, 2**32, "0", [0]]
NO_NAMES: list[Any] = [None, 5, ["n"], {}, "nothing", ("n",), np.array(["n"])]
NO_ROWS: list[Any] = [None, 1, "row", [1, 2], {"n": 1}, REAL, REAL.iloc[:0], pl.DataFrame({"n": [1]})]
NO_SHARES: list[Any] = [
    None,
    "half",
    [0.5, "x"],
    [[0.5], [0.5, 0.1]],
    [0.7, 0.7],
    [-0.5, 1.5],
    [np.nan, 1.0],
    {},
]
NO_DISTANCES: list[Any] = [None, "near", [], ["x"], [np.nan], [-1.0], [np.inf], {}]
NO_BUDGETS: list[Any] = [None, 0, -1, True, "1", np.nan, np.inf]
GIVEN_BUDGETS = [value for value in NO_BUDGETS if value is not None]
NO_FRACTIONS: list[Any] = [None, 0, 1, True, "0.2", np.nan, [0.2], 0.5]
NO_COLUMNS: list[Any] = [5, ["age", 5], "n", [["age"]]]
NO_TEXT: list[Any] = [None, 5, [], "elsewhere"]

WRONG: dict[str, tuple[Callable[[Any], object], list[Any]]] = {
    "check_table": (lambda x: sh.check_table(x), NO_TABLES),
    "train_generator": (lambda x: sh.train_generator(x), NO_TABLES),
    "train_generator, max_epochs": (lambda x: sh.train_generator(REAL, max_epochs=x), GIVEN_BUDGETS),
    "train_generator, epsilon": (lambda x: sh.train_generator(REAL, epsilon=x), GIVEN_BUDGETS),
    "choose_engine, train": (lambda x: sh.choose_engine(x), NO_TABLES),
    "choose_engine, target": (lambda x: sh.choose_engine(REAL, x), ["nothing", 5, ("n",)]),
    "choose_engine, max_minutes": (lambda x: sh.choose_engine(REAL, max_minutes=x), NO_BUDGETS),
    "choose_engine, epsilon": (lambda x: sh.choose_engine(REAL, epsilon=x), GIVEN_BUDGETS),
    "train_generator, max_minutes": (lambda x: sh.train_generator(REAL, max_minutes=x), NO_BUDGETS),
    "train_generator, seed": (lambda x: sh.train_generator(REAL, random_state=x), NO_SEEDS),
    "train_generator, on_progress": (lambda x: sh.train_generator(REAL, on_progress=x), [1, "print", []]),
    "train_generator, cancel": (lambda x: sh.train_generator(REAL, cancel=x), [1, True, "now"]),
    "train_generator, engine": (lambda x: sh.train_generator(REAL, engine=x), [1, "magic", ["mostly"]]),
    "compare_engines, train": (lambda x: sh.compare_engines(x, REAL), NO_TABLES),
    "compare_engines, target": (lambda x: sh.compare_engines(REAL, REAL, x), ["nothing", 5, ("n",)]),
    "compare_engines, engines": (
        lambda x: sh.compare_engines(REAL, REAL, engines=x),
        [None, 5, "copula", [], ["magic"], [1]],
    ),
    "compare_engines, seeds": (
        lambda x: sh.compare_engines(REAL, REAL, seeds=x),
        [None, 5, "0", [], [-1], [True]],
    ),
    "compare_engines, epsilon": (lambda x: sh.compare_engines(REAL, REAL, epsilon=x), GIVEN_BUDGETS),
    "compare_engines, rows": (
        lambda x: sh.compare_engines(REAL, REAL, rows=x),
        [value for value in NO_COUNTS if value is not None],
    ),
    "audit_generator, engine": (lambda x: sh.audit_generator(x, REAL), [None, 1, "magic", "mostly"]),
    "audit_generator, train": (lambda x: sh.audit_generator("copula", x), NO_TABLES),
    "audit_generator, people": (
        lambda x: sh.audit_generator("copula", REAL, people=x),
        [None, True, 1.0, 0, -1, "5", ROWS + 1, [], [ROWS], [0, 0], [[0]]],
    ),
    "audit_generator, target": (
        lambda x: sh.audit_generator("copula", REAL, target=x), ["nothing", 5, ("n",)]
    ),
    "audit_generator, pairs": (lambda x: sh.audit_generator("copula", REAL, pairs=x), [*NO_COUNTS, 9]),
    "audit_generator, rows": (lambda x: sh.audit_generator("copula", REAL, rows=x), [True, 0, 49, "60"]),
    "audit_generator, seed": (lambda x: sh.audit_generator("copula", REAL, random_state=x), NO_SEEDS),
    "audit_generator, on_progress": (
        lambda x: sh.audit_generator("copula", REAL, on_progress=x), [1, "print", []]
    ),
    "sample, given": (
        lambda x: sh.train_generator(REAL, engine="copula").sample(5, given=x),
        [5, "n", ["n"], {"nothing": 1}, {"n": [1]}, {"n": 10**400}, {"n": "x"}, {"c": 5}, {5: 5}],
    ),
    "sample, shares": (
        lambda x: sh.train_generator(REAL, engine="copula").sample(5, shares=x),
        [5, "n", {}, {"n": {}}, {"n": 1}, {"n": {1: 0.5}}, {"n": {1: "x"}}, {"nothing": {1: 1.0}}],
    ),
    "fill, table": (lambda x: sh.train_generator(REAL, engine="copula").fill(x), [None, "t", REAL.iloc[:0]]),
    "fill, draws": (lambda x: sh.train_generator(REAL, engine="copula").fill(REAL, x), NO_COUNTS),
    "assess, given": (
        lambda x: sh.assess(OTHER, train=REAL, holdout=OTHER, given=x),
        [5, "n", {}, {"nothing": 1}, {"n": 10**400}, {"n": "x"}],
    ),
    "assess, shares": (
        lambda x: sh.assess(OTHER, train=REAL, holdout=OTHER, shares=x), [5, {"n": {}}, {"nothing": {1: 1.0}}]
    ),
    "train_generator, server": (lambda x: sh.train_generator(REAL, server=x), [5, ["http://x"], b"http://x"]),
    "assess, on_progress": (
        lambda x: sh.assess(OTHER, train=REAL, holdout=OTHER, on_progress=x), [1, "print", []]
    ),
    "split_holdout": (lambda x: sh.split_holdout(x), NO_TABLES),
    "split_holdout, fraction": (lambda x: sh.split_holdout(REAL, x), NO_FRACTIONS),
    "split_holdout, seed": (lambda x: sh.split_holdout(REAL, random_state=x), NO_SEEDS),
    "assess, synthetic": (lambda x: sh.assess(x, train=REAL, holdout=OTHER), NO_TABLES),
    "assess, train": (lambda x: sh.assess(OTHER, train=x, holdout=REAL), NO_TABLES),
    "assess, holdout": (lambda x: sh.assess(OTHER, train=REAL, holdout=x), NO_TABLES),
    "assess, target": (lambda x: sh.assess(OTHER, train=REAL, holdout=REAL, target=x), NO_NAMES[1:]),
    "assess, seed": (lambda x: sh.assess(OTHER, train=REAL, holdout=REAL, random_state=x), NO_SEEDS),
    "nearest_neighbors, synthetic": (lambda x: sh.nearest_neighbors(x, REAL), NO_TABLES),
    "nearest_neighbors, real": (lambda x: sh.nearest_neighbors(OTHER, x), NO_TABLES),
    "nearest_neighbors, k": (lambda x: sh.nearest_neighbors(OTHER, REAL, x), [*NO_COUNTS, ROWS + 1]),
    "identical_rows, synthetic": (lambda x: sh.identical_rows(x, REAL), NO_TABLES),
    "identical_rows, real": (lambda x: sh.identical_rows(OTHER, x), NO_TABLES),
    "closest_records, table": (lambda x: sh.closest_records(x, REAL), NO_TABLES),
    "closest_records, train": (lambda x: sh.closest_records(OTHER, x), NO_TABLES),
    "median_gap, synthetic": (lambda x: sh.median_gap(x, CLOSE), [None, 1, REAL, [0.1]]),
    "median_gap, holdout": (lambda x: sh.median_gap(CLOSE, x), [None, 1, REAL, [0.1]]),
    "median_gap, draws": (lambda x: sh.median_gap(CLOSE, CLOSE, x), NO_COUNTS),
    "median_gap, seed": (lambda x: sh.median_gap(CLOSE, CLOSE, 5, x), NO_SEEDS),
    "compare_with_nearest, row": (lambda x: sh.compare_with_nearest(x, REAL), NO_ROWS),
    "compare_with_nearest, real": (lambda x: sh.compare_with_nearest(REAL.iloc[0], x), NO_TABLES),
    "compare_rows, synthetic": (lambda x: sh.compare_rows(x, REAL.iloc[0], distance=0, index=0), NO_ROWS),
    "compare_rows, real": (lambda x: sh.compare_rows(REAL.iloc[0], x, distance=0, index=0), NO_ROWS),
    "column_shares, real": (lambda x: sh.column_shares(x, REAL, "n"), NO_TABLES),
    "column_shares, synthetic": (lambda x: sh.column_shares(REAL, x, "n"), NO_TABLES),
    "column_shares, column": (lambda x: sh.column_shares(REAL, REAL, x), NO_NAMES),
    "compare_columns, train": (lambda x: sh.compare_columns(x, REAL, OTHER), NO_TABLES),
    "compare_columns, holdout": (lambda x: sh.compare_columns(REAL, x, OTHER), NO_TABLES),
    "compare_columns, synthetic": (lambda x: sh.compare_columns(REAL, OTHER, x), NO_TABLES),
    "compare_columns, seed": (lambda x: sh.compare_columns(REAL, OTHER, OTHER, x), NO_SEEDS),
    "distance_shares, synthetic": (lambda x: sh.distance_shares(x, [0.1, 0.2]), NO_DISTANCES),
    "distance_shares, holdout": (lambda x: sh.distance_shares([0.1, 0.2], x), NO_DISTANCES),
    "total_variation_distance, a": (lambda x: sh.total_variation_distance(x, [0.5, 0.5]), NO_SHARES),
    "total_variation_distance, b": (lambda x: sh.total_variation_distance([0.5, 0.5], x), NO_SHARES),
    "load_bank_marketing, source": (lambda x: sh.load_bank_marketing(x), NO_TEXT),
    "load_bank_marketing, columns": (lambda x: sh.load_bank_marketing("bundled", x), NO_COLUMNS),
}  # fmt: skip


@pytest.mark.parametrize("argument", WRONG)
def test_a_wrong_argument_is_answered_with_the_librarys_own_error(argument: str) -> None:
    call, values = WRONG[argument]
    for value in values:
        try:
            call(value)
        except SynthHandsonError as error:
            assert error.message("ja") != error.message("en")
        else:
            pytest.fail(f"{value!r} was accepted")


@pytest.mark.parametrize("n", NO_COUNTS)
def test_no_generator_draws_a_number_of_rows_that_is_none(n: Any) -> None:
    with pytest.raises(sh.ArgumentError):
        sh.load_pretrained_generator().sample(n)


@pytest.mark.parametrize(
    "name",
    [
        0,
        7,
        "self",
        "index",
        "",
        " ",
        "a.b",
        "{x}",
        "target",
        "__len__",
        "n\n",
        "é",
        ("a", "b"),
        dt.date(2024, 1, 1),
    ],
)
def test_any_name_of_a_column_will_do(name: Any) -> None:
    real, other = (frame.rename(columns={"n": name}) for frame in (REAL, OTHER))
    if isinstance(name, tuple):
        real.columns = other.columns = pd.Index([name, "c"], tupleize_cols=False)
    assert sh.closest_records(other, real).rows == ROWS
    assert sh.identical_rows(real, real).all()
    assert sh.compare_with_nearest(real.iloc[0], real).columns[0].name == str(name)
    assert sh.column_shares(real, other, name).kind == "integer"
    assert sh.compare_columns(real, other, other)[0].column == name


@pytest.mark.parametrize("name", [1, "self", "{x}", "__len__"])
def test_any_name_of_a_target_will_do(name: Any) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.choice(["no", "yes"], 400), "n": rng.normal(size=400)})
    evidence = sh.assess(frame[:150], train=frame[:200], holdout=frame[200:], target=name)
    assert evidence.utility is not None
    assert evidence.utility.target == str(name)
    assert evidence.to_markdown("ja")
