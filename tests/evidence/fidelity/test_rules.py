"""Broken rules are measured beside real rows, named first, and cap the use; privacy is judged as before."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from people import draw_people
from ruled_tables import ruled

from synth_handson import Evidence, Step, assess, split_holdout, train_generator
from synth_handson.errors import ArgumentError
from synth_handson.evidence.fidelity.rules import RuleEvidence, assess_rules
from synth_handson.evidence.fidelity.statistics import Fidelity, SchemaMatch
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.usefulness import judge_use
from synth_handson.locales import LANGUAGES, Message
from synth_handson.tables.examples import stays
from synth_handson.tables.rules.parse import parse_rules
from synth_handson.tables.rules.values import units_of

pytestmark = pytest.mark.usefixtures("one_model_throughout")


def measured(
    synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame, rules: str = ""
) -> tuple[RuleEvidence, ...]:
    tables = prepare_tables(synthetic, train, holdout)
    return assess_rules(tables, units_of(train), parse_rules(rules))


@pytest.fixture(scope="module")
def halves() -> tuple[pd.DataFrame, pd.DataFrame]:
    return split_holdout(stays())


@pytest.fixture(scope="module")
def unruly(halves: tuple[pd.DataFrame, pd.DataFrame]) -> Evidence:
    train, holdout = halves
    drawn = train_generator(train, engine="copula", keep=False).sample(800)
    return assess(drawn, train=train, holdout=holdout)


def test_each_rule_of_the_training_table_is_measured(unruly: Evidence) -> None:
    rules = {rule.rule: rule for rule in unruly.rules}
    assert {"checkin < checkout", "total = price + tax", "city -> country"} <= set(rules)
    for rule in rules.values():
        assert (rule.train, rule.holdout, rule.stated) == (0.0, 0.0, False)
        assert rule.low <= rule.broken <= rule.high
    assert rules["total = price + tax"].broken > 0.9 and rules["checkin < checkout"].broken > 0.3


def test_a_broken_rule_is_named_first_and_caps_the_use(unruly: Evidence) -> None:
    use = unruly.usefulness
    assert use.outcome == "not useful"
    first = use.reasons[0].render("en")
    assert "break a rule of the real ones" in first and use.advice[0].key == "use.advise_rules"
    assert len({use.reasons[0].render(language) for language in LANGUAGES}) == 2


@pytest.mark.seldom
def test_kept_rules_are_measured_to_hold(halves: tuple[pd.DataFrame, pd.DataFrame], unruly: Evidence) -> None:
    train, holdout = halves
    kept = [rule.rule for rule in unruly.rules]
    drawn = train_generator(train, engine="copula", keep=False, rules=kept).sample(800)
    evidence = assess(drawn, train=train, holdout=holdout)
    assert {rule.broken for rule in evidence.rules} == {0.0}
    assert not any("rules." in reason.key for reason in evidence.usefulness.reasons)
    assert evidence.verdict == unruly.verdict


def test_stated_rules_are_measured_even_where_real_rows_break_them() -> None:
    table, _ = ruled("order", 3, 900)
    train, holdout = split_holdout(table)
    (stated,) = [rule for rule in measured(train, holdout, holdout, "score < 0") if rule.stated]
    share = (holdout["score"] >= 0).mean()
    assert (stated.train, stated.holdout) == (share, share) and not stated.is_broken
    steps: list[Step] = []
    with pytest.raises(ArgumentError, match="Close to it"):
        assess(train, train=holdout, holdout=holdout, rules="scor < 0", on_progress=steps.append)
    assert [step.name for step in steps] == ["distances"]


def test_evidence_survives_json_with_its_rules(unruly: Evidence) -> None:
    again = Evidence.from_dict(unruly.to_dict())
    assert again == unruly and again.rules


def test_a_table_in_which_columns_only_go_together_has_none_between_them() -> None:
    found = measured(draw_people(500, 3), draw_people(600, 1), draw_people(300, 2))
    assert [rule.rule for rule in found] == ["income % 10 = 0"]


RULE = RuleEvidence("a < b", Message("rules.order_strict", {"low": "a", "high": "b"}), False, 90, 500,
                    0.02, 0.01, 0.04, 0.0, 0.0, 0.005)  # fmt: skip


@pytest.mark.parametrize(("low", "outcome"), [(0.014, "close"), (0.016, "limited"), (0.21, "not useful")])
def test_the_limits_are_one_and_twenty_per_cent_beyond_real_rows(low: float, outcome: str) -> None:
    nothing = Fidelity(SchemaMatch(True, True, True, ()), (), (), (), 0, 0)
    rule = replace(RULE, low=low)
    assert judge_use(nothing, Message("utility.no_target"), [rule]).outcome == outcome


def test_the_report_has_a_section_of_them(unruly: Evidence) -> None:
    for language in LANGUAGES:
        html, text = unruly.to_html(language), unruly.to_markdown(language)
        title = {"en": "Rules between the columns", "ja": "列の間のルール"}[language]
        assert title in html and title in text
    assert "“total” is always price + tax." in unruly.to_markdown("en")


def test_the_range_of_a_category_is_judged_by_the_holdout() -> None:
    table, rule = ruled("range", 4, 900)
    train, holdout = split_holdout(table)
    again, _ = ruled("range", 5, 900)
    (within,) = [one for one in measured(again, train, holdout) if one.rule == rule]
    assert 0 < within.broken < 0.1 and not within.is_broken
    shuffled = again.assign(ward=np.random.default_rng(0).permutation(again["ward"]))
    assert next(one for one in measured(shuffled, train, holdout) if one.rule == rule).is_broken
