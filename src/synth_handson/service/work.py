"""One job, from its upload to its results: what a worker does between taking it and delivering it."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import SQLAlchemyError

from synth_handson.errors import LeakError, SynthHandsonError
from synth_handson.evidence.assessment import Step
from synth_handson.pii.leaks import name_cells
from synth_handson.pipeline.synthesise import Settings as Making
from synth_handson.pipeline.synthesise import Stage, Synthesised, Understood, synthesise, understand_table
from synth_handson.service import results
from synth_handson.service.bounds import check_packed, check_rows, check_table
from synth_handson.service.logs import where
from synth_handson.service.records import UNREACHABLE, Job, Made, Phase, Records, patiently
from synth_handson.service.request import AUTO, Request
from synth_handson.service.settings import Settings
from synth_handson.service.storage import Storage
from synth_handson.synthesis.mostly.text_model import train_texts
from synth_handson.synthesis.run import CancelToken, Progress, stop_if_cancelled
from synth_handson.synthesis.training import warm_up
from synth_handson.tables.files.reading import read_file

log = logging.getLogger(__name__)

MAX_LOSSES = 2
"""A job that has been lost with its worker more often is not begun again: it may be what kills them."""
WATCH = 0.5
"""Seconds between two looks at whether a job still counts."""
REPORT = 1.0
"""Seconds between two notes of how far a training is."""

PHASE_OF: dict[Stage, Phase] = {
    "read": "check", "personal data": "personal data", "train": "train", "draw": "sample", "texts": "texts",
    "scan": "assess", "assess": "assess",
}  # fmt: skip


@dataclass
class Attempt:
    """One attempt at a job, and the clock of its phases."""

    job: Job
    records: Records
    cancel: CancelToken = field(default_factory=CancelToken)
    spent: dict[Phase, float] = field(default_factory=dict)
    _phase: Phase = "check"
    _since: float = field(default_factory=time.monotonic)
    _noted: float = 0.0

    def begin(self, phase: Phase) -> None:
        """Begin a phase, unless the job is cancelled."""
        stop_if_cancelled(self.cancel)
        self._stop_clock()
        self._phase = phase
        self._note(phase=phase, epoch=0.0, fraction=0.0, remaining=None)

    def stage(self, stage: Stage) -> None:
        """Begin the phase that a stage of the pipeline belongs to."""
        self.begin(PHASE_OF[stage])

    def train(self, progress: Progress) -> None:
        """Note how far a training is, at most once a second."""
        if time.monotonic() - self._noted < REPORT:
            return
        self._note(epoch=progress.epoch, fraction=progress.fraction, remaining=progress.remaining)

    def assess(self, step: Step) -> None:
        """Note how far the assessment is."""
        stop_if_cancelled(self.cancel)
        self._note(fraction=step.fraction)

    def finish(self) -> dict[Phase, float]:
        """Stop the clock, and return the seconds of each phase."""
        self._stop_clock()
        return self.spent

    def _stop_clock(self) -> None:
        now = time.monotonic()
        self.spent[self._phase] = self.spent.get(self._phase, 0.0) + now - self._since
        self._since = now

    def _note(self, **values: object) -> None:
        self._noted = time.monotonic()
        try:
            self.records.advance(self.job.id, self.job.attempt, **values)
        except SQLAlchemyError as error:
            log.warning("job=%s progress not noted: %s", self.job.id, type(error).__name__)


@dataclass
class Kept:
    """The generators of one owner's jobs: they are erased with the job they lie with."""

    owner: str
    records: Records
    storage: Storage
    name: str | None = None
    archive: bytes = b""

    def load(self, name: str, /) -> bytes | None:
        """Find a generator of another job."""
        self.name = name
        found = self.records.by_generator(self.owner, name)
        if found is None:
            return None
        try:
            self.archive = self.storage.read(found.id, results.of_attempt(found.attempt, results.GENERATOR))
        except SynthHandsonError:
            # It has been erased since, or cannot be read: one is trained.
            return None
        return self.archive

    def save(self, name: str, archive: bytes, /) -> None:
        """Keep a generator for when the job is delivered."""
        self.name, self.archive = name, archive


@dataclass(frozen=True)
class Bench:
    """What a worker works with.

    Attributes
    ----------
    worker
        Its id.
    settings, records, storage
        Of the service.
    folder
        Where tables lie while they are worked on; only the owner may enter.
    ending
        Set when the worker is to end: what is under way is given back.
    given_back
        Jobs that are to be begun again by another worker.
    """

    worker: str
    settings: Settings
    records: Records
    storage: Storage
    folder: Path
    ending: threading.Event = field(default_factory=threading.Event)
    given_back: list[Job] = field(default_factory=list)

    def check(self, job: str) -> None:
        """Tell what is understood of a job's table, and do no more."""
        self._attempt(job, self._check)

    def run(self, job: str) -> None:
        """Do a job."""
        self._attempt(job, self._run)

    def _attempt(self, job: str, do: Doing) -> None:
        begun = self.records.begin(job, self.worker)
        if begun is None:
            log.info("job=%s nothing to do", job)
            return
        log.info("job=%s attempt=%d begun", job, begun.attempt)
        if begun.losses > MAX_LOSSES:
            self._fail(begun, SynthHandsonError("service_lost", times=begun.losses), Path(), "")
            return
        attempt = Attempt(begun, self.records)
        with TemporaryDirectory(dir=self.folder) as folder, self._watch(attempt):
            name = ""
            try:
                request = Request(**self.storage.read_json(job, results.REQUEST))
                name = request.name
                do(attempt, request, Path(folder))
            except UNREACHABLE:
                raise
            except SynthHandsonError as error:
                self._fail(begun, error, Path(folder), name)
            except Exception as error:
                # Its words may be values of the table.
                log.error("job=%s unexpected %s", job, where(error))
                self._fail(begun, error, Path(folder), name)
        # It may have been cancelled, and its files erased, while something was written.
        if not self.records.living([job]):
            self.storage.erase(job)

    def _understand(self, attempt: Attempt, request: Request, folder: Path) -> Understood:
        suffixes = "".join(Path(request.name).suffixes[-2:])
        path = folder / f"table{suffixes}"
        self.storage.fetch(attempt.job.id, results.UPLOAD, path)
        check_packed(path, self.settings)
        frame, form = read_file(
            path, types=request.column_types(), on_rows=lambda rows: check_rows(rows, self.settings)
        )
        check_table(frame, self.settings)
        understood = understand_table(
            frame, form, personal_data=request.replace_personal_data, on_stage=attempt.stage
        )
        understood.check_target(request.target_column)
        self.storage.put_json(attempt.job.id, results.UNDERSTOOD, results.understood_view(understood))
        left = understood.without(request.leave_out)
        left.check_known(request.known_columns)
        return left

    def _check(self, attempt: Attempt, request: Request, folder: Path) -> None:
        understood = self._understand(attempt, request, folder)
        self.records.note_check(attempt.job.id, attempt.job.attempt, len(understood.frame))

    def _run(self, attempt: Attempt, request: Request, folder: Path) -> None:
        job, kept = attempt.job, Kept(attempt.job.owner, self.records, self.storage)
        if request.engine in ("mostly", AUTO):
            # Its imports take as long as reading a large table.
            warm_up()
        understood = self._understand(attempt, request, folder)
        making = Making(
            target=request.target_column, count=request.n_rows, engine=request.engine,
            known=request.known_columns,
            epsilon=request.epsilon, minutes=self.settings.training_minutes, keep=kept, seed=request.seed,
            texts=partial(train_texts, max_minutes=self.settings.text_minutes)
            if self.settings.text_minutes
            else None,
        )  # fmt: skip
        made = synthesise(
            understood, making, on_stage=attempt.stage, on_progress=attempt.train, on_step=attempt.assess,
            cancel=attempt.cancel,
        )  # fmt: skip
        if made.leaks:
            raise LeakError("leaks_found", count=len(made.leaks), where=name_cells(made.leaks))
        attempt.begin("report")
        formats, size = self._write(made, kept, attempt, request, folder)
        spent = attempt.finish()
        delivered = Made(
            engine=made.generator.training.engine,
            rows_read=len(understood.frame),
            rows_made=len(made.table),
            verdict=made.evidence.verdict,
            usefulness=made.evidence.usefulness.outcome,
            grade=made.evidence.grade.letter,
            formats=" ".join(formats),
            generator=kept.name if kept.archive else None,
            generator_bytes=len(kept.archive),
            training_seconds=spent.get("train", 0.0) + spent.get("texts", 0.0),
            bytes_kept=size + job.bytes_read,
        )
        stop_if_cancelled(attempt.cancel)
        if patiently(lambda: self.records.succeed(job.id, job.attempt, delivered)):
            self.records.spend(job.id, spent)
            log.info("job=%s attempt=%d succeeded rows=%d", job.id, job.attempt, len(made.table))

    def _write(
        self, made: Synthesised, kept: Kept, attempt: Attempt, request: Request, folder: Path
    ) -> tuple[list[str], int]:
        """Put all results into the storage; returns the formats of the table, and the size of all."""
        job, number = attempt.job.id, attempt.job.attempt
        written = folder / "results"
        written.mkdir()
        size = 0
        form = made.understood.form
        formats = results.write_tables(made.table, form, written, request.escape_formulas)
        for kind in map(results.TABLES.__getitem__, formats):
            with (written / kind.name).open("rb") as file:
                size += self.storage.put(job, results.of_attempt(number, kind), file)
        for language, report in results.REPORT.items():
            page = made.evidence.to_html(language, results.about(made, request.name, language))
            size += self.storage.put(job, results.of_attempt(number, report), io.BytesIO(page.encode()))
        told = {
            results.EVIDENCE: made.evidence.to_dict(),
            results.SUMMARY: results.summary(made, request.replace_personal_data),
            results.QUALITY: results.quality_report(made.evidence, request.language),
        }
        for kind, content in told.items():
            size += self.storage.put_json(job, results.of_attempt(number, kind), content)
        if kept.archive:
            name = results.of_attempt(number, results.GENERATOR)
            size += self.storage.put(job, name, io.BytesIO(kept.archive))
        return formats, size

    def _fail(self, job: Job, error: Exception, folder: Path, name: str) -> None:
        key = error.key if isinstance(error, SynthHandsonError) else "unexpected"
        if key == "cancelled" and self.ending.is_set() and self.records.give_back(job.id, job.attempt):
            self.given_back.append(job)
        if key == "cancelled" or not self.records.is_current(job.id, job.attempt):
            log.info("job=%s attempt=%d given up", job.id, job.attempt)
            return
        self.storage.put_json(job.id, results.FAILURE, results.failure_view(error, name, folder))
        patiently(lambda: self.records.fail(job.id, job.attempt, key))
        log.info("job=%s attempt=%d failed error=%s", job.id, job.attempt, key)

    @contextmanager
    def _watch(self, attempt: Attempt) -> Iterator[None]:
        """Cancel an attempt that no longer counts: its job was cancelled, or begun again elsewhere."""
        done = threading.Event()

        def look() -> None:
            while not done.wait(WATCH):
                try:
                    current = self.records.is_current(attempt.job.id, attempt.job.attempt)
                except SQLAlchemyError:
                    continue
                if not current or self.ending.is_set():
                    attempt.cancel.cancel()
                    return

        watcher = threading.Thread(target=look, name=f"watch-{attempt.job.id}", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


Doing = Callable[[Attempt, Request, Path], None]
