"""The verdict: stated rules, hand-worked, and a leak it says it would have found is found."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import draw_people
from scipy.stats import binom

from synth_handson.evidence.controls import plant_rows
from synth_handson.evidence.identical import POWER, Matches, copies_needed, identical_p_value
from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.evidence.verdict import FAMILYWISE_LEVEL, TOLERATED_LEAK, decide, holm
from synth_handson.locales import LANGUAGES, Language, Message, get_text
from synth_handson.metrics.intervals import Estimate

TESTED = (
    *("identical_rows", "dcr_share", "attack_auc", "attack_tpr", "outlier_identical", "outlier_attack_auc"),
    *("singling_out", "linkability", "inference"),
)


def a_test(name: str, p_value: float) -> Measure:
    columns = ("job",) if name == "inference" else ()
    estimate = Estimate(0.1, 0.05, 0.15)
    return Measure(name, estimate, estimate, rows=1_000, columns=columns, p_value=p_value)


class TestHolm:
    def test_by_hand(self) -> None:
        # Ascending .01, .02, .04 times 3, 2, 1, and never below the one before.
        assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
    def test_no_p_value_gets_smaller_nor_larger_than_bonferronis(self, p_values: list[float]) -> None:
        for adjusted, p_value in zip(holm(p_values), p_values, strict=True):
            assert p_value <= adjusted <= min(1.0, p_value * len(p_values)) + 1e-12


class TestDecide:
    @pytest.mark.parametrize("guilty", TESTED)
    def test_one_shown_leak_fails_whatever_the_others_say(self, guilty: str) -> None:
        measures = [a_test(name, 1e-9 if name == guilty else 0.9) for name in TESTED]
        verdict = decide(measures, copies_needed=10, rows=1_000)
        assert verdict.outcome == "fail"
        assert [reason.key for reason in verdict.reasons] == [f"verdict.shown_{guilty}"]

    def test_a_small_p_value_among_many_is_no_proof(self) -> None:
        p_value = FAMILYWISE_LEVEL / 2
        assert decide([a_test("dcr_share", p_value)], 10, 1_000).outcome == "fail"
        many = [a_test(name, p_value) for name in TESTED[:1]] + [a_test(name, 0.9) for name in TESTED[1:]]
        assert decide(many, 10, 1_000).outcome == "pass"

    def test_too_few_rows_are_for_review_and_it_says_how_many_would_do(self) -> None:
        verdict = decide([a_test(name, 0.5) for name in TESTED], copies_needed=12, rows=100)
        assert verdict.outcome == "review"
        assert verdict.smallest_detectable_leak == pytest.approx(0.12)
        assert verdict.rows_needed == 240
        assert "240" in verdict.reasons[0].in_words("en")

    def test_where_nothing_could_be_seen_it_is_for_review(self) -> None:
        verdict = decide([a_test(name, 0.5) for name in TESTED], copies_needed=None, rows=100)
        assert (verdict.outcome, verdict.smallest_detectable_leak, verdict.rows_needed) == (
            "review",
            None,
            None,
        )

    def test_a_pass_says_which_leak_could_have_gone_unnoticed(self) -> None:
        verdict = decide([a_test(name, 0.5) for name in TESTED], copies_needed=20, rows=1_000)
        assert verdict.outcome == "pass"
        assert "2.0%" in verdict.reasons[-1].in_words("en")
        assert verdict.tests == len(TESTED)

    def test_what_could_not_be_measured_is_among_the_reasons(self) -> None:
        gap = Message("measures.missing_outliers")
        missing = Measure("outlier_identical", None, rows=0, missing=gap)
        assert gap in decide([a_test("dcr_share", 0.5), missing], 20, 1_000).reasons

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_reason_can_be_said(self, language: Language) -> None:
        verdicts = [
            decide([a_test(name, 1e-9) for name in TESTED], 10, 1_000),
            decide([a_test("dcr_share", 0.5)], 10, 1_000),
            decide([a_test("dcr_share", 0.5)], 60, 1_000),
            decide([a_test("dcr_share", 0.5)], None, 1_000),
        ]
        said = [reason.in_words(language) for verdict in verdicts for reason in verdict.reasons]
        assert len(said) == len(set(said)) == len(TESTED) + 4
        assert get_text(language, "verdict.fail")

    def test_every_measure_that_is_tested_is_known(self) -> None:
        assert set(TESTED) <= set(DEFINITIONS)


class TestCopiesNeeded:
    def matches(self, seed: int = 0, rows: int = 500) -> Matches:
        people = draw_people(rows + 2_000, seed)
        return Matches.of(people.head(rows), people.iloc[rows : rows + 1_600], people.tail(400))

    def test_a_leak_of_that_size_is_found_as_often_as_it_says_and_a_smaller_one_is_not(self) -> None:
        people = draw_people(2_500, 0)
        synthetic, train, holdout = people.head(500), people.iloc[500:2_100], people.tail(400)
        level = 0.001
        needed = copies_needed(Matches.of(synthetic, train, holdout), level, random_state=0)
        assert needed is not None

        def power(copies: int) -> float:
            leaky = (plant_rows(synthetic, train, copies / 500, seed) for seed in range(60))
            found = [identical_p_value(Matches.of(t, train, holdout), level) <= level for t in leaky]
            return float(np.mean(found))

        # What 60 tables of true power 80 % show but once in a thousand times.
        assert power(needed) >= binom.ppf(0.001, 60, POWER) / 60
        assert power(max(1, needed // 2)) < POWER

    def test_more_rows_let_a_smaller_share_be_seen(self) -> None:
        shares = [copies_needed(self.matches(rows=rows), 0.001, 0) / rows for rows in (100, 400, 1_600)]
        assert shares == sorted(shares, reverse=True)
        assert shares[-1] < TOLERATED_LEAK

    @pytest.mark.parametrize("share", [0.1, 1.0])
    def test_a_leak_that_is_there_does_not_make_the_next_one_look_smaller(self, share: float) -> None:
        people = draw_people(2_500, 0)
        synthetic, train, holdout = people.head(500), people.iloc[500:2_100], people.tail(400)
        clean = copies_needed(Matches.of(synthetic, train, holdout), 0.001, 0)
        leaky = copies_needed(Matches.of(plant_rows(synthetic, train, share), train, holdout), 0.001, 0)
        assert clean is not None
        assert leaky == pytest.approx(clean, abs=2)

    def test_where_all_people_are_alike_no_leak_can_be_seen(self) -> None:
        alike = pd.DataFrame({"a": list("xy") * 100})
        assert copies_needed(Matches.of(alike, alike, alike), 0.001, 0) is None

    def test_the_same_seed_gives_the_same_number(self) -> None:
        assert copies_needed(self.matches(), 0.001, 7) == copies_needed(self.matches(), 0.001, 7)
