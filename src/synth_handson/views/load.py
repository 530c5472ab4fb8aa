"""Step 1: where the real table came from."""

from functools import partial

from synth_handson.locales import Language, get_text
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.tables.bank import Dataset
from synth_handson.views.html import markdown


def source_note(dataset: Dataset | OwnTable, language: Language) -> str:
    """Tell where the table came from and how many rows it has; of a reader's own, what becomes of it."""
    if isinstance(dataset, OwnTable):
        return own_note(dataset, language)
    return get_text(language, f"load.source_{dataset.source}", rows=len(dataset.frame))


def fallback_note(dataset: Dataset, language: Language) -> str | None:
    """Say why the sample stands in for the full table; None where it does not."""
    why = dataset.why_not_uci
    return None if why is None else get_text(language, "load.fallback_why", why=why.in_words(language))


def own_note(table: OwnTable, language: Language) -> str:
    """Tell of a reader's own table which columns are learned, and why others are not."""
    say = partial(get_text, language)
    rows, learned = len(table.frame), markdown(", ".join(map(str, table.frame.columns)))
    said = [
        say("load.own", name=markdown(table.name), rows=rows, count=table.frame.shape[1], columns=learned)
    ]
    for column in table.left_out:
        why = column.reason.in_words(language) if column.reason else say(f"commands.becomes_{column.role}")
        said.append(say("load.own_left_out", column=markdown(column.name), why=markdown(why)))
    births = {found.column for found in table.understood.findings if found.kind == "birth_date"}
    moved = [name for name in table.frame if name in births]
    if moved:
        said.append(say("load.own_moved", columns=markdown(", ".join(moved))))
    return "\n\n".join(said)
