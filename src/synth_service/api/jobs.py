"""What requests do with jobs: send them, look at them, cancel them, and fetch results."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from synth_handson.locales import Language
from synth_handson.tables.checks import listed
from synth_handson.tables.rules.linked import PEOPLE
from synth_service import results
from synth_service.api.problems import Problem
from synth_service.queue import JobQueue, create_queue
from synth_service.records import STARTABLE, Job, Records, What, month_of, new_id
from synth_service.request import Request, stem_of
from synth_service.sealing import BLOCK
from synth_service.settings import Settings
from synth_service.storage import Storage
from synth_service.tariff import Tariff, read_tariff


@dataclass(frozen=True)
class Jobs:
    """All that requests work with.

    Attributes
    ----------
    settings, records, storage
        Of the service.
    """

    settings: Settings
    records: Records
    storage: Storage

    @cached_property
    def tariff(self) -> Tariff | None:
        """Prices and caps, where there are any."""
        return read_tariff(self.settings.tariff) if self.settings.tariff else None

    @cached_property
    def queue(self) -> JobQueue:
        """The queue, once its tables are there."""
        return JobQueue(self.settings)

    def open(self) -> None:
        """Create what is missing of the database, and connect to the queue."""
        self.records.create()
        create_queue(self.settings)
        assert self.queue

    def close(self) -> None:
        """Close all connections."""
        self.queue.close()
        self.records.close()

    def take(
        self, owner: str, request: Request, files: Sequence[BinaryIO], what: What, key: str | None
    ) -> Job:
        """Take a job in; return the one that was sent before under the same key, if there is one.

        Raises
        ------
        Problem
            If another one was sent under this key, or what the owner may use is used up.
        ArgumentError
            If what is asked for cannot be done.
        """
        request.check(self.settings.max_rows)
        content, size = _digest(files, f"{what} {request.model_dump_json()}")
        idempotency = hashlib.sha256(key.encode()).hexdigest() if key else None
        if idempotency and (known := self.records.by_idempotency(owner, idempotency)):
            return self._same(known, content)
        self._check_cap(owner)
        job = new_id()
        for name, file in zip(request.files, files, strict=True):
            file.seek(0)
            self.storage.put(job, results.upload_of(name), file)
        self.storage.put_json(job, results.REQUEST, request.model_dump())
        taken, new = self.records.add(
            owner, job=job, what=what, size=size, content=content, idempotency=idempotency
        )
        if not new:
            self.storage.erase(job)
            return self._same(taken, content)
        self.queue.submit(job, what, self.records.turn(job, what, owner))
        return taken

    def _check_cap(self, owner: str) -> None:
        month = month_of(time.time())
        reached = self.tariff.reached_cap(self.records, owner, month) if self.tariff else None
        if self.tariff and reached:
            amount, cap = reached
            raise Problem(402, "cap", amount=amount, cap=cap, currency=self.tariff.currency, month=month)

    def _same(self, job: Job, content: str) -> Job:
        if job.content != content:
            raise Problem(422, "idempotency")
        return job

    def get(self, owner: str, job: str) -> Job:
        """Return a job of an owner.

        Raises
        ------
        Problem
            If there is none, or it is somebody else's; the answer does not say which.
        """
        try:
            found = self.records.get(job)
        except KeyError as error:
            raise Problem(404, "job") from error
        if found.owner != owner:
            raise Problem(404, "job")
        return found

    def start(self, job: Job, what: What, changes: dict[str, Any]) -> Job:
        """Check a job again, or run it, after it was checked or has failed, with other choices.

        Raises
        ------
        Problem
            If the job does not wait for that.
        ArgumentError
            If what is asked for cannot be done.
        """
        if job.state not in STARTABLE:
            raise Problem(409, "not_checked", state=job.state)
        request = Request(**self.request(job).model_dump() | changes)
        request.check(self.settings.max_rows)
        if what == "run":
            self._check_cap(job.owner)
        self.storage.put_json(job.id, results.REQUEST, request.model_dump())
        if not self.records.queue(job.id, what):
            raise Problem(409, "not_checked", state=self.records.get(job.id).state)
        turn = self.records.turn(job.id, what, job.owner, job.attempt)
        self.queue.submit(job.id, what, turn, job.attempt)
        return self.records.get(job.id)

    def cancel(self, job: Job) -> None:
        """Cancel a job and erase all that is kept of it; doing so again changes nothing."""
        self.records.end(job.id, "cancelled")
        self.storage.erase(job.id)
        self.queue.withdraw(job.id)

    def request(self, job: Job) -> Request:
        """Return what a job was asked for; errors as `read`."""
        return Request(**self.read(job, results.REQUEST))

    def read(self, job: Job, name: str) -> Any:
        """Return a file of plain data of a job.

        Raises
        ------
        Problem
            If it is not there any more.
        """
        self._check_kept(job)
        return self.storage.read_json(job.id, name)

    def result(self, job: Job, kind: results.ResultFile) -> tuple[Iterator[bytes], str]:
        """Return a result's content, and the name it is to have.

        Raises
        ------
        Problem
            If the job has not succeeded, or there is no such file.
        """
        name = self._result_name(job, kind)
        if not self.storage.has(job.id, name):
            raise Problem(404, "file")
        return self.storage.blocks(job.id, name), self._file_name(job, kind)

    def table(self, job: Job, ending: str, table: str | None) -> results.ResultFile:
        """Return the file of a synthetic table; of linked ones by default that of the people.

        Raises
        ------
        Problem
            If there is no such table.
        """
        request = self.request(job)
        if table not in (None, *request.tables):
            raise Problem(404, "table", known=listed(request.tables) or "–")
        place = request.tables.index(table or PEOPLE) if request.tables else 0
        return results.table_kinds(request, ending)[place]

    def pack(self, job: Job, kinds: Sequence[results.ResultFile]) -> Iterator[bytes]:
        """Pack results into one archive; errors as `result`."""
        return _packed([self.result(job, kind) for kind in kinds])

    def profile(self, job: Job) -> Any:
        """Return what was understood of a job's table, by language.

        Raises
        ------
        Problem
            If its table was not looked at yet, or is not there any more.
        """
        self._check_kept(job)
        if not self.storage.has(job.id, results.UNDERSTOOD):
            raise Problem(409, "not_ready", state=job.state)
        return self.storage.read_json(job.id, results.UNDERSTOOD)

    def read_result(self, job: Job, kind: results.ResultFile) -> Any:
        """Return a result of plain data; errors as `result`."""
        return self.storage.read_json(job.id, self._result_name(job, kind))

    def failure(self, job: Job, language: Language) -> str | None:
        """Say why a job failed, if it did."""
        if job.state != "failed":
            return None
        return str(self.read(job, results.FAILURE)[language])

    def check_result(self, job: Job) -> None:
        """Raise a `Problem` unless a job has succeeded, and its files are still there."""
        self._check_kept(job)
        if job.state != "succeeded":
            raise Problem(409, "not_ready", state=job.state)

    def _result_name(self, job: Job, kind: results.ResultFile) -> str:
        self.check_result(job)
        return results.of_attempt(job.attempt, kind)

    def _check_kept(self, job: Job) -> None:
        if job.state in ("cancelled", "expired"):
            raise Problem(410, "erased", state=job.state)

    def stem(self, job: Job) -> str:
        """Return the name of the file that was sent, without its ending."""
        return stem_of(self.request(job).name)

    def _file_name(self, job: Job, kind: results.ResultFile) -> str:
        """Name a file after the one that was sent, so that it says what it is."""
        return f"{kind.table or self.stem(job)}-{kind.shown.replace('synthetic', 'SYNTHETIC', 1)}"


def _packed(files: Sequence[tuple[Iterator[bytes], str]]) -> Iterator[bytes]:
    """Pack files where no other process can read them, and return the archive's blocks."""
    packed = TemporaryFile()  # noqa: SIM115 (closed once it has been sent)
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for blocks, name in files:
            with archive.open(name, "w", force_zip64=True) as entry:
                for block in blocks:
                    entry.write(block)
    packed.seek(0)
    return _sent(packed)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block


def _digest(files: Sequence[Any], asked: str) -> tuple[str, int]:
    """Return the SHA-256 of files and what is asked for, and their size."""
    digest, size = hashlib.sha256(asked.encode()), 0
    for file in files:
        file.seek(0)
        hashlib.file_digest(file, lambda: digest)
        size += file.tell()
        # What moves from one file to the next is another upload.
        digest.update(str(size).encode())
    return digest.hexdigest(), size
