"""The verdict: stated rules, hand-worked, and a leak it says it would have found is found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.evidence.privacy.detection_power import Limits
from synth_handson.evidence.privacy.identical import NeverRepeating
from synth_handson.evidence.verdict import (
    FAIL_LEVEL,
    HINTS,
    REVIEW_LEVEL,
    adjust,
    beyond_tolerance,
    decide,
    holm,
    in_people,
    noticed,
    single_level,
)
from synth_handson.locales import LANGUAGES, Language, Message, get_text
from synth_handson.metrics.intervals import Estimate

TESTED = (
    *("identical_rows", "dcr_share", "kernel_share", "attack_auc", "attack_tpr", "attack_tpr_03"),
    *("attack_tpr_01", "subset_matches", "subset_matches_binned", "calibrated_attack_auc"),
    *("transformed_matches",),
    *("outlier_identical", "outlier_attack_auc", "classifier_attack_auc"),
    *("identical_without", "singling_out", "linkability", "inference"),
    *("identical_texts", "rare_words", "text_attack_auc", "text_attack_tpr", "text_similarity_auc"),
    *("attribution", "attribution_matched"),
    *("event_matches", "event_matches_2", "event_matches_3", "event_matches_4"),
    *("key_matches", "profile_matches", "event_texts"),
    *("history_attack_auc", "history_attack_tpr", "event_attack_auc", "event_attack_tpr"),
    *("hausdorff_attack_auc", "hausdorff_attack_tpr"),
)
COUNTED = (
    *("profile_matches", "event_texts"),
    *("event_matches", "event_matches_2", "event_matches_3", "event_matches_4"),
    "identical_rows",
    "identical_without",
    "subset_matches",
    "subset_matches_binned",
    "transformed_matches",
    "outlier_identical",
    "rare_words",
    "attribution",
    "attribution_matched",
)
AVOIDING = (
    *("identical_rows", "outlier_identical", "subset_matches", "attribution"),
    *("rare_words", "attack_tpr", "attack_auc", "text_attack_auc", "event_matches_3"),
)
"""One test of each kind that says in its own words that training people are avoided."""
GOOD = Limits(copied=10, hinted=10, changed=30, rows_needed=200, holdout_needed=None)
FEW = Limits(copied=60, hinted=60, changed=None, rows_needed=2_400, holdout_needed=None)
SMALL = Limits(copied=None, hinted=None, changed=None, rows_needed=None, holdout_needed=3_000)
BLIND = Limits(copied=None, hinted=None, changed=None, rows_needed=None, holdout_needed=None)


def a_test(name: str, p_value: float, value: float = 0.8, attributable: float = 0.9) -> Measure:
    columns = ("job",) if name in ("inference", "identical_without", "subset_matches") else ()
    return Measure(
        name,
        Estimate(value, value - 0.05, value + 0.05),
        Estimate(0.1, 0.05, 0.15),
        rows=1_000,
        columns=columns,
        p_value=p_value,
        attributable=Estimate(attributable, attributable - 0.1, 1.0) if name in COUNTED else None,
    )


def a_check(name: str, p_value: float, value: float = 0.5) -> Measure:
    return (
        a_test(name, p_value, value)
        if name not in HINTS
        else Measure(
            name,
            Estimate(value, value - 0.05, value + 0.05),
            Estimate(0.1, 0.05, 0.15),
            rows=1_000,
            columns=("job",),
            p_value=p_value,
            attributable=Estimate(0.8, 0.7, 0.9),
        )
    )


def avoiding(name: str) -> Measure:
    """Return a test that finds training people more rarely than people of the holdout."""
    counted = name in (*COUNTED, "attack_tpr")
    return Measure(
        name,
        Estimate(0.0, 0.0, 0.01) if counted else Estimate(0.4, 0.35, 0.45),
        Estimate(0.1, 0.05, 0.15),
        rows=1_000,
        columns=("age", "job"),
        p_value=1e-9,
        attributable=Estimate(0.0, 0.0, 0.0) if counted else None,
        avoided=Estimate(1.0, 0.9, 1.0) if counted else None,
    )


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
        verdict = decide(measures, GOOD, rows=1_000)
        assert verdict.outcome == "fail"
        assert [reason.key for reason in verdict.reasons] == [f"verdict.shown_{guilty}"]

    def test_between_the_levels_a_person_has_to_look(self) -> None:
        outcomes = [
            decide([a_test("dcr_share", p_value)], GOOD, 1_000).outcome
            for p_value in (FAIL_LEVEL / 2, FAIL_LEVEL * 2, REVIEW_LEVEL / 2, REVIEW_LEVEL * 2)
        ]
        assert outcomes == ["fail", "review", "review", "pass"]

    def test_a_small_p_value_among_many_is_no_proof(self) -> None:
        p_value = REVIEW_LEVEL / 2
        many = [a_test(name, p_value) for name in TESTED[:1]] + [a_test(name, 0.9) for name in TESTED[1:]]
        assert decide(many, GOOD, 1_000).outcome == "pass"

    def test_a_leak_that_is_certain_but_small_is_for_review(self) -> None:
        small = a_test("dcr_share", 1e-9, value=0.56)
        verdict = decide([small], GOOD, 1_000)
        assert verdict.outcome == "review"
        assert [reason.key for reason in verdict.reasons] == ["verdict.shown_dcr_share", "verdict.signs"]

    def test_parts_that_are_not_random_leave_nothing_to_judge(self) -> None:
        measures = [a_test(name, 1e-9) for name in TESTED]
        checks = [a_check("split_auc", 1e-5), a_check("split_columns", 0.5), a_check("holdout_matches", 0.5)]
        verdict = decide(measures, GOOD, 1_000, checks)
        assert verdict.outcome == "review"
        assert [reason.key for reason in verdict.reasons] == ["verdict.shown_split_auc", "verdict.not_random"]
        fair = [a_check("split_auc", 0.006), *checks[1:]]
        assert decide(measures, GOOD, 1_000, fair).outcome == "fail"

    @pytest.mark.parametrize("name", [*AVOIDING, "dcr_share"])
    def test_a_table_that_avoids_its_training_people_fails(self, name: str) -> None:
        verdict = decide([avoiding(name)], GOOD, 1_000)
        assert verdict.outcome == "fail"
        assert verdict.reasons[0].key.startswith("verdict.avoided_")

    @pytest.mark.parametrize(
        ("value", "error", "outcome", "reason"),
        [
            (0.53, 0.005, "pass", "leaning"),
            (0.47, 0.005, "pass", "leaning_away"),
            (0.54, 0.005, "review", "shown_classifier_attack_auc"),
            (0.60, 0.01, "fail", "shown_classifier_attack_auc"),
            (0.40, 0.01, "fail", "avoided_classifier"),
        ],
    )
    def test_a_leaning_of_the_whole_table_counts_only_beyond_what_is_tolerated(
        self, value: float, error: float, outcome: str, reason: str
    ) -> None:
        """The areas are 1, 1, 3, 7.5 and 7.5 standard errors beyond the 0.025 that are tolerated."""
        leaning = replace(
            a_test("classifier_attack_auc", 1e-9),
            estimate=Estimate(value, value - 1.96 * error, value + 1.96 * error),
        )
        verdict = decide([leaning, a_test("dcr_share", 0.5)], GOOD, 1_000)
        assert (verdict.outcome, verdict.reasons[0].key) == (outcome, f"verdict.{reason}")

    def test_what_frequencies_alone_would_make_a_table_lean_is_tolerated_in_one_direction(self) -> None:
        def leaning(value: float) -> Measure:
            ends = Estimate(value, value - 0.02, value + 0.02)
            return replace(a_test("classifier_attack_auc", 1e-9), estimate=ends)

        alone = Measure("frequencies_attack_auc", Estimate(0.55, 0.53, 0.57), rows=1_000)
        assert decide([leaning(0.58)], GOOD, 1_000).outcome == "fail"
        verdict = decide([leaning(0.58), alone], GOOD, 1_000)
        assert (verdict.outcome, verdict.reasons[0].values["frequencies"]) == ("pass", pytest.approx(0.05))
        assert decide([leaning(0.66), alone], GOOD, 1_000).outcome == "fail"
        # Frequencies make no table lean away from its training people, and excuse no other test.
        assert decide([leaning(0.40), alone], GOOD, 1_000).outcome == "fail"
        near = replace(leaning(0.60), name="attack_auc")
        assert decide([near, alone], GOOD, 1_000).outcome == "fail"

    def test_more_copies_than_reality_has_are_a_hint_and_no_proof(self) -> None:
        checks = [a_check("training_matches", 1e-9)]
        assert decide([a_test("dcr_share", 0.5)], GOOD, 1_000, checks).outcome == "review"
        checks = [a_check("training_matches", 0.02)]
        assert decide([a_test("dcr_share", 0.5)], GOOD, 1_000, checks).outcome == "pass"

    def test_what_only_a_hint_would_have_seen_is_said_to_be_that(self) -> None:
        verdict = decide([a_test("dcr_share", 0.5)], replace(GOOD, copied=60), 1_000)
        assert (verdict.outcome, verdict.smallest_detectable_leak) == ("pass", 0.06)
        assert verdict.smallest_hinted_leak == 0.01
        keys = [reason.key for reason in verdict.reasons]
        assert keys.index("verdict.limit") < keys.index("verdict.limit_hinted")
        blind = replace(GOOD, copied=None, hinted=60)
        assert decide([a_test("dcr_share", 0.5)], blind, 1_000).outcome == "review"

    @pytest.mark.parametrize(
        ("value", "p_value", "outcome", "said"),
        [
            (0.9, 0.5, "review", "verdict.shown_shared_people"),
            (0.9, 1e-9, "fail", "verdict.shared_too"),
            (0.06, 0.5, "pass", None),
        ],
    )
    def test_the_same_people_on_both_sides_clear_no_table_and_hide_no_leak(
        self, value: float, p_value: float, outcome: str, said: str | None
    ) -> None:
        shared = Measure(
            "shared_people", Estimate(value, value - 0.05, value + 0.05), rows=200, columns=("patient",)
        )
        verdict = decide([a_test(name, p_value) for name in TESTED], GOOD, 1_000, [shared])
        assert verdict.outcome == outcome
        assert (said in {reason.key for reason in verdict.reasons}) == (said is not None)
        assert verdict.split_is_random == (said is None)

    @pytest.mark.parametrize(("value", "outcome"), [(0.3, "review"), (0.12, "pass")])
    def test_a_holdout_that_is_known_is_for_review(self, value: float, outcome: str) -> None:
        checks = [a_check("holdout_matches", 1e-9, value)]
        assert decide([a_test("dcr_share", 0.5)], GOOD, 1_000, checks).outcome == outcome

    def test_too_few_rows_are_for_review_and_it_says_how_many_would_do(self) -> None:
        verdict = decide([a_test(name, 0.5) for name in TESTED], FEW, rows=1_000)
        assert verdict.outcome == "review"
        assert verdict.smallest_detectable_leak == pytest.approx(0.06)
        assert verdict.rows_needed == 2_400
        assert "2,400" in verdict.reasons[0].render("en")

    def test_a_small_holdout_is_said_to_be_it(self) -> None:
        verdict = decide([a_test(name, 0.5) for name in TESTED], SMALL, rows=1_000)
        assert (verdict.outcome, verdict.holdout_needed) == ("review", 3_000)
        assert "3,000" in verdict.reasons[0].render("en")

    def test_where_nothing_could_be_seen_it_is_for_review(self) -> None:
        verdict = decide([a_test(name, 0.5) for name in TESTED], BLIND, rows=100)
        assert (verdict.outcome, verdict.smallest_detectable_leak, verdict.rows_needed) == (
            "review",
            None,
            None,
        )

    def test_a_pass_says_which_leaks_could_have_gone_unnoticed(self) -> None:
        verdict = decide([a_test(name, 0.5) for name in TESTED], GOOD, rows=1_000)
        assert verdict.outcome == "pass"
        assert "1.0 %" in verdict.reasons[1].render("en")
        assert "3.0 %" in verdict.reasons[2].render("en")
        assert (verdict.tests, verdict.smallest_detectable_changed) == (len(TESTED), 0.03)

    def test_what_could_not_be_measured_is_among_the_reasons(self) -> None:
        gap = Message("measures.missing_outlier_attack_auc")
        missing = Measure("outlier_identical", None, rows=0, missing=gap)
        assert gap in decide([a_test("dcr_share", 0.5), missing], GOOD, 1_000).reasons

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_reason_can_be_said(self, language: Language) -> None:
        harmless = [a_test("dcr_share", 0.5)]
        no_copies = Limits(copied=10, hinted=10, changed=None, rows_needed=200, holdout_needed=None)
        split = [a_check("split_auc", 1e-5), a_check("split_columns", 1e-5)]
        verdicts = [
            decide([a_test(name, 1e-9) for name in TESTED], GOOD, 1_000),
            decide(harmless, GOOD, 1_000),
            decide(harmless, no_copies, 1_001),
            decide(harmless, FEW, 1_000),
            decide(harmless, SMALL, 1_000),
            decide(harmless, BLIND, 1_000, (), NeverRepeating(("id",), ("x", "y"))),
            decide(harmless, GOOD, 1_000, split),
            decide([a_test("dcr_share", 1e-9, 0.56)], GOOD, 1_000, [a_check(name, 1e-9) for name in HINTS]),
            decide(harmless, replace(GOOD, copied=60), 1_000),
            decide(harmless, replace(GOOD, copied=None), 1_000),
            decide([avoiding(name) for name in AVOIDING], GOOD, 1_000),
            *(in_people(decide(harmless, limits, 1_000)) for limits in (GOOD, no_copies, FEW, SMALL, BLIND)),
            in_people(decide(harmless, replace(GOOD, copied=None), 1_000)),
            in_people(decide(harmless, GOOD, 1_000, [a_check("shared_people", 1.0, 0.9)])),
        ]
        reasons = {reason.key: reason for verdict in verdicts for reason in verdict.reasons}
        said = {reason.render(language) for reason in reasons.values()}
        assert len(said) == len(reasons) == len(TESTED) + 29 + len(AVOIDING)
        assert get_text(language, "verdict.fail")

    def test_where_people_have_several_rows_limits_are_said_of_people(self) -> None:
        verdict = in_people(decide([a_test("dcr_share", 0.5)], FEW, 1_000))
        assert [reason.key for reason in verdict.reasons] == ["verdict.few_rows_people", "verdict.of_people"]
        assert "of the 1,000 synthetic people" in verdict.reasons[0].render("en")
        shared = in_people(decide([], GOOD, 1_000, [a_check("shared_people", 1.0, 0.9)]))
        assert not shared.split_is_random

    def test_every_measure_that_is_tested_says_so(self) -> None:
        assert {name for name, known in DEFINITIONS.items() if known.tested} == set(TESTED)


class TestBeyondTolerance:
    def test_an_area_may_be_half_a_tolerated_leak_above_chance(self) -> None:
        assert beyond_tolerance(a_test("attack_auc", 0.0, value=0.576))
        assert not beyond_tolerance(a_test("attack_auc", 0.0, value=0.574))

    def test_a_risk_is_an_excess_already(self) -> None:
        assert beyond_tolerance(a_test("linkability", 0.0, value=0.11))
        assert not beyond_tolerance(a_test("linkability", 0.0, value=0.09))

    def test_hits_are_compared_with_the_false_accusations(self) -> None:
        assert beyond_tolerance(a_test("attack_tpr", 0.0, value=0.12))
        assert not beyond_tolerance(a_test("attack_tpr", 0.0, value=0.10))

    def test_people_found_are_compared_with_the_holdouts_share(self) -> None:
        assert beyond_tolerance(a_test("identical_rows", 0.0, value=0.21, attributable=0.2))
        assert not beyond_tolerance(a_test("identical_rows", 0.0, value=0.19, attributable=0.2))

    def test_however_few_people_it_is_too_many_if_most_of_them_were_trained_on(self) -> None:
        assert beyond_tolerance(a_test("subset_matches", 0.0, value=0.1, attributable=0.61))
        assert not beyond_tolerance(a_test("subset_matches", 0.0, value=0.1, attributable=0.59))


class TestNoticed:
    def test_measures_are_noticed_below_the_level_corrected_for_how_many_there_are(self) -> None:
        measures = [
            a_test("dcr_share", 0.02),
            a_test("attack_auc", 0.01),
            Measure("dcr_ratio", None, rows=9),
        ]
        assert [(m.name, p) for m, p in noticed(measures)] == [("dcr_share", 0.02), ("attack_auc", 0.02)]
        assert [m.name for m, _ in noticed([*measures, *[a_test("inference", 0.5)] * 2])] == ["attack_auc"]
        assert noticed(measures[2:]) == ()

    def test_tests_that_could_not_have_shown_anything_are_not_corrected_for(self) -> None:
        able = a_test("dcr_share", 0.02)
        unable = [replace(a_test("attack_tpr_01", 0.3), least_p_value=0.2)] * 5
        assert [p for _, p in adjust([able, *unable])] == [0.02, *[1.0] * 5]
        assert decide([able, *unable], GOOD, 1_000).tests == 1

    def test_a_single_test_has_its_share_of_the_level(self) -> None:
        assert single_level(["identical_rows", "dcr_ratio", "inference", "inference"]) == REVIEW_LEVEL / 3
