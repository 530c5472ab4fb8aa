"""A table of the reader's own: dropped, understood, mended with a click, and used in the four steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any, Literal
from urllib.parse import urlsplit

import marimo as mo
import pandas as pd

from synth_handson.errors import SynthHandsonError
from synth_handson.locales import Language, get_text
from synth_handson.notebook.page.parts import failure, fold, live, row, small
from synth_handson.notebook.page.state import PageState
from synth_handson.notebook.upload import MEGABYTE, Upload, check_size, upload_limit
from synth_handson.pii.detect import Answer
from synth_handson.pipeline.profile import TableProfile, holdout_fraction
from synth_handson.presentation.words import percent
from synth_handson.tables.files.form import TableForm

FILES = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".xlsx", ".parquet", ".gz"]

TYPES = {
    "text": "text", "whole": "whole", "number": "number", "boolean": "boolean", "date": "date",
    "time": "time", "dmy": "date:%d/%m/%Y", "mdy": "date:%m/%d/%Y",
}  # fmt: skip
"""What the reader can say that a column holds."""

ENCODINGS = (
    "utf-8",
    "cp932",
    "euc_jp",
    "iso2022_jp",
    "utf-16",
    "cp1252",
    "mac_roman",
    "gb18030",
    "big5",
    "euc_kr",
    "cp1250",
    "cp1251",
)
"""What the reader can say that a text is in."""

MENDED = 40
"""So many columns get a menu to be read otherwise, the doubtful ones first."""


def own_table(upload: Upload | None, page_state: PageState, language: Language) -> mo.Html:
    """Take a table, show what was understood of it, and start the four steps with it."""
    page_state.held.clear()
    translate = partial(get_text, language)
    if page_state.script:
        return mo.Html("")
    if upload is not None and upload.table is not None:
        back = page_state.hold(
            mo.ui.button(on_click=lambda _: page_state.bring(None), label=translate("load.own_back"))
        )
        return mo.vstack([mo.md(_where(page_state, language)), back])
    try:
        limit = upload_limit(shared=not page_state.editor)
    except SynthHandsonError as error:
        return failure(error, language)
    if upload is None and limit is None:
        return small(translate("load.own_off"))
    shown: list[Any] = [] if limit is None else [_dropzone(page_state, limit, language)]
    if upload is None:
        return fold({translate("load.own_title"): mo.vstack(shown)})
    if upload.error is not None:
        shown.append(live(failure(upload.error, language)))
    if upload.profile is not None:
        shown.append(_profile(upload, upload.profile, page_state, language))
    elif upload.error is not None and upload.content:
        # What could not be found can be said.
        shown.append(_reading(upload, None, page_state, language))
    elif upload.error is None:
        shown.append(live(mo.md(translate("load.own_reading", name=escape(upload.name)))))
    return mo.vstack([mo.md(f"### {translate('load.own_title')}"), *shown])


def _dropzone(page_state: PageState, limit: float, language: Language) -> mo.Html:
    def take(files: Sequence[Any]) -> None:
        if not files:
            return
        upload = Upload(files[0].name, files[0].contents)
        try:
            check_size(upload.name, len(upload.content), limit)
        except SynthHandsonError as error:
            page_state.bring(replace(upload, content=b"", error=error))
            return
        page_state.read(upload)

    translate = partial(get_text, language)
    file = mo.ui.file(
        FILES, kind="area", label=translate("load.own_file"), max_size=int(limit * MEGABYTE), on_change=take
    )
    asked = mo.md(f"{translate('load.own_ask', limit=limit)} {_where(page_state, language)}")
    return mo.vstack([asked, page_state.hold(file)])


def _where(page_state: PageState, language: Language) -> str:
    if not page_state.server:
        return get_text(language, "load.own_where_local")
    address = escape(urlsplit(page_state.server).hostname or "?")
    return get_text(language, "load.own_where_server", address=address)


def _profile(upload: Upload, profile: TableProfile, page_state: PageState, language: Language) -> mo.Html:
    translate = partial(get_text, language)
    rows, size = len(profile.frame), profile.size
    learned = [name for name in profile.named("learned") if name not in upload.left_out]
    said = [
        translate(
            "load.own_understood_people" if profile.person else "load.own_understood",
            name=escape(upload.name), rows=rows, columns=profile.frame.shape[1], people=size,
            learned=len(learned), holdout=round(size * holdout_fraction(size)),
        )
    ]  # fmt: skip
    said += [escape(found.render(language)) for found in profile.form.found]
    if profile.personal_cells:
        said.append(translate("load.own_personal", count=profile.personal_cells))
    said += [escape(notice.render(language)) for notice in profile.notices]
    if not profile.several:
        said.append(translate("load.own_one_row"))
    listed = _columns(upload, profile, language)
    table = mo.ui.table(
        listed, wrapped_columns=[listed.columns[-1]], column_widths={listed.columns[-1]: 360}, page_size=10,
        selection=None, show_download=False, show_data_types=False, show_column_summaries=False,
    )  # fmt: skip
    start = mo.ui.button(
        kind="success", label=translate("load.own_start"), on_click=lambda _: page_state.bring(upload.start())
    )
    forget = mo.ui.button(label=translate("load.own_forget"), on_click=lambda _: page_state.bring(None))
    return mo.vstack(
        [
            mo.md("\n\n".join(said)),
            *_proposal(upload, profile, page_state, language),
            *_questions(upload, profile, page_state, language),
            page_state.hold(table),
            row(
                [
                    _target(upload, learned, page_state, language),
                    _leave_out(upload, profile, page_state, language),
                ]
            ),
            _known(upload, learned, page_state, language),
            _rules(upload, profile, page_state, language),
            fold(
                {
                    translate("load.own_remedies"): mo.vstack(
                        [
                            _person(upload, profile, page_state, language),
                            _reading(upload, profile.form, page_state, language),
                            _remedies(upload, profile, page_state, language),
                        ]
                    )
                }
            ),
            row([page_state.hold(start), page_state.hold(forget)]),
        ]
    )


def _columns(upload: Upload, profile: TableProfile, language: Language) -> pd.DataFrame:
    """List each column: its type, its missing values, what becomes of it, and why."""
    translate = partial(get_text, language)
    forms = {form.name: form for form in profile.form.columns}
    listed = []
    for column in profile.roles:
        form, out = forms[column.name], column.name in upload.left_out
        becomes = translate("load.own_leave_out" if out else f"commands.becomes_{column.role}")
        why = column.reason.render(language) if column.reason and not out else form.why(language)
        missing = percent(profile.frame[column.name].isna().mean(), 0)
        listed.append((column.name, translate(f"load.own_type_{form.type}"), missing, becomes, why))
    heads = ("column", "type", "missing", "becomes", "why")
    return pd.DataFrame(listed, columns=[translate(f"load.own_head_{head}") for head in heads])


def _questions(upload: Upload, profile: TableProfile, page_state: PageState, language: Language) -> list[Any]:
    """Ask of each column whose words may be names; an answer reads the file again."""
    translate = partial(get_text, language)
    options: dict[str, str] = {
        translate(f"load.own_answer_{name}"): name for name in ("open", "replace", "keep")
    }
    labels = {name: label for label, name in options.items()}

    def answer(column: str, given: Answer | Literal["open"]) -> None:
        answers = {name: one for name, one in upload.answers.items() if name != column}
        if given != "open":
            answers[column] = given
        page_state.read(replace(upload, answers=answers, error=None))

    asked = dict.fromkeys([*upload.answers, *(found.column for found in profile.questions)])
    return [
        page_state.hold(
            mo.ui.dropdown(
                options, value=labels[upload.answers.get(name, "open")], allow_select_none=False,
                label=translate("load.own_asked", column=name), on_change=partial(answer, name),
            )
        )
        for name in asked
    ]  # fmt: skip


def _proposal(upload: Upload, profile: TableProfile, page_state: PageState, language: Language) -> list[Any]:
    """Offer to learn people with all their rows, where a column tells them apart; or each row for itself."""
    proposed = profile.proposed_person
    if not proposed and not profile.person:
        return []
    label = get_text(language, "load.own_by_person" if proposed else "load.own_by_rows", column=proposed)
    button = mo.ui.button(
        kind="success" if proposed else "neutral", label=escape(label),
        on_click=lambda _: page_state.read(replace(upload, person=proposed, error=None)),
    )  # fmt: skip
    return [page_state.hold(button)]


def _person(upload: Upload, profile: TableProfile, page_state: PageState, language: Language) -> Any:
    """Let the reader say which column tells people apart; that reads the file again."""
    none = get_text(language, "load.own_no_person")
    columns = {role.name: role.name for role in profile.roles}
    control = mo.ui.dropdown(
        {none: None} | columns, value=columns.get(upload.person or "", none),
        allow_select_none=False, label=get_text(language, "load.own_person"),
        on_change=lambda name: page_state.read(replace(upload, person=name, error=None)),
    )  # fmt: skip
    return page_state.hold(control)


def _target(upload: Upload, learned: list[str], page_state: PageState, language: Language) -> Any:
    none = get_text(language, "load.own_no_target")
    options: dict[str, str | None] = {none: None} | {name: name for name in learned}
    control = mo.ui.dropdown(
        options, value=upload.target if upload.target in learned else none, allow_select_none=False,
        label=get_text(language, "load.own_target"),
        on_change=lambda name: page_state.bring(replace(upload, target=name, error=None)),
    )  # fmt: skip
    return page_state.hold(control)


def _known(upload: Upload, learned: list[str], page_state: PageState, language: Language) -> Any:
    control = mo.ui.multiselect(
        learned, value=[name for name in upload.known if name in learned],
        label=get_text(language, "load.own_known"),
        on_change=lambda names: page_state.bring(replace(upload, known=tuple(map(str, names)), error=None)),
    )  # fmt: skip
    return page_state.hold(control)


def _rules(upload: Upload, profile: TableProfile, page_state: PageState, language: Language) -> mo.Html:
    """Offer the rules that were found, and let the reader write others."""
    translate = partial(get_text, language)
    options = {found.message.render(language): str(found.rule) for found in profile.proposed}
    labels = {rule: label for label, rule in options.items()}
    found = mo.ui.multiselect(
        options, value=[labels[rule] for rule in upload.rules if rule in labels],
        label=translate("load.own_rules"), full_width=True,
        on_change=lambda rules: page_state.bring(replace(upload, rules=tuple(map(str, rules)), error=None)),
    )  # fmt: skip
    stated = mo.ui.text_area(
        value=upload.stated, label=translate("load.own_rules_stated"), placeholder="checkin < checkout",
        rows=2, full_width=True,
        on_change=lambda text: page_state.bring(replace(upload, stated=str(text), error=None)),
    )  # fmt: skip
    shown = [page_state.hold(found)] if options else []
    return mo.vstack([*shown, page_state.hold(stated)])


def _leave_out(upload: Upload, profile: TableProfile, page_state: PageState, language: Language) -> Any:
    control = mo.ui.multiselect(
        profile.named("learned", "written"), value=sorted(upload.left_out),
        label=get_text(language, "load.own_leave_out"),
        on_change=lambda names: page_state.bring(
            replace(upload, left_out=frozenset(map(str, names)), error=None)
        ),
    )  # fmt: skip
    return page_state.hold(control)


def _reading(upload: Upload, form: TableForm | None, page_state: PageState, language: Language) -> mo.Html:
    """Let the reader say the encoding, the sheet and the row of the names; each reads the file again."""
    translate = partial(get_text, language)
    as_is = translate("load.own_as_is")
    reading = upload.reading

    def again(**said: Any) -> None:
        page_state.read(replace(upload, reading=replace(reading, **said), error=None))

    controls: list[Any] = []
    if form is None or form.reading.encoding:
        names = list(dict.fromkeys([*ENCODINGS, *filter(None, [reading.encoding])]))
        controls.append(
            mo.ui.dropdown(
                {as_is: None} | {name: name for name in names}, value=reading.encoding or as_is,
                allow_select_none=False, label=translate("load.own_encoding"),
                on_change=lambda name: again(encoding=name),
            )
        )  # fmt: skip
    if form and form.other_sheets:
        sheets = [form.sheet, *form.other_sheets]
        controls.append(
            mo.ui.dropdown(
                sheets, value=reading.sheet or form.sheet, allow_select_none=False,
                label=translate("load.own_sheet"),
                on_change=lambda name: again(sheet=name, header_row=None),
            )
        )  # fmt: skip
    if form is None or form.format in ("csv", "xlsx"):
        controls.append(
            mo.ui.number(
                1, 1000, value=reading.header_row or (form.header_row if form else 1), debounce=True,
                label=translate("load.own_header_row"),
                on_change=lambda number: again(header_row=int(number or 1)),
            )
        )  # fmt: skip
    return row(map(page_state.hold, controls))


def _remedies(upload: Upload, profile: TableProfile, page_state: PageState, language: Language) -> mo.Html:
    """For each column, a menu of what it could be read as; a choice reads the file again."""
    translate = partial(get_text, language)
    as_is = translate("load.own_as_is")
    options = {as_is: ""} | {translate(f"load.own_type_{name}"): asked for name, asked in TYPES.items()}
    labels = {asked: label for label, asked in options.items()}
    doubtful = [column.name for column in profile.roles if column.role != "learned"]
    others = profile.named("learned")

    def mend(column: str, asked: str) -> None:
        types = {**upload.reading.types, column: asked}
        said = replace(upload.reading, types={name: kind for name, kind in types.items() if kind})
        page_state.read(replace(upload, reading=said, error=None))

    menus = [
        mo.ui.dropdown(
            options, value=labels.get(upload.reading.types.get(column, ""), as_is), allow_select_none=False,
            label=translate("load.own_read_as", column=column), on_change=partial(mend, column),
        )
        for column in [*doubtful, *others][:MENDED]
    ]  # fmt: skip
    return row(map(page_state.hold, menus))
