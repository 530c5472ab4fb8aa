"""Rows drawn on demand: they are measured among the real people who have what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.evidence.privacy.few_alike import Commonest
from synth_handson.evidence.three_tables import MAX_ROWS, AssessedTables, prepare_tables, sample_positions
from synth_handson.evidence.verdict import TOLERATED_LEAK, Verdict
from synth_handson.locales import Message
from synth_handson.tables.checks import MIN_ASSESSED_ROWS
from synth_handson.tables.large import PARQUET, ParquetTable, open_table, rows_of
from synth_handson.tables.segment import MIN_PEOPLE, Given, Segment, Shares, spell_choice

ATTRIBUTE = "asked"
"""Key in ``DataFrame.attrs`` under which `Generator.sample` records what was asked for."""


@dataclass(frozen=True)
class Asked:
    """What rows were asked for, and how many real people have it.

    Attributes
    ----------
    choices
        What was asked for, spelled; one, or each of several.
    shares
        Share of the synthetic rows that have each, 0 to 1; None where nobody said how many should.
    train, holdout
        Number of training and of holdout people who have each.
    enough
        Whether there are enough of them to be measured among: 100 training people with each, and 100 of each
        part to compare with. If not, the rows are measured among all people, and the verdict is at most
        "review".
    """

    choices: tuple[str, ...]
    shares: tuple[float, ...] | None
    train: tuple[int, ...]
    holdout: tuple[int, ...]
    enough: bool

    @property
    def spelled(self) -> str:
        """What was asked for, as one line of text."""
        shares = (
            [""] * len(self.choices) if self.shares is None else [f" ({100 * s:.0f} %)" for s in self.shares]
        )
        return "; ".join(f"{choice}{share}" for choice, share in zip(self.choices, shares, strict=True))

    @property
    def differs(self) -> bool:
        """Whether the rows should be mixed differently than the people among whom they are measured."""
        return self.shares is not None or not self.enough

    def once_each(self, rows: int) -> float:
        """Cap a number of rows at one for each training person."""
        shares = self.shares or (1.0,)
        return sum(min(rows * share, people) for share, people in zip(shares, self.train, strict=True))

    def cap(self, verdict: Verdict, rows: int) -> Verdict:
        """Record among whom the rows were measured, and let no table of few people pass.

        Neither one in which a leak of the tolerated share would be noticed only because more rows were drawn
        than there are people: it is a share of `once_each`.
        """
        people, leak = sum(self.train), verdict.smallest_hinted_leak
        said = {
            "asked": self.spelled,
            "people": people,
            "holdout": sum(self.holdout),
            "fewest": min(self.train),
            "minimum": MIN_PEOPLE,
            "rows": rows,
            "tolerated": TOLERATED_LEAK,
            "most": round(TOLERATED_LEAK * self.once_each(rows)),
            "copies": None if leak is None else round(leak * rows),
            "share": None if leak is None else min(leak * rows / people, 1.0),
        }
        first: tuple[Message, ...] = ()
        after: tuple[Message, ...] = (Message("verdict.of_asked", said),)
        if not self.enough:
            first, after = (Message("verdict.few_asked", said),), ()
        elif verdict.outcome == "pass" and leak and leak * rows > TOLERATED_LEAK * self.once_each(rows):
            first = (Message("verdict.asked_blind", said),)
        elif leak is not None:
            after = (*after, Message("verdict.asked_leak", said))
        if verdict.outcome == "fail":
            return replace(verdict, reasons=(*verdict.reasons, *first, *after))
        outcome = "review" if first else verdict.outcome
        return replace(verdict, outcome=outcome, reasons=(*first, *verdict.reasons, *after))


@dataclass(frozen=True, eq=False)
class AskedTables:
    """The tables among which rows on demand are measured.

    Attributes
    ----------
    asked
        What was asked for.
    train, holdout
        The people who have it; all where these are too few.
    mixed
        Where shares were asked for, the three tables in these shares: for what depends on the mix, which is
        fidelity and use. Whether somebody is found is measured on all people, as nobody may be left out.
    """

    asked: Asked
    train: pd.DataFrame
    holdout: pd.DataFrame
    mixed: AssessedTables | None


def all_in_one(synthetic: Sequence[Any]) -> pd.DataFrame:
    """Concatenate several tables of one generator, so that a person found in several counts once.

    Raises
    ------
    ArgumentError
        If there is none, one is no DataFrame, has other columns, or was asked for something else.
    """
    tables = list(synthetic)
    if not tables or not all(isinstance(table, pd.DataFrame) for table in tables):
        raise ArgumentError("several_frames")
    asked = tables[0].attrs.get(ATTRIBUTE)
    if any(set(table.columns) != set(tables[0].columns) for table in tables):
        raise ArgumentError("several_columns")
    if any(table.attrs.get(ATTRIBUTE) != asked for table in tables):
        raise ArgumentError("several_asked")
    rows: pd.DataFrame = pd.concat([table.reset_index(drop=True) for table in tables], ignore_index=True)
    rows.attrs = {} if asked is None else {ATTRIBUTE: asked}
    return rows


def in_memory(synthetic: Any) -> Any:
    """Open a Parquet file, in which `Generator.write` notes what was asked for; return all else as it is."""
    if not isinstance(synthetic, str | PathLike) or not str(synthetic).lower().endswith(PARQUET):
        return synthetic
    return open_table(synthetic, "synthetic", MAX_ROWS, Path())


def what_was_asked(synthetic: Any, given: Given | Segment | None, shares: Shares | None) -> Segment | None:
    """Return what was asked for: as stated, or else as recorded in the table, if it is."""
    if isinstance(given, Segment):
        return given
    known = isinstance(synthetic, pd.DataFrame | ParquetTable)
    if given is not None or shares is not None:
        return Segment.of(given, shares, list(synthetic.columns) if known else [])
    shape = synthetic.empty if isinstance(synthetic, ParquetTable) else synthetic
    plain = shape.attrs.get(ATTRIBUTE) if isinstance(shape, pd.DataFrame) else None
    return None if plain is None else Segment.from_plain(plain)


def all_alike(common: Commonest, verdict: Verdict) -> Verdict:
    """Let no table pass if most of its rows have what only few training people have, asked for or not."""
    if verdict.outcome != "pass" or not common.gives_away:
        return verdict
    said = {
        "asked": spell_choice({name: (value,) for name, value in common.values.items()}),
        "people": common.people,
        "minimum": MIN_PEOPLE,
        "share": common.rows / common.sizes[0],
    }
    return replace(verdict, outcome="review", reasons=(Message("verdict.few_alike", said), *verdict.reasons))


def read_asked(segment: Segment, synthetic: Any, train: Any, holdout: Any, random_state: int) -> AskedTables:
    """Choose the real people among whom rows on demand are measured.

    Raises
    ------
    ArgumentError
        If a table is no DataFrame, nor a large Parquet file of synthetic rows, or one of these rows does not
        have what was asked for.
    """
    part = synthetic
    if isinstance(synthetic, ParquetTable):
        named = [name for name in synthetic.columns if str(name) in segment.columns]
        part = rows_of(synthetic, named)
    tables: list[pd.DataFrame] = [part, train, holdout]
    if not all(isinstance(table, pd.DataFrame) for table in tables):
        raise ArgumentError("asked_frames")
    for name in segment.columns:
        for title, table in zip(("synthetic", "train", "holdout"), tables, strict=True):
            if name not in map(str, table.columns):
                raise ArgumentError("asked_column", column=name, table=title)
    of_rows, of_train, of_holdout = (segment.choice_of(table) for table in tables)
    if others := int((of_rows < 0).sum()):
        spelled = "; ".join(map(spell_choice, segment.choices))
        raise ArgumentError("asked_others", rows=others, asked=spelled)
    times = np.bincount(of_rows, minlength=len(segment.choices))
    there = np.flatnonzero(times)
    counts = [np.bincount(of[of >= 0], minlength=len(times))[there].tolist() for of in (of_train, of_holdout)]
    shares = None if segment.shares is None else tuple((times[there] / times.sum()).tolist())
    drawn = Segment(tuple(segment.choices[i] for i in there), shares)
    alike = [drawn.alike(table, random_state) for table in (train, holdout)]
    enough = min(counts[0]) >= MIN_PEOPLE and min(map(len, alike)) >= MIN_ASSESSED_ROWS
    asked = Asked(tuple(map(spell_choice, drawn.choices)), shares, tuple(counts[0]), tuple(counts[1]), enough)
    if not enough:
        return AskedTables(asked, train, holdout, None)
    if isinstance(synthetic, ParquetTable) and shares:
        some = sample_positions(len(synthetic), MAX_ROWS, random_state)
        synthetic = rows_of(synthetic, list(synthetic.columns), some)
    mixed = prepare_tables(synthetic, *alike) if shares else None
    return AskedTables(asked, train[of_train >= 0], holdout[of_holdout >= 0], mixed)
