"""Records of jobs, workers and usage: ids, states, sizes and times, but no content of tables."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from synth_handson.errors import ArgumentError

State = Literal["queued", "running", "checked", "succeeded", "failed", "cancelled", "expired"]
What = Literal["check", "run"]
QUEUED: tuple[What, ...] = ("check", "run")
Phase = Literal["check", "personal data", "train", "sample", "texts", "assess", "report"]
PHASES: tuple[Phase, ...] = ("check", "personal data", "train", "sample", "texts", "assess", "report")

OPEN: tuple[State, ...] = ("queued", "running")
"""States that change without anybody's action."""
STARTABLE: tuple[State, ...] = ("checked", "failed")
"""States from which a job can be run again with other choices."""
ENDED: tuple[State, ...] = ("checked", "succeeded", "failed")
"""States in which files wait for download or expiry."""

DEAD_AFTER = 20.0
"""Seconds without a heartbeat after which a worker's jobs are given to others."""
NEAREST, RECENT = 5, 200
"""Jobs used to estimate a duration: the nearest in size, among the most recent."""
UNREACHABLE = (OperationalError, InterfaceError)
ID_BYTES = 16
T = TypeVar("T")


class _Base(DeclarativeBase):
    """What all tables belong to."""


class Job(_Base):
    """One row of the table of jobs.

    Attributes
    ----------
    id, owner
        Its id, and the name of the key it belongs to; "" where there are no keys.
    what
        What is wanted: that its table is checked, or that it is run.
    state, phase, epoch, fraction, remaining
        How far it is: the share of all it takes, and the seconds that remain, by what earlier jobs took.
    created, started, finished
        Seconds since 1970.
    attempt, losses, worker
        How often it was begun, how often of these because the one before was lost, and by which worker the
        last time.
    idempotency, content
        SHA-256 of the key that makes a repeated upload harmless, and of what was uploaded.
    engine, bytes_read, rows_read, rows_made, verdict, usefulness, grade, formats
        What it was and became, in numbers and words of ours.
    failure
        Name of the error.
    generator, generator_bytes
        Name of its generator's entry, by which another job of the same owner finds it, and its size.
    download
        The part of a file's name that nobody can guess.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        sa.UniqueConstraint("owner", "idempotency"),
        sa.Index("jobs_by_state", "state", "created"),
        sa.Index("jobs_by_generator", "owner", "generator"),
    )

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(sa.String(64))
    what: Mapped[What] = mapped_column(sa.String(8))
    state: Mapped[State] = mapped_column(sa.String(16))
    phase: Mapped[Phase | None] = mapped_column(sa.String(16))
    epoch: Mapped[float] = mapped_column(default=0.0)
    fraction: Mapped[float] = mapped_column(default=0.0)
    remaining: Mapped[float | None]
    created: Mapped[float]
    started: Mapped[float | None]
    finished: Mapped[float | None]
    attempt: Mapped[int] = mapped_column(default=0)
    losses: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(sa.String(32))
    idempotency: Mapped[str | None] = mapped_column(sa.String(64))
    content: Mapped[str | None] = mapped_column(sa.String(64))
    engine: Mapped[str | None] = mapped_column(sa.String(16))
    bytes_read: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    rows_read: Mapped[int | None] = mapped_column(sa.BigInteger)
    rows_made: Mapped[int | None] = mapped_column(sa.BigInteger)
    verdict: Mapped[str | None] = mapped_column(sa.String(16))
    usefulness: Mapped[str | None] = mapped_column(sa.String(16))
    grade: Mapped[str | None] = mapped_column(sa.String(2))
    formats: Mapped[str | None] = mapped_column(sa.String(64))
    failure: Mapped[str | None] = mapped_column(sa.String(64))
    generator: Mapped[str | None] = mapped_column(sa.String(64))
    generator_bytes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    download: Mapped[str | None] = mapped_column(sa.String(64), unique=True)


_tables = _Base.metadata
_jobs = _tables.tables["jobs"]
_phases = sa.Table(
    "phases",
    _tables,
    sa.Column("job", sa.String(32), primary_key=True),
    sa.Column("phase", sa.String(16), primary_key=True),
    sa.Column("seconds", sa.Float, nullable=False),
)
_turns = sa.Table(
    "turns",
    _tables,
    sa.Column("job", sa.String(32), primary_key=True),
    sa.Column("what", sa.String(8), primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Index("turns_by_owner", "what", "owner"),
)
_workers = sa.Table(
    "workers",
    _tables,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("seen", sa.Float, nullable=False),
)
_usage = sa.Table(
    "usage",
    _tables,
    sa.Column("job", sa.String(32), primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("month", sa.String(7), nullable=False),
    sa.Column("rows_read", sa.BigInteger, nullable=False),
    sa.Column("rows_made", sa.BigInteger, nullable=False),
    sa.Column("training_seconds", sa.Float, nullable=False),
    sa.Column("bytes_kept", sa.BigInteger, nullable=False),
    sa.Index("usage_by_month", "month", "owner"),
)

_schema = sa.Table("schema", _tables, sa.Column("version", sa.Integer, primary_key=True))
SCHEMA = 1
"""Version of these tables."""


@dataclass(frozen=True)
class Made:
    """Results of a job that succeeded, and its cost."""

    engine: str
    rows_read: int
    rows_made: int
    verdict: str
    usefulness: str
    grade: str
    formats: str
    generator: str | None
    generator_bytes: int
    training_seconds: float
    bytes_kept: int


@dataclass(frozen=True)
class Use:
    """Usage of one key in one month."""

    owner: str
    month: str
    jobs: int
    rows_read: int
    rows_made: int
    training_seconds: float
    bytes_kept: int


def month_of(moment: float) -> str:
    """Name the month of a moment, in UTC: "2026-11"."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m")


class Records:
    """The database.

    Parameters
    ----------
    url
        SQLite or PostgreSQL.
    """

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(_with_driver(url), pool_pre_ping=True)
        self._reading = self.engine.execution_options(reading=True)
        self._beats: dict[str, tuple[float, float]] = {}
        self._looked = 0.0
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _share_file)
            sa.event.listen(self.engine, "begin", _lock_file)
            path = self.engine.url.database
            if path:
                Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self) -> None:
        """Create missing tables, even if another process does so at the same moment.

        Raises
        ------
        ArgumentError
            If they are those of another version.
        """
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(5297)"))
            _tables.create_all(connection)
            found = connection.scalar(sa.select(_schema.c.version))
            if found is None:
                connection.execute(sa.insert(_schema).values(version=SCHEMA))
            elif found != SCHEMA:
                raise ArgumentError("service_schema", found=found, expected=SCHEMA)

    def check(self) -> None:
        """Query the database, and raise its error, if any."""
        with self._reading.connect() as connection:
            connection.execute(sa.select(_jobs.c.id).limit(1))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def add(
        self, owner: str, *, job: str, what: What, size: int, content: str, idempotency: str | None = None
    ) -> tuple[Job, bool]:
        """Add a job, unless there is one of the same owner and idempotency key.

        Returns
        -------
        tuple of Job and bool
            The job, and whether it is new.
        """
        row: dict[str, Any] = {
            "id": job, "owner": owner, "what": what, "state": "queued", "created": time.time(),
            "bytes_read": size, "content": content, "idempotency": idempotency,
            "download": secrets.token_urlsafe(24),
        }  # fmt: skip
        try:
            with self.engine.begin() as connection:
                connection.execute(sa.insert(_jobs).values(row))
        except IntegrityError:
            found = self.by_idempotency(owner, idempotency) if idempotency else None
            if found is None:
                raise
            return found, False
        return self.get(job), True

    def get(self, job: str) -> Job:
        """Return a job.

        Raises
        ------
        KeyError
            If there is none.
        """
        found = self._one(_jobs.c.id == job)
        if found is None:
            raise KeyError(job)
        return found

    def by_idempotency(self, owner: str, idempotency: str) -> Job | None:
        """Find the job that an owner sent with an idempotency key."""
        return self._one(_jobs.c.owner == owner, _jobs.c.idempotency == idempotency)

    def by_download(self, name: str) -> Job | None:
        """Find a job by the part of its files' names that nobody can guess."""
        return self._one(_jobs.c.download == name)

    def by_generator(self, owner: str, generator: str) -> Job | None:
        """Find a job that has such a generator."""
        return self._one(_jobs.c.owner == owner, _jobs.c.generator == generator, _jobs.c.state == "succeeded")

    def generators(self) -> list[Job]:
        """Return the jobs that have a generator, the latest to end first."""
        return self._all(_jobs.c.generator.is_not(None), order=_jobs.c.finished.desc())

    def forget_generator(self, job: str) -> bool:
        """Remove a generator from later jobs' view; return whether there was one."""
        return self._change(
            [_jobs.c.id == job, _jobs.c.generator.is_not(None)], generator=None, generator_bytes=0
        )

    def turn(self, job: str, what: What, owner: str, attempt: int = 0) -> int:
        """Assign a job its turn: lower ones come first, and the jobs of one owner take turns with others'.

        Returns
        -------
        int
            At least 1, and the same if it is asked again.

        Notes
        -----
        Start-time fair queuing with jobs of equal weight (P. Goyal, H. Vin & H. Cheng, "Start-time fair
        queueing", SIGCOMM 1996): a job's turn follows its owner's last one, or the one that was begun last.
        """
        turn, same = _turns.c.turn, _turns.c.what == what
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(5298)"))
            asked = (_turns.c.job == job, _turns.c.attempt == attempt, same)
            known = connection.scalar(sa.select(turn).where(*asked))
            if known is not None:
                return int(known)
            begun = (
                sa.select(sa.func.max(turn)).join(_jobs, _jobs.c.id == _turns.c.job).where(same, _begun(what))
            )
            last = sa.select(sa.func.max(turn)).where(same, _turns.c.owner == owner)
            own = 1 + max(int(connection.scalar(query) or 0) for query in (begun, last))
            row = {"job": job, "what": what, "attempt": attempt, "owner": owner, "turn": own}
            connection.execute(sa.insert(_turns).values(row))
            return own

    def forget_turns(self) -> None:
        """Remove the turns of jobs that do not wait, but for the last of them: the next ones follow it."""
        for what in QUEUED:
            same, begun = _turns.c.what == what, _begun(what)
            with self.engine.begin() as connection:
                theirs = sa.select(sa.func.max(_turns.c.turn)).join(_jobs, _jobs.c.id == _turns.c.job)
                last = connection.scalar(theirs.where(same, begun)) or 0
                over = _turns.c.job.in_(sa.select(_jobs.c.id).where(begun))
                connection.execute(sa.delete(_turns).where(same, _turns.c.turn < last, over))

    def ahead(self, job: Job) -> int:
        """Count the jobs that wait in front of this one."""
        turn, attempt = _turns.c.turn, _turns.c.attempt
        mine = (_turns.c.job == job.id, _turns.c.what == job.what, attempt == job.attempt)
        own = sa.select(turn).where(*mine).scalar_subquery()
        same = sa.and_(_jobs.c.id == _turns.c.job, _jobs.c.what == _turns.c.what, _jobs.c.attempt == attempt)
        before = sa.or_(turn < own, sa.and_(turn == own, _jobs.c.created < job.created))
        query = (
            sa.select(sa.func.count())
            .select_from(_turns.join(_jobs, same))
            .where(_turns.c.what == job.what, _jobs.c.state == "queued", before)
        )
        with self._reading.connect() as connection:
            return int(connection.scalar(query) or 0)

    def queue(self, job: str, what: What) -> bool:
        """Queue a checked or failed job again, to check or run it; return whether it was one."""
        return self._change(
            [_jobs.c.id == job, _jobs.c.state.in_(STARTABLE)],
            what=what, state="queued", phase=None, finished=None, failure=None, fraction=0.0, remaining=None,
        )  # fmt: skip

    def begin(self, job: str, worker: str) -> Job | None:
        """Begin a job, or restart it after its worker was lost; None if there is nothing to do."""
        others = self.alive() - {worker}
        lost = sa.case((_jobs.c.state == "running", _jobs.c.losses + 1), else_=_jobs.c.losses)
        begun = self._change(
            [_jobs.c.id == job, _jobs.c.state.in_(OPEN), *_not_run_by(others)],
            state="running", worker=worker, attempt=_jobs.c.attempt + 1, losses=lost, phase="check",
            started=time.time(), epoch=0.0, fraction=0.0, remaining=None,
        )  # fmt: skip
        found = self.get(job) if begun else None
        return found if found and found.worker == worker else None

    def is_current(self, job: str, attempt: int) -> bool:
        """Tell whether this attempt is still the one that counts."""
        return self._count(*_current(job, attempt)) == 1

    def advance(self, job: str, attempt: int, **values: Any) -> bool:
        """Record an attempt's progress; return whether it still counts."""
        return self._change(_current(job, attempt), **values)

    def spend(self, job: str, seconds: Mapping[Phase, float]) -> None:
        """Record how long each phase took, replacing an earlier attempt's times."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(_phases).where(_phases.c.job == job))
            rows = [{"job": job, "phase": phase, "seconds": spent} for phase, spent in seconds.items()]
            if rows:
                connection.execute(sa.insert(_phases), rows)

    def note_check(self, job: str, attempt: int, rows: int) -> bool:
        """End a job that was to be checked alone."""
        return self._change(
            _current(job, attempt), state="checked", phase=None, finished=time.time(), rows_read=rows
        )

    def succeed(self, job: str, attempt: int, made: Made) -> bool:
        """Deliver an attempt, and meter it in the same transaction; return whether it still counted."""
        now = time.time()
        values = {field.name: getattr(made, field.name) for field in fields(made)}
        metered = {name: values.pop(name) for name in ("training_seconds", "bytes_kept")}
        with self.engine.begin() as connection:
            changed = connection.execute(
                sa.update(_jobs)
                .where(*_current(job, attempt))
                .values(state="succeeded", phase=None, fraction=1.0, remaining=0.0, finished=now, **values)
                .returning(_jobs.c.owner)
            ).first()
            if changed is None:
                return False
            row = {"job": job, "owner": changed.owner, "month": month_of(now), **metered}
            row |= {name: values[name] for name in ("rows_read", "rows_made")}
            connection.execute(sa.insert(_usage).values(row))
        return True

    def fail(self, job: str, attempt: int, failure: str) -> bool:
        """End an attempt with an error; return whether it still counted."""
        return self._change(
            _current(job, attempt), state="failed", finished=time.time(), failure=failure, remaining=None
        )

    def give_back(self, job: str, attempt: int) -> bool:
        """Requeue a job that a worker cannot finish; return whether the attempt still counted."""
        return self._change(_current(job, attempt), state="queued", phase=None, remaining=None)

    def end(self, job: str, state: Literal["cancelled", "expired"]) -> bool:
        """Cancel or expire a job, and delete what could reveal its content; return whether it existed."""
        gone: tuple[State, ...] = ("cancelled", "expired")
        return self._change(
            [_jobs.c.id == job, _jobs.c.state.notin_(gone)],
            state=state, phase=None, finished=sa.func.coalesce(_jobs.c.finished, time.time()), remaining=None,
            idempotency=None, content=None, generator=None, generator_bytes=0, download=None,
        )  # fmt: skip

    def waiting(self, before: float) -> list[Job]:
        """Return the jobs that have been queued since before a moment."""
        return self._all(_jobs.c.state == "queued", _jobs.c.created < before)

    def lost(self, alive: Iterable[str]) -> list[Job]:
        """Return the jobs run by none of these workers."""
        return self._all(_jobs.c.state == "running", _jobs.c.worker.notin_(list(alive)))

    def over(self, before: float) -> list[Job]:
        """Return the jobs that ended before a moment and whose files are still kept."""
        return self._all(_jobs.c.state.in_(ENDED), _jobs.c.finished < before)

    def living(self, jobs: Iterable[str]) -> set[str]:
        """Return the jobs among these whose files may be kept."""
        asked = list(jobs)
        states = (*OPEN, *ENDED)
        with self._reading.connect() as connection:
            found = connection.scalars(
                sa.select(_jobs.c.id).where(_jobs.c.id.in_(asked), _jobs.c.state.in_(states))
            )
            return set(found)

    def beat(self, worker: str) -> None:
        """Record a worker's heartbeat."""
        with self.engine.begin() as connection:
            seen = {"seen": time.time()}
            changed = connection.execute(sa.update(_workers).where(_workers.c.id == worker).values(seen))
            if not changed.rowcount:
                connection.execute(sa.insert(_workers).values(id=worker, **seen))

    def leave(self, worker: str) -> None:
        """Record that a worker has ended."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(_workers).where(_workers.c.id == worker))

    def alive(self, within: float = DEAD_AFTER) -> set[str]:
        """Return the workers with a recent heartbeat.

        Once a heartbeat was seen, this process's monotonic clock tells its age: setting the machine's clock
        kills no worker.
        """
        now, wall = time.monotonic(), time.time()
        with self._reading.connect() as connection:
            beats = {row.id: row.seen for row in connection.execute(sa.select(_workers))}
        seen = {}
        for worker, beat in beats.items():
            before = self._beats.get(worker)
            age = max(0.0, wall - beat)
            if before is None:
                seen[worker] = (beat, now - age)
            elif before[0] == beat:
                seen[worker] = before
            else:
                # It came since the last look, however the clock was set in between.
                seen[worker] = (beat, now - min(age, now - self._looked))
        self._beats, self._looked = seen, now
        return {worker for worker, (_, since) in seen.items() if now - since <= within}

    def forget_workers(self, before: float) -> None:
        """Remove workers that were last seen before a moment."""
        with self.engine.begin() as connection:
            connection.execute(sa.delete(_workers).where(_workers.c.seen < before))

    def use(self, month: str, owner: str | None = None) -> list[Use]:
        """Sum up what was used in a month, by key."""
        columns = _usage.c
        summed = (columns.rows_read, columns.rows_made, columns.training_seconds, columns.bytes_kept)
        query = (
            sa.select(
                columns.owner,
                columns.month,
                sa.func.count().label("jobs"),
                # A sum of whole numbers is a decimal in PostgreSQL.
                *(sa.cast(sa.func.sum(column), column.type).label(column.name) for column in summed),
            )
            .where(columns.month == month)
            .group_by(columns.owner, columns.month)
            .order_by(columns.owner)
        )
        if owner is not None:
            query = query.where(columns.owner == owner)
        with self._reading.connect() as connection:
            return [Use(**row) for row in connection.execute(query).mappings()]

    def counts(self, column: Literal["state", "grade", "failure"]) -> dict[str, int]:
        """Count all jobs by the values of a column."""
        values = _jobs.c[column]
        query = sa.select(values, sa.func.count()).where(values.is_not(None)).group_by(values)
        with self._reading.connect() as connection:
            return {str(value): int(count) for value, count in connection.execute(query)}

    def expected(self, engine: str | None, size: int) -> dict[Phase, float]:
        """Estimate the seconds of each phase of a job from the jobs nearest in size.

        Parameters
        ----------
        engine
            The engine that trains; None if that is not known.
        size
            Bytes of the table.

        Returns
        -------
        dict
            Medians of at most `NEAREST` jobs; empty where none has ended yet.
        """
        ended = [_jobs.c.verdict.is_not(None), *([_jobs.c.engine == engine] if engine else [])]
        recent = sa.select(_jobs.c.id, _jobs.c.bytes_read).where(*ended)
        with self._reading.connect() as connection:
            rows = connection.execute(recent.order_by(_jobs.c.created.desc()).limit(RECENT)).all()
            by_size = sorted(rows, key=lambda row: abs(math.log((row.bytes_read + 1) / (size + 1))))
            nearest = [row.id for row in by_size[:NEAREST]]
            told = connection.execute(sa.select(_phases).where(_phases.c.job.in_(nearest))).all()
        spent = {(row.job, row.phase): float(row.seconds) for row in told}
        return {phase: median(spent.get((job, phase), 0.0) for job in nearest) for phase in PHASES if nearest}

    def phase_times(self) -> dict[str, tuple[int, float]]:
        """Return the number of jobs in each phase, and the total seconds."""
        query = sa.select(_phases.c.phase, sa.func.count(), sa.func.sum(_phases.c.seconds)).group_by(
            _phases.c.phase
        )
        with self._reading.connect() as connection:
            return {phase: (int(n), float(seconds)) for phase, n, seconds in connection.execute(query)}

    def _one(self, *conditions: sa.ColumnElement[bool]) -> Job | None:
        found = self._all(*conditions)
        return found[0] if found else None

    def _all(
        self, *conditions: sa.ColumnElement[bool], order: sa.ColumnElement[Any] = _jobs.c.created
    ) -> list[Job]:
        with self._reading.connect() as connection:
            rows = connection.execute(sa.select(_jobs).where(*conditions).order_by(order))
            return [Job(**row) for row in rows.mappings()]

    def _count(self, *conditions: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(_jobs).where(*conditions)
        with self._reading.connect() as connection:
            return int(connection.scalar(query) or 0)

    def _change(self, conditions: Iterable[sa.ColumnElement[bool]], **values: Any) -> bool:
        with self.engine.begin() as connection:
            return bool(connection.execute(sa.update(_jobs).where(*conditions).values(values)).rowcount)


def patiently(do: Callable[[], T], seconds: float = 300) -> T:
    """Call the database, and retry while it cannot be reached."""
    deadline, pause = time.monotonic() + seconds, 0.5
    while True:
        try:
            return do()
        except UNREACHABLE:
            if time.monotonic() > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, 10)


def new_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_hex(ID_BYTES)


def _begun(what: What) -> sa.ColumnElement[bool]:
    """Tell of a job that had a turn for this whether it waits no more."""
    return sa.or_(_jobs.c.what != what, _jobs.c.state != "queued")


def _current(job: str, attempt: int) -> list[sa.ColumnElement[bool]]:
    return [_jobs.c.id == job, _jobs.c.state == "running", _jobs.c.attempt == attempt]


def _not_run_by(workers: set[str]) -> list[sa.ColumnElement[bool]]:
    return [sa.or_(_jobs.c.state == "queued", _jobs.c.worker.notin_(workers))]


def _with_driver(url: str) -> str:
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return f"postgresql+psycopg://{url.removeprefix(short)}"
    return url


def _share_file(connection: Any, _: object) -> None:
    """Let processes read while one writes, and wait for each other."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _lock_file(connection: sa.Connection) -> None:
    """Take the lock at the beginning, as a transaction that has read could not get it later."""
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
