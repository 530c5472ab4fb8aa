"""The three tables of an assessment: checked, in one shape, and sampled where they are very large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synth_handson.errors import TableError, problem
from synth_handson.locales import Message
from synth_handson.tables.columns import column_type, infer_type, to_floats

MIN_ROWS = 100
"""With fewer rows, no interval is narrow enough to say anything."""
MAX_ROWS = 200_000
"""Larger tables are sampled to so many rows before anything is measured."""


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
    """

    synthetic: pd.DataFrame
    train: pd.DataFrame
    holdout: pd.DataFrame

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
        """Put another table in the synthetic one's place."""
        return AssessedTables(synthetic, self.train, self.holdout)

    def without(self, columns: Sequence[str]) -> AssessedTables:
        """Leave columns out."""
        return AssessedTables(*(table.drop(columns=list(columns)) for table in self.all))

    def sampled(self, rows: int, random_state: int) -> AssessedTables:
        """Draw ``rows`` rows of each table that has more, by `sample_rows`."""
        return AssessedTables(*(sample_rows(table, rows, random_state) for table in self.all))


def prepare_tables(
    synthetic: pd.DataFrame,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    min_rows: int = MIN_ROWS,
    min_columns: int = 2,
) -> AssessedTables:
    """Check that three tables can be compared, and bring them into one shape.

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
    for frame in tables.values():
        if not isinstance(frame, pd.DataFrame):
            raise TableError([problem("table_not_a_frame", {"type": type(frame).__name__})], "tables")
    if problems := _shape_problems(tables, min_rows, min_columns):
        raise TableError(problems, "tables")
    kinds = {name: _kind(train[name]) for name in train.columns}
    shaped: dict[str, pd.DataFrame] = {}
    for title, frame in tables.items():
        columns, problems_here = {}, []
        for name, kind in kinds.items():
            try:
                columns[str(name)] = _convert(frame[name], kind)
            except ValueError:
                example = _example(frame[name], kind)
                problems_here.append(
                    problem("assess_type", {"table": title, "column": name, "value": example, "kind": kind})
                )
        problems += problems_here
        shaped[title] = pd.DataFrame(columns) if not problems_here else frame
    if problems:
        raise TableError(problems, "tables")
    return AssessedTables(**shaped)


def sample_rows(frame: pd.DataFrame, rows: int, random_state: int) -> pd.DataFrame:
    """Draw ``rows`` rows without replacement, numbered from 0; all of them where there are no more."""
    if len(frame) <= rows:
        return frame
    chosen = np.random.default_rng(random_state).choice(len(frame), rows, replace=False)
    return frame.iloc[np.sort(chosen)].reset_index(drop=True)


def halves(frame: pd.DataFrame, random_state: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a table at random into two halves, each numbered from 0."""
    order = np.random.default_rng(random_state).permutation(len(frame))
    first, second = np.sort(order[: len(frame) // 2]), np.sort(order[len(frame) // 2 :])
    return frame.iloc[first].reset_index(drop=True), frame.iloc[second].reset_index(drop=True)


def _shape_problems(tables: dict[str, pd.DataFrame], min_rows: int, min_columns: int) -> list[Message]:
    problems: list[Message] = []
    expected = tables["train"].columns
    for title, frame in tables.items():
        if not frame.columns.is_unique:
            repeated = frame.columns[frame.columns.duplicated()].unique()
            problems.append(problem("nearest_repeated", {"table": title, "columns": _listed(repeated)}))
        lacking = expected.difference(frame.columns, sort=False)
        foreign = frame.columns.difference(expected, sort=False)
        if len(lacking) or len(foreign):
            problems.append(
                problem(
                    "assess_columns",
                    {"table": title, "lacking": _listed(lacking), "foreign": _listed(foreign)},
                )
            )
        if len(frame) < min_rows:
            problems.append(
                problem("assess_few_rows", {"table": title, "rows": len(frame), "minimum": min_rows})
            )
    if len(expected) < min_columns:
        problems.append(problem("table_few_columns", {"columns": len(expected), "minimum": min_columns}))
    return problems


def _kind(column: pd.Series) -> str:
    return column_type(infer_type(column))


def _convert(column: pd.Series, kind: str) -> pd.Series:
    column = infer_type(column.reset_index(drop=True))
    if kind == "category":
        return column.astype("str").where(column.notna())
    if column.isna().all():
        return pd.Series(np.nan, index=column.index, dtype=np.float64)
    if column_type(column) != kind:
        column = _parse(column, kind)
    values = to_floats(column) / (1 if kind == "number" else 86_400)
    if np.isinf(values).any():
        raise ValueError(column.name)
    return pd.Series(values, index=column.index)


def _parse(column: pd.Series, kind: str) -> pd.Series:
    if kind == "number":
        return pd.to_numeric(column)
    if kind == "span":
        return pd.to_timedelta(column)
    return pd.to_datetime(column, utc=kind == "zoned date", format="ISO8601")


def _example(column: pd.Series, kind: str) -> str:
    for value in column.dropna().unique()[:10_000]:
        try:
            _convert(pd.Series([value]), kind)
        except ValueError:
            return repr(value)
    return repr(column.dropna().iloc[0])


def _listed(names: pd.Index) -> str:
    return ", ".join(map(str, names)) or "–"
