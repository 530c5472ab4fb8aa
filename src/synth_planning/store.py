"""Storage of a plan: one SQLite file, or any database that SQLAlchemy supports."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth_planning.entries import Entry, now
from synth_planning.errors import ArgumentError, ConflictError, DataUnavailableError, PlanError
from synth_planning.feedback import INSTALL
from synth_planning.locales import Message
from synth_planning.paths import home
from synth_planning.plan import KINDS, MODELS, REFERENCES, VERSION, Kind, Plan, key_of, kind_of, named, title

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Delete, Engine, MetaData, Table, Update

VARIABLE = "SYNTH_HANDSON_PLAN"
"""Environment variable that names the plan: a file, or the URL of a database."""
PATIENCE = 30
"""Seconds to wait for another one that is writing."""


class Store:
    """A plan in a database; several may read and change it at once, and nobody overwrites unseen changes.

    Parameters
    ----------
    place
        Path of a SQLite file, which is created where it is missing, or a URL as SQLAlchemy takes it. By
        default what ``SYNTH_HANDSON_PLAN`` names, else ``plan.sqlite`` in the library's private folder.

    Raises
    ------
    ArgumentError
        If the extra is not installed.
    DataUnavailableError
        If the database cannot be opened, or a newer version of this package has written it. One of an older
        version gets what it lacks.
    """

    def __init__(self, place: str | Path | None = None) -> None:
        if find_spec("sqlalchemy") is None:
            raise ArgumentError("extra", module="sqlalchemy", install=INSTALL)
        self.place = str(place or os.environ.get(VARIABLE) or home() / "plan.sqlite")
        metadata, self._tables, self._version = _tables()
        with self._said():
            self._engine = _engine(self.place)
            metadata.create_all(self._engine)
            self._check_version()

    @property
    def shown(self) -> str:
        """Its address, without a password."""
        return _hidden(self.place)

    def plan(self) -> Plan:
        """Read everything.

        Raises
        ------
        DataUnavailableError
            If the database does not answer; so do `save` and `remove`.
        """
        with self._transaction() as connection:
            return self._read(connection)

    def save(self, *entries: Entry, restoring: bool = False) -> tuple[Entry, ...]:
        """Add new entries, and change existing ones, all or nothing.

        Parameters
        ----------
        *entries
            Each with the version that it rests on: 0 for a new one.
        restoring
            Whether what is not there may bring its version along, as from a file.

        Returns
        -------
        tuple of Entry
            As they are kept now: the version of what was changed is larger by one.

        Raises
        ------
        ConflictError
            If one was changed or removed meanwhile.
        PlanError
            If one refers to what is not there, or tasks would wait for each other in a circle.
        """
        from sqlalchemy.exc import IntegrityError

        # A copy with other values was not checked when it was made.
        entries = tuple(entry.changed() for entry in entries)
        try:
            with self._transaction() as connection:
                before = self._read(connection)
                _check(before.with_entries(entries), entries)
                there = {key_of(entry): entry for entry in before}
                return tuple(
                    self._write(connection, entry, there.get(key_of(entry)), restoring) for entry in entries
                )
        except IntegrityError as error:
            raise ConflictError("changed", title=", ".join(map(title, entries))) from error

    def remove(self, entry: Entry) -> None:
        """Remove an entry.

        Raises
        ------
        ConflictError
            If it was changed or removed meanwhile.
        PlanError
            If others refer to it.
        """
        kind = kind_of(entry)
        with self._transaction() as connection:
            plan = self._read(connection)
            users = [
                other
                for (where, field), there in REFERENCES.items()
                for other in plan.entries(where)
                if there == kind and entry.id in named(other, field)
            ]
            if users:
                values = {"title": title(entry), "users": ", ".join(map(title, users))}
                raise PlanError([Message("errors.in_use", values)])
            self._execute(connection, self._tables[kind].delete(), entry)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._said(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what a database says as the library's own error, but for ids that are there already."""
        from sqlalchemy.exc import IntegrityError, SQLAlchemyError

        try:
            yield
        except IntegrityError:
            raise
        except (SQLAlchemyError, ImportError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise DataUnavailableError("store", place=self.shown, reason=reason) from error

    def _check_version(self) -> None:
        """Note the version of what was created: one of version 1 only lacked whole tables."""
        from sqlalchemy.exc import IntegrityError

        with self._engine.begin() as connection:
            written = connection.scalar(self._version.select())
        if written is None:
            with suppress(IntegrityError), self._engine.begin() as connection:
                connection.execute(self._version.insert().values(version=VERSION))
        elif written > VERSION:
            raise DataUnavailableError("store_newer", place=self.shown, written=written, known=VERSION)

    def _read(self, connection: Connection) -> Plan:
        return Plan.of(
            MODELS[kind].make(**row._asdict())
            for kind, table in self._tables.items()
            for row in connection.execute(table.select().order_by(table.c.id))
        )

    def _write(self, connection: Connection, entry: Entry, there: Entry | None, restoring: bool) -> Entry:
        table = self._tables[kind_of(entry)]
        if entry == there:
            return there
        if there is None and (restoring or not entry.version):
            kept = {"version": entry.version or 1, "updated": entry.updated or now()}
            written = entry.model_copy(update=kept)
            connection.execute(table.insert().values(_row(written)))
            return written
        written = entry.model_copy(update={"version": entry.version + 1, "updated": now()})
        self._execute(connection, table.update().values(_row(written)), entry)
        return written

    def _execute(self, connection: Connection, statement: Update | Delete, entry: Entry) -> None:
        """Change or remove a row, if it still has the version that was seen."""
        table = self._tables[kind_of(entry)]
        seen = statement.where(table.c.id == entry.id, table.c.version == entry.version)
        if connection.execute(seen).rowcount != 1:
            raise ConflictError("changed", title=title(entry))


def _engine(place: str) -> Engine:
    from sqlalchemy import create_engine, event

    if "://" in place and not place.startswith("sqlite"):
        return create_engine(place, pool_pre_ping=True)
    url = place if "://" in place else f"sqlite:///{Path(place).expanduser().absolute()}"
    engine = create_engine(url, connect_args={"timeout": PATIENCE})
    # A transaction waits for others when it begins, and does not fail when it writes.
    event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _check(plan: Plan, entries: Iterable[Entry]) -> None:
    """Refuse entries that do not fit together, ignoring problems that existed before."""
    given = set(map(key_of, entries))
    wrong = [
        found for entry, found in plan.problems() if key_of(entry) in given or found.key == "errors.circle"
    ]
    if wrong:
        raise PlanError(wrong)


def _row(entry: Entry) -> dict[str, Any]:
    row = entry.model_dump()
    row["updated"] = None if entry.updated is None else entry.updated.isoformat()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def _tables() -> tuple[MetaData, dict[Kind, Table], Table]:
    """Lay out one table for each kind, with a column for each field, and one for the version of all."""
    from sqlalchemy import Column, Integer, MetaData, Table

    metadata = MetaData()
    tables = {
        kind: Table(f"plan_{kind}", metadata, *(_column(name, kind) for name in MODELS[kind].model_fields))
        for kind in KINDS
    }
    return metadata, tables, Table("plan_version", metadata, Column("version", Integer, primary_key=True))


def _column(name: str, kind: Kind) -> Column[Any]:
    from sqlalchemy import JSON, Column, Date, Float, Integer, String, Text

    if name == "id":
        return Column(name, String(60), primary_key=True)
    # Times are texts, as SQLite forgets their zone.
    types: dict[Any, Any] = {int: Integer, float: Float(53), date: Date, tuple: JSON}
    return Column(name, types.get(MODELS[kind].holds(name), Text))


def _hidden(place: str) -> str:
    """Name a database without its password."""
    if "://" not in place:
        return place
    scheme, _, rest = place.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
