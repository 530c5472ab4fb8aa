"""Rows of the same people on both sides of the split."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.assessment import assess
from synth_handson.evidence.privacy.same_people import shared_people
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.tables.people import find_several_rows

pytestmark = pytest.mark.usefixtures("one_model_throughout")


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    draw = np.random.default_rng(1)
    facts = pd.DataFrame(
        {
            "patient": [f"P{i}" for i in range(100)],
            "birth_year": draw.integers(1930, 2005, 100),
            "income": draw.gamma(3, 1500, 100).round(),
        }
    )
    table = facts.loc[np.repeat(np.arange(100), 8)].reset_index(drop=True)
    return table.assign(bpm=draw.normal(80, 9, len(table)).round())


def test_a_split_by_rows_leaves_the_same_people_on_both_sides(visits: pd.DataFrame) -> None:
    train = visits.groupby("patient").head(6)
    holdout = visits.drop(train.index)
    found = shared_people(prepare_tables(train, train, holdout))
    assert found is not None
    assert (found.value, found.columns) == (1.0, ("patient",))


def test_of_a_split_by_people_nobody_does(visits: pd.DataFrame) -> None:
    found = shared_people(prepare_tables(visits[:600], visits[:600], visits[600:]))
    assert found is not None
    assert found.value == 0.0


def test_half_of_the_holdouts_people_are_counted_as_such(visits: pd.DataFrame) -> None:
    # Patients 0 to 74 have their first six rows in the training table; the holdout has the two others of
    # patients 25 to 74 (100 rows), and 100 rows of patients 75 on.
    train = visits[:600].groupby("patient").head(6)
    holdout = pd.concat([visits[:600].drop(train.index).iloc[50:], visits[600:700]])
    found = shared_people(prepare_tables(train, train, holdout))
    assert found is not None
    assert found.value == 0.5


def test_the_verdict_asks_for_a_review_and_names_the_column(visits: pd.DataFrame) -> None:
    train = visits.groupby("patient").head(6)
    drawn = train.sample(300, random_state=0).assign(bpm=np.random.default_rng(2).normal(80, 9, 300).round())
    evidence = assess(drawn, train=train, holdout=visits.drop(train.index))
    assert evidence.verdict == "review"
    assert "patient" in evidence.reasons[0].render("en")
    assert "patient" in evidence.reasons[0].render("ja")
    assert evidence.reasons[0].key == "verdict.shown_shared_people"


def test_copied_rows_fail_all_the_same(visits: pd.DataFrame) -> None:
    train = visits.groupby("patient").head(6)
    evidence = assess(train.drop_duplicates()[:300], train=train, holdout=visits.drop(train.index))
    assert evidence.verdict == "fail"
    (too,) = (reason for reason in evidence.reasons if reason.key == "verdict.shared_too")
    assert "patient" in too.render("en") and "patient" in too.render("ja")


def test_people_without_a_key_are_known_by_standing_next_to_each_other(visits: pd.DataFrame) -> None:
    draw = np.random.default_rng(3)
    grades = visits.assign(
        grade=np.repeat(draw.choice(list("abcdefgh"), 100), 8),
        level=np.repeat(draw.integers(1, 9, 100), 8),
        pain=draw.integers(0, 9, len(visits)),
    ).drop(columns=["patient", "birth_year", "income"])
    train = grades.sample(frac=0.6, random_state=0)
    holdout = grades.drop(train.index).sample(frac=1, random_state=0)
    found = shared_people(prepare_tables(train, train, holdout))
    assert found is not None
    assert {*found.columns} == {"grade", "level"}
    assert found.value is not None
    assert found.value > 0.9
    # In files of their own, rows are in the same order, but numbered anew.
    files = train.sort_index().reset_index(drop=True), holdout.sort_index().reset_index(drop=True)
    renumbered = shared_people(prepare_tables(files[0], *files))
    assert renumbered is not None
    assert {*renumbered.columns} == {"grade", "level"}
    assert assess(train.sample(300, random_state=1), train=train, holdout=holdout).verdict != "pass"


@pytest.mark.parametrize("numbered", [False, True])
def test_people_without_a_key_who_were_split_by_people_are_not_accused(numbered: bool) -> None:
    draw = np.random.default_rng(3)
    each = pd.DataFrame({"grade": draw.choice(list("abcdefgh"), 900), "level": draw.integers(1, 9, 900)})
    owner = np.repeat(np.arange(900), 4)
    visits = each.loc[owner].reset_index(drop=True).assign(pain=draw.integers(0, 9, len(owner)))
    apart = np.isin(owner, draw.permutation(900)[:360])
    train, holdout = visits[~apart], visits[apart]
    if numbered:
        train, holdout = train.reset_index(drop=True), holdout.reset_index(drop=True)
    assert find_several_rows(train) is not None
    assert shared_people(prepare_tables(train, train, holdout)) is None
