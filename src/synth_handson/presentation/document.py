"""A document made of plain parts, written as one self-contained HTML page or as Markdown.

Texts are plain: whatever stands in them, names of columns above all, is escaped here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from typing import Literal

from synth_handson.locales import Language

Tone = Literal["plain", "lead", "small"]


@dataclass(frozen=True)
class Svg:
    """A picture.

    Attributes
    ----------
    markup
        The ``<svg>`` element, made by `svg` from numbers alone.
    description
        What it shows, for those who cannot see it; empty if the text beside it says the same.
    """

    markup: str
    description: str = ""


@dataclass(frozen=True)
class Figures:
    """A number with its interval, or a name and how to read it, in small print; for a cell of a table."""

    value: str
    interval: str = ""


Cell = str | Figures | Svg


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Fields:
    """Labels with what they stand for; None leaves a ruled line to write on."""

    fields: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Table:
    """A table; its first column heads the rows.

    Attributes
    ----------
    head
        Titles of the columns.
    rows
        Rows with as many cells as there are heads.
    caption
        Its title; may be empty.
    marked
        Classes of the style sheet that set rows off from the others, by number.
    to_sign
        Whether its empty cells are written on by hand.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    marked: Mapping[int, str] = field(default_factory=dict)
    to_sign: bool = False


@dataclass(frozen=True)
class Key:
    """What the marks of a picture mean."""

    marks: tuple[tuple[Svg, str], ...]


@dataclass(frozen=True)
class Figure:
    """A picture with its caption."""

    picture: Svg
    caption: str


@dataclass(frozen=True)
class Gallery:
    """Pictures, and what belongs to them, two to a row."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Banner:
    """A result in words, with a symbol of its own; ``kind`` names the colours."""

    kind: str
    symbol: Svg
    word: str
    text: str


@dataclass(frozen=True)
class Card:
    """A titled part that is kept together on a page."""

    title: str
    parts: tuple[Part, ...]


Part = Paragraph | Items | Fields | Table | Key | Figure | Gallery | Banner | Card


@dataclass(frozen=True)
class Section:
    """A numbered section; ``together`` keeps it on one page when printed."""

    title: str
    parts: tuple[Part, ...]
    together: bool = False


@dataclass(frozen=True)
class Document:
    """What comes first, a list of contents, and the sections."""

    language: Language
    title: str
    contents: str
    front: tuple[Part, ...]
    sections: tuple[Section, ...]


def to_html(document: Document) -> str:
    """Write a page that needs neither network nor script; its policy forbids both."""
    contents = "".join(
        f'<li><a href="#s{number}">{_text(section.title)}</a></li>'
        for number, section in enumerate(document.sections, 1)
    )
    body = "\n".join(_html_section(number, section) for number, section in enumerate(document.sections, 1))
    return _page(
        document.language,
        document.title,
        f"""<header>
<div class="first-page">
<h1>{_text(document.title)}</h1>
{_html_parts(document.front)}
</div>
<nav aria-label="{_text(document.contents)}">
<p>{_text(document.contents)}</p>
<ol>{contents}</ol>
</nav>
</header>
{body}""",
    )


def sheet_html(language: Language, title: str, parts: Iterable[Part]) -> str:
    """Write a page of its own, made to be printed on one sheet."""
    return _page(
        language, title, f'<div class="sheet">\n<h1>{_text(title)}</h1>\n{_html_parts(parts)}\n</div>'
    )


def _page(language: Language, title: str, body: str) -> str:
    style = files(__package__).joinpath("report", "report.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{_text(title)}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def table_html(table: Table, kind: str = "sh-measures") -> str:
    """Write a table of a ``kind`` that the page's style sheet knows."""
    return f'<div class="{kind}">{_html_table(table)}</div>'


def to_markdown(document: Document) -> str:
    """Write the same as Markdown: tables and texts; of pictures, what they show in words."""
    blocks = [f"# {_plain(document.title)}", *map(_markdown, document.front)]
    for number, section in enumerate(document.sections, 1):
        blocks += [f"## {number}. {_plain(section.title)}", *map(_markdown, section.parts)]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _tidy(text: str) -> str:
    """Drop control characters and line breaks, and keep a number and its percent sign together."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return re.sub(r"(?<![A-Za-z0-9_.])([\d.,]+) ?%", "\\1\u00a0%", " ".join(printable.split()))


def _text(text: str) -> str:
    return escape(_tidy(text))


def _html_parts(parts: Iterable[Part]) -> str:
    return "\n".join(map(_html, parts))


def _html_section(number: int, section: Section) -> str:
    kind = ' class="together"' if section.together else ""
    return (
        f'<section id="s{number}"{kind}>\n<h2>{number}. {_text(section.title)}</h2>\n'
        f"{_html_parts(section.parts)}\n</section>"
    )


def _html(part: Part) -> str:
    match part:
        case Paragraph(text, tone):
            return f'<p class="{tone}">{_text(text)}</p>'
        case Items(items):
            return "<ul>" + "".join(f"<li>{_text(item)}</li>" for item in items) + "</ul>"
        case Fields(fields):
            return '<dl class="fields">' + "".join(_html_field(*field) for field in fields) + "</dl>"
        case Table():
            return _html_table(part)
        case Key(marks):
            listed = "".join(f"<li>{svg_html(mark)} {_text(text)}</li>" for mark, text in marks)
            return f'<ul class="key">{listed}</ul>'
        case Figure(picture, caption):
            return f"<figure>{svg_html(picture)}<figcaption>{_text(caption)}</figcaption></figure>"
        case Gallery(parts):
            return f'<div class="gallery">{_html_parts(parts)}</div>'
        case Banner(kind, symbol, word, text):
            return (
                f'<div class="banner {kind}">{svg_html(symbol)}'
                f"<div><p><strong>{_text(word)}</strong></p><p>{_text(text)}</p></div></div>"
            )
        case Card(title, parts):
            return f'<div class="card"><h3>{_text(title)}</h3>\n{_html_parts(parts)}</div>'


def _html_field(label: str, value: str | None) -> str:
    filled = '<dd class="ruled"></dd>' if value is None else f"<dd>{_text(value)}</dd>"
    return f"<dt>{_text(label)}</dt>{filled}"


def _html_table(table: Table) -> str:
    caption = f"<caption>{_text(table.caption)}</caption>" if table.caption else ""
    head = "".join(f'<th scope="col">{_text(title)}</th>' for title in table.head)
    rows = "".join(_html_row(row, table.marked.get(number)) for number, row in enumerate(table.rows))
    kind = ' class="to-sign"' if table.to_sign else ""
    return f"<table{kind}>{caption}<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"


def _html_row(row: tuple[Cell, ...], mark: str | None) -> str:
    kind = f' class="{mark}"' if mark else ""
    cells = "".join(f"<td{_kind(cell)}>{_html_cell(cell)}</td>" for cell in row[1:])
    return f'<tr{kind}><th scope="row">{_html_cell(row[0])}</th>{cells}</tr>\n'


def _kind(cell: Cell) -> str:
    return "" if isinstance(cell, str) else f' class="{type(cell).__name__.lower()}"'


def _html_cell(cell: Cell) -> str:
    match cell:
        case Svg():
            return svg_html(cell)
        case Figures(value, interval):
            return _text(value) + (f"<small>{_text(interval)}</small>" if interval else "")
        case _:
            return _text(cell)


def svg_html(svg: Svg) -> str:
    """Write a picture, with its description for those who cannot see it."""
    role = f'role="img" aria-label="{_text(svg.description)}"' if svg.description else 'aria-hidden="true"'
    return svg.markup.replace("<svg", f"<svg {role}", 1)


def _plain(text: str) -> str:
    return re.sub(r"([\\`*\[\]<>|~])", r"\\\1", _tidy(text))


def _markdown(part: Part) -> str:
    match part:
        case Paragraph(text):
            return _plain(text)
        case Items(items):
            return "\n".join(f"- {_plain(item)}" for item in items)
        case Fields(fields):
            return "\n".join(f"- **{_plain(label)}**: {_filled(value)}" for label, value in fields)
        case Table():
            return _markdown_table(part)
        case Figure(picture, caption):
            return f"{_plain(caption)}\n\n{_plain(picture.description)}"
        case Gallery(parts):
            return "\n\n".join(map(_markdown, parts))
        case Banner(word=word, text=text):
            return f"> **{_plain(word)}**\n>\n> {_plain(text)}"
        case Card(title, parts):
            return "\n\n".join([f"### {_plain(title)}", *filter(None, map(_markdown, parts))])
        case Key():
            return ""


def _filled(value: str | None) -> str:
    return r"\_" * 20 if value is None else _plain(value)


def _markdown_table(table: Table) -> str:
    drawn = {n for row in table.rows for n, cell in enumerate(row) if isinstance(cell, Svg)}

    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell for n, cell in enumerate(cells) if n not in drawn) + " |"

    lines = [line(map(_plain, table.head)), line("---" for _ in table.head)]
    lines += [line(map(_markdown_cell, row)) for row in table.rows]
    return "\n".join([f"**{_plain(table.caption)}**\n"] * bool(table.caption) + lines)


def _markdown_cell(cell: Cell) -> str:
    match cell:
        case Svg():
            return ""
        case Figures(value, interval):
            return _plain(f"{value} ({interval})" if interval else value)
        case _:
            return _plain(cell)
