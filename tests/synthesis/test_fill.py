"""Gaps are filled, what was there is untouched, and what comes of it is not taken for a synthetic table."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import draw_people

from synth_handson.errors import ArgumentError
from synth_handson.evidence.assessment import assess
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.training import train_generator

COLUMNS = ["income", "visits", "region", "since", "member", "size", "churned"]


@pytest.fixture(scope="module", params=["copula", "trees"])
def generator(request: pytest.FixtureRequest) -> Generator:
    table = draw_people(2_000, 1)[COLUMNS].assign(size=lambda t: t["size"].astype("category"))
    return train_generator(table, engine=request.param, keep=False)


def with_gaps(share: float, seed: int) -> pd.DataFrame:
    table = draw_people(40, seed)[COLUMNS].assign(size=lambda t: t["size"].astype("category"))
    table.index = pd.Index(range(100, 140))
    return table.mask(np.random.default_rng(seed).random(table.shape) < share)


@settings(max_examples=8, deadline=None)
@given(st.floats(0, 1), st.integers(0, 1_000))
def test_gaps_are_filled_and_their_neighbours_untouched(
    generator: Generator, share: float, seed: int
) -> None:
    table = with_gaps(share, seed)
    before = table.copy()
    (filled,) = generator.fill(table, random_state=seed)
    pd.testing.assert_frame_equal(table, before)
    assert filled.notna().all(axis=None)
    assert filled.index.equals(table.index)
    assert filled.columns.equals(table.columns)
    for name in table:
        there = table[name].notna()
        assert (filled.loc[there, name] == table.loc[there, name]).all(), name
    assert filled["size"].dtype == table["size"].dtype
    assert set(filled["churned"]) <= {"yes", "no"}


def test_several_draws_differ_in_the_gaps_alone_and_repeat_by_seed(generator: Generator) -> None:
    table = with_gaps(0.3, 1).assign(note="kept")
    draws = generator.fill(table, draws=3, random_state=2)
    assert len(draws) == 3
    first, second, third = draws
    assert (first["note"] == "kept").all()
    assert not first["income"].equals(second["income"])
    assert not second["income"].equals(third["income"])
    for one, again in zip(draws, generator.fill(table, draws=3, random_state=2), strict=True):
        pd.testing.assert_frame_equal(one, again)


def test_a_gap_is_filled_with_what_goes_with_the_rest(generator: Generator) -> None:
    people = draw_people(1_000, 7)[COLUMNS]
    asked = people.assign(income=people["income"].where(np.arange(1_000) % 2 == 0))
    (filled,) = generator.fill(asked)
    gaps = asked["income"].isna()
    real = people.loc[gaps].groupby(people["churned"])["income"].median()
    synthetic = filled.loc[gaps].groupby(filled["churned"])["income"].median()
    assert real["no"] > 1.5 * real["yes"]
    assert synthetic.to_numpy() == pytest.approx(real.to_numpy(), rel=0.35)


def test_the_evidence_refuses_real_rows(generator: Generator) -> None:
    train, holdout = draw_people(300, 1)[COLUMNS], draw_people(300, 2)[COLUMNS]
    filled = generator.fill(train)
    (draw,) = filled
    for table in (filled, draw, draw.copy(), draw.head(200), [generator.sample(100), draw]):
        with pytest.raises(ArgumentError, match="real rows whose gaps were filled"):
            assess(table, train=train, holdout=holdout)  # type: ignore[arg-type]
    # Even if the mark was lost, real people are found.
    lost = pd.DataFrame(draw.to_dict("list"))
    assert assess(lost, train=train, holdout=holdout).verdict == "fail"


def test_what_cannot_be_filled_is_refused(generator: Generator) -> None:
    cases: list[tuple[Any, dict[str, Any], str]] = [
        ("table", {}, "needs a DataFrame"),
        (pd.DataFrame({"other": [1, None]}), {}, "needs a DataFrame"),
        (with_gaps(0.1, 1), {"draws": 0}, "0"),
        (with_gaps(0.1, 1), {"random_state": -1}, "-1"),
    ]
    for table, options, words in cases:
        with pytest.raises(ArgumentError, match=words):
            generator.fill(table, **options)
    rng = np.random.default_rng(0)
    dates = pd.DataFrame({"a": rng.integers(0, 50, 200), "b": rng.integers(50, 99, 200)})
    empty = dates.assign(b=[None] * 199 + [1.0])
    never = train_generator(empty, engine="copula", keep=False)
    with pytest.raises(ArgumentError, match="has values in b together"):
        never.fill(empty)


@pytest.fixture(scope="module")
def stays() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    begin = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 300, 1_500), unit="D")
    state = rng.choice(["open", "closed"], 1_500, p=[0.3, 0.7])
    table = pd.DataFrame(
        {
            "begin": begin,
            "end": begin + pd.to_timedelta(rng.integers(1, 15, 1_500), unit="D"),
            "room": rng.integers(50, 200, 1_500).astype(float),
            "meals": rng.integers(0, 90, 1_500).astype(float),
            "state": state,
        }
    )
    table["total"] = table["room"] + table["meals"]
    table["paid"] = table["total"].where(state == "closed")
    return table


RULES = ["begin < end", "total = room + meals", 'missing(paid) iff state = "open"']


@pytest.fixture(scope="module", params=["copula", "trees"])
def ruled(request: pytest.FixtureRequest, stays: pd.DataFrame) -> Generator:
    return train_generator(stays.head(1_200), engine=request.param, rules=RULES, keep=False)


@settings(max_examples=5, deadline=None)
@given(st.floats(0.05, 0.6), st.integers(0, 1_000))
def test_filled_rows_keep_the_rules(ruled: Generator, stays: pd.DataFrame, share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = stays.tail(300).head(30)
    # What the sum is made of stays: hardly any synthetic row has just the part that is lacking.
    gaps = rng.random(table.shape) < share
    gaps[:, [list(table).index(name) for name in ("room", "meals")]] = False
    asked = table.mask(gaps)
    (filled,) = ruled.fill(asked, random_state=seed)
    assert (filled["begin"] < filled["end"]).all()
    assert filled["total"].to_numpy() == pytest.approx((filled["room"] + filled["meals"]).to_numpy())
    assert (filled["paid"].isna() == (filled["state"] == "open")).all()
    for name in table:
        there = asked[name].notna()
        assert (filled.loc[there, name] == asked.loc[there, name]).all(), name
        assert filled[name].dtype == table[name].dtype
    assert filled.drop(columns="paid").notna().all(axis=None)


def test_draws_with_rules_differ_and_repeat_by_seed(ruled: Generator, stays: pd.DataFrame) -> None:
    table = stays.tail(50).assign(end=pd.NaT)
    first, second = ruled.fill(table, draws=2)
    assert not first["end"].equals(second["end"])
    pd.testing.assert_frame_equal(first, next(iter(ruled.fill(table, draws=2))))


def test_a_gap_that_no_synthetic_row_can_fill_names_the_rule(ruled: Generator, stays: pd.DataFrame) -> None:
    # They have ended before anybody began.
    table = stays.tail(20).assign(begin=pd.NaT, end=pd.Timestamp("1990-01-01"))
    with pytest.raises(ArgumentError, match=r"cannot be filled.*begin < end"):
        ruled.fill(table)


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(150), 8)
    return pd.DataFrame(
        {
            "patient": [f"PT-{n + 1_000}" for n in person],
            "town": rng.choice(list("ABCDEF"), 150)[person],
            "born": rng.integers(1940, 2000, 150)[person],
            "pulse": rng.normal(80, 9, 1_200).round(),
        }
    )


@pytest.fixture(scope="module")
def of_people(visits: pd.DataFrame) -> Generator:
    return train_generator(visits, engine="trees", keep=False)


@settings(max_examples=5, deadline=None)
@given(st.floats(0.1, 0.9), st.integers(0, 1_000))
def test_what_is_one_value_for_each_person_stays_one(
    visits: pd.DataFrame, of_people: Generator, share: float, seed: int
) -> None:
    table = visits.head(240).astype({"born": "Int64"})
    gaps = np.random.default_rng(seed).random(table.shape) < share
    gaps[:, 0] = False
    # One person has none, and one has all.
    gaps[:8, 1:3], gaps[8:16] = True, False
    asked = table.mask(gaps)
    (filled,) = of_people.fill(asked, random_state=seed)
    assert filled.notna().all(axis=None)
    for name in ("town", "born"):
        assert (filled.groupby("patient")[name].nunique() == 1).all()
        known = asked.groupby("patient")[name].first().dropna()
        assert (filled.groupby("patient")[name].first()[known.index] == known).all()
    for name in table:
        there = asked[name].notna()
        assert (filled.loc[there, name] == asked.loc[there, name]).all(), name


def test_nobody_is_filled_whose_rows_are_not_told_apart(visits: pd.DataFrame) -> None:
    generator = train_generator(visits, engine="copula", keep=False)
    with pytest.raises(ArgumentError, match=r"identifies them \(patient\)"):
        generator.fill(visits.drop(columns="patient"))
