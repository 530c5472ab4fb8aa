"""People of three tables and their events: taken apart, summed up, in order of time, and drawn by people."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from panels import draw_payments, linked, renumbered

from synth_handson.errors import ArgumentError, TableError
from synth_handson.evidence.histories import Histories, by_person, of_linked, rows_of_people
from synth_handson.tables.linked import LinkedTables

TABLES = {
    "synthetic": renumbered(draw_payments(120, 1), 5_000),
    "train": renumbered(draw_payments(150, 2), 0),
    "holdout": renumbered(draw_payments(110, 3), 1_000),
}
HISTORIES = by_person(TABLES, "customer")
(EVENTS,) = HISTORIES.events


def test_what_never_changes_within_real_people_is_theirs() -> None:
    assert HISTORIES.sizes == (120, 150, 110)
    assert list(HISTORIES.attributes.train) == ["age", "region"]
    assert list(EVENTS.tables.train) == ["day", "shop", "amount"]
    assert HISTORIES.columns == ("age", "region", "day", "shop", "amount")
    assert (EVENTS.time, EVENTS.summed) == ("day", ("amount",))


def test_a_person_is_one_row_that_sums_up_the_events() -> None:
    someone = TABLES["train"][TABLES["train"]["customer"] == 7].sort_values("day", kind="stable")
    found = HISTORIES.people.train.iloc[7]
    assert list(HISTORIES.people.train) == [
        "age", "region", "count(*)", "first(day)", "last(day)", "first(shop)", "last(shop)",
        "first(amount)", "last(amount)", "sum(amount)",
    ]  # fmt: skip
    assert found["count(*)"] == len(someone)
    assert found["age"] == someone["age"].iloc[0]
    assert (found["first(shop)"], found["last(shop)"]) == (someone["shop"].iloc[0], someone["shop"].iloc[-1])
    assert found["first(amount)"] == someone["amount"].iloc[0]
    assert found["sum(amount)"] == pytest.approx(someone["amount"].sum())
    assert found["last(day)"] == (someone["day"].max() - pd.Timestamp("1970-01-01")).days


def test_the_order_of_rows_says_nothing_where_a_date_orders_them() -> None:
    shuffled = {title: frame.sample(frac=1, random_state=0) for title, frame in TABLES.items()}
    found = by_person(shuffled, "customer")
    # Of several payments on one day, the table's order decides.
    own = ["age", "region", "count(*)", "sum(amount)", "first(day)", "last(day)"]
    for part, expected in zip(found.people.all, HISTORIES.people.all, strict=True):
        assert_frame_equal(
            part[own].round(6).sort_values(own, ignore_index=True),
            expected[own].round(6).sort_values(own, ignore_index=True),
        )


def test_a_year_orders_rows_rather_than_their_number() -> None:
    frames = {}
    for title, first in (("synthetic", 0), ("train", 200), ("holdout", 400)):
        who = np.repeat(np.arange(120) + first, 3)
        year = np.tile([80, 81, 83], 120)
        frames[title] = pd.DataFrame({"row": np.arange(360), "id": who, "year": year, "x": who % 7 + year})
    assert by_person(frames, "id").events[0].time == "year"


def test_one_table_and_linked_tables_say_the_same() -> None:
    found = of_linked({title: linked(frame) for title, frame in TABLES.items()})
    assert found.sizes == HISTORIES.sizes
    for actual, expected in zip(found.people.all, HISTORIES.people.all, strict=True):
        assert_frame_equal(actual, expected)
    assert [keys.tolist() for keys in found.keys] == [keys.tolist() for keys in HISTORIES.keys]


def test_linked_people_may_have_no_events_and_several_kinds_of_them() -> None:
    def tables(frame: pd.DataFrame) -> LinkedTables:
        one = linked(frame)
        calls = one.people[["customer"]].iloc[::2].assign(minutes=3.0)
        return LinkedTables(one.people, {"payments": one.events["payments"], "calls": calls}, "customer")

    found = of_linked({title: tables(frame) for title, frame in TABLES.items()})
    people = found.people.train
    assert people["count(calls)"].tolist() == [1, 0] * 75
    assert people["sum(calls.minutes)"].isna().tolist() == [False, True] * 75
    assert people["sum(payments.amount)"].equals(HISTORIES.people.train["sum(amount)"].rename(None)) or (
        people["sum(payments.amount)"].tolist() == HISTORIES.people.train["sum(amount)"].tolist()
    )


def test_texts_of_one_person_are_one_text() -> None:
    texts = np.array(
        ["I came early and it rained", "the train was late once more", "nobody had told me anything"]
    )
    rng = np.random.default_rng(0)

    def note(frame: pd.DataFrame) -> pd.DataFrame:
        said = [f"{texts[rng.integers(3)]} on day {i} of {rng.integers(1000)}" for i in range(len(frame))]
        return frame.assign(note=said)

    tables = {title: note(frame) for title, frame in TABLES.items()}
    people = by_person(tables, "customer").people.train
    first = tables["train"][tables["train"]["customer"] == 0]
    assert sorted(people["string_agg(note)"].iloc[0].split("\n")) == sorted(first["note"])
    assert "first(note)" not in people


def everybody(histories: Histories) -> list[set[str]]:
    return [set(keys) for keys in histories.keys]


def test_people_are_drawn_with_all_their_events() -> None:
    some = HISTORIES.sampled(200, 0)
    assert all(part <= whole for part, whole in zip(everybody(some), everybody(HISTORIES), strict=True))
    for part, (table, owners) in enumerate(
        zip(some.events[0].tables.all, some.events[0].owners, strict=True)
    ):
        assert len(table) == len(owners) <= 200
        counts = np.bincount(owners, minlength=some.sizes[part])
        assert (counts == some.people.all[part]["count(*)"]).all()
        known = dict(zip(HISTORIES.keys[part], HISTORIES.people.all[part]["sum(amount)"], strict=True))
        assert some.people.all[part]["sum(amount)"].tolist() == pytest.approx(
            [known[key] for key in some.keys[part]]
        )
    assert HISTORIES.sampled(10**6, 0) is HISTORIES


def test_half_of_the_holdouts_people_take_the_synthetic_ones_place() -> None:
    first, train, second = everybody(HISTORIES.reference(0))
    assert first | second == everybody(HISTORIES)[2]
    assert not first & second
    assert train == everybody(HISTORIES)[1]


def test_rows_of_people_are_drawn_together() -> None:
    owners = np.repeat(np.arange(50), np.arange(50) % 4 + 1)
    rng = np.random.default_rng(0)
    assert sorted(rows_of_people(owners, len(owners), rng, again=False)) == list(range(len(owners)))
    drawn = owners[rows_of_people(owners, 100, rng, again=True)]
    whole = np.flatnonzero(np.append(drawn[1:] != drawn[:-1], True))[:-1]
    for start, end in zip(np.append(0, whole[:-1] + 1), whole, strict=True):
        assert (end - start + 1) % (owners == drawn[start]).sum() == 0


REFUSED = {
    "no such column": (lambda f: f, "nobody", "no column 'nobody'"),
    "nobody": (
        lambda f: f.assign(customer=f["customer"].astype(float).where(f.index > 2)),
        "customer",
        "3 rows",
    ),
    "few people": (lambda f: f.assign(customer=f["customer"] % 99), "customer", "99 people; at least 100"),
}


@pytest.mark.parametrize(("change", "person", "said"), REFUSED.values(), ids=REFUSED)
def test_tables_without_people_are_refused(
    change: Callable[[pd.DataFrame], pd.DataFrame], person: str, said: str
) -> None:
    with pytest.raises((ArgumentError, TableError), match=said):
        by_person({title: change(frame) for title, frame in TABLES.items()}, person)


def test_linked_tables_of_other_kinds_are_refused() -> None:
    tables = {title: linked(frame) for title, frame in TABLES.items()}
    other = LinkedTables.from_events(TABLES["holdout"], "customer", "calls")
    with pytest.raises(ArgumentError, match="'customer' and the events calls, but the training tables"):
        of_linked({**tables, "holdout": other})
