"""People with their events are learned and drawn: in their form, in order, and nobody's key among them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from synth_handson import train_generator
from synth_handson.errors import ArgumentError, TableError
from synth_handson.synthesis import linked_trees
from synth_handson.synthesis.archive import linked_from_bytes, linked_to_bytes
from synth_handson.synthesis.linked import LinkedGenerator
from synth_handson.synthesis.registry import ENGINES
from synth_handson.tables.linked import LinkedTables


def customers(people: int = 1_500, seed: int = 0) -> LinkedTables:
    """Draw customers of two kinds, who pay on rising days sums that stay alike, and some of whom call."""
    rng = np.random.default_rng(seed)
    kind = rng.random(people) < 0.5
    keys = [f"C-{number:05d}" for number in rng.permutation(people)]
    who = pd.DataFrame(
        {
            "customer": keys,
            "town": np.where(kind, "Ely", rng.choice(["Bath", "Ely"], people)),
            "born": rng.integers(1940, 2005, people),
        }
    )
    owner = np.repeat(np.arange(people), 1 + rng.poisson(np.where(kind, 8, 3)))
    level = np.where(kind, 60, 20) + rng.normal(0, 8, people)
    day = pd.Series(rng.integers(1, 30, len(owner))).groupby(owner).cumsum()
    payments = pd.DataFrame(
        {
            "amount": (level[owner] + rng.normal(0, 4, len(owner))).round(2),
            "customer": np.array(keys)[owner],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D"),
            "card": np.where(rng.random(len(owner)) < 0.7, "debit", "credit"),
        }
    )
    calls = np.repeat(np.arange(people), rng.poisson(0.5, people))
    called = pd.DataFrame({"customer": np.array(keys)[calls], "minutes": rng.integers(1, 40, len(calls))})
    return LinkedTables(who, {"payments": payments, "calls": called}, "customer")


def with_points(tables: LinkedTables) -> LinkedTables:
    """Let customers pay sums that vary, and collect a point for each unit paid."""
    payments = tables.events["payments"]
    payments = payments.assign(amount=np.random.default_rng(0).gamma(2, 20, len(payments)).round(2))
    points = np.floor(payments["amount"]).groupby(payments["customer"]).cumsum()
    return LinkedTables(tables.people, {"payments": payments.assign(points=points)}, "customer")


def test_events_of_which_nothing_ever_changes_are_drawn() -> None:
    tables = customers(300)
    logins = tables.events["calls"][["customer"]].assign(channel="web")
    only = LinkedTables(tables.people, {"logins": logins}, "customer")
    drawn = train_generator(only, keep=False).sample(300)
    assert isinstance(drawn, LinkedTables)
    assert set(drawn.events["logins"]["channel"]) == {"web"}
    assert drawn.counts("logins").mean() == pytest.approx(only.counts("logins").mean(), abs=0.2)


@pytest.fixture(scope="module")
def real() -> LinkedTables:
    return customers()


@pytest.fixture(scope="module", params=["of few people", "of many"])
def generator(real: LinkedTables, request: pytest.FixtureRequest) -> LinkedGenerator:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "of many":
            patch.setattr(linked_trees, "FEW_PEOPLE", 0)
            patch.setattr(linked_trees, "FEW_FOR_EVENTS", 0)
        trained = train_generator(real, target="payments.amount", keep=False)
    assert isinstance(trained, LinkedGenerator)
    return trained


@pytest.fixture(scope="module")
def drawn(generator: LinkedGenerator) -> LinkedTables:
    made = generator.sample(1_500)
    assert isinstance(made, LinkedTables)
    return made


def test_drawn_tables_are_of_the_same_form(real: LinkedTables, drawn: LinkedTables) -> None:
    assert drawn.key == real.key
    assert list(drawn.events) == list(real.events)
    for one, other in zip(
        (real.people, *real.events.values()), (drawn.people, *drawn.events.values()), strict=True
    ):
        assert list(other.columns) == list(one.columns)
        assert other.dtypes.astype(str).to_dict() == one.dtypes.astype(str).to_dict()
        assert not other["customer"].isin(real.people["customer"]).any()
    assert drawn.people["customer"].str.fullmatch(r"C-\d+").all()


def test_what_a_person_does_is_kept(real: LinkedTables, drawn: LinkedTables) -> None:
    for name in real.events:
        assert drawn.counts(name).mean() == pytest.approx(real.counts(name).mean(), rel=0.1)
    assert (drawn.counts("calls") == 0).mean() == pytest.approx((real.counts("calls") == 0).mean(), abs=0.06)
    found = []
    for tables in (real, drawn):
        payments = tables.events["payments"]
        owner = tables.owners("payments")
        assert (payments.groupby(owner)["day"].diff().dropna() > pd.Timedelta(0)).all()
        both = pd.DataFrame({"now": payments["amount"], "before": payments.groupby(owner)["amount"].shift()})
        found.append(both.corr().iloc[0, 1])
    assert found[1] == pytest.approx(found[0], abs=0.1)


def test_what_goes_together_in_a_person_is_learned_of_few_people() -> None:
    tables = customers(300)
    made = train_generator(tables, keep=False).sample(1_000)
    assert isinstance(made, LinkedTables)
    gaps = []
    for one in (tables, made):
        payments = one.events["payments"]
        town = one.people["town"].to_numpy()[one.owners("payments")]
        gaps.append(payments["amount"][town == "Ely"].mean() - payments["amount"][town == "Bath"].mean())
    assert gaps[0] > 20
    assert gaps[1] > gaps[0] / 2


def test_what_makes_one_event_differ_from_another_is_learned_of_few_people() -> None:
    tables = customers(300)
    payments = tables.events["payments"]
    credit = payments["card"] == "credit"
    dearer = payments.assign(amount=payments["amount"].where(~credit, payments["amount"] + 10))
    made = train_generator(
        LinkedTables(tables.people, {"payments": dearer}, "customer"), target="amount", keep=False
    ).sample(1_000)
    assert isinstance(made, LinkedTables)
    drawn = made.events["payments"]
    within = drawn["amount"] - drawn.groupby("customer")["amount"].transform("mean")
    is_credit = drawn["card"] == "credit"
    assert within[is_credit].mean() - within[~is_credit].mean() > 6


def test_a_state_changes_as_often_as_in_reality() -> None:
    # Everybody works or not, and one in five changes from one year to the next.
    rng = np.random.default_rng(0)
    changes = rng.random((400, 6)) < 0.2
    changes[:, 0] = rng.random(400) < 0.5
    frame = pd.DataFrame(
        {
            "person": np.repeat(np.arange(400), 6),
            "year": np.tile(np.arange(2001, 2007), 400),
            "works": (changes.cumsum(axis=1) % 2).ravel(),
        }
    )
    made = train_generator(frame, person="person", keep=False).sample(400)
    assert isinstance(made, pd.DataFrame)
    changed = made.groupby("person")["works"].diff().dropna() != 0
    assert changed.mean() == pytest.approx(0.2, abs=0.04)


def test_a_counter_counts_the_events_from_the_first_one_on(real: LinkedTables) -> None:
    shopping = with_points(real)
    made = train_generator(shopping, keep=False).sample(1_500)
    assert isinstance(made, LinkedTables)
    payments = made.events["payments"]
    by_person = payments.groupby(made.owners("payments"))
    counted = by_person["points"].diff()
    for which in (counted.isna(), counted.notna()):
        steps = counted.fillna(payments["points"])[which]
        assert (steps >= 0).all()
        assert payments["amount"][which].corr(steps, method="spearman") > 0.95
    amounts = shopping.events["payments"]["amount"]
    assert payments["amount"].mean() == pytest.approx(amounts.mean(), rel=0.1)


def test_the_same_seed_draws_the_same_people_and_an_archive_keeps_them(
    real: LinkedTables, generator: LinkedGenerator
) -> None:
    again = linked_from_bytes(linked_to_bytes(generator))
    assert again.from_store
    one, other = generator.sample(50, random_state=3), again.sample(50, random_state=3)
    assert isinstance(one, LinkedTables) and isinstance(other, LinkedTables)
    assert_frame_equal(one.people, other.people)
    assert_frame_equal(one.events["payments"], other.events["payments"])
    assert str(real.people["customer"][0]) not in linked_to_bytes(generator).decode("latin-1")
    assert len(generator.sample(1).people) == 1


def test_one_table_of_events_comes_back_as_one(real: LinkedTables) -> None:
    frame = LinkedTables(real.people, {"payments": real.events["payments"]}, "customer").to_frame()
    trained = train_generator(frame, person="customer", engine="trees", keep=False)
    assert isinstance(trained, LinkedGenerator)
    made = trained.sample(300)
    assert isinstance(made, pd.DataFrame)
    assert list(made) == list(frame)
    assert made["customer"].nunique() == 300
    assert (made.groupby("customer")["born"].nunique() == 1).all()
    assert trained.training.rows == 1_500


def test_nothing_that_fewer_than_eight_people_share_is_drawn() -> None:
    tables = customers(600)
    payments = tables.events["payments"]
    often = payments["customer"].isin(tables.people["customer"][:3])
    marked = {"payments": payments.assign(card=payments["card"].where(~often, "gold"))}
    trained = train_generator(LinkedTables(tables.people, marked, "customer"), keep=False)
    made = trained.sample(2_000)
    assert isinstance(made, LinkedTables)
    assert often.sum() > 8
    assert "gold" not in set(made.events["payments"]["card"])


UNABLE = [name for name, entry in ENGINES.items() if not entry.linked]


@pytest.mark.parametrize("engine", UNABLE)
def test_an_engine_that_cannot_says_so_before_anything_is_read(engine: str) -> None:
    with pytest.raises(ArgumentError, match="one row per person"):
        train_generator(pd.DataFrame(), person="customer", engine=engine)


def test_what_cannot_be_had_is_said(real: LinkedTables) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"epsilon": 1.0}, "for one row"),
        ({"person": "born"}, "linked by “customer”"),
        ({"target": "customer"}, "“customer”"),
        ({"target": "wage"}, "wage"),
        ({"server": "http://127.0.0.1:1"}, "trains on this machine"),
    ]
    for options, said in wrong:
        with pytest.raises(ArgumentError, match=said):
            train_generator(real, **options)
    few = real.select(real.people["customer"][:20])
    with pytest.raises(TableError, match="20 people"):
        train_generator(few)
    named = LinkedTables(
        real.people.assign(mail=[f"{n}@a.org" for n in range(1_500)]), real.events, "customer"
    )
    with pytest.raises(TableError, match="table “people”: Column “mail” looks like an identifier"):
        train_generator(named)
