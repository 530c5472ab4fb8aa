"""What a reader is told about the evidence, and in which order."""

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from synth_handson.evidence.assessment import Evidence, Step
from synth_handson.evidence.controls.leak_simulation import LeakSimulation, NaiveScore
from synth_handson.evidence.measures import Measure
from synth_handson.locales import LANGUAGES, Language, Message, get_text
from synth_handson.metrics.intervals import Estimate
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.downloads import about_tables, download_note, evidence_json
from synth_handson.presentation.labels import column_label
from synth_handson.presentation.leak_simulation import simulation_sentence, simulation_table
from synth_handson.presentation.privacy import (
    decision_note,
    grade_note,
    privacy_table,
    risk_table,
    secrets_table,
    unproven_note,
    use_note,
    verdict_note,
)
from synth_handson.presentation.validate import (
    joint_notes,
    lead_table,
    measure_table,
    step_view,
    utility_note,
)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """Return the evidence about the bundled tables."""
    return bundled_findings().evidence


def with_measures(evidence: Evidence, *measures: Measure) -> Evidence:
    """Return evidence of these measures of fidelity alone."""
    fidelity = replace(evidence.fidelity, columns=measures, pairs=(), joint=())
    return replace(evidence, fidelity=fidelity, utility=None, utility_missing=Message("verdict.blind"))


def distance(column: str, value: float, reference: float, half_width: float = 0.1) -> Measure:
    return Measure(
        "ks",
        Estimate(value, value - half_width, value + half_width),
        Estimate(reference, reference - half_width, reference + half_width),
        rows=100,
        columns=(column,),
    )


def test_an_assessment_under_way_says_what_is_measured_now() -> None:
    view = step_view(Step("attacks", 0.1), "en")
    assert '<progress max="1" value="0.10" aria-label="Assessing the whole table' in view
    assert "<span>Running the attacks</span>" in view
    assert "攻撃を試しています" in step_view(Step("attacks", 0.1), "ja")
    assert '<progress max="1" aria-label="' in step_view(None, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_of_fidelity_and_utility_is_listed_once(evidence: Evidence, language: Language) -> None:
    fidelity, utility = evidence.fidelity, evidence.utility
    assert utility is not None
    table = measure_table(evidence, language)
    counts = [len(model.measures) for model in utility.models]
    measured = (*fidelity.columns, *fidelity.pairs, *fidelity.joint)
    assert len(table) == len(measured) + sum(counts)
    assert not table.isna().to_numpy().any()
    assert not table.map(lambda text: text == "" or "{" in text).iloc[:, [0, 1, 2, 4, 5]].to_numpy().any()


def test_what_is_most_clearly_worse_than_real_people_comes_first(evidence: Evidence) -> None:
    # In standard errors of the difference: 0.3 of a wide interval is less than 0.2 of a narrow one.
    measures = [
        distance("alike", 0.31, 0.3),
        distance("wide", 0.6, 0.3, half_width=0.2),
        distance("narrow", 0.5, 0.3, half_width=0.05),
        distance("better", 0.1, 0.9),
        Measure(
            "ks", None, rows=0, columns=("missing",), missing=Message("measures.missing_outlier_attack_auc")
        ),
    ]
    table = measure_table(with_measures(evidence, *measures), "en")
    assert list(table["About"]) == ["narrow", "wide", "alike", "better", "missing"]
    assert list(table["Comparison"]) == ["worse", "worse", "similar", "better", "–"]
    assert table["Synthetic"][4].startswith("The checks on outliers could not be made")


def test_a_difference_of_measures_without_width_is_certain(evidence: Evidence) -> None:
    exact = [distance("more", 0.2, 0.1, half_width=0), distance("same", 0.1, 0.1, half_width=0)]
    assert list(measure_table(with_measures(evidence, *exact), "en")["Comparison"]) == ["worse", "similar"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_said_about_the_bundled_tables_is_complete(evidence: Evidence, language: Language) -> None:
    views = (
        joint_notes, utility_note, verdict_note, unproven_note, grade_note, privacy_table, risk_table,
        secrets_table,
    )  # fmt: skip
    for view in views:
        said = view(evidence, language)
        assert said
        assert "{" not in said
        assert not re.search(r"\bNone\b(?! of)", said), said


def test_the_verdict_is_said_in_words_with_its_reasons(evidence: Evidence) -> None:
    passed = verdict_note(evidence, "en")
    assert passed.startswith("**Verdict: Pass.** No leak was found.")
    assert "went unnoticed" in passed or "gone unnoticed" in passed
    leak = Message("verdict.shown_identical_rows", {
        "value": 0.1, "low": 0.08, "high": 0.12, "reference": 0.0, "column": None, "p": 1e-9,
    })  # fmt: skip
    verdict = replace(evidence.privacy.verdict, outcome="fail", reasons=(leak,))
    failed = replace(evidence, privacy=replace(evidence.privacy, verdict=verdict))
    assert verdict_note(failed, "en").startswith("**Verdict: Fail.** A leak was found.")
    assert "\n- 10.00 % of the synthetic rows are identical to a training row" in verdict_note(failed, "en")
    assert verdict_note(failed, "ja").startswith("**判定：不合格。** 漏えいが")


def test_a_columns_name_in_a_reason_is_text_not_markup(evidence: Evidence) -> None:
    values: dict[str, Any] = {"value": 0.1, "low": 0.0, "high": 0.2, "p": 0.001}
    leak = Message("verdict.shown_inference", values | {"column": "<b>*a_b*</b>"})
    verdict = replace(evidence.privacy.verdict, outcome="fail", reasons=(leak,))
    said = verdict_note(replace(evidence, privacy=replace(evidence.privacy, verdict=verdict)), "en")
    assert r"&lt;b&gt;\*a\_b\*&lt;/b&gt;" in said


def test_what_is_not_proven_names_the_leak_that_could_have_gone_unnoticed(evidence: Evidence) -> None:
    def of(smallest: float | None) -> Evidence:
        verdict = replace(evidence.privacy.verdict, smallest_detectable_leak=smallest)
        return replace(evidence, privacy=replace(evidence.privacy, verdict=verdict))

    assert "A leak in fewer than 1.2 % of the rows" in unproven_note(of(0.0123), "en")
    assert "行の 1.2 % 未満" in unproven_note(of(0.0123), "ja")
    assert "even a large leak could have gone unnoticed" in unproven_note(of(None), "en")


def test_the_grade_is_marked_as_a_summary_and_gives_advice(evidence: Evidence) -> None:
    grade = replace(evidence.grade, letter="B", total=64.4, utility=None, recommendations=())
    bare = grade_note(replace(evidence, grade=grade), "en")
    assert bare.startswith("**Grade B** (64 of 100)")
    assert "utility not measured" in bare
    assert "not evidence" in bare
    assert "Suggestions" not in bare
    advised = replace(grade, recommendations=(Message("grade.name_a_target"),))
    assert "\n- Name a column" in grade_note(replace(evidence, grade=advised), "en")


def test_the_most_exposed_secret_stands_in_front(evidence: Evidence) -> None:
    def inference(column: str, value: float) -> Measure:
        return Measure("inference", Estimate(value, 0, 1), Estimate(0, 0, 1), rows=9, columns=(column,))

    others = tuple(m for m in evidence.privacy.measures if m.name != "inference")
    measures = (*others, inference("age", 0.1), inference("job", 0.3), inference("y", 0.2))
    exposed = replace(evidence, privacy=replace(evidence.privacy, measures=measures))
    front = risk_table(exposed, "en")
    assert front.count("<tr>") == 1 + 3
    assert "Inference: Job" in front
    assert "Age (years)" not in front
    behind = secrets_table(exposed, "en")
    assert [behind.index(name) for name in ("Job", "Subscribed", "Age")] == sorted(
        behind.index(name) for name in ("Job", "Subscribed", "Age")
    )


def test_without_a_target_the_reason_stands_in_place_of_the_models(evidence: Evidence) -> None:
    bare = replace(evidence, utility=None, utility_missing=Message("measures.missing_outlier_attack_auc"))
    assert utility_note(bare, "en").startswith("Not measured: The checks on outliers")


SIMULATION = LeakSimulation(
    "planted",
    0.05,
    1000,
    50,
    (
        Measure("identical_rows", Estimate(0.05, 0.04, 0.06), rows=1000, p_value=1e-9),
        Measure("dcr_ratio", Estimate(0.4, 0.0, 1.0), rows=1000),
        Measure("attack_auc", Estimate(0.51, 0.49, 0.53), rows=1000, p_value=0.3),
    ),
    ("identical_rows",),
    NaiveScore(0.192, 0.188),
    Estimate(1.0, 0.93, 1.0),
)


def test_a_simulation_shows_who_notices_and_who_does_not() -> None:
    table = simulation_table(SIMULATION, "en")
    assert table.count('<tr class="sh-noticed">') == 1
    marked = table[table.index('<tr class="sh-noticed">') :].split("</tr>")[0]
    assert "Identical rows" in marked
    assert "<td>yes</td>" in marked
    assert table.count("has no test") == 1
    assert table.count("<td>no</td>") == 1
    assert "no: at least as private as unseen people" in table


def test_a_simulation_is_told_in_a_sentence_that_the_numbers_carry() -> None:
    assert simulation_sentence(SIMULATION, "en") == (
        "5 % of the 1,000 synthetic rows are now real people. **Noticed by: Identical rows.** "
        "Naive score: 0.192; unseen people: 0.188. By this score, the table is at least as private."
    )
    assert "**気づいた指標：完全一致の行。**" in simulation_sentence(SIMULATION, "ja")
    harmless = replace(SIMULATION, size=0.0, leaking=0, traced=None, noticed=(), naive=NaiveScore(0.1, 0.2))
    said = simulation_sentence(harmless, "en")
    assert said.startswith("Nothing is planted")
    assert "**No measure notices anything.**" in said
    assert "below the 0.200 of unseen people" in said


def test_where_nothing_leaks_nobody_asks_who_notices() -> None:
    nothing = replace(SIMULATION, size=0.0, leaking=0, noticed=(), traced=None)
    table = simulation_table(nothing, "en")
    assert "Does it notice" in simulation_table(SIMULATION, "en")
    assert "Does it notice" not in table
    assert "<td>no</td>" not in table
    assert "Nothing is planted" in simulation_sentence(nothing, "en")


@pytest.mark.parametrize(
    ("traced", "said"),
    [
        (Estimate(0.9, 0.8, 1.0), "90 % of these 50 rows still lead to the very person"),
        (Estimate(0.01, 0.0, 0.03), "only 1.0 % of these 50 rows still lead to the person"),
    ],
)
def test_what_nobody_notices_is_harmless_or_a_blind_spot(traced: Estimate, said: str) -> None:
    unnoticed = replace(SIMULATION, leak="disguised", noticed=(), traced=traced)
    assert said in simulation_sentence(unnoticed, "en")
    assert unnoticed.blind == (traced.value > 0.5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_leak_has_its_sentence(language: Language) -> None:
    jittered = simulation_sentence(replace(SIMULATION, leak="jittered", size=0.3), language)
    assert jittered.count("30 %") == 2
    overfit = simulation_sentence(replace(SIMULATION, leak="overfit", size=12), language)
    assert "300" in overfit
    assert "12" in overfit


def test_the_report_is_told_what_the_reader_filled_in_and_how_the_generator_was_made() -> None:
    tables = bundled_tables()
    about = about_tables(tables, "en", {"recipient": " Vendor Ltd. ", "purpose": "  "}, None, ("True.",))
    assert about.statements == ("True.",)
    assert (about.recipient, about.purpose, about.prepared_by) == ("Vendor Ltd.", None, None)
    assert about.training is tables.training
    assert about.data is not None
    assert "1,000 rows" in about.data
    assert "10.24432/C5K306" in str(about_tables(tables, "ja").source)


def test_the_download_says_that_it_is_synthetic() -> None:
    assert "`x.csv` holds **synthetic data**: 1,000 rows" in download_note("x.csv", bundled_tables(), "en")
    assert "`x.csv` の中身は、生成器が作った**合成データ** 1,000 行です" in download_note(
        "x.csv", bundled_tables(), "ja"
    )


def test_the_json_is_the_evidence_in_full(evidence: Evidence) -> None:
    assert Evidence.from_dict(json.loads(evidence_json(evidence))) == evidence


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_risk_that_looks_like_an_alarm_beside_a_pass_is_explained(
    evidence: Evidence, language: Language
) -> None:
    def with_risk(p_value: float) -> Evidence:
        risk = Measure(
            "linkability", Estimate(0.28, 0.09, 0.48), Estimate(0.08, 0, 0.2), rows=500, p_value=p_value
        )
        others = [m for m in evidence.privacy.measures if m.name != "linkability"]
        return replace(evidence, privacy=replace(evidence.privacy, measures=(*others, risk)))

    tests = evidence.privacy.verdict.tests
    said = get_text(
        language, "privacy.no_alarm", p=0.03, rows=500, tests=tests, adjusted=0.03 * tests, level=0.05
    )
    assert said in unescape(risk_table(with_risk(0.03), language)).replace("\xa0", " ")
    # One that counts is no false alarm, and one below the holdout's none at all.
    assert f"{0.03 * tests:.2f}" not in risk_table(with_risk(1e-6), language)
    sentence = get_text(language, "privacy.no_alarm", p=0, rows=0, tests=0, adjusted=0, level=0)[:20]
    assert sentence not in risk_table(with_risk(1e-6), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_measures_lead_in_words(evidence: Evidence, language: Language) -> None:
    table = lead_table(evidence, language)
    assert table.count("<tr") == 1 + 5
    worst = max(
        (m for m in evidence.fidelity.columns if m.name == "column_tvd"), key=lambda m: m.excess or 0.0
    )
    assert column_label(worst.columns[0], language, evidence.columns) in table
    assert evidence.median_kept is not None
    assert f"{100 * evidence.median_kept.value:.1f}" in table
    without = replace(evidence, utility=None, utility_missing=Message("utility.no_target"))
    assert Message("utility.no_target").render(language) in lead_table(without, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_use_and_decision_are_said_with_their_reasons(evidence: Evidence, language: Language) -> None:
    note = use_note(evidence, language)
    for reason in (*evidence.usefulness.reasons, *evidence.usefulness.advice):
        assert reason.render(language) in note
    assert evidence.decision.render(language) in decision_note(evidence, language)
    assert "87.7 %" in utility_note(evidence, language)
