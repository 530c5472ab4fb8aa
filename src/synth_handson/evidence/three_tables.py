"""The three tables of an assessment: checked, aligned, and sampled if they are very large."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from synth_handson.errors import TableError, problem
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Integers
from synth_handson.tables.alignment import DifferentKind, align
from synth_handson.tables.checks import MIN_ASSESSED_ROWS, check_frame, listed
from synth_handson.tables.columns import Column, ColumnKind, column_kind, to_floats
from synth_handson.tables.large import LargeTable
from synth_handson.tables.neighbouring_rows import numbers_rows

MAX_ROWS = 200_000
"""Rows that larger tables are sampled to for what cannot be counted on all rows."""
TITLES = ("train", "synthetic", "holdout")
"""Names of the tables. The training table comes first, as it decides the types."""


@dataclass(frozen=True, eq=False)
class AssessedTables:
    """A synthetic table, the rows its generator was trained on, and rows it never saw.

    All three have the same columns in the same order, each of one type: float64 for numbers, dates (days
    since 1970) and time spans (days), str for everything else; missing values are NaN. The rows are numbered
    from 0.

    Attributes
    ----------
    synthetic, train, holdout
        The tables.
    stood
        Where the rows of the training table, and then those of the holdout, stood in the file of which both
        are parts, if their indices say so.
    """

    synthetic: pd.DataFrame
    train: pd.DataFrame
    holdout: pd.DataFrame
    stood: pd.Index[int] | None = field(default=None, kw_only=True)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Names of the columns that hold numbers, dates or time spans."""
        return tuple(name for name in self.train.columns if self.train[name].dtype == np.float64)

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of all other columns."""
        return tuple(name for name in self.train.columns if self.train[name].dtype != np.float64)

    @property
    def all(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The synthetic table, the training table and the holdout."""
        return self.synthetic, self.train, self.holdout

    def instead(self, synthetic: pd.DataFrame) -> AssessedTables:
        """Replace the synthetic table by another one."""
        return replace(self, synthetic=synthetic)

    def without(self, columns: Sequence[str]) -> AssessedTables:
        """Leave columns out."""
        return AssessedTables(*(table.drop(columns=list(columns)) for table in self.all), stood=self.stood)

    def sampled(self, rows: int, random_state: int) -> AssessedTables:
        """Draw ``rows`` rows of each table that has more, by `sample_rows`."""
        return AssessedTables(*(sample_rows(table, rows, random_state) for table in self.all))


def prepare_tables(
    synthetic: pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    min_rows: int = MIN_ASSESSED_ROWS,
    min_columns: int = 2,
) -> AssessedTables:
    """Check that three tables can be compared, and align them.

    The training table decides the columns, their order and types. A column of the synthetic table or the
    holdout in another dtype is converted where its values allow it.

    Parameters
    ----------
    synthetic
        The rows drawn from the generator.
    train
        The rows it was trained on.
    holdout
        Rows it never saw.
    min_rows, min_columns
        With fewer, a table is refused.

    Returns
    -------
    AssessedTables
        Copies; the originals are left as they are.

    Raises
    ------
    TableError
        If one is no DataFrame, has too few rows or columns, columns of the same name, other
        columns than the training table, or values in them of another type; ``problems`` lists them all.
    """
    tables = {"synthetic": synthetic, "train": train, "holdout": holdout}
    for title, frame in tables.items():
        check_frame(frame, title)
    check_shapes(tables, min_rows, min_columns)
    problems: list[Message] = []
    shaped: dict[str, dict[str, Column]] = {title: {} for title in tables}
    for name in train.columns:
        try:
            found = align_column(name, *(tables[title][name] for title in TITLES))
        except TableError as error:
            problems += error.problems
        else:
            for title, column in zip(TITLES, found, strict=True):
                shaped[title][str(name)] = column
    if problems:
        raise TableError(problems, "tables")
    aligned = {title: pd.DataFrame(columns, range(len(tables[title]))) for title, columns in shaped.items()}
    index = train.index.append(holdout.index)
    stood = index if numbers_rows(index) else None
    return AssessedTables(aligned["synthetic"], aligned["train"], aligned["holdout"], stood=stood)


def align_column(
    name: Hashable, train: Column, synthetic: Column, holdout: Column
) -> tuple[Column, Column, Column]:
    """Convert one column of the three tables to one dtype: float64 or str.

    Parameters
    ----------
    name
        Its name, for errors.
    train, synthetic, holdout
        The column of each table, or its values once each.

    Returns
    -------
    tuple of Series
        In the same order, numbered from 0.

    Raises
    ------
    TableError
        If values are of another type than the training table's, or a number is infinite.
    """
    try:
        kind, columns = align(train, synthetic, holdout)
    except DifferentKind as error:
        details = {"table": TITLES[error.position], "column": name, "value": error.example}
        raise TableError([problem("assess_type", details | {"kind": column_kind(train)})]) from error
    first, second, third = (_prepared(kind, column) for column in columns)
    for column in (first, second, third):
        if kind == "number" and np.isinf(column).any():
            details = {"column": name, "example": "inf", "count": int(np.isinf(column).sum())}
            raise TableError([problem("table_infinite", details)])
    return first, second, third


def sample_rows(frame: pd.DataFrame, rows: int, random_state: int) -> pd.DataFrame:
    """Draw ``rows`` rows without replacement, numbered from 0; all of them if there are no more."""
    if len(frame) <= rows:
        return frame
    return frame.iloc[sample_positions(len(frame), rows, random_state)].reset_index(drop=True)


def sample_positions(size: int, rows: int, random_state: int) -> Integers:
    """Draw ``rows`` positions without replacement, ascending; all if there are no more."""
    if size <= rows:
        return np.arange(size)
    return np.sort(np.random.default_rng(random_state).choice(size, rows, replace=False))


def halves(frame: pd.DataFrame, random_state: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a table at random into two halves, each numbered from 0."""
    order = np.random.default_rng(random_state).permutation(len(frame))
    first, second = np.sort(order[: len(frame) // 2]), np.sort(order[len(frame) // 2 :])
    return frame.iloc[first].reset_index(drop=True), frame.iloc[second].reset_index(drop=True)


def check_shapes(
    tables: Mapping[str, pd.DataFrame | LargeTable],
    min_rows: int = MIN_ASSESSED_ROWS,
    min_columns: int = 2,
) -> None:
    """Raise a `TableError` unless three tables have the same columns, and enough of them and of rows.

    Parameters
    ----------
    tables
        By the name of the argument they were given as.
    min_rows, min_columns
        With fewer, a table is refused.
    """
    problems: list[Message] = []
    expected = tables["train"].columns
    for title, frame in tables.items():
        # From here on names are text.
        names = pd.Index([str(name) for name in frame.columns])
        if not names.is_unique:
            repeated = names[names.duplicated()].unique()
            problems.append(problem("nearest_repeated", {"table": title, "columns": listed(repeated)}))
        lacking = expected.difference(frame.columns, sort=False)
        foreign = frame.columns.difference(expected, sort=False)
        if len(lacking) or len(foreign):
            problems.append(
                problem(
                    "assess_columns",
                    {"table": title, "lacking": listed(lacking), "foreign": listed(foreign)},
                )
            )
        if len(frame) < min_rows:
            problems.append(
                problem("assess_few_rows", {"table": title, "rows": len(frame), "minimum": min_rows})
            )
    if len(expected) < min_columns:
        problems.append(problem("table_few_columns", {"columns": len(expected), "minimum": min_columns}))
    if problems:
        raise TableError(problems, "tables")


def _prepared(kind: ColumnKind, column: Column) -> Column:
    if kind in ("category", "boolean"):
        return column.astype("str").where(column.notna())
    return pd.Series(to_floats(column) / (1 if kind == "number" else 86_400))
