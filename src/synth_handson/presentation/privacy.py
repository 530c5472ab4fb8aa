"""Step 4: the closest real customers, the verdict, and what it rests on."""

from collections.abc import Collection, Iterable
from html import escape

from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.measures import RISKS, Measure
from synth_handson.evidence.privacy.dcr import ClosestRecords, ColumnComparison, Comparison, MedianGap
from synth_handson.evidence.verdict import REVIEW_LEVEL, TOLERATED_LEAK, adjust
from synth_handson.locales import Counted, Language, Message, get_text, get_text_of, has_text
from synth_handson.presentation.document import Cell, Figures, Table, table_html
from synth_handson.presentation.labels import column_label, markdown
from synth_handson.presentation.summaries import sentences
from synth_handson.presentation.words import Wording, cell, minus, percent
from synth_handson.tables.bank import is_bank_marketing


def person_table(comparison: Comparison, language: Language, counted: Counted = "") -> str:
    """Show a synthetic row beside the closest real one, with the differences highlighted.

    Here and below, ``counted`` says what a row stands for, if not for a person as usual.
    """
    heads = ("column", "synthetic", "real", "difference")
    names = [column.name for column in comparison.columns]
    cells = tuple(_person_row(column, language, names) for column in comparison.columns)
    different = {n: "sh-different" for n, column in enumerate(comparison.columns) if not column.same}
    titles = tuple(get_text_of(language, counted, f"privacy.person_{name}") for name in heads)
    return table_html(Table(titles, cells, marked=different), "sh-person")


def closest_sentence(comparison: Comparison, language: Language, counted: Counted = "") -> str:
    """Say how the closest real row differs, or that it does not."""
    different = [column for column in comparison.columns if not column.same]
    if not different:
        return get_text_of(language, counted, "privacy.sentence_identical", count=len(comparison.columns))
    table = [column.name for column in comparison.columns]
    numbers = [_amount(column, language, table) for column in different if column.difference is not None]
    names = [
        escape(column_label(column.name, language, table))
        for column in different
        if column.difference is None
    ]
    separator = get_text(language, "privacy.separator")
    parts = []
    if numbers:
        parts.append(get_text(language, "privacy.differs_by", amounts=separator.join(numbers)))
    if names:
        parts.append(get_text(language, "privacy.differs_in", columns=separator.join(names)))
    differences = get_text(language, "privacy.and").join(parts)
    return get_text_of(language, counted, "privacy.sentence", differences=differences)


def identical_note(
    synthetic: ClosestRecords, holdout: ClosestRecords, language: Language, counted: Counted = ""
) -> str:
    """Count the rows identical to a training row, beside the holdout's own rate."""
    return get_text_of(
        language,
        counted,
        "privacy.identical",
        count=synthetic.identical,
        rows=synthetic.rows,
        share=synthetic.identical_share,
        holdout_count=holdout.identical,
        holdout_rows=holdout.rows,
        holdout_share=holdout.identical_share,
    )


def distance_note(
    synthetic: ClosestRecords,
    holdout: ClosestRecords,
    gap: MedianGap,
    language: Language,
    counted: Counted = "",
) -> str:
    """Compare the median distance to the closest record with the holdout's, as far as sampling lets one."""
    side = "closer" if gap.high < 0 else "farther" if gap.low > 0 else "alike"
    return get_text_of(
        language,
        counted,
        f"privacy.distance_{side}",
        synthetic=synthetic.median,
        holdout=holdout.median,
        low=gap.low,
        high=gap.high,
    )


def _person_row(column: ColumnComparison, language: Language, table: Collection[str]) -> tuple[Cell, ...]:
    difference = get_text(language, "privacy.same" if column.same else "privacy.different")
    if column.difference and not column.same:
        difference = _quantity(column.difference, column.unit, language, sign="+")
    label = column_label(column.name, language, table)
    return label, cell(column.synthetic), cell(column.real), difference


def _amount(column: ColumnComparison, language: Language, table: Collection[str]) -> str:
    assert column.difference is not None
    amount = _quantity(abs(column.difference), column.unit, language)
    name = _short_label(column.name, language, table)
    return get_text(language, "privacy.amount", amount=amount, column=name)


def _quantity(number: float, unit: str | None, language: Language, sign: str = "") -> str:
    text = minus(f"{number:{sign},.10g}")
    if unit is None:
        return text
    singular = abs(number) == 1 and language == "en"
    return get_text(language, f"privacy.unit_{unit}{'_one' if singular else ''}", number=text)


def _short_label(name: str, language: Language, table: Collection[str]) -> str:
    key = f"privacy.short_{name}"
    known = is_bank_marketing(table) and has_text(language, key)
    return get_text(language, key) if known else escape(name)


def verdict_heading(evidence: Evidence, language: Language) -> str:
    """Say the verdict in a word and a sentence."""
    word = get_text(language, f"evidence.outcome_{evidence.verdict}")
    said = get_text(language, f"verdict.{evidence.verdict}")
    return get_text(language, "privacy.verdict", word=word, said=said)


def verdict_note(evidence: Evidence, language: Language) -> str:
    """Say the verdict in words, with its reasons."""
    return f"{verdict_heading(evidence, language)}\n\n{reasons_list(evidence.reasons, evidence, language)}"


def use_heading(evidence: Evidence, language: Language) -> str:
    """Say in a word how useful the table is."""
    word = get_text(language, f"use.outcome_{evidence.usefulness.outcome.replace(' ', '_')}")
    return get_text(language, "use.heading", word=word)


def use_note(evidence: Evidence, language: Language) -> str:
    """Say how useful the table is, with reasons, and what would help."""
    usefulness = evidence.usefulness
    reasons = reasons_list((*usefulness.reasons, *usefulness.advice), evidence, language)
    return f"{use_heading(evidence, language)}\n\n{reasons}"


def reasons_list(reasons: Iterable[Message], evidence: Evidence, language: Language) -> str:
    """List reasons as Markdown."""
    return "\n".join(f"- {markdown(said)}" for said in sentences(reasons, evidence, language))


def decision_note(evidence: Evidence, language: Language) -> str:
    """Say in one sentence what follows from privacy and usefulness."""
    return get_text(language, "use.decision", sentence=evidence.decision.render(language))


def decision_headline(evidence: Evidence, language: Language) -> str:
    """Say the same without what it follows from."""
    return get_text(language, "use.decision_short", sentence=evidence.decision.render(language))


def unproven_note(evidence: Evidence, language: Language, *, beside_alarm: bool = False) -> str:
    """Say what the verdict does not prove, with the size of the leak that could have gone unnoticed.

    ``beside_alarm``, where the picture of the alarm says that size already, it is not said twice.
    """
    smallest = evidence.privacy.verdict.smallest_detectable_leak
    key = "unproven_any" if smallest is None else "unproven_smaller" if beside_alarm else "unproven_size"
    size = get_text(language, f"privacy.{key}", smallest=percent(smallest or 0.0, 1))
    return get_text(language, "privacy.unproven", size=size)


def grade_note(evidence: Evidence, language: Language) -> str:
    """Give the grade in small print, marked as a summary, with what the numbers suggest."""
    grade = evidence.grade
    utility = Wording(language).translate("not_measured") if grade.utility is None else f"{grade.utility:.0f}"
    said = get_text(
        language,
        "privacy.grade",
        letter=grade.letter,
        total=grade.total,
        fidelity=grade.fidelity,
        utility=utility,
        privacy=grade.privacy,
    )
    if grade.capped:
        said = Wording(language).join([said, grade.capped.render(language)])
    advice = [f"- {markdown(reason.render(language))}" for reason in grade.recommendations]
    if advice:
        advice = ["", get_text(language, "privacy.advice"), "", *advice]
    return "\n".join([said, *advice])


def privacy_table(evidence: Evidence, language: Language) -> str:
    """Show each measure of membership, and the checks of the holdout, with references and an explanation."""
    measures = [m for m in evidence.privacy.measures if m.name not in RISKS]
    measures += evidence.privacy.checks
    words = Wording(language)
    return _table([(words.name(m), _reading(m, language), m) for m in measures], language)


def risk_table(evidence: Evidence, language: Language) -> str:
    """Show the three risks beside the holdout's; for inference, only the most exposed secret."""
    return _risks(evidence, language, worst=True)


def secrets_table(evidence: Evidence, language: Language) -> str:
    """List the risk of inference for all secrets, the most exposed first."""
    return _risks(evidence, language, worst=False)


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
            column = column_label(m.columns[0], language, evidence.columns)
            name = get_text(language, "privacy.secret", name=name, column=column)
        reading = _reading(m, language) if worst else ""
        rows.append((name, " ".join(filter(None, [reading, _no_alarm(m, evidence, language)])), m))
    return _table(rows, language)


def _no_alarm(m: Measure, evidence: Evidence, language: Language) -> str:
    """Explain a value that looks like an alarm but is not: above the holdout's, and not significant."""
    if m.excess is None or m.excess <= TOLERATED_LEAK or m.p_value is None:
        return ""
    adjusted = dict(adjust(evidence.privacy.measures))[m]
    if adjusted < REVIEW_LEVEL:
        return ""
    numbers = {"tests": evidence.privacy.verdict.tests, "adjusted": adjusted, "level": REVIEW_LEVEL}
    return get_text(language, "privacy.no_alarm", p=m.p_value, rows=m.rows, **numbers)


def _table(measures: Iterable[tuple[str, str, Measure]], language: Language) -> str:
    words = Wording(language)
    rows = tuple(
        (Figures(name, reading), words.value(m), words.reference(m)) for name, reading, m in measures
    )
    heads = tuple(get_text(language, f"privacy.head_{name}") for name in ("measure", "synthetic", "holdout"))
    return table_html(Table(heads, rows))


def _reading(m: Measure, language: Language) -> str:
    return get_text(language, f"measures.{m.name}_read")
