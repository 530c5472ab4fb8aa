"""Step 4: the closest real person, the verdict with its pictures, and, folded away, what it rests on."""

from functools import partial
from typing import Any

import marimo as mo

from synth_handson import median_gap
from synth_handson.comparison import EngineComparison
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.controls.leak_simulation import LeakKind
from synth_handson.evidence.privacy.dcr import ClosestRecords, Comparison
from synth_handson.evidence.usefulness import Use
from synth_handson.locales import Language, get_text, get_text_of
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.notebook.page.parts import Kind, chart, fold, of_evidence, picture
from synth_handson.notebook.session import Assessed
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation import pictures, privacy
from synth_handson.presentation.frontier import frontier_chart
from synth_handson.presentation.summaries import counted_in

CALLOUTS: dict[str, Kind] = {
    "pass": "success",
    "review": "warn",
    "fail": "danger",
}

USES: dict[Use, Kind] = {
    "useful": "success",
    "close": "success",
    "limited": "warn",
    "not useful": "danger",
    "cannot tell": "neutral",
}


def person(button: Any, comparison: Comparison, tables: Tables, language: Language) -> mo.Html:
    """Set a synthetic row beside the closest real person, or row where people have several."""
    sentence = mo.md(privacy.closest_sentence(comparison, language, tables.counted))
    return mo.vstack(
        [
            button,
            mo.Html(privacy.person_table(comparison, language, tables.counted)),
            mo.callout(sentence, kind="warn" if comparison.identical else "neutral"),
        ]
    )


def everyone(
    synthetic: ClosestRecords, holdout: ClosestRecords, tables: Tables, language: Language
) -> mo.Html:
    """Count identical rows beside the holdout's, and compare the distances."""
    gap, counted = median_gap(synthetic, holdout), tables.counted
    said = (
        privacy.identical_note(synthetic, holdout, language, counted),
        privacy.distance_note(synthetic, holdout, gap, language, counted),
    )
    return mo.md("\n\n".join(said))


def verdict(assessed: Assessed, tried: EngineComparison, language: Language) -> mo.Html:
    """Draw the copy zone; give the verdict beside the use, what follows, and what it does not prove."""
    return of_evidence(assessed, language, lambda found, _: _verdict(found, tried, language))


def _verdict(evidence: Evidence, tried: EngineComparison, language: Language) -> mo.Html:
    translate, counted = partial(get_text, language), counted_in(evidence)
    sides = (
        (privacy.verdict_heading(evidence, language), CALLOUTS[evidence.verdict]),
        (privacy.use_heading(evidence, language), USES[evidence.usefulness.outcome]),
    )
    callouts = "".join(mo.callout(mo.md(said), kind=kind).text for said, kind in sides)
    used = evidence.usefulness
    reasons = [
        translate("use.rule"),
        privacy.reasons_list((*evidence.reasons, *used.reasons, *used.advice), evidence, language),
        get_text_of(language, counted, "privacy.unproven_more"),
        privacy.grade_note(evidence, language),
    ]
    rest: list[object] = [
        mo.md("\n\n".join(reasons)),
        mo.Html(privacy.privacy_table(evidence, language)),
        _risks(evidence, language),
    ]
    shown = [picture(pictures.copy_zone(evidence.privacy.distances, language, counted))]
    shown += [mo.Html(f'<div class="sh-sides">{callouts}</div>')]
    shown += [mo.md(privacy.decision_headline(evidence, language))]
    if found := pictures.people_found(evidence.privacy, language, counted):
        example = bundled_findings().simulation(*LEAKING)
        assert example is not None
        leaking = pictures.crowds(example.measures, example.noticed, language, quiet=False, example=True)
        shown += [picture(found), picture(leaking)] if leaking else [picture(found)]
    shown += [picture(pictures.alarm(evidence.privacy.verdict, language, counted))]
    shown += [mo.md(privacy.unproven_note(evidence, language, beside_alarm=True))]
    if len([trial for trial in tried.trials if trial.kept]) > 1:
        shown += [mo.md(translate("frontier.so_far")), chart(frontier_chart, tried, language)]
    return mo.vstack([*shown, fold({translate("privacy.reasons_title"): mo.vstack(rest)})])


LEAKING: tuple[LeakKind, float] = ("jittered", 0.01)
"""The table that leaks, for comparison: the bundled training table with a little noise."""


def _risks(evidence: Evidence, language: Language) -> mo.Html:
    return mo.vstack(
        [
            mo.md(f"**{get_text(language, 'privacy.risks_title')}**"),
            mo.md(get_text(language, "privacy.risks")),
            mo.Html(privacy.risk_table(evidence, language)),
            mo.md(f"**{get_text(language, 'privacy.others_title')}**"),
            mo.Html(privacy.secrets_table(evidence, language)),
        ]
    )
