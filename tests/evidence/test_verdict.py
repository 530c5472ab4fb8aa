"""The verdict: stated rules, hand-worked, and a leak it says it would have found is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.evidence.identical import NeverRepeating
from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.evidence.verdict import FAMILYWISE_LEVEL, decide, holm, noticed, single_level
from synth_handson.locales import LANGUAGES, Language, Message, get_text
from synth_handson.metrics.intervals import Estimate

TESTED = (
    *("identical_rows", "dcr_share", "attack_auc", "attack_tpr", "outlier_identical", "outlier_attack_auc"),
    *("identical_without", "singling_out", "linkability", "inference"),
)


def a_test(name: str, p_value: float) -> Measure:
    columns = ("job",) if name in ("inference", "identical_without") else ()
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
            decide([a_test("dcr_share", 0.5)], None, 1_000, NeverRepeating(("id",), ("x", "y"))),
        ]
        said = [reason.in_words(language) for verdict in verdicts for reason in verdict.reasons]
        assert len(said) == len(set(said)) == len(TESTED) + 6
        assert get_text(language, "verdict.fail")

    def test_every_measure_that_is_tested_says_so(self) -> None:
        assert {name for name, known in DEFINITIONS.items() if known.tested} == set(TESTED)


class TestNoticed:
    def test_measures_are_noticed_below_the_level_corrected_for_how_many_there_are(self) -> None:
        measures = [
            a_test("dcr_share", 0.004),
            a_test("attack_auc", 0.002),
            Measure("dcr_ratio", None, rows=9),
        ]
        assert [(m.name, p) for m, p in noticed(measures)] == [("dcr_share", 0.004), ("attack_auc", 0.004)]
        assert [m.name for m, _ in noticed([*measures, *[a_test("inference", 0.5)] * 2])] == ["attack_auc"]
        assert noticed(measures[2:]) == ()

    def test_a_single_test_has_its_share_of_the_level(self) -> None:
        assert single_level(["identical_rows", "dcr_ratio", "inference", "inference"]) == FAMILYWISE_LEVEL / 3
