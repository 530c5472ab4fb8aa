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
    rows, why = len(dataset.frame), dataset.why_not_uci
    if why is None:
        return get_text(language, f"load.source_{dataset.source}", rows=rows)
    return get_text(language, "load.source_fallback", rows=rows, why=why.in_words(language))


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
