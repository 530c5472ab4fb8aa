"""Rules of people with several rows each are measured in rows, with intervals that count people."""

import numpy as np
import pandas as pd
import pytest
from panels import draw_payments, linked, renumbered

from synth_handson import assess, train_generator
from synth_handson.errors import ArgumentError
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.fidelity.people_rules import assess_people_rules
from synth_handson.evidence.histories import by_person, of_linked
from synth_handson.metrics.intervals import exact_share
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.rules.parse import parse_rules

pytestmark = pytest.mark.usefixtures("one_model_throughout")

COUNTRY = dict(zip("ABCDEF", "XXYYZZ", strict=True))


def trips(seed: int) -> pd.DataFrame:
    frame = renumbered(draw_payments(200, seed), 10_000 * seed)
    rng = np.random.default_rng(seed)
    nights = pd.to_timedelta(rng.integers(1, 9, len(frame)), unit="D")
    return frame.assign(leaves=frame["day"] + nights, country=frame["region"].map(COUNTRY))


TRAIN, HOLDOUT, HONEST = map(trips, (1, 2, 3))
BROKEN = HONEST.assign(leaves=HONEST["day"].where(HONEST.index % 2 == 0, HONEST["leaves"]))


def assessed(synthetic: pd.DataFrame, *rules: str) -> Evidence:
    return assess(synthetic, train=TRAIN, holdout=HOLDOUT, person="customer", rules=rules)


@pytest.fixture(scope="module")
def broken() -> Evidence:
    return assessed(BROKEN, "amount > 0")


def test_those_of_people_and_of_events_are_found(broken: Evidence) -> None:
    rules = {rule.rule: rule for rule in broken.rules}
    assert {"day < leaves", "region -> country", "amount > 0"} <= set(rules)
    assert (rules["region -> country"].rows, rules["region -> country"].people) == (200, 200)
    assert (rules["day < leaves"].rows, rules["day < leaves"].people) == (len(BROKEN), 200)
    assert [rule.rule for rule in broken.rules if rule.stated] == ["amount > 0"]


def test_a_broken_one_is_named_first_and_privacy_is_judged_as_before(broken: Evidence) -> None:
    (rule,) = [rule for rule in broken.rules if rule.rule == "day < leaves"]
    share = float((BROKEN["day"] >= BROKEN["leaves"]).mean())
    assert rule.broken == pytest.approx(share)
    # As if each of the 200 people said one thing.
    expected = exact_share(200 * share, 200)
    assert (rule.low, rule.high) == pytest.approx((expected.low, expected.high))
    assert rule.is_broken
    assert "break a rule" in broken.usefulness.reasons[0].render("en")
    assert broken.usefulness.outcome in ("limited", "not useful")
    assert assessed(HONEST).verdict == broken.verdict


def test_of_several_tables_of_events_each_rule_names_its_own() -> None:
    def both(frame: pd.DataFrame) -> LinkedTables:
        tables = linked(frame)
        stays = frame[["customer", "day", "leaves"]]
        return LinkedTables(tables.people, {**tables.events, "stays": stays}, "customer")

    frames = {"synthetic": BROKEN, "train": TRAIN, "holdout": HOLDOUT}
    histories = of_linked({title: both(frame) for title, frame in frames.items()})
    found = assess_people_rules(histories, parse_rules("stays: leaves >= day; people: age > 0"))
    rules = {rule.rule: rule for rule in found}
    assert [rule.rule for rule in found if rule.stated] == ["age > 0", "stays: leaves >= day"]
    assert rules["stays: leaves >= day"].broken == 0
    assert rules["stays: day < leaves"].broken == pytest.approx(rules["payments: day < leaves"].broken)
    assert "“stays.leaves” is always after “stays.day”" in rules["stays: day < leaves"].words.render("en")
    with pytest.raises(ArgumentError, match="“visits”, which is not there"):
        assess_people_rules(histories, parse_rules("visits: leaves > day"))
    with pytest.raises(ArgumentError, match="there is one table only"):
        assessed(HONEST, "visits: leaves > day")


def test_a_rule_between_two_tables_of_events_is_refused() -> None:
    def both(frame: pd.DataFrame) -> object:
        tables = linked(frame)
        calls = frame[["customer", "day"]].rename(columns={"day": "called"})
        return type(tables)(tables.people, {**tables.events, "calls": calls}, "customer")

    synthetic, train, holdout = map(both, (HONEST, TRAIN, HOLDOUT))
    with pytest.raises(ArgumentError, match="two tables of events"):
        assess(synthetic, train=train, holdout=holdout, rules="leaves < called")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="leavs"):
        assessed(HONEST, "leavs > day")


def test_a_column_may_have_any_name() -> None:
    names = {"customer": "self", "day": "key", "amount": "frame", "region": "index", "leaves": "columns"}
    synthetic, train, holdout = (frame.rename(columns=names) for frame in (HONEST, TRAIN, HOLDOUT))
    found = assess(synthetic, train=train, holdout=holdout, person="self").rules
    assert {"key < columns", "index -> country"} <= {rule.rule for rule in found}
    other = {"day": "self", "customer": "index"}
    synthetic, train, holdout = (frame.rename(columns=other) for frame in (HONEST, TRAIN, HOLDOUT))
    tables = {"synthetic": synthetic, "train": train, "holdout": holdout}
    found = assess_people_rules(by_person(tables, "index"), (), 0)
    assert "self < leaves" in {rule.rule for rule in found}
    made = train_generator(train, person="index", rules="self < leaves", keep=False).sample(100)
    assert isinstance(made, pd.DataFrame) and (made["self"] < made["leaves"]).all()
