"""The evidence as the Markdown, HTML and tables a reader sees, in the reader's language."""

import json
import math
from collections.abc import Iterable, Mapping
from html import escape

import pandas as pd

from synth_handson.charts import column_label
from synth_handson.evidence.assessment import Evidence, Step
from synth_handson.evidence.dose import OVERFIT_ROWS, Dose
from synth_handson.evidence.identical import POWER
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.utility import ModelUtility
from synth_handson.evidence_charts import dose_label
from synth_handson.handson import Tables
from synth_handson.locales import Language, get_text
from synth_handson.metrics.intervals import Z
from synth_handson.report import About
from synth_handson.report.wording import Wording, percent

RISKS = ("singling_out", "linkability", "inference")


def step_view(step: Step | None, language: Language) -> str:
    """Show an assessment under way: a bar, and what is measured now."""
    said = get_text(language, "validate.assessment_waiting")
    value = ""
    if step is not None:
        said = get_text(language, f"evidence.step_{step.name}")
        value = f' value="{step.fraction:.2f}"'
    title = get_text(language, "validate.assessment")
    return (
        f'<div class="sh-assessment" role="status"><progress max="1"{value}></progress>'
        f"<p><span>{escape(title)}</span><span>{escape(said)}</span></p></div>"
    )


def measure_table(evidence: Evidence, language: Language) -> pd.DataFrame:
    """List every measure of fidelity and utility, the one most clearly worse than its reference first.

    Measures of different units are ordered by the difference from the reference in standard errors, as their
    intervals tell them.
    """
    words = Wording(language)
    fidelity = evidence.fidelity
    measured = [(m, m.columns) for m in (*fidelity.joint, *fidelity.columns, *fidelity.pairs)]
    if evidence.utility is not None:
        for model in evidence.utility.models:
            name = words.say(f"model_{model.model}{_class(evidence, model.model)}")
            measured += [(m, (name,)) for m in model.measures]
    measured.sort(key=lambda pair: -_standard_errors(pair[0]))
    separator, everything = (
        get_text(language, key) for key in ("charts.pair_separator", "validate.all_columns")
    )
    rows = [
        (
            words.name(m),
            separator.join(column_label(name, language) for name in about) or everything,
            words.value(m).value,
            words.value(m).interval,
            words.reference(m).value,
            get_text(language, f"validate.standing_{_standing(m)}"),
        )
        for m, about in measured
    ]
    heads = ("measure", "about", "value", "interval", "reference", "standing")
    return pd.DataFrame(rows, columns=[get_text(language, f"validate.head_{name}") for name in heads])


def joint_notes(evidence: Evidence, language: Language) -> str:
    """Say in words how well all columns together are kept."""
    words = Wording(language)
    return "\n\n".join(_markdown(words.sentence(m)) for m in evidence.fidelity.joint)


def utility_note(evidence: Evidence, language: Language) -> str:
    """Say how the models were trained and tested and what is kept, or why there are none."""
    words = Wording(language)
    utility = evidence.utility
    if utility is None:
        reason = evidence.utility_missing
        said = reason.in_words(language) if reason else words.say("no_reason")
        return get_text(language, "validate.utility_missing", reason=_markdown(said))
    intro = get_text(
        language,
        "validate.utility",
        target=_markdown(column_label(utility.target, language)),
        train_rows=utility.train_rows,
        test_rows=utility.test_rows,
    )
    kept = [_kept(model, evidence, language) for model in utility.models]
    return "\n".join([intro, *kept])


def verdict_note(evidence: Evidence, language: Language) -> str:
    """Say the verdict in words, with its reasons."""
    outcome = evidence.verdict
    word = get_text(language, f"evidence.outcome_{outcome}")
    reasons = "\n".join(f"- {_markdown(reason.in_words(language))}" for reason in evidence.reasons)
    heading = get_text(language, "privacy.verdict", word=word, said=get_text(language, f"verdict.{outcome}"))
    return f"{heading}\n\n{reasons}"


def unproven_note(evidence: Evidence, language: Language) -> str:
    """Say what the verdict does not prove, with the size of the leak that could have gone unnoticed."""
    smallest = evidence.privacy.verdict.smallest_detectable_leak
    key = "unproven_any" if smallest is None else "unproven_size"
    size = get_text(language, f"privacy.{key}", smallest=percent(smallest or 0.0, 1), power=percent(POWER))
    return get_text(language, "privacy.unproven", size=size)


def grade_note(evidence: Evidence, language: Language) -> str:
    """Give the grade in small print, marked as a summary, with what the numbers suggest."""
    grade = evidence.grade
    utility = Wording(language).say("not_measured") if grade.utility is None else f"{grade.utility:.0f}"
    said = get_text(
        language,
        "privacy.grade",
        letter=grade.letter,
        total=grade.total,
        fidelity=grade.fidelity,
        utility=utility,
        privacy=grade.privacy,
    )
    advice = [f"- {_markdown(reason.in_words(language))}" for reason in grade.recommendations]
    if advice:
        advice = ["", get_text(language, "privacy.advice"), "", *advice]
    return "\n".join([said, *advice])


def privacy_table(evidence: Evidence, language: Language) -> str:
    """Set each measure of membership beside the holdout's, and say how to read it."""
    measures = [m for m in evidence.privacy.measures if m.name not in RISKS]
    words = Wording(language)
    return _table([(words.name(m), _reading(m, language), m) for m in measures], language)


def risk_table(evidence: Evidence, language: Language) -> str:
    """Set the three risks beside the holdout's, of inference the most exposed secret only."""
    return _risks(evidence, language, worst=True)


def secrets_table(evidence: Evidence, language: Language) -> str:
    """List the risk of inference for all secrets, the most exposed first."""
    return _risks(evidence, language, worst=False)


def about_tables(tables: Tables, language: Language, fields: Mapping[str, str] | None = None) -> About:
    """Say in the report what these tables are, and what the reader filled in."""
    return About(
        data=get_text(language, "story.report_data", rows=len(tables.synthetic)),
        source=get_text(language, "story.report_source"),
        training=tables.training,
        **{name: text.strip() or None for name, text in (fields or {}).items()},
    )


def evidence_json(evidence: Evidence) -> str:
    """Write the evidence as JSON text."""
    return json.dumps(evidence.to_dict(), ensure_ascii=False, indent=1) + "\n"


def download_note(name: str, tables: Tables, language: Language) -> str:
    """Say beside the downloads that the table is synthetic."""
    return get_text(language, "story.download_note", name=name, rows=len(tables.synthetic))


def dose_table(dose: Dose, language: Language) -> str:
    """Show for each measure what it says about a leak made on purpose, and whether it notices."""
    words = Wording(language)
    rows = []
    for m in dose.measures:
        noticed = m.name in dose.noticed
        key = "untested" if m.p_value is None else "noticed" if noticed else "unnoticed"
        cells = (_figures(words.value(m).value, words.value(m).interval), _mark(key, noticed, language))
        rows.append(_row(words.name(m), "", cells, noticed))
    naive = dose.naive
    key = "approves" if naive.approves else "doubts"
    beside = get_text(language, "dose.naive_beside", holdout=naive.holdout)
    cells = (_figures(f"{naive.synthetic:.3f}", beside), _mark(key, False, language))
    rows.append(_row(get_text(language, "dose.naive"), "", cells, False))
    heads = [get_text(language, f"dose.head_{name}") for name in ("measure", "value", "noticed")]
    return _html_table(heads, rows)


def dose_sentence(dose: Dose, language: Language) -> str:
    """Say which measures notice a leak, and how the naive score rates it."""
    words = Wording(language)
    names = {m.name: words.name(m) for m in dose.measures}
    listed = get_text(language, "dose.separator").join(names[name] for name in dose.noticed)
    key = "nothing" if dose.leak == "planted" and dose.dose == 0 else dose.leak
    label = dose_label(dose, language)
    made = get_text(language, f"dose.made_{key}", dose=label, rows=dose.rows, people=OVERFIT_ROWS)
    found = get_text(language, "dose.found" if dose.noticed else "dose.not_found", measures=listed)
    rated = "dose.naive_approves" if dose.naive.approves else "dose.naive_doubts"
    naive = get_text(language, rated, synthetic=dose.naive.synthetic, holdout=dose.naive.holdout)
    return words.join([made, found, naive])


def _kept(model: ModelUtility, evidence: Evidence, language: Language) -> str:
    words = Wording(language)
    name = words.say(f"model_{model.model}{_class(evidence, model.model)}")
    if model.kept.value is None:
        return get_text(language, "validate.kept_unknown", model=name, reason=words.missing(model.kept))
    return get_text(language, "validate.kept", model=name, kept=words.inline(words.value(model.kept)))


def _class(evidence: Evidence, model: str) -> str:
    regression = evidence.utility is not None and evidence.utility.task == "regression"
    return "_class" if model == "linear" and not regression else ""


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


def _risks(evidence: Evidence, language: Language, *, worst: bool) -> str:
    words = Wording(language)
    risks = sorted(
        (m for m in evidence.privacy.measures if m.name in RISKS),
        key=lambda m: (RISKS.index(m.name), -(m.value if m.value is not None else -1.0)),
    )
    secrets = [m for m in risks if m.name == "inference"]
    shown = [m for m in risks if m.name != "inference"] + secrets[:1] if worst else secrets
    rows = []
    for m in shown:
        name = words.name(m)
        if m.name == "inference" and m.columns:
            name = get_text(
                language, "privacy.secret", name=name, column=column_label(m.columns[0], language)
            )
        rows.append((name, _reading(m, language) if worst else "", m))
    return _table(rows, language)


def _table(measures: Iterable[tuple[str, str, Measure]], language: Language) -> str:
    words = Wording(language)
    rows = [
        _row(
            name,
            reading,
            [_figures(figures.value, figures.interval) for figures in (words.value(m), words.reference(m))],
        )
        for name, reading, m in measures
    ]
    heads = [get_text(language, f"privacy.head_{name}") for name in ("measure", "synthetic", "holdout")]
    return _html_table(heads, rows)


def _reading(m: Measure, language: Language) -> str:
    return get_text(language, f"measures.{m.name}_read")


def _html_table(heads: Iterable[str], rows: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    table = f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="sh-measures">{table}</div>'.replace(" %", "\N{NO-BREAK SPACE}%")


def _row(name: str, reading: str, cells: Iterable[str], marked: bool = False) -> str:
    small = f"<small>{escape(reading)}</small>" if reading else ""
    tag = '<tr class="sh-noticed">' if marked else "<tr>"
    head = f'<th scope="row">{escape(name)}{small}</th>'
    return tag + head + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _figures(value: str, interval: str) -> str:
    small = f"<small>{escape(interval)}</small>" if interval else ""
    return escape(value) + small


def _mark(key: str, noticed: bool, language: Language) -> str:
    said = escape(get_text(language, f"dose.{key}"))
    return f"<strong>{said}</strong>" if noticed else said


def _markdown(text: str) -> str:
    """Keep what stands in a sentence, names of columns above all, from becoming markup."""
    return escape(text, quote=False).replace("*", "\\*").replace("_", "\\_").replace("`", "\\`")
