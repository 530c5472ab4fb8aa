"""Of people with several rows, no identifier is learned, and no value that few people share."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from people import draw_visits

from synth_handson import train_generator
from synth_handson.errors import ArgumentError
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.marginals import Categories, Numbers
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.synthesis.several_rows import protect
from synth_handson.synthesis.trees import MIN_LEAF, TreesModel


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    table = draw_visits(24)
    return table.assign(town=table["town"].where(table["patient_id"] > "PT-1006", "rare"))


@pytest.mark.parametrize("engine", ["copula", "trees"])
@pytest.mark.parametrize("written", ["text", "number", "none"])
def test_no_real_identifier_and_hardly_an_exact_income(
    visits: pd.DataFrame, engine: str, written: str
) -> None:
    table = visits
    if written == "number":
        table = visits.assign(patient_id=visits["patient_id"].str[3:].astype(int))
    elif written == "none":
        draw = np.random.default_rng(2)
        of_person = visits["patient_id"].str[3:].astype(int) - 1000
        table = visits.drop(columns="patient_id").assign(born=draw.integers(1930, 2005, 100)[of_person])
    drawn = train_generator(table, engine=engine, keep=False).sample(1_000)
    assert list(drawn) == list(table)
    assert drawn["income"].isin(table["income"]).mean() < 0.1
    assert not (drawn["town"] == "rare").any()
    if written != "none":
        assert not drawn["patient_id"].isin(table["patient_id"]).any()
        assert drawn["patient_id"].dtype == table["patient_id"].dtype


def test_a_leaf_holds_a_hundred_people_and_not_a_hundred_rows(visits: pd.DataFrame) -> None:
    model = train_generator(visits, engine="trees", keep=False).model
    assert isinstance(model, TreesModel)
    # 30 people are learned from: too few for two leaves.
    assert MIN_LEAF > 30
    assert all(len(tree.feature) == 1 for tree in model.trees)


def test_the_archive_keeps_how_identifiers_are_made(visits: pd.DataFrame) -> None:
    generator = train_generator(visits, engine="copula", keep=False)
    again = from_bytes(to_bytes(generator))
    pd.testing.assert_frame_equal(again.sample(20), generator.sample(20))
    assert "PT-1000" not in to_bytes(generator).decode("latin-1")


def test_what_cannot_be_had_is_said(visits: pd.DataFrame) -> None:
    wrong: list[dict[str, Any]] = [{"target": "patient_id"}, {"engine": "mostly", "epsilon": 1.0}]
    for options in wrong:
        with pytest.raises(ArgumentError, match="patient_id"):
            train_generator(visits, **options)


def test_eight_rows_of_one_person_are_one_person() -> None:
    people = np.repeat(np.arange(20), 10)
    town = pd.Series(np.where(people < 7, "few", "many"))
    assert Categories.of(town).levels == ("few", "many")
    assert Categories.of(town, people).levels == ("many", PROTECTED_TOKEN)


def test_a_range_holds_eight_people() -> None:
    # Twenty people with ten rows each, whose number is their income: no value is shared by eight.
    people = np.repeat(np.arange(20), 10)
    income = pd.Series(people.astype(float))
    assert 0.0 in Numbers.of(income).low
    # Seven people at either end are beyond the ends; between them, eight and more share each range.
    people = np.repeat(np.arange(40), 10)
    found = Numbers.of(pd.Series(people.astype(float)), people)
    assert (found.low, found.high) == ((7.0, 15.0, 23.0), (14.0, 22.0, 32.0))
    # Of twenty people, six are left: too few for a range of their own, which all have to share.
    found = Numbers.of(income, np.repeat(np.arange(20), 10))
    assert (found.low, found.high) == ((7.0,), (12.0,))


def test_protected_rows_keep_their_columns_and_types(visits: pd.DataFrame) -> None:
    table = visits.drop(columns="patient_id").assign(bpm=visits["bpm"].astype(int))
    people = visits["patient_id"].factorize()[0]
    safe = protect(table, people, random_state=0)
    assert dict(safe.dtypes) == dict(table.dtypes)
    assert (safe.loc[visits["town"] == "rare", "town"] == PROTECTED_TOKEN).all()
    assert (safe["bpm"] == table["bpm"]).mean() > 0.5
