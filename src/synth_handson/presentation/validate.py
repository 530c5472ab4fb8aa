"""Step 3: what the synthetic table keeps, each value beside the holdout's."""

import math
from collections.abc import Iterable
from html import escape

import pandas as pd

from synth_handson.evidence.assessment import Evidence, Step
from synth_handson.evidence.fidelity.statistics import ColumnFidelity, farthest
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.utility.tstr import ModelUtility, Task
from synth_handson.locales import Language, get_text
from synth_handson.metrics.intervals import Z
from synth_handson.presentation.document import Table, table_html
from synth_handson.presentation.labels import column_label, markdown
from synth_handson.presentation.words import Wording


def fidelity_table(measured: Iterable[ColumnFidelity], language: Language) -> pd.DataFrame:
    """List every column's distance beside the holdout's, the one farthest from its holdout first."""
    ordered = sorted(measured, key=lambda column: column.synthetic - column.holdout, reverse=True)
    names = [get_text(language, f"validate.table_{name}") for name in ("column", "synthetic", "holdout")]
    table = [m.column for m in ordered]
    rows = [
        (column_label(m.column, language, table), round(m.synthetic, 3), round(m.holdout, 3)) for m in ordered
    ]
    return pd.DataFrame(rows, columns=names)


def step_view(step: Step | None, language: Language) -> str:
    """Show a running assessment: a bar, and the current step."""
    said = get_text(language, "validate.assessment_waiting")
    value = ""
    if step is not None:
        said = get_text(language, f"evidence.step_{step.name}")
        value = f' value="{step.fraction:.2f}"'
    title = get_text(language, "validate.assessment")
    return (
        f'<div class="sh-assessment"><progress max="1"{value} aria-label="{escape(title)}"></progress>'
        f"<p><span>{escape(title)}</span><span>{escape(said)}</span></p></div>"
    )


def measure_table(evidence: Evidence, language: Language) -> pd.DataFrame:
    """List every measure of fidelity and utility, the one most clearly worse than its reference first.

    Measures of different units are ordered by the difference from the reference in standard errors, taken
    from their intervals.
    """
    words = Wording(language)
    fidelity = evidence.fidelity
    measured = [
        (m, m.columns) for m in (*fidelity.joint, *fidelity.columns, *fidelity.pairs, *fidelity.texts)
    ]
    if evidence.utility is not None:
        for model in evidence.utility.models:
            name = words.model(model.model, evidence.utility.task)
            measured += [(m, (name,)) for m in model.measures]
    measured.sort(key=lambda pair: -_standard_errors(pair[0]))
    separator, all_columns = (
        get_text(language, key) for key in ("charts.pair_separator", "validate.all_columns")
    )
    rows = [
        (
            words.name(m),
            separator.join(column_label(name, language, evidence.columns) for name in about) or all_columns,
            words.value(m).value,
            words.value(m).interval,
            words.reference(m).value,
            get_text(language, f"validate.standing_{_standing(m)}"),
        )
        for m, about in measured
    ]
    heads = ("measure", "about", "value", "interval", "reference", "standing")
    return pd.DataFrame(rows, columns=[get_text(language, f"validate.head_{name}") for name in heads])


def headline(evidence: Evidence, language: Language) -> str:
    """Say in one sentence how well a classifier separates the tables, or why that is unknown."""
    measured = next(m for m in evidence.fidelity.joint if m.name == "c2st_auc")
    return _headline("headline", measured, language)


def utility_headline(evidence: Evidence, language: Language) -> str:
    """Say in one sentence how much of what real rows teach is kept."""
    measured = evidence.median_kept
    return "" if measured is None else _headline("utility_headline", measured, language)


def _headline(key: str, measured: Measure, language: Language) -> str:
    words = Wording(language)
    if measured.value is None:
        return get_text(language, "validate.lead_missing", reason=markdown(words.missing(measured)))
    return get_text(language, f"validate.{key}", **_said(measured, words))


def _said(measured: Measure, words: Wording) -> dict[str, str]:
    value, reference = words.value(measured), words.reference(measured)
    return {"value": value.value, "interval": value.interval, "reference": reference.value}


def lead_table(evidence: Evidence, language: Language) -> str:
    """Say the five measures that matter most, in words, beside real people."""
    rows = tuple(
        (_lead_name(name, m, evidence, language), _lead(name, m, evidence, language))
        for name, m in _five(evidence)
    )
    heads = tuple(get_text(language, f"validate.lead_head_{name}") for name in ("what", "said"))
    return table_html(Table(heads, rows))


def _five(evidence: Evidence) -> list[tuple[str, Measure | None]]:
    """Choose the column and the pair farthest beyond the holdout, all columns together, and the model."""
    fidelity = evidence.fidelity

    def worst(measures: Iterable[Measure], name: str) -> Measure | None:
        return next(iter(farthest(measures, name)), None)

    return [
        ("columns", worst(fidelity.columns, "column_tvd")),
        ("pairs", worst(fidelity.pairs, "pair_tvd")),
        *((m.name, m) for m in fidelity.joint),
        ("performance_kept", evidence.median_kept),
    ]


def _lead_name(name: str, m: Measure | None, evidence: Evidence, language: Language) -> str:
    target = evidence.utility.target if evidence.utility else ""
    column = column_label(target, language, evidence.columns)
    key = "performance_kept_none" if name == "performance_kept" and not target else name
    return get_text(language, f"validate.lead_{key}", column=column)


def _lead(name: str, m: Measure | None, evidence: Evidence, language: Language) -> str:
    words = Wording(language)
    if m is None or m.value is None:
        reason = evidence.usefulness.reasons[0] if m is None else m.missing
        said = evidence.utility_missing or reason
        return get_text(language, "validate.lead_missing", reason=said.render(language) if said else "–")
    separator = get_text(language, "charts.pair_separator")
    column = separator.join(column_label(one, language, evidence.columns) for one in m.columns)
    return get_text(language, f"validate.lead_{name}_said", column=column, **_said(m, words))


def joint_notes(evidence: Evidence, language: Language) -> str:
    """Say in words how well all columns together are kept."""
    words = Wording(language)
    return "\n\n".join(markdown(words.sentence(m)) for m in evidence.fidelity.joint)


def utility_note(evidence: Evidence, language: Language) -> str:
    """Say how the models were trained and tested and what is kept, or why there are none."""
    words = Wording(language)
    utility = evidence.utility
    if utility is None:
        reason = evidence.utility_missing
        said = reason.render(language) if reason else words.translate("no_reason")
        return get_text(language, "validate.utility_missing", reason=markdown(said))
    intro = get_text(
        language,
        "validate.utility",
        target=markdown(column_label(utility.target, language, evidence.columns)),
        train_rows=utility.train_rows,
        test_rows=utility.test_rows,
    )
    kept = [_kept(model, utility.task, language) for model in utility.models]
    if utility.majority is not None:
        kept.append(get_text(language, "validate.majority", majority=utility.majority))
    return "\n".join([intro, *kept])


def _kept(model: ModelUtility, task: Task, language: Language) -> str:
    words = Wording(language)
    name = words.model(model.model, task)
    if model.kept.value is None:
        return get_text(language, "validate.kept_unknown", model=name, reason=words.missing(model.kept))
    return get_text(language, "validate.kept", model=name, kept=words.inline(words.value(model.kept)))


def _standard_errors(m: Measure) -> float:
    """Difference from the reference in standard errors, above 0 where it is worse; last if unknown."""
    if m.excess is None:
        return float("-inf")
    widths = [
        (high - low) / (2 * Z)
        for low, high in ((m.low, m.high), (m.reference_low, m.reference_high))
        if low is not None and high is not None
    ]
    error = sum(width**2 for width in widths) ** 0.5
    return m.excess / error if error > 0 else math.copysign(math.inf, m.excess) if m.excess else 0.0


def _standing(m: Measure) -> str:
    if m.excess is None:
        return "unknown"
    errors = _standard_errors(m)
    return "worse" if errors > Z else "better" if errors < -Z else "alike"
