"""Results as the Markdown and HTML a reader sees, in the reader's language."""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

import pandas as pd

from synth_handson.charts import column_label
from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.closest import ClosestRecords, ColumnComparison, Comparison, MedianGap
from synth_handson.handson import Tables
from synth_handson.locales import Language, get_text
from synth_handson.metrics.bins import ColumnFidelity
from synth_handson.synthesis.run import Progress
from synth_handson.synthesis.schema import PROTECTED_TOKEN


def progress_view(progress: Progress, language: Language) -> str:
    """Show a training under way: a bar, the epoch, the validation loss, and the time gone and left."""
    details = [phase_note(progress, language)]
    if progress.val_loss is not None:
        details.append(get_text(language, "generate.epoch", epoch=progress.epoch))
        details.append(get_text(language, "generate.val_loss", loss=progress.val_loss))
        details.append(get_text(language, "generate.elapsed", seconds=progress.elapsed))
    if progress.remaining is not None:
        details.append(get_text(language, "generate.remaining", seconds=progress.remaining))
    # Without a value, the browser draws a bar that says "busy".
    value = f' value="{progress.fraction:.3f}"' if progress.phase == "training" else ""
    spans = "".join(f"<span>{escape(detail)}</span>" for detail in details)
    return f'<div class="sh-progress" role="status"><progress max="1"{value}></progress><p>{spans}</p></div>'


def phase_note(progress: Progress, language: Language) -> str:
    """Name what the training is doing."""
    queued_on_server = progress.phase == "waiting" and not progress.ahead
    phase = "queued" if queued_on_server else progress.phase
    return get_text(language, f"generate.phase_{phase}", ahead=progress.ahead)


def settings_note(server: str | None, language: Language) -> str:
    """Say where the training takes place; of a server's address, no password is shown."""
    if not server:
        return get_text(language, "story.settings_local")
    return get_text(language, "story.settings_server", address=escape(urlsplit(server).hostname or "?"))


def error_note(error: SynthHandsonError, language: Language) -> str:
    """Say what went wrong and what to do; values of the reader's table and servers' answers stay text."""
    return escape(error.message(language), quote=False)


def origin_note(tables: Tables, language: Language) -> str:
    """Say which generator the synthetic table came from, and how that was trained."""
    training = tables.training
    return get_text(
        language,
        f"generate.origin_{tables.origin}",
        rows=len(tables.synthetic),
        train_rows=training.rows,
        epochs=training.epochs,
        seconds=training.seconds,
        stopped=get_text(language, f"generate.stopped_{training.stopped_by.replace(' ', '_')}"),
    )


def protected_note(synthetic: pd.DataFrame, language: Language) -> str | None:
    """Say in which columns, and how often, a category was too rare to be shown; None where it never was."""
    counts = {name: int((column == PROTECTED_TOKEN).sum()) for name, column in synthetic.items()}
    listed = ", ".join(f"{escape(str(name))} ({count})" for name, count in counts.items() if count)
    return get_text(language, "generate.protected", token=PROTECTED_TOKEN, columns=listed) if listed else None


def fidelity_note(measured: ColumnFidelity, language: Language) -> str:
    """Put a column's distance beside the holdout's, in one sentence."""
    key = "validate.closer" if measured.synthetic <= measured.holdout else "validate.farther"
    return get_text(
        language,
        key,
        column=_label(measured.column, language),
        synthetic=measured.synthetic,
        holdout=measured.holdout,
        difference=abs(measured.synthetic - measured.holdout),
        rows=measured.rows,
    )


def fidelity_table(measured: Iterable[ColumnFidelity], language: Language) -> pd.DataFrame:
    """List every column's distance beside the holdout's, the one farthest from its holdout first."""
    ordered = sorted(measured, key=lambda column: column.synthetic - column.holdout, reverse=True)
    names = [get_text(language, f"validate.table_{name}") for name in ("column", "synthetic", "holdout")]
    rows = [(column_label(m.column, language), round(m.synthetic, 3), round(m.holdout, 3)) for m in ordered]
    return pd.DataFrame(rows, columns=names)


def person_table(comparison: Comparison, language: Language) -> str:
    """Set a synthetic customer beside the closest real one, the differences highlighted."""
    head = [
        get_text(language, f"privacy.person_{name}") for name in ("column", "synthetic", "real", "difference")
    ]
    body = "".join(_person_row(column, language) for column in comparison.columns)
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f'<div class="sh-person"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'


def closest_sentence(comparison: Comparison, language: Language) -> str:
    """Say in what even the closest real customer differs; or, honestly, that this one does not."""
    different = [column for column in comparison.columns if not column.same]
    if not different:
        return get_text(language, "privacy.sentence_identical", count=len(comparison.columns))
    numbers = [_amount(column, language) for column in different if column.difference is not None]
    names = [_label(column.name, language) for column in different if column.difference is None]
    separator = get_text(language, "privacy.separator")
    parts = []
    if numbers:
        parts.append(get_text(language, "privacy.differs_by", amounts=separator.join(numbers)))
    if names:
        parts.append(get_text(language, "privacy.differs_in", columns=separator.join(names)))
    differences = get_text(language, "privacy.and").join(parts)
    return get_text(language, "privacy.sentence", differences=differences)


def identical_note(synthetic: ClosestRecords, holdout: ClosestRecords, language: Language) -> str:
    """Count the rows identical to a training row, beside the holdout's own rate."""
    return get_text(
        language,
        "privacy.identical",
        count=synthetic.identical,
        rows=synthetic.rows,
        share=synthetic.identical_share,
        holdout_count=holdout.identical,
        holdout_rows=holdout.rows,
        holdout_share=holdout.identical_share,
    )


def distance_note(
    synthetic: ClosestRecords, holdout: ClosestRecords, gap: MedianGap, language: Language
) -> str:
    """Compare the median distance to the closest record with the holdout's, as far as sampling lets one."""
    side = "closer" if gap.high < 0 else "farther" if gap.low > 0 else "alike"
    return get_text(
        language,
        f"privacy.distance_{side}",
        synthetic=synthetic.median,
        holdout=holdout.median,
        low=gap.low,
        high=gap.high,
    )


def _person_row(column: ColumnComparison, language: Language) -> str:
    difference = get_text(language, "privacy.same" if column.same else "privacy.different")
    if column.difference and not column.same:
        difference = _quantity(column.difference, column.unit, language, sign="+")
    values = [column_label(column.name, language), _value(column.synthetic), _value(column.real), difference]
    tag = '<tr class="sh-different">' if not column.same else "<tr>"
    head, *cells = (escape(value) for value in values)
    return f'{tag}<th scope="row">{head}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _amount(column: ColumnComparison, language: Language) -> str:
    assert column.difference is not None
    amount = _quantity(abs(column.difference), column.unit, language)
    return get_text(language, "privacy.amount", amount=amount, column=_short_label(column.name, language))


def _quantity(number: float, unit: str | None, language: Language, sign: str = "") -> str:
    text = f"{number:{sign},.10g}"
    if unit is None:
        return text
    singular = abs(number) == 1 and language == "en"
    return get_text(language, f"privacy.unit_{unit}{'_one' if singular else ''}", number=text)


def _short_label(name: str, language: Language) -> str:
    try:
        return get_text(language, f"privacy.short_{name}")
    except KeyError:
        return escape(name)


def _label(name: str, language: Language) -> str:
    return escape(column_label(name, language))


def _value(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,.10g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
