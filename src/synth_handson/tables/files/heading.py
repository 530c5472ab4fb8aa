"""Where a table begins and ends among rows: at the row that names the columns, above totals and notes."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from itertools import islice
from typing import Any

from synth_handson.tables.checks import MISSING_MARKERS

SAMPLE_ROWS = 200
"""Rows examined to find where a table begins and ends."""
TOTAL = re.compile(
    r"(?:[総小]?合?計|合计|总计|합계"
    r"|(?:grand |sub-?)?totals?|sum|gesamt(?:summe)?|summe|somme|итого)\s*[:：]?",
    re.IGNORECASE,
)
NOTE = re.compile(r"[*※†‡#＊]|注|出典|資料|(?:source|notes?|nota|quelle|fuente)\b", re.IGNORECASE)
"""Start of rows below a table: notes and sources."""
MIN_ABOVE = 10
"""Fewest rows above a total or note; in a smaller table, such a row belongs to the data."""
MIN_NUMBERS = 3
"""Fewest known values for a column to count as evidence."""
NUMBER = re.compile(r"[-+(]?[$€£¥]?\d[\d.,:/ _-]*[%)]?(?:[eE][-+]?\d+)?|\d{4}年.*")
YEAR = re.compile(r"(?:19|20)\d\d(?:年度?)?")
"""A year, which may name a column or a group of columns."""
UNIT = re.compile(
    r"[(\[（［].*[)\]）］]|[-–—]|単位.*|[%％‰℃℉°]C?|[万千百億]?円|人|名|件|個|台|回|歳|才|年|月|日|時間?|分|秒|㎏|㎝|㎜|㎡|㎞|点"
    r"|(?:[kKcmMGµμnhd]?(?:m|g|s|L|l|V|A|W|J|N|Hz|Pa|B|Ω|mol|cal)|t|h|min|days?|years?|months?|hours?)"
    r"(?:[²³/·^2-3].{0,6})?|USD|EUR|JPY|GBP|[$€£¥]",
)


@dataclass(frozen=True)
class Heading:
    """Where the columns are named.

    Attributes
    ----------
    row
        Place, from 0, of the row that names them.
    names
        What stands there; with a row of groups above it, both together.
    below
        Rows below it, 0 to 2, that belong to it: units, or names in another language or of a group.
    """

    row: int
    names: tuple[object, ...]
    below: int = 0


def find_heading(rows: Sequence[Sequence[object]], row: int | None = None) -> Heading:
    """Find the row that names the columns among the first rows of a file.

    A row that is at most half as wide as the table is a title, if a row follows that can name columns.

    Parameters
    ----------
    rows
        Cells of each, as text or of their own types; what is empty is None, "" or not there.
    row
        The place of the row that names the columns, where that is known.
    """
    filled = [[i for i, cell in enumerate(cells) if not _is_blank(cell)] for cells in rows]
    used = [place for place, cells in enumerate(filled) if cells]
    if not used:
        return Heading(0, ())
    if row is None:
        row = _first(rows, filled, used)
    below = next((place for place in used if place > row), None)
    after = [rows[place] for place in used if below is not None and place > below]
    names = tuple(rows[row]) if row < len(rows) else ()
    if below is None or not names:
        return Heading(row, names)
    numbers = _numbers(after)
    if _is_of_units(rows[below], numbers):
        return Heading(row, names, 1)
    units = int(bool(after) and _is_of_units(after[0], _numbers(after[1:])))
    if _is_of_names(rows[below], _numbers(after[1:]) if units else numbers):
        narrow = len(filled[row]) < len(filled[below]) or filled[row][-1] < filled[below][-1]
        groups = narrow or _repeats(rows[row])
        return Heading(row, _together(rows[row], rows[below]) if groups else names, 1 + units)
    if _repeats(names) and row - 1 in used:
        return Heading(row, _together(rows[row - 1], names))
    return Heading(row, names)


def rows_below(rows: Sequence[Sequence[object]]) -> int:
    """Return how many of the last rows of a file are totals, notes or empty rows above those.

    Parameters
    ----------
    rows
        The last rows, in their order. "Total" is not the label of a total if it also stands elsewhere in its
        column.
    """
    left_out, width = 0, max(map(len, rows), default=0)
    for count, place in enumerate(range(len(rows) - 1, MIN_ABOVE - 1, -1), 1):
        written = {i: str(cell).strip() for i, cell in enumerate(rows[place]) if not _is_blank(cell)}
        first = next(iter(written), 0)
        label = written.get(first, "")
        above = [str(cells[first]).strip() for cells in rows[:place] if first < len(cells)]
        total = len(written) > 1 and TOTAL.fullmatch(label) and label not in above
        note = len(written) == 1 and width > 1 and NOTE.match(label)
        if written and not total and not (note and not any(map(NOTE.match, above))):
            break
        left_out = count if written or left_out else 0
    return left_out


def without_rows_below(
    rows: Iterable[tuple[int, list[Any]]], left_out: list[int]
) -> Iterator[tuple[int, list[Any]]]:
    """Yield numbered rows except for those at the end that `rows_below` counts; a list takes their number."""
    last: deque[tuple[int, list[Any]]] = deque()
    for row in rows:
        last.append(row)
        if len(last) > SAMPLE_ROWS:
            yield last.popleft()
    below = rows_below([cells for _, cells in last])
    left_out.append(below)
    yield from islice(last, len(last) - below)


def _first(rows: Sequence[Sequence[object]], filled: list[list[int]], used: list[int]) -> int:
    widths = Counter(filled[place][-1] + 1 for place in used)
    width = max(widths, key=lambda one: (widths[one], one))
    # In a table of two columns, the one of the index may have no name.
    full = (
        place for place in used if 2 * len(filled[place]) > width or (width == 2 and filled[place] == [1])
    )
    found = next(full, used[0])
    follows = any(place > found for place in used)
    labels = [cell for cell in rows[found] if not YEAR.fullmatch(str(cell).strip())]
    return found if follows and _all_text(labels) else used[0]


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return bool(NUMBER.fullmatch(cell.strip()))
    return isinstance(cell, int | float | Decimal | date | time)


def _all_text(cells: Sequence[object]) -> bool:
    return not any(_is_number(cell) for cell in cells if not _is_blank(cell))


def _repeats(cells: Sequence[object]) -> bool:
    names = [str(cell).strip() for cell in cells if not _is_blank(cell)]
    return len(set(names)) < len(names)


def _numbers(rows: Sequence[Sequence[object]]) -> set[int]:
    """Return the positions of columns that contain only numbers and dates."""
    found = set()
    for place in range(max(map(len, rows), default=0)):
        cells = [cells[place] for cells in rows if place < len(cells) and not _is_blank(cells[place])]
        known = [cell for cell in cells if str(cell).strip().lower() not in MISSING_MARKERS]
        if len(known) >= MIN_NUMBERS and all(map(_is_number, known)):
            found.add(place)
    return found


def _is_of_units(cells: Sequence[object], numbers: set[int]) -> bool:
    written = {place: cell for place, cell in enumerate(cells) if not _is_blank(cell)}
    units = all(isinstance(cell, str) and UNIT.fullmatch(cell.strip()) for cell in written.values())
    # A dash stands for "no unit" only beside a unit.
    marks = [str(cell).strip() for place, cell in written.items() if place in numbers]
    return units and any(mark not in ("-", "–", "—") for mark in marks)


def _is_of_names(cells: Sequence[object], numbers: set[int]) -> bool:
    """Tell whether a row has words where at least two columns have nothing but numbers below it."""
    words = {place for place, cell in enumerate(cells) if not _is_blank(cell) and not _is_number(cell)}
    marked = any(str(cells[place]).strip().lower() in MISSING_MARKERS for place in words)
    return len(numbers) > 1 and numbers <= words and not marked and _all_text(cells)


def _together(above: Sequence[object], below: Sequence[object]) -> tuple[object, ...]:
    """Return the names of two rows, the upper of which names groups of columns."""
    names, group = [], ""
    for place in range(max(len(above), len(below))):
        upper = above[place] if place < len(above) else None
        lower = below[place] if place < len(below) else None
        group = group if _is_blank(upper) else str(upper).strip()
        names.append(f"{group} {'' if _is_blank(lower) else str(lower).strip()}".strip())
    return tuple(names)
