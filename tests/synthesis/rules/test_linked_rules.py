"""Rules of people with several rows each: kept by construction in people's columns, events, and between."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import draw_payments

from synth_handson import train_generator
from synth_handson.errors import ArgumentError, TrainingError
from synth_handson.synthesis.archive import linked_from_bytes, linked_to_bytes
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.rules.parse import as_rules

COUNTRY = dict(zip("ABCDEF", "XXYYZZ", strict=True))
RULES = ["joined < booked", "booked < day < leaves", "total = amount + tax", "region -> country"]


def trips(people: int = 300, seed: int = 1) -> pd.DataFrame:
    """Draw payments, sorted by day, with days before and after, a total, and what belongs to the person."""
    frame, rng = draw_payments(people, seed), np.random.default_rng(seed)
    tax = (frame["amount"] * 0.1).round(2)
    return frame.assign(
        country=frame["region"].map(COUNTRY),
        joined=pd.Timestamp("2023-11-01") - pd.to_timedelta(frame["age"], unit="D"),
        booked=frame["day"] - pd.to_timedelta(rng.integers(1, 40, len(frame)), unit="D"),
        leaves=frame["day"] + pd.to_timedelta(rng.integers(1, 9, len(frame)), unit="D"),
        tax=tax,
        total=(frame["amount"] + tax).round(2),
    )


TRIPS = trips()


def train(rules: list[str], frame: pd.DataFrame | LinkedTables = TRIPS) -> LinkedGenerator:
    person = None if isinstance(frame, LinkedTables) else "customer"
    trained = train_generator(frame, person=person, rules=rules, keep=False)
    assert isinstance(trained, LinkedGenerator)
    return trained


@pytest.fixture(scope="module")
def generator() -> LinkedGenerator:
    return train(RULES)


def test_every_row_keeps_them_and_nothing_else_changes(generator: LinkedGenerator) -> None:
    made = generator.sample(250, 3)
    assert isinstance(made, pd.DataFrame)
    assert made["customer"].nunique() == 250
    assert list(made.dtypes.items()) == list(TRIPS.dtypes.items())
    assert (made["joined"] < made["booked"]).all()
    assert (made["booked"] < made["day"]).all() and (made["day"] < made["leaves"]).all()
    assert np.allclose(made["amount"] + made["tax"], made["total"])
    assert (made["region"].map(COUNTRY) == made["country"]).all()
    # Nobody goes back in time, and what is the person's stays so.
    days = made.groupby("customer")["day"].diff().dropna()
    assert (days >= pd.Timedelta(0)).all()
    own = made.groupby("customer")[["age", "region", "country", "joined"]].nunique()
    assert (own == 1).all(axis=None)


def test_what_orders_the_events_is_learned_and_what_is_below_it_is_made(generator: LinkedGenerator) -> None:
    actions = {action.makes[0]: action for kept in generator.rules.events for action in kept.actions}
    assert actions["booked"].down and actions["booked"].needs == ("day",)  # type: ignore[union-attr]
    assert "day" not in actions and "joined" not in actions
    assert {"total", "leaves"} <= set(actions)
    assert [action.makes for action in generator.rules.people.actions] == [("country",)]


def test_a_generator_file_keeps_its_rules(generator: LinkedGenerator) -> None:
    again = linked_from_bytes(linked_to_bytes(generator))
    assert again.rules.rules == generator.rules.rules
    pd.testing.assert_frame_equal(again.sample(60, 1), generator.sample(60, 1))


def test_linked_tables_keep_rules_of_each_table_and_between_events_and_people() -> None:
    tables = LinkedTables.from_events(TRIPS, "customer", "trips")
    calls = tables.events["trips"][["customer", "day"]].rename(columns={"day": "called"})
    linked = LinkedTables(tables.people, {**tables.events, "calls": calls}, "customer")
    trained = train(["region -> country", "joined < booked"], linked)
    made, again = trained.sample(120), linked_from_bytes(linked_to_bytes(trained)).sample(120)
    assert isinstance(made, LinkedTables) and isinstance(again, LinkedTables)
    pd.testing.assert_frame_equal(made.events["calls"], again.events["calls"])
    assert (made.people["region"].map(COUNTRY) == made.people["country"]).all()
    joined = made.people["joined"].iloc[made.owners("trips")].reset_index(drop=True)
    assert (joined < made.events["trips"]["booked"]).all()


def test_a_rule_may_name_the_table_that_it_is_about() -> None:
    tables = LinkedTables.from_events(TRIPS, "customer", "trips")
    days = tables.events["trips"][["customer", "booked", "day"]]
    # Refunds, too, have these two days, and no order between them.
    refunds = days.rename(columns={"booked": "day", "day": "booked"})
    linked = LinkedTables(tables.people, {**tables.events, "refunds": refunds}, "customer")
    with pytest.raises(ArgumentError, match="training rows break the rule"):
        train(["booked < day"], linked)
    generator = train(["trips: booked < day", "people: region -> country"], linked)
    made = generator.sample(120)
    assert isinstance(made, LinkedTables)
    assert (made.events["trips"]["booked"] < made.events["trips"]["day"]).all()
    assert made.people.attrs["redrawn"] == 0
    assert [len(kept.rules) for kept in (generator.rules.people, *generator.rules.events)] == [1, 1, 0]
    with pytest.raises(ArgumentError, match="“trip”, which is not there"):
        train(["trip: booked < day"], linked)
    with pytest.raises(ArgumentError, match="there is one table only"):
        train(["trips: booked < day"])
    with pytest.raises(ArgumentError, match="there is one table only"):
        train_generator(
            TRIPS.drop(columns="customer").head(200), engine="copula", rules="trips: booked < day"
        )


def test_people_and_rows_that_break_a_rule_are_left_out() -> None:
    wrong = TRIPS.copy()
    wrong.loc[wrong.index[:20], "leaves"] = wrong["day"] - pd.Timedelta(days=1)
    few = wrong["customer"].isin(wrong["customer"].unique()[:9])
    wrong.loc[few, "country"] = "Q"
    rules = train(["day < leaves", "region -> country"], wrong).rules
    assert rules.people.left_out == 9
    assert rules.events[0].left_out == int((~few & (wrong["leaves"] < wrong["day"])).sum())


def test_what_cannot_be_kept_is_refused() -> None:
    tables = LinkedTables.from_events(TRIPS, "customer", "trips")
    calls = tables.events["trips"][["customer", "day"]].rename(columns={"day": "called"})
    both = LinkedTables(tables.people, {**tables.events, "calls": calls}, "customer")
    with pytest.raises(ArgumentError, match="two tables of events"):
        train(["booked < called"], both)
    with pytest.raises(ArgumentError, match="totl"):
        train(["totl > 0"])
    with pytest.raises(ArgumentError, match="customer"):
        train(["customer > 0"])
    with pytest.raises(ArgumentError, match="none that holds"):
        train(["leaves < day"])


def test_people_of_whom_a_row_breaks_a_rule_are_drawn_again() -> None:
    # No step makes a person's column, nor the one that orders: such rows are drawn again.
    generator = train(["age * 30 > amount"])
    made = generator.sample(200)
    assert isinstance(made, pd.DataFrame)
    assert (made["age"] * 30 > made["amount"]).all() and made["customer"].nunique() == 200
    assert 0 <= made.attrs["redrawn"] < 0.5


def test_a_rule_that_hardly_anybody_keeps_ends_with_an_error(generator: LinkedGenerator) -> None:
    turned = replace(generator.rules.events[0], rules=as_rules(["leaves < day"]))
    wrong = replace(generator, rules=replace(generator.rules, events=(turned,)))
    with pytest.raises(TrainingError, match="people were drawn"):
        wrong.sample(50)
