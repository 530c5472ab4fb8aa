"""A table of the reader's own: dropped, understood, mended with a click, and used in the four steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any
from urllib.parse import urlsplit

import marimo as mo
import pandas as pd

from synth_handson.errors import SynthHandsonError
from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.desk import Desk
from synth_handson.notebook.page.parts import failure, fold, live, row, small
from synth_handson.notebook.upload import MEGABYTE, Upload, check_size, upload_limit
from synth_handson.pipeline.synthesise import Understood, holdout_fraction

FILES = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".xlsx", ".parquet", ".gz"]

TYPES = {
    "text": "text", "whole": "whole", "number": "number", "truth": "truth", "date": "date",
    "dmy": "date:%d/%m/%Y", "mdy": "date:%m/%d/%Y",
}  # fmt: skip
"""What the reader can say that a column holds."""

MENDED = 40
"""So many columns get a menu to be read otherwise, the doubtful ones first."""


def own_table(upload: Upload | None, desk: Desk, language: Language) -> mo.Html:
    """Take a table, show what was understood of it, and start the four steps with it."""
    desk.held.clear()
    say = partial(get_text, language)
    if desk.script:
        return mo.Html("")
    if upload is not None and upload.table is not None:
        back = desk.hold(mo.ui.button(on_click=lambda _: desk.bring(None), label=say("load.own_back")))
        return mo.vstack([mo.md(_where(desk, language)), back])
    try:
        limit = upload_limit(shared=not desk.editor)
    except SynthHandsonError as error:
        return failure(error, language)
    if upload is None and limit is None:
        return small(say("load.own_off"))
    shown: list[Any] = [] if limit is None else [_dropzone(desk, limit, language)]
    if upload is None:
        return fold({say("load.own_title"): mo.vstack(shown)})
    if upload.error is not None:
        shown.append(live(failure(upload.error, language)))
    if upload.understood is not None:
        shown.append(_understood(upload, upload.understood, desk, language))
    elif upload.error is None:
        shown.append(live(mo.md(say("load.own_reading", name=escape(upload.name)))))
    return mo.vstack([mo.md(f"### {say('load.own_title')}"), *shown])


def _dropzone(desk: Desk, limit: float, language: Language) -> mo.Html:
    def take(files: Sequence[Any]) -> None:
        if not files:
            return
        upload = Upload(files[0].name, files[0].contents)
        try:
            check_size(upload.name, len(upload.content), limit)
        except SynthHandsonError as error:
            desk.bring(replace(upload, content=b"", error=error))
            return
        desk.read(upload)

    say = partial(get_text, language)
    file = mo.ui.file(
        FILES, kind="area", label=say("load.own_file"), max_size=int(limit * MEGABYTE), on_change=take
    )
    asked = mo.md(f"{say('load.own_ask', limit=limit)} {_where(desk, language)}")
    return mo.vstack([asked, desk.hold(file)])


def _where(desk: Desk, language: Language) -> str:
    if not desk.server:
        return get_text(language, "load.own_where_local")
    address = escape(urlsplit(desk.server).hostname or "?")
    return get_text(language, "load.own_where_server", address=address)


def _understood(upload: Upload, understood: Understood, desk: Desk, language: Language) -> mo.Html:
    say = partial(get_text, language)
    rows = len(understood.frame)
    learned = [name for name in understood.named("learned") if name not in upload.left_out]
    said = [
        say(
            "load.own_understood", name=escape(upload.name), rows=rows, columns=understood.frame.shape[1],
            learned=len(learned), holdout=round(rows * holdout_fraction(rows)),
        )
    ]  # fmt: skip
    if understood.personal_cells:
        said.append(say("load.own_personal", count=understood.personal_cells))
    notices = [escape(notice.in_words(language)) for notice in understood.notices]
    said += notices or [say("load.own_one_row")]
    listed = _columns(upload, understood, language)
    table = mo.ui.table(
        listed, wrapped_columns=[listed.columns[-1]], column_widths={listed.columns[-1]: 360}, page_size=10,
        selection=None, show_download=False, show_data_types=False, show_column_summaries=False,
    )  # fmt: skip
    start = mo.ui.button(
        kind="success", label=say("load.own_start"), on_click=lambda _: desk.bring(upload.start())
    )
    forget = mo.ui.button(label=say("load.own_forget"), on_click=lambda _: desk.bring(None))
    return mo.vstack(
        [
            mo.md("\n\n".join(said)),
            desk.hold(table),
            row([_target(upload, learned, desk, language), _leave_out(upload, understood, desk, language)]),
            _known(upload, learned, desk, language),
            fold({say("load.own_remedies"): _remedies(upload, understood, desk, language)}),
            row([desk.hold(start), desk.hold(forget)]),
        ]
    )


def _columns(upload: Upload, understood: Understood, language: Language) -> pd.DataFrame:
    """List each column: its type, its missing values, what becomes of it, and why."""
    say = partial(get_text, language)
    forms = {form.name: form for form in understood.form.columns}
    listed = []
    for column in understood.roles:
        form, out = forms[column.name], column.name in upload.left_out
        becomes = say("load.own_leave_out" if out else f"commands.becomes_{column.role}")
        why = column.reason.in_words(language) if column.reason and not out else form.why(language)
        missing = understood.frame[column.name].isna().mean()
        listed.append((column.name, say(f"load.own_type_{form.type}"), f"{missing:.0%}", becomes, why))
    heads = ("column", "type", "missing", "becomes", "why")
    return pd.DataFrame(listed, columns=[say(f"load.own_head_{head}") for head in heads])


def _target(upload: Upload, learned: list[str], desk: Desk, language: Language) -> Any:
    none = get_text(language, "load.own_no_target")
    options: dict[str, str | None] = {none: None} | {name: name for name in learned}
    control = mo.ui.dropdown(
        options, value=upload.target if upload.target in learned else none, allow_select_none=False,
        label=get_text(language, "load.own_target"),
        on_change=lambda name: desk.bring(replace(upload, target=name, error=None)),
    )  # fmt: skip
    return desk.hold(control)


def _known(upload: Upload, learned: list[str], desk: Desk, language: Language) -> Any:
    control = mo.ui.multiselect(
        learned, value=[name for name in upload.known if name in learned],
        label=get_text(language, "load.own_known"),
        on_change=lambda names: desk.bring(replace(upload, known=tuple(map(str, names)), error=None)),
    )  # fmt: skip
    return desk.hold(control)


def _leave_out(upload: Upload, understood: Understood, desk: Desk, language: Language) -> Any:
    control = mo.ui.multiselect(
        understood.named("learned"), value=sorted(upload.left_out),
        label=get_text(language, "load.own_leave_out"),
        on_change=lambda names: desk.bring(replace(upload, left_out=frozenset(map(str, names)), error=None)),
    )  # fmt: skip
    return desk.hold(control)


def _remedies(upload: Upload, understood: Understood, desk: Desk, language: Language) -> mo.Html:
    """For each column, a menu of what it could be read as; a choice reads the file again."""
    say = partial(get_text, language)
    as_is = say("load.own_as_is")
    options = {as_is: ""} | {say(f"load.own_type_{name}"): asked for name, asked in TYPES.items()}
    labels = {asked: label for label, asked in options.items()}
    doubtful = [column.name for column in understood.roles if column.role != "learned"]
    others = understood.named("learned")

    def mend(column: str, asked: str) -> None:
        types = {**upload.types, column: asked}
        desk.read(replace(upload, types={name: kind for name, kind in types.items() if kind}, error=None))

    menus = [
        mo.ui.dropdown(
            options, value=labels.get(upload.types.get(column, ""), as_is), allow_select_none=False,
            label=say("load.own_read_as", column=column), on_change=partial(mend, column),
        )
        for column in [*doubtful, *others][:MENDED]
    ]  # fmt: skip
    return row(map(desk.hold, menus))
