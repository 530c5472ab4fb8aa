"""One job, from its upload to its results: what a worker does between taking it and delivering it."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.assessment import Step
from synth_handson.pipeline.asked_words import read_given, read_shares
from synth_handson.pipeline.generate import GenerationSettings, Synthesised, synthesise
from synth_handson.pipeline.linked import LinkedProfile, SynthesisedLinked, synthesise_linked
from synth_handson.pipeline.profile import Stage, TableProfile
from synth_handson.synthesis.mostly.text_model import train_texts
from synth_handson.synthesis.run import CancelToken, Progress, stop_if_cancelled
from synth_handson.synthesis.training import warm_up
from synth_service import results
from synth_service.bounds import check_rows
from synth_service.logs import where
from synth_service.reading import profile_upload
from synth_service.records import PHASES, UNREACHABLE, Job, Made, Phase, Records, patiently
from synth_service.request import AUTO, Request
from synth_service.settings import Settings
from synth_service.storage import DISK_FULL, Storage

log = logging.getLogger(__name__)

MAX_LOSSES = 2
"""Times a job may lose its worker. After that it is not restarted, as it may be what kills workers."""
WATCH = 0.5
"""Seconds between checks that a job is still wanted."""
REPORT = 1.0
"""Seconds between two progress reports of a job."""
TELLING = 0.2
"""Share of a phase after which its own pace predicts better than other jobs."""

PHASE_OF: dict[Stage, Phase] = {
    "read": "check", "personal data": "personal data", "train": "train", "draw": "sample", "texts": "texts",
    "scan": "assess", "assess": "assess",
}  # fmt: skip


@dataclass
class JobRun:
    """One attempt at a job, with the times of its phases."""

    job: Job
    records: Records
    cancel: CancelToken = field(default_factory=CancelToken)
    spent: dict[Phase, float] = field(default_factory=dict)
    expected: Mapping[Phase, float] = field(default_factory=dict)
    _phase: Phase = "check"
    _since: float = field(default_factory=time.monotonic)
    _noted: float = 0.0
    _share: float = 0.0
    _furthest: float = 0.0

    def begin(self, phase: Phase) -> None:
        """Begin a phase, unless the job is cancelled."""
        stop_if_cancelled(self.cancel)
        self._stop_clock()
        self._phase, self._share = phase, 0.0
        self._note(phase=phase, epoch=0.0)

    def stage(self, stage: Stage) -> None:
        """Begin the phase that a stage of the pipeline belongs to."""
        self.begin(PHASE_OF[stage])

    def train(self, progress: Progress) -> None:
        """Record the progress of a training, at most once a second."""
        self._share = progress.fraction
        if time.monotonic() - self._noted >= REPORT:
            self._note(epoch=progress.epoch)

    def assess(self, step: Step) -> None:
        """Record the progress of the assessment."""
        stop_if_cancelled(self.cancel)
        self._share = step.fraction
        self._note()

    def tick(self) -> None:
        """Record the progress of the job if nothing else has for a second."""
        if self.expected and time.monotonic() - self._noted >= REPORT:
            self._note()

    def how_far(self) -> tuple[float, float | None]:
        """Return the share of the job that is done, and the seconds that remain; 0 and None where unknown."""
        if not self.expected:
            return 0.0, None
        last = "personal data" if self.job.what == "check" else PHASES[-1]
        later = PHASES[PHASES.index(self._phase) + 1 : PHASES.index(last) + 1]
        so_far = time.monotonic() - self._since
        here = max(self.expected.get(self._phase, 0.0) - so_far, 0.0)
        if self._share > TELLING:
            here = so_far * (1 - self._share) / self._share
        remaining = here + sum(self.expected.get(phase, 0.0) for phase in later)
        done = sum(tuple(self.spent.values())) + so_far
        self._furthest = max(self._furthest, done / max(done + remaining, 1e-9))
        return self._furthest, remaining

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
        fraction, remaining = self.how_far()
        values |= {"fraction": fraction, "remaining": remaining}
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
        """Keep a generator until the job is delivered."""
        self.name, self.archive = name, archive


@dataclass(frozen=True)
class JobRunner:
    """Everything a worker needs to run jobs.

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
        """Profile a job's table only."""
        self._attempt(job, self._check)

    def run(self, job: str) -> None:
        """Run a job."""
        self._attempt(job, self._run)

    def _attempt(self, job: str, do: Doing) -> None:
        begun = self.records.begin(job, self.worker)
        if begun is None:
            log.info("job=%s nothing to do", job)
            return
        log.info("job=%s attempt=%d begun", job, begun.attempt)
        if begun.losses > MAX_LOSSES:
            self._fail(begun, SynthHandsonError("service_lost", times=begun.losses), Path(), {})
            return
        job_run = JobRun(begun, self.records)
        with TemporaryDirectory(dir=self.folder) as folder, self._watch(job_run):
            files: dict[str, str] = {}
            try:
                request = Request(**self.storage.read_json(job, results.REQUEST))
                files = request.files
                known = None if request.engine == AUTO else request.engine
                job_run.expected = self.records.expected(known, begun.bytes_read)
                do(job_run, request, Path(folder))
            except UNREACHABLE:
                raise
            except SynthHandsonError as error:
                self._fail(begun, error, Path(folder), files)
            except OSError as error:
                log.error("job=%s %s", job, where(error))
                full = error.errno in DISK_FULL
                self._fail(begun, SynthHandsonError("service_full") if full else error, Path(folder), files)
            except Exception as error:
                # Its words may be values of the table.
                log.error("job=%s unexpected %s", job, where(error))
                self._fail(begun, error, Path(folder), files)
        # It may have been cancelled, and its files erased, while something was written.
        if not self.records.living([job]):
            self.storage.erase(job)

    def _profile_upload(
        self, job_run: JobRun, request: Request, folder: Path
    ) -> TableProfile | LinkedProfile:
        for name in request.files:
            self.storage.fetch(job_run.job.id, results.upload_of(name), folder / name)
        profile = profile_upload(folder, request, self.settings, job_run.cancel, job_run.stage)
        profile.check_target(request.target_column)
        self.storage.put_json(job_run.job.id, results.UNDERSTOOD, results.profile_view(profile))
        if isinstance(profile, TableProfile):
            profile = profile.without(request.leave_out)
        profile.check_known(request.known_columns)
        return profile

    def _check(self, job_run: JobRun, request: Request, folder: Path) -> None:
        profile = self._profile_upload(job_run, request, folder)
        self.records.note_check(job_run.job.id, job_run.job.attempt, profile.rows)

    def _run(self, job_run: JobRun, request: Request, folder: Path) -> None:
        job, kept = job_run.job, Kept(job_run.job.owner, self.records, self.storage)
        if request.engine == "mostly" or (request.engine == AUTO and request.person is None):
            # Its imports take as long as reading a large table.
            warm_up()
        profile = self._profile_upload(job_run, request, folder)
        if request.n_rows is not None:
            # Counts people if they have several rows each.
            check_rows(round(request.n_rows * profile.rows / profile.size), self.settings)
        making = GenerationSettings(
            target=request.target_column, count=request.n_rows, engine=request.engine,
            known=request.known_columns, rules=request.chosen_rules(profile),
            given=read_given(request.given), shares=read_shares(request.shares),
            even_if_few=request.even_if_few,
            epsilon=request.epsilon, minutes=self.settings.training_minutes, keep=kept, seed=request.seed,
            # What is kept in the store of this machine would not be erased with the job.
            texts=partial(train_texts, max_minutes=self.settings.text_minutes, keep=False)
            if self.settings.text_minutes
            else None,
        )  # fmt: skip
        made = _synthesise(profile, making, job_run)
        if made.leak:
            raise made.leak
        job_run.begin("report")
        formats, size = self._write(made, kept, job_run, request, folder)
        spent = job_run.finish()
        delivered = Made(
            engine=made.generator.training.engine,
            rows_read=profile.rows,
            rows_made=made.rows,
            verdict=made.evidence.verdict,
            usefulness=made.evidence.usefulness.outcome,
            grade=made.evidence.grade.letter,
            formats=" ".join(formats),
            generator=kept.name if kept.archive else None,
            generator_bytes=len(kept.archive),
            training_seconds=spent.get("train", 0.0) + spent.get("texts", 0.0),
            bytes_kept=size + job.bytes_read,
        )
        stop_if_cancelled(job_run.cancel)
        if patiently(lambda: self.records.succeed(job.id, job.attempt, delivered)):
            self.records.spend(job.id, spent)
            log.info("job=%s attempt=%d succeeded rows=%d", job.id, job.attempt, made.rows)

    def _write(
        self,
        made: Synthesised | SynthesisedLinked,
        kept: Kept,
        job_run: JobRun,
        request: Request,
        folder: Path,
    ) -> tuple[list[str], int]:
        """Put all results into the storage; returns the formats of the tables, and the size of all."""
        job, number = job_run.job.id, job_run.job.attempt
        written = folder / "results"
        written.mkdir()
        size = 0
        formats = results.write_tables(results.tables_of(made), request, written)
        kinds = (kind for ending in formats for kind in results.table_kinds(request, ending))
        for kind in dict.fromkeys(kinds):
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

    def _fail(self, job: Job, error: Exception, folder: Path, files: Mapping[str, str]) -> None:
        key = error.key if isinstance(error, SynthHandsonError) else "unexpected"
        if key == "cancelled" and self.ending.is_set() and self.records.give_back(job.id, job.attempt):
            self.given_back.append(job)
        if key == "cancelled" or not self.records.is_current(job.id, job.attempt):
            log.info("job=%s attempt=%d given up", job.id, job.attempt)
            return
        self.storage.put_json(job.id, results.FAILURE, results.failure_view(error, files, folder))
        patiently(lambda: self.records.fail(job.id, job.attempt, key))
        log.info("job=%s attempt=%d failed error=%s", job.id, job.attempt, key)

    @contextmanager
    def _watch(self, job_run: JobRun) -> Iterator[None]:
        """Cancel an attempt that no longer counts: its job was cancelled, or begun again elsewhere."""
        done = threading.Event()

        def look() -> None:
            while not done.wait(WATCH):
                try:
                    current = self.records.is_current(job_run.job.id, job_run.job.attempt)
                except SQLAlchemyError:
                    continue
                if not current or self.ending.is_set():
                    job_run.cancel.cancel()
                    return
                job_run.tick()

        watcher = threading.Thread(target=look, name=f"watch-{job_run.job.id}", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def _synthesise(
    profile: TableProfile | LinkedProfile, making: GenerationSettings, job_run: JobRun
) -> Synthesised | SynthesisedLinked:
    told: dict[str, Any] = {
        "on_stage": job_run.stage, "on_progress": job_run.train, "on_step": job_run.assess,
        "cancel": job_run.cancel,
    }  # fmt: skip
    if isinstance(profile, LinkedProfile):
        return synthesise_linked(profile, making, **told)
    return synthesise(profile, making, **told)


Doing = Callable[[JobRun, Request, Path], None]
