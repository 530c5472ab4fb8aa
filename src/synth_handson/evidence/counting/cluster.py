"""Rows on a Dask cluster: each worker holds and counts parts of them; the counts are merged exactly."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from synth_handson.errors import ArgumentError
from synth_handson.evidence.counting.rows import CELLS, GROUPS, PEOPLE, REAL_ROWS, TOLD, Numbers, whole

if TYPE_CHECKING:
    import pyarrow as pa
    from distributed import Client, Future

VARIABLE = "DASK_SCHEDULER"
"""Environment variable that names the address of a scheduler."""
INSTALL = 'pip install "synth-handson[dask]"'
PATIENCE = 10
"""Seconds in which a scheduler must answer."""
PART = 1_000_000
"""Rows that are kept and counted together."""
MERGED = "sum(t) t, sum(h) h, sum(p) p, sum(q) q, sum(n) n, bit_or(m) m"
"""Combines what several parts know about a group of rows."""
MERGED_PEOPLE = "sum(a) a, sum(b) b, sum(s) s"
"""Combines what several parts know about a group of people."""


@dataclass
class ClusterRows:
    """Rows in the memory of a cluster's workers.

    A group may have rows in several parts. Each part's groups are therefore distributed by a hash of their
    keys, and those of one hash are merged in one place: as in a join by hashes, no worker sees all of them.

    Attributes
    ----------
    client
        Client of the cluster.
    """

    client: Client
    _added: list[list[Future[Any]]] = field(default_factory=list)
    _parts: list[Future[Any]] = field(default_factory=list)

    def add(self, numbers: Numbers) -> None:
        """Add columns; each array holds a number for every row."""
        import pyarrow as pa

        rows = len(next(iter(numbers.values())))
        workers = self._workers()
        kept = []
        for place, start in enumerate(range(0, rows, PART)):
            part = pa.table({name: array[start : start + PART] for name, array in numbers.items()})
            # All columns of a part go to the same worker.
            kept.append(self.client.scatter(part, workers=[workers[place % len(workers)]], hash=False))
        self._added.append(kept)

    def close(self) -> None:
        """Join the columns, once all were added."""
        self._parts = [
            self.client.submit(_side_by_side, list(tables), pure=False)
            for tables in zip(*self._added, strict=True)
        ]
        # The columns are let go of once they stand side by side.
        self.client.gather([self.client.submit(len, part, pure=False) for part in self._parts])
        self._added.clear()

    def over_groups(self, keys: str, aggregates: str) -> tuple[int, ...]:
        """Return aggregates over the groups of rows that are equal in some columns."""
        question = f"SELECT {aggregates} FROM ({{groups}})"
        return self._over(keys, keys, GROUPS, MERGED, question)

    def told(self, known: str, secret: str) -> tuple[int, ...]:
        """Count the people whose secret is guessed right from the synthetic rows that match what is known."""
        question = TOLD.format(known=known, groups="{groups}")
        return self._over(f"{known}, {secret}", known, PEOPLE, MERGED_PEOPLE, question)

    def _over(self, keys: str, together: str, sums: str, merged_sums: str, question: str) -> tuple[int, ...]:
        """Aggregate groups; those that share some keys are on the same worker."""
        hands = len(self._workers())
        dealt = [
            self.client.submit(_deal, part, keys, together, sums, hands, pure=False) for part in self._parts
        ]
        merged = [
            self.client.submit(
                _merge,
                [self.client.submit(_hand, hand, number, pure=False) for hand in dealt],
                keys,
                merged_sums,
                question,
                pure=False,
            )
            for number in range(hands)
        ]
        return tuple(int(total) for total in np.sum(self.client.gather(merged), axis=0))

    def cells(self, one: int, other: int) -> list[tuple[int, ...]]:
        """Count rows by part and by the coarse bins of two columns: train, holdout, bin, bin, rows."""
        names = CELLS.format(one=one, other=other)
        counted = [self.client.submit(_count_cells, part, names, pure=False) for part in self._parts]
        totals: dict[tuple[int, ...], int] = {}
        for found in self.client.gather(counted):
            for *cell, rows in found:
                totals[tuple(cell)] = totals.get(tuple(cell), 0) + rows
        return [(*cell, rows) for cell, rows in totals.items()]

    def real_rows(self, columns: str, key: str, every: int) -> Numbers:
        """Return columns of all training and holdout rows that have one of some values, in order."""
        import pyarrow as pa

        text = REAL_ROWS.format(columns=columns, rows="part", key=key, every=every)
        found = [self.client.submit(_some_rows, part, text, pure=False) for part in self._parts]
        rows = pa.concat_tables(self.client.gather(found))
        return {name: rows[name].to_numpy() for name in rows.column_names}

    def _workers(self) -> list[str]:
        # Not scheduler_info: a thread of the client overwrites its answer every two seconds with one that
        # names no worker.
        workers = sorted(self.client.nthreads())
        if not workers:
            raise ArgumentError("cluster_idle")
        return workers


@contextmanager
def connect(client: Client | None) -> Iterator[Client | None]:
    """Return the client that was given, or one of the scheduler that the environment names, or None.

    Raises
    ------
    ArgumentError
        If the environment names a scheduler, and Dask is not installed or the scheduler does not answer.
    """
    address = os.environ.get(VARIABLE)
    if client is not None or not address:
        yield client
        return
    if find_spec("distributed") is None:
        raise ArgumentError("cluster_missing", variable=VARIABLE, install=INSTALL)
    from distributed import Client as Connecting

    try:
        connected = Connecting(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ArgumentError("cluster_gone", variable=VARIABLE, address=address) from error
    with connected:
        yield connected


def _side_by_side(tables: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: table[name] for table in tables for name in table.column_names})


def _deal(part: pa.Table, keys: str, together: str, sums: str, hands: int) -> list[pa.Table]:
    """Group the rows of a part, and distribute the groups by a hash of some of their keys."""
    groups = f"SELECT {keys}, {sums}, hash({together}) % {hands} hand FROM part GROUP BY {keys}"
    found = _query(groups, part=part)
    return [
        _query(f"SELECT * EXCLUDE hand FROM found WHERE hand = {number}", found=found)
        for number in range(hands)
    ]


def _hand(dealt: list[pa.Table], number: int) -> pa.Table:
    return dealt[number]


def _merge(hands: list[pa.Table], keys: str, sums: str, question: str) -> tuple[int, ...]:
    """Merge the groups of one hash, and aggregate them."""
    import pyarrow as pa

    groups = f"SELECT {keys}, {sums} FROM groups GROUP BY {keys}"
    found = _query(question.format(groups=groups), groups=pa.concat_tables(hands))
    return whole(tuple(found.to_pylist()[0].values()))


def _count_cells(part: pa.Table, names: str) -> list[tuple[int, ...]]:
    found = _query(f"SELECT {names}, count(*) n FROM part GROUP BY {names}", part=part)
    return [tuple(row.values()) for row in found.to_pylist()]


def _some_rows(part: pa.Table, text: str) -> pa.Table:
    return _query(text, part=part)


def _query(text: str, **tables: pa.Table) -> pa.Table:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET threads = 1; SET enable_progress_bar = false")
        for name, table in tables.items():
            connection.register(name, table)
        return connection.execute(text).to_arrow_table()
