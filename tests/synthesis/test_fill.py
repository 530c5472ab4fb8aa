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
from synth_handson.tables.filled import FilledTable

COLUMNS = ["income", "visits", "region", "since", "member", "size", "churned"]


@pytest.fixture(scope="module", params=["copula", "trees"])
def generator(request: pytest.FixtureRequest) -> Generator:
    table = draw_people(2_000, 1)[COLUMNS].assign(size=lambda t: t["size"].astype("category"))
    return train_generator(table, engine=request.param, keep=False)


def with_gaps(share: float, seed: int) -> pd.DataFrame:
    table = draw_people(80, seed)[COLUMNS].assign(size=lambda t: t["size"].astype("category"))
    table.index = pd.Index(range(100, 180))
    return table.mask(np.random.default_rng(seed).random(table.shape) < share)


@settings(max_examples=15, deadline=None)
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
    ruled = train_generator(dates, engine="copula", rules="a < b", keep=False)
    with pytest.raises(ArgumentError, match="keeps rules"):
        ruled.fill(dates)
    empty = dates.assign(b=[None] * 199 + [1.0])
    never = train_generator(empty, engine="copula", keep=False)
    with pytest.raises(ArgumentError, match="has values in b together"):
        never.fill(empty)


def test_it_is_a_type_of_its_own(generator: Generator) -> None:
    assert isinstance(generator.fill(with_gaps(0.1, 1)), FilledTable)
