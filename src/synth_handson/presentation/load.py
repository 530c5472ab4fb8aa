"""Step 1: where the real table came from."""

from functools import partial

from synth_handson.locales import Language, get_text
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.presentation.labels import markdown
from synth_handson.tables.bank import Dataset


def source_note(dataset: Dataset | OwnTable, language: Language) -> str:
    """Say where the table came from and how many rows it has; for the reader's own, what happens to it."""
    if isinstance(dataset, OwnTable):
        return own_note(dataset, language)
    return get_text(language, f"load.source_{dataset.source}", rows=len(dataset.frame))


def fallback_note(dataset: Dataset, language: Language) -> str | None:
    """Say why the sample replaces the full table; None if it does not."""
    why = dataset.why_not_uci
    return None if why is None else get_text(language, "load.fallback_why", why=why.render(language))


def own_note(table: OwnTable, language: Language) -> str:
    """Say which columns of the reader's own table are learned, and why others are not."""
    translate = partial(get_text, language)
    rows, columns = len(table.frame), table.learned
    learned = markdown(", ".join(columns))
    said = [translate("load.own", name=markdown(table.name), rows=rows, count=len(columns), columns=learned)]
    if table.texts:
        said.append(translate("load.own_written", columns=markdown(", ".join(table.texts))))
    if table.person:
        said.append(
            translate(
                "commands.by_person", person=markdown(table.person), people=table.profile.size, rows=rows
            )
        )
    for column in table.left_out:
        why = (
            column.reason.render(language) if column.reason else translate(f"commands.becomes_{column.role}")
        )
        said.append(translate("load.own_left_out", column=markdown(column.name), why=markdown(why)))
    births = {found.column for found in table.profile.findings if found.kind == "birth_date"}
    moved = [name for name in columns if name in births]
    if moved:
        said.append(translate("load.own_moved", columns=markdown(", ".join(moved))))
    return "\n\n".join(said)
