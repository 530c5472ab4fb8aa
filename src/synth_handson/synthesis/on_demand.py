"""Rows on demand: how many of each choice are drawn, and how, if the engine cannot condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError, TrainingError
from synth_handson.metrics.arrays import Floats, Integers
from synth_handson.tables.columns import Column
from synth_handson.tables.segment import Choice, Given, Segment, spell_choice

PILOT_ROWS = 20_000
"""Rows drawn to estimate how many people have what is asked for; fewer if the generator learned from
fewer."""
MOST_DRAWN = 1_000
"""Rows drawn at most for each row that is asked for."""
BLOCK = MOST_AT_ONCE = 100_000
"""Rows in each block of a large table, and rows drawn at once to find those that have what is asked for."""

REDRAWN, ACCEPTANCE_RATE = "redrawn", "acceptance_rate"
"""Keys in ``DataFrame.attrs``: which share of the rows was drawn again because it broke a rule, and which
share of the drawn ones had what was asked for."""

Draw = Callable[[int, int], pd.DataFrame]
"""Draws a number of rows with a seed."""


def blocks_of(n: int, random_state: int) -> Iterator[tuple[slice, int]]:
    """Return the positions of the rows of each block, and its seed; the first has the seed itself."""
    for number, first in enumerate(range(0, n, BLOCK)):
        # Not the seeds by which rows are drawn again, which would draw a block's rows twice.
        sequence = np.random.SeedSequence(random_state, spawn_key=(number,))
        seed = int(sequence.generate_state(1)[0]) if number else random_state
        yield slice(first, min(first + BLOCK, n)), seed


def choice_of_rows(
    segment: Segment, given: Given | Segment | None, rows: slice, random_state: int
) -> Integers:
    """Choose what each row of a block should have: as the table's rows, or by the shares, shuffled."""
    if isinstance(given, pd.DataFrame):
        return segment.choice_of(given.iloc[rows])
    sizes = segment.sizes(rows.stop - rows.start)
    return np.random.default_rng(random_state).permutation(np.repeat(np.arange(len(sizes)), sizes))


def singles(
    choice: Choice, pilot: pd.DataFrame, n: int, rng: np.random.Generator
) -> list[tuple[dict[str, Any], int]]:
    """Choose one of several values for each row, as often as the generator draws them.

    Parameters
    ----------
    choice
        What is asked for.
    pilot
        Rows of the generator that have it.
    n
        Number of rows.
    rng
        Chooses.

    Returns
    -------
    list of tuple
        Single values, and how many rows are to have them.

    Raises
    ------
    ArgumentError
        If there are several values, and the generator has drawn none.
    """
    if all(len(values) == 1 for values in choice.values()):
        return [({name: values[0] for name, values in choice.items()}, n)]
    each = [
        {name: (values[place],) for (name, values), place in zip(choice.items(), places, strict=True)}
        for places in np.ndindex(*map(len, choice.values()))
    ]
    times = Segment(tuple(each)).count(pilot)
    if not times.sum():
        raise ArgumentError("given_unseen", asked=spell_choice(choice), rows=len(pilot))
    sizes = rng.multinomial(n, times / times.sum())
    return [({k: v[0] for k, v in one.items()}, size) for one, size in zip(each, sizes, strict=True) if size]


def redraw(
    draw: Draw, segment: Segment, sizes: Integers, shares: Floats, random_state: int
) -> tuple[list[pd.DataFrame], float]:
    """Draw rows, and keep those that have what is asked for.

    Parameters
    ----------
    draw
        Draws rows of any values.
    segment
        What is asked for.
    sizes
        How many rows are to have each choice. Shape (choices,).
    shares
        Share of the generator's rows that have it, 0 to 1. Shape (choices,).
    random_state
        Seed.

    Returns
    -------
    tuple
        The rows of each choice, and the share of the drawn rows that were kept, 0 to 1.

    Raises
    ------
    ArgumentError
        If the share is below one in :data:`MOST_DRAWN`: nothing is drawn then.
    TrainingError
        If fewer rows turn out to have what is asked for.

    Notes
    -----
    J. von Neumann, "Various techniques used in connection with random digits", 1951: rejection sampling.
    """
    rarest = int(np.argmin(np.where(sizes > 0, shares, 1.0)))
    if shares[rarest] < 1 / MOST_DRAWN:
        asked = spell_choice(segment.choices[rarest])
        raise ArgumentError("given_too_rare", asked=asked, share=shares[rarest], most=MOST_DRAWN)
    kept: list[list[pd.DataFrame]] = [[] for _ in sizes]
    missing, drawn, attempt, least = sizes.copy(), 0, 0, 2 * MOST_DRAWN * int(sizes.sum())
    while missing.any():
        if drawn > least:
            asked = spell_choice(segment.choices[int(np.argmax(missing))])
            raise TrainingError("given_rare", columns=asked, kept=int((sizes - missing).sum()), drawn=drawn)
        more = min(ceil(float((missing / np.maximum(shares, 1e-9)).max()) * 1.1) + 20, MOST_AT_ONCE)
        seed = int(np.random.SeedSequence([random_state, attempt]).generate_state(1)[0])
        rows = draw(more, seed)
        of = segment.choice_of(rows)
        for position, size in enumerate(missing.tolist()):
            found = rows[of == position].head(size)
            kept[position].append(found)
            missing[position] -= len(found)
        drawn, attempt = drawn + more, attempt + 1
    return [together(parts) for parts in kept], float(sizes.sum()) / drawn


def together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate rows, in dtypes that hold all of them."""
    if len(parts) == 1:
        return parts[0].reset_index(drop=True)
    return pd.DataFrame({name: _joined([part[name] for part in parts]) for name in parts[0]})


def in_one(blocks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate the blocks of a table, with the shares of rows drawn again or kept, of all together."""
    rows = together(blocks)
    if len(blocks) == 1:
        return rows
    rows.attrs |= blocks[0].attrs
    sizes = np.array([len(block) for block in blocks])
    if REDRAWN in rows.attrs:
        rows.attrs[REDRAWN] = float(sizes @ [block.attrs[REDRAWN] for block in blocks]) / len(rows)
    if ACCEPTANCE_RATE in rows.attrs:
        rates = [block.attrs[ACCEPTANCE_RATE] for block in blocks]
        rows.attrs[ACCEPTANCE_RATE] = len(rows) / float((sizes / rates).sum())
    return rows


def _joined(columns: Sequence[Column]) -> Column:
    dtypes = [column.dtype for column in columns]
    levels = [dtype for dtype in dtypes if isinstance(dtype, pd.CategoricalDtype)]
    if len(levels) == len(columns):
        # One part may have the token of rare categories, and another not.
        longest = max(levels, key=lambda dtype: len(dtype.categories))
        columns = [column.astype(longest) for column in columns]
    return pd.concat(columns, ignore_index=True)
