"""Tables and texts as HTML and Markdown in which nothing of a reader's table becomes markup."""

from collections.abc import Iterable
from html import escape


def html_table(heads: Iterable[str], rows: Iterable[str], kind: str = "sh-measures") -> str:
    """Write a table of a ``kind`` the style sheet knows, from its titles and rows as `row` writes them."""
    cells = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    table = f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="{kind}">{table}</div>'.replace(" %", "\N{NO-BREAK SPACE}%")


def row(name: str, reading: str, cells: Iterable[str], mark: str | None = None) -> str:
    """Write a row: what it is about, how to read it in small print, and its cells, already markup.

    A ``mark`` is a class of the style sheet that makes the row stand out.
    """
    small = f"<small>{escape(reading)}</small>" if reading else ""
    tag = f'<tr class="{mark}">' if mark else "<tr>"
    head = f'<th scope="row">{escape(name)}{small}</th>'
    return tag + head + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def figures(value: str, interval: str) -> str:
    """Write a number, and its interval in small print."""
    small = f"<small>{escape(interval)}</small>" if interval else ""
    return escape(value) + small


def markdown(text: str) -> str:
    """Keep what stands in a sentence, names of columns above all, from becoming markup."""
    return escape(text, quote=False).replace("*", "\\*").replace("_", "\\_").replace("`", "\\`")
