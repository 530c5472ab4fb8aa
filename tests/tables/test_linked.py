"""People and their events: taken apart, put together, chosen by person, and refused where they do not fit."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from synth_handson.errors import ArgumentError, TableError
from synth_handson.tables.checks import check_table
from synth_handson.tables.linked import LinkedTables, check_linked, event_columns, in_table

PEOPLE = pd.DataFrame({"id": [7, 3, 5], "town": ["Ely", "Bath", "Ely"]})
VISITS = pd.DataFrame({"id": [3, 7, 3, 3], "day": [1, 2, 2, 9], "shop": ["a", "b", "a", "c"]})
TABLES = LinkedTables(PEOPLE, {"visits": VISITS}, "id")


def test_each_event_has_its_person_and_a_person_may_have_none() -> None:
    assert TABLES.owners("visits").tolist() == [1, 0, 1, 1]
    assert TABLES.counts("visits").tolist() == [1, 3, 0]


def test_some_people_come_with_all_their_events_in_their_order() -> None:
    chosen = TABLES.select([5, 3])
    assert chosen.people["id"].tolist() == [3, 5]
    assert chosen.events["visits"]["day"].tolist() == [1, 2, 9]


def test_what_is_constant_within_people_is_theirs() -> None:
    frame = TABLES.to_frame()
    assert frame.columns.tolist() == ["id", "town", "day", "shop"]
    assert frame["town"].tolist() == ["Bath", "Ely", "Bath", "Bath"]
    again = LinkedTables.from_events(frame, "id", "visits")
    assert_frame_equal(again.people, PEOPLE.loc[[1, 0]].reset_index(drop=True))
    assert_frame_equal(again.events["visits"], VISITS)


@st.composite
def tables_of_events(draw: st.DrawFn) -> pd.DataFrame:
    owners = draw(st.lists(st.integers(0, 5), min_size=1, max_size=30))
    n = len(owners)
    values = st.lists(st.sampled_from([1.0, 2.0, np.nan]), min_size=n, max_size=n)
    frame = pd.DataFrame(
        {
            "amount": draw(values),
            "who": pd.Categorical([f"p{owner}" for owner in owners]),
            "born": [1950 + owner % 3 for owner in owners],
            "day": pd.Timestamp("2024-05-01") + pd.to_timedelta(np.arange(n), unit="D"),
        },
        index=np.arange(n)[::-1] * 2,
    )
    return frame[draw(st.permutations(frame.columns.tolist()))]


@given(frame=tables_of_events())
def test_one_table_goes_apart_and_together_without_any_change(frame: pd.DataFrame) -> None:
    tables = LinkedTables.from_events(frame, "who")
    assert "born" in tables.people
    assert_frame_equal(tables.to_frame(), frame)


REFUSED = {
    "no events": ({"events": {}}, "at least one table of events"),
    "nobody": ({"people": PEOPLE[:0]}, "no rows"),
    "no key": ({"key": "customer"}, "“people” has no column “customer”"),
    "no key in events": ({"events": {"visits": VISITS[["day"]]}}, "“visits” has no column “id”"),
    "key twice": ({"people": pd.concat([PEOPLE, PEOPLE[:2]])}, "7; 2 such values"),
    "key missing": ({"people": PEOPLE.assign(id=[7, 3, None])}, "1 rows have no value in “id”"),
    "event of nobody": ({"people": PEOPLE[:1]}, "3 rows of the table “visits”.*for example 3"),
    "two columns of a name": ({"people": PEOPLE.set_axis(["id", "id"], axis=1)}, "more than one column"),
}


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_tables_that_do_not_fit_together_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        LinkedTables(**{"people": PEOPLE, "events": {"visits": VISITS}, "key": "id", **change})


def test_a_table_is_a_dataframe() -> None:
    with pytest.raises(TableError, match="`visits`"):
        LinkedTables(PEOPLE, {"visits": [1]}, "id")  # type: ignore[dict-item]


def test_a_second_level_is_refused_and_a_key_to_a_third_table_is_a_category() -> None:
    orders = pd.DataFrame({"id": [3, 7] * 6, "order": range(12), "shop": ["a", "b", "c"] * 4})
    items = pd.DataFrame({"id": [3, 7, 3], "order": [0, 1, 0], "shop": ["a", "a", "b"]})
    with pytest.raises(ArgumentError, match=r"“order” in the table “items”.*“orders”"):
        LinkedTables(PEOPLE, {"orders": orders, "items": items}, "id")
    LinkedTables(PEOPLE, {"orders": orders.drop(columns="order"), "items": items}, "id")


def test_several_tables_of_events_and_names_in_both_make_no_one_table() -> None:
    with pytest.raises(ArgumentError, match="visits, calls"):
        LinkedTables(PEOPLE, {"visits": VISITS, "calls": VISITS}, "id").to_frame()
    with pytest.raises(ArgumentError, match=r"both: day"):
        LinkedTables(PEOPLE.assign(day=0), {"visits": VISITS}, "id").to_frame()


def test_nobody_of_that_key_can_be_chosen() -> None:
    with pytest.raises(ArgumentError, match="4"):
        TABLES.select([3, 4])


def test_a_row_of_nobody_is_no_event() -> None:
    with pytest.raises(ArgumentError, match="1 rows have no value in “id”"):
        LinkedTables.from_events(VISITS.assign(id=[3, 7, 3, None]), "id")


def test_columns_of_events_are_told_from_those_of_people() -> None:
    assert event_columns("visits", ["day", "town"], ["id", "town"], 1) == {
        "day": "day",
        "town": "visits.town",
    }
    assert event_columns("visits", ["day"], ["id"], 2) == {"day": "visits.day"}


def test_what_cannot_be_learned_is_named_with_its_table() -> None:
    people = pd.DataFrame({"id": range(60), "born": range(1940, 2000)})
    with pytest.raises(TableError) as caught:
        check_linked(LinkedTables(people, {"visits": VISITS[:0]}, "id"))
    assert "“visits” has no rows" in caught.value.message("en")
    with pytest.raises(TableError) as caught, in_table("visits"):
        check_table(people[:3])
    assert "In the table “visits”: Too few rows (3)" in caught.value.message("en")
