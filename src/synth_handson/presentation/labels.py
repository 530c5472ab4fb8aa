"""What columns and sizes of leaks are called for the reader."""

from collections.abc import Iterable
from html import escape

from synth_handson.evidence.controls.leak_simulation import LeakSimulation
from synth_handson.locales import Language, get_text, has_text
from synth_handson.presentation.summaries import in_words
from synth_handson.presentation.words import percent
from synth_handson.tables.bank import is_bank_marketing


def column_label(column: str, language: Language, table: Iterable[str]) -> str:
    """Say what a column of the Bank Marketing table holds, and its unit; others keep their name.

    What sums up a person's events is no column of the table, and said in words.

    Parameters
    ----------
    column
        Name of the column.
    language
        "ja" or "en".
    table
        Names of all columns of its table.
    """
    names = list(table)
    if not is_bank_marketing(names):
        return column if column in names else in_words(column, language)
    key = f"charts.column_{column}"
    return get_text(language, key) if has_text(language, key) else column


def leak_size(simulation: LeakSimulation, language: Language) -> str:
    """Write the size of a leak in its unit: a share, a strength of noise, or a number of copies."""
    if simulation.leak == "overfit":
        return get_text(language, "leak_simulation.times", times=simulation.size)
    return percent(simulation.size)


def markdown(text: str) -> str:
    """Escape text such as column names, so that it does not become markup."""
    return escape(text, quote=False).replace("*", "\\*").replace("_", "\\_").replace("`", "\\`")
