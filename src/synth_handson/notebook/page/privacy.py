"""Step 4: the closest real person, the verdict, and, folded away, what it rests on."""

from functools import partial
from typing import Any

import marimo as mo

from synth_handson import distance_shares
from synth_handson.comparison import EngineComparison
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.closest import ClosestRecords, Comparison, MedianGap
from synth_handson.evidence.usefulness import Use
from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.parts import Kind, chart, fold, of_evidence
from synth_handson.notebook.session import Assessed
from synth_handson.views import charts, privacy
from synth_handson.views.frontier import frontier_chart

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


def person(button: Any, comparison: Comparison, language: Language) -> mo.Html:
    """Set a synthetic row beside the closest real person."""
    sentence = mo.md(privacy.closest_sentence(comparison, language))
    return mo.vstack(
        [
            button,
            mo.Html(privacy.person_table(comparison, language)),
            mo.callout(sentence, kind="warn" if comparison.identical else "neutral"),
        ]
    )


def everyone(
    synthetic: ClosestRecords, holdout: ClosestRecords, gap: MedianGap, language: Language
) -> mo.Html:
    """Count identical rows; the distances of all synthetic rows beside the holdout's are folded away."""
    shares = distance_shares(synthetic.distances, holdout.distances)
    distances = mo.vstack(
        [
            mo.md(get_text(language, "privacy.all")),
            chart(charts.distance_chart, shares, language),
            mo.md(privacy.distance_note(synthetic, holdout, gap, language)),
        ]
    )
    return mo.vstack(
        [
            mo.md(privacy.identical_note(synthetic, holdout, language)),
            fold({get_text(language, "privacy.all_title"): distances}),
        ]
    )


def verdict(assessed: Assessed, tried: EngineComparison, language: Language) -> mo.Html:
    """Give the verdict on privacy beside the use, what follows, and what it does not prove."""
    return of_evidence(assessed, language, lambda found, _: _verdict(found, tried, language))


def _verdict(evidence: Evidence, tried: EngineComparison, language: Language) -> mo.Html:
    say = partial(get_text, language)
    sides = (
        (privacy.verdict_heading(evidence, language), CALLOUTS[evidence.verdict]),
        (privacy.use_heading(evidence, language), USES[evidence.usefulness.outcome]),
    )
    callouts = "".join(mo.callout(mo.md(said), kind=kind).text for said, kind in sides)
    used = evidence.usefulness
    reasons = [
        say("use.rule"),
        privacy.reasons_list((*evidence.reasons, *used.reasons, *used.advice), language),
        say("privacy.unproven_more"),
        privacy.grade_note(evidence, language),
    ]
    folded: dict[str, object] = {
        say("privacy.reasons_title"): "\n\n".join(reasons),
        say("privacy.measures_title"): mo.Html(privacy.privacy_table(evidence, language)),
        say("privacy.risks_title"): _risks(evidence, language),
    }
    if any(trial.kept for trial in tried.trials):
        said = mo.md(say("frontier.so_far"))
        folded[say("privacy.frontier_title")] = mo.vstack([said, chart(frontier_chart, tried, language)])
    return mo.vstack(
        [
            mo.Html(f'<div class="sh-sides">{callouts}</div>'),
            mo.md(privacy.decision_headline(evidence, language)),
            mo.md(privacy.unproven_note(evidence, language)),
            fold(folded),
        ]
    )


def _risks(evidence: Evidence, language: Language) -> mo.Html:
    return mo.vstack(
        [
            mo.md(get_text(language, "privacy.risks")),
            mo.Html(privacy.risk_table(evidence, language)),
            mo.md(f"**{get_text(language, 'privacy.others_title')}**"),
            mo.Html(privacy.secrets_table(evidence, language)),
        ]
    )
