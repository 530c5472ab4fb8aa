"""The whole assessment where people have several rows: people are counted, and not rows."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import draw_payments, joined, linked, on_new_days, planted, renumbered, some
from people import draw_people

from synth_handson import split_holdout
from synth_handson.errors import ArgumentError, TableError
from synth_handson.evidence.assessment import Evidence, assess
from synth_handson.locales import LANGUAGES, Language
from synth_handson.tables.linked import LinkedTables

pytestmark = pytest.mark.usefixtures("one_model_throughout")

TRAIN, HOLDOUT, SYNTHETIC = (renumbered(draw_payments(400, seed), 10_000 * seed) for seed in (1, 2, 3))


def assessed(synthetic: pd.DataFrame, **options: object) -> Evidence:
    return assess(synthetic, train=TRAIN, holdout=HOLDOUT, person="customer", **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def honest() -> Evidence:
    return assessed(SYNTHETIC, target="shop")


def test_people_never_seen_pass_and_everything_is_said_in_people(honest: Evidence) -> None:
    assert honest.verdict == "pass"
    assert honest.people is not None
    assert (honest.people.synthetic, honest.people.train, honest.people.holdout) == (400, 400, 400)
    assert (honest.rows.synthetic, honest.rows.train) == (len(SYNTHETIC), len(TRAIN))
    assert honest.person == "customer"
    assert honest.columns == ("age", "region", "day", "shop", "amount")
    measured = [*honest.privacy.measures, *honest.fidelity.columns, *honest.fidelity.pairs]
    assert not any("customer" in m.columns for m in measured)
    limit = honest.privacy.verdict.smallest_hinted_leak
    assert limit is not None
    assert limit * 400 == pytest.approx(round(limit * 400))
    assert [r.key for r in honest.reasons][-1] == "verdict.of_people"


def test_events_order_and_change_are_compared(honest: Evidence) -> None:
    columns = {m.columns for m in honest.fidelity.columns if m.name == "column_tvd"}
    assert {("age",), ("count(*)",), ("sum(amount)",), ("shop",), ("day - lag(day)",)} <= columns
    pairs = {m.columns for m in honest.fidelity.pairs}
    assert {("lag(shop)", "shop"), ("lag(amount)", "amount"), ("age", "shop")} <= pairs
    joint = {m.name: m for m in honest.fidelity.joint}
    told = joint["c2st_auc_events"]
    assert told.low is not None
    assert told.low < 0.5
    shares = [m for m in honest.fidelity.columns if m.name == "intraclass_difference"]
    assert [m.columns for m in shares] == [("day",), ("amount",)]
    assert all(m.value is not None and m.value < 0.1 for m in shares)


def test_it_comes_back_from_plain_numbers(honest: Evidence) -> None:
    assert Evidence.from_dict(json.loads(json.dumps(honest.to_dict(), allow_nan=False))) == honest


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_counts_people(honest: Evidence, language: Language) -> None:
    said = honest.to_markdown(language)
    assert {"en": "400 people with", "ja": "400 人、"}[language] in said
    assert {"en": "of the synthetic people", "ja": "合成データの人の"}[language] in said
    assert honest.to_html(language)


LEAKS = {
    "copied": some(TRAIN, 20),
    "on new days": on_new_days(some(TRAIN, 20), 0),
    "two in one": joined(some(TRAIN, 40)),
}


@pytest.mark.seldom
@pytest.mark.parametrize("rows", LEAKS.values(), ids=LEAKS)
def test_one_person_in_twenty_who_was_copied_fails_the_table(rows: pd.DataFrame) -> None:
    assert assessed(planted(SYNTHETIC, rows)).verdict == "fail"


@pytest.mark.seldom
def test_real_peoples_keys_fail_a_table() -> None:
    keys = SYNTHETIC["customer"].unique()[:20]
    real = dict(zip(keys, TRAIN["customer"].unique()[:20], strict=True))
    named = SYNTHETIC.assign(customer=SYNTHETIC["customer"].replace(real))
    found = assessed(named)
    assert found.verdict == "fail"
    assert [r.key for r in found.reasons if r.key.startswith("verdict.shown")] == [
        "verdict.shown_key_matches"
    ]


@pytest.mark.seldom
def test_the_order_within_people_counts_for_use_and_not_for_privacy() -> None:
    mixed = SYNTHETIC.assign(amount=np.random.default_rng(0).permutation(SYNTHETIC["amount"].to_numpy()))
    found = assessed(mixed)
    assert found.verdict == "pass"
    assert found.usefulness.outcome in ("limited", "not useful")


def test_linked_tables_give_the_evidence_of_one_table(honest: Evidence) -> None:
    tables = [linked(frame) for frame in (SYNTHETIC, TRAIN, HOLDOUT)]
    found = assess(tables[0], train=tables[1], holdout=tables[2], target="shop")
    actual, expected = found.to_dict(), honest.to_dict()
    assert actual.pop("columns") == expected.pop("columns")
    assert actual == expected


def test_people_and_events_may_have_columns_of_one_name() -> None:
    tables = [linked(frame) for frame in (SYNTHETIC, TRAIN, HOLDOUT)]
    both = [replace(one, people=one.people.assign(shop="web")) for one in tables]
    found = assess(both[0], train=both[1], holdout=both[2], target="payments.shop")
    assert {"age", "region", "shop", "payments.shop", "amount"} <= set(found.columns)
    assert found.verdict == "pass"


@pytest.mark.seldom
def with_calls(frame: pd.DataFrame, callers: int, seed: int) -> LinkedTables:
    """Let some people call, too."""
    tables = linked(frame)
    some = np.random.default_rng(seed).choice(tables.people["customer"], callers, replace=False)
    calls = pd.DataFrame({"customer": some, "seconds": np.arange(callers) % 50})
    return LinkedTables(tables.people, {**tables.events, "calls": calls}, "customer")


@pytest.mark.parametrize("callers", [0, 1, 30])
def test_synthetic_people_may_have_few_events_of_a_kind_or_none(callers: int) -> None:
    train, holdout = with_calls(TRAIN, 40, 1), with_calls(HOLDOUT, 40, 2)
    evidence = assess(with_calls(SYNTHETIC, callers, 3), train=train, holdout=holdout)
    assert evidence.verdict == "pass"
    measured = {m.columns for m in evidence.fidelity.columns if m.name == "column_tvd"}
    assert ("count(calls)",) in measured
    assert (("calls.seconds",) in measured) == (callers == 30)


def test_events_that_few_real_people_have_are_refused_by_name() -> None:
    train, holdout = with_calls(TRAIN, 40, 1), with_calls(HOLDOUT, 19, 2)
    with pytest.raises(TableError, match="“calls”: 40 in the training part, 19 in the holdout"):
        assess(with_calls(SYNTHETIC, 40, 3), train=train, holdout=holdout)
    silent = replace(linked(SYNTHETIC), events={"payments": linked(SYNTHETIC).events["payments"].head(0)})
    with pytest.raises(TableError, match="no events at all"):
        assess(silent, train=linked(TRAIN), holdout=linked(HOLDOUT))


def test_people_may_have_nothing_of_their_own() -> None:
    def alone(frame: pd.DataFrame) -> LinkedTables:
        tables = linked(frame)
        return replace(tables, people=tables.people[["customer"]])

    evidence = assess(alone(SYNTHETIC), train=alone(TRAIN), holdout=alone(HOLDOUT))
    assert evidence.verdict == "pass"
    assert evidence.columns == ("day", "shop", "amount")


def test_what_is_known_of_an_event_may_tell_the_rest() -> None:
    quiet = assessed(SYNTHETIC, known=["age", "day"])
    told = {m.name: m for m in quiet.privacy.measures}
    assert told["attribution"].columns[:2] == ("age", "day")
    assert quiet.known == ("age", "day")
    of_people = assessed(SYNTHETIC, known=["age"]).privacy.measures
    assert next(m for m in of_people if m.name == "attribution").columns[0] == "age"


def test_where_nobody_has_a_second_row_the_key_is_left_out() -> None:
    synthetic, train, holdout = (draw_people(200, seed)[["income", "region", "visits"]] for seed in range(3))
    numbered = [
        frame.assign(id=np.arange(200) + first)
        for frame, first in ((synthetic, 0), (train, 900), (holdout, 500))
    ]
    expected = assess(synthetic, train=train, holdout=holdout).to_dict()
    assert assess(numbered[0], train=numbered[1], holdout=numbered[2], person="id").to_dict() == expected
    copied = numbered[0].assign(id=numbered[1]["id"])
    found = assess(copied, train=numbered[1], holdout=numbered[2], person="id")
    assert found.verdict == "fail"
    assert found.people is None


@pytest.mark.seldom
def test_the_same_people_on_both_sides_leave_nothing_to_judge() -> None:
    everybody = pd.concat([TRAIN, HOLDOUT], ignore_index=True)
    train, holdout = split_holdout(everybody, 0.5)  # by rows
    found = assess(SYNTHETIC, train=train, holdout=holdout, person="customer")
    assert found.verdict == "review"
    assert found.reasons[0].key == "verdict.shown_shared_people_people"


@pytest.mark.seldom
def test_without_its_name_a_key_that_repeats_is_noticed_and_person_is_what_to_say() -> None:
    train, holdout = split_holdout(pd.concat([TRAIN, HOLDOUT], ignore_index=True), 0.5)
    found = assess(SYNTHETIC, train=train, holdout=holdout)
    assert found.verdict == "review"
    for language, option in (("en", "--person"), ("ja", "--person")):
        assert option in found.reasons[0].render(language)  # type: ignore[arg-type]


def test_linked_tables_and_tables_of_rows_are_not_mixed() -> None:
    with pytest.raises(ArgumentError, match="Linked tables are compared with linked tables"):
        assess(linked(SYNTHETIC), train=TRAIN, holdout=HOLDOUT)
    with pytest.raises(ArgumentError, match="person='nobody'"):
        assess(linked(SYNTHETIC), train=linked(TRAIN), holdout=linked(HOLDOUT), person="nobody")
