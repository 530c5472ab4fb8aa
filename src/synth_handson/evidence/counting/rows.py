"""The rows of large tables as numbers, and counts over groups of them, on disk.

Whatever is counted is a sum of whole numbers over rows, so it is the same wherever they lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from synth_handson.errors import SynthHandsonError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "1500MB"
"""Memory that DuckDB may use before it spills intermediate results to disk."""
GROUPS = "sum(train) t, sum(holdout) h, sum(member) p, sum(other) q, count(*) n, bit_or(marks) m"
"""Counts of a group of rows: training rows, holdout rows, rows that stand for a training or a holdout person,
all rows, and the flags set on any of them."""
PEOPLE = "sum(member) a, sum(other) b, sum(1 - train - holdout) s"
"""Counts of a group of people, each counted once: training people, holdout people, synthetic rows."""
TOLD = """
    SELECT sum(a), sum(b), sum(a) FILTER (most > 0), sum(b) FILTER (most > 0),
    sum(a) FILTER (s > 0 AND s = most), sum(b) FILTER (s > 0 AND s = most)
    FROM (SELECT *, max(s) OVER (PARTITION BY {known}) most FROM ({groups}))
"""
"""Counts of training and holdout people: all, those whose known values appear in a synthetic row, and those
whose secret is guessed right."""
CELLS = "train, holdout, p{one}, p{other}"
"""Columns by which pairs are counted: the table and the two coarse bins."""
REAL_ROWS = "SELECT {columns} FROM {rows} WHERE train + holdout > 0 AND {key} > 0 AND {key} % {every} = 0"
"""Real rows that have one of some values; 0 is the missing one."""

Numbers = Mapping[str, NDArray[Any]]


class Rows(Protocol):
    """Rows as numbers.

    Each has 1 as ``train`` or ``holdout`` if it is from there, and as ``member`` or ``other`` if it stands
    for a person there; its ``marks``; a number for which values are missing, ``gaps``; and of column i the
    numbers of value v{i}, twentieth t{i}, nearest real value n{i} and coarse bin p{i}.
    """

    def add(self, numbers: Numbers) -> None:
        """Add columns; each array holds a number for every row."""

    def close(self) -> None:
        """Join the columns, once all were added."""

    def over_groups(self, keys: str, aggregates: str) -> tuple[int, ...]:
        """Return aggregates over the groups of rows that are equal in some columns.

        Parameters
        ----------
        keys
            Columns, separated by commas.
        aggregates
            SQL over the keys, and t, h, p, q, n and m, of each group (`GROUPS`); sums and counts only.
        """

    def told(self, known: str, secret: str) -> tuple[int, ...]:
        """Count the people whose secret is guessed right from the synthetic rows that match what is known.

        Parameters
        ----------
        known
            Columns, separated by commas.
        secret
            A column.

        Returns
        -------
        tuple of int
            Training and holdout people: all, matched, and told right.
        """

    def cells(self, one: int, other: int) -> list[tuple[int, ...]]:
        """Count rows by part and by the coarse bins of two columns: train, holdout, bin, bin, rows."""

    def real_rows(self, columns: str, key: str, every: int) -> Numbers:
        """Return columns of all training and holdout rows that have one of some values, in order.

        Parameters
        ----------
        columns
            Separated by commas.
        key, every
            Of this column, each ``every``-th value is taken.
        """


@dataclass
class DiskRows:
    """Rows in a DuckDB database, which uses the disk where memory is not enough.

    Attributes
    ----------
    connection
        The database.
    """

    connection: DuckDBPyConnection
    _tables: list[str] = field(default_factory=list)

    def add(self, numbers: Numbers) -> None:
        """Add columns; each array holds a number for every row."""
        import pyarrow as pa

        name = f"columns{len(self._tables)}"
        self.connection.register("numbers", pa.table(dict(numbers)))
        self.connection.execute(f"CREATE TABLE {name} AS SELECT * FROM numbers")
        self.connection.unregister("numbers")
        self._tables.append(name)

    def close(self) -> None:
        """Join the columns, once all were added."""
        self.connection.execute(
            f"CREATE TABLE rows AS SELECT * FROM {' POSITIONAL JOIN '.join(self._tables)}"
        )
        for name in self._tables:
            self.connection.execute(f"DROP TABLE {name}")

    def over_groups(self, keys: str, aggregates: str) -> tuple[int, ...]:
        """Return aggregates over the groups of rows that are equal in some columns."""
        groups = f"SELECT {keys}, {GROUPS} FROM rows GROUP BY {keys}"
        return whole(self._query(f"SELECT {aggregates} FROM ({groups})")[0])

    def told(self, known: str, secret: str) -> tuple[int, ...]:
        """Count the people whose secret is guessed right from the synthetic rows that match what is known."""
        groups = f"SELECT {known}, {secret}, {PEOPLE} FROM rows GROUP BY {known}, {secret}"
        return whole(self._query(TOLD.format(known=known, groups=groups))[0])

    def cells(self, one: int, other: int) -> list[tuple[int, ...]]:
        """Count rows by part and by the coarse bins of two columns: train, holdout, bin, bin, rows."""
        return self._query(f"SELECT {CELLS.format(one=one, other=other)}, count(*) FROM rows GROUP BY ALL")

    def real_rows(self, columns: str, key: str, every: int) -> Numbers:
        """Return columns of all training and holdout rows that have one of some values, in order."""
        text = REAL_ROWS.format(columns=columns, rows="rows", key=key, every=every)
        found = self.connection.execute(text).fetchnumpy()
        return {name: np.asarray(column) for name, column in found.items()}

    def _query(self, text: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(text).fetchall()


def whole(numbers: tuple[Any, ...]) -> tuple[int, ...]:
    """Return sums as whole numbers; an empty sum is 0."""
    return tuple(int(number or 0) for number in numbers)


@contextmanager
def on_disk(folder: Path) -> Iterator[DiskRows]:
    """Keep rows in this folder; if there is no room, the error says what to do.

    Raises
    ------
    SynthHandsonError
        If there is too little room on the disk, or memory.
    """
    import duckdb

    try:
        with duckdb.connect(str(folder / "rows.duckdb")) as connection:
            connection.execute(f"SET memory_limit = '{MEMORY}'")
            connection.execute("SET temp_directory = ?", [str(folder)])
            connection.execute("SET enable_progress_bar = false")
            yield DiskRows(connection)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise SynthHandsonError("counting_failed", folder=gettempdir(), reason=reason) from error
