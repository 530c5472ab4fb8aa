"""A worker: takes jobs from the queue, one training at a time, and recovers lost ones."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import threading
import time
from typing import IO

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from synth_service.logs import where
from synth_service.queue import QUEUES, JobQueue, create_queue, job_of, queue_config
from synth_service.records import Records, new_id, patiently
from synth_service.results import GENERATOR, of_attempt
from synth_service.settings import Settings, folder
from synth_service.storage import Storage
from synth_service.work import JobRunner

log = logging.getLogger(__name__)

BEAT = 3.0
"""Seconds between heartbeats."""
TIDY = 60.0
"""Seconds between deletions of expired files."""
ORPHAN = 600.0
"""Seconds before files that belong to no job are deleted."""
END = 15
"""Seconds that running jobs have to stop."""
FOR_EVER = float("inf")
POLL = 0.5
NICENESS = 5
"""Niceness of a worker, so that the API goes first."""


class Worker:
    """What a worker does besides running jobs.

    Parameters
    ----------
    settings
        Of the service.
    name
        Its id, if another process has chosen one.
    """

    def __init__(self, settings: Settings, name: str | None = None) -> None:
        self.id = name or new_id()
        self._settings = settings
        self._records = Records(settings.database_url)
        self._storage = Storage(settings.storage_url, settings.secret)
        self._folder = folder() / "work" / self.id
        self._folder.mkdir(mode=0o700, parents=True)
        self._runner = JobRunner(self.id, settings, self._records, self._storage, self._folder)
        self._tidied = 0.0
        self._orphans: dict[str, float] = {}

    def start(self) -> None:
        """Begin to take jobs."""
        self._records.create()
        self._records.beat(self.id)
        create_queue(self._settings)
        self._queue = JobQueue(self._settings)
        _serve(self._settings, self._runner)
        log.info("worker=%s pid=%d started", self.id, os.getpid())

    def live(self, stop: threading.Event) -> None:
        """Send heartbeats, recover lost jobs and delete old files, until told to stop."""
        # Apart from the rest, which may take as long as the storage likes.
        beating = threading.Thread(target=self._beat, args=[stop], name="beat")
        beating.start()
        while not stop.wait(BEAT):
            try:
                self._recover(self._queue)
                if time.monotonic() - self._tidied > TIDY:
                    self._tidied = time.monotonic()
                    self._tidy(self._queue)
            except Exception as error:
                log.warning("worker=%s goes on after %s", self.id, where(error))
        beating.join()

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(BEAT):
            try:
                self._records.beat(self.id)
            except SQLAlchemyError as error:
                log.warning("worker=%s no heartbeat: %s", self.id, type(error).__name__)

    def end(self) -> None:
        """Stop taking jobs, and give back running ones."""
        self._runner.ending.set()
        DBOS.destroy(workflow_completion_timeout_sec=END)
        try:
            for job in self._runner.given_back:
                self._queue.submit_again(job.id, job.what, self.id)
            self._records.leave(self.id)
        except SQLAlchemyError as error:
            log.warning("worker=%s left without a word (%s)", self.id, type(error).__name__)
        self._queue.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        log.info("worker=%s ended", self.id)

    def _recover(self, queue: JobQueue) -> None:
        """Requeue jobs that lost their worker; each loss has one name, so that it counts once."""
        alive = self._records.alive()
        for workflow in queue.lost(alive):
            job, what = job_of(workflow)
            if self._records.living([job]):
                queue.submit_again(job, what, str(workflow.executor_id))
                log.info("job=%s lost by worker=%s", job, workflow.executor_id)
            queue.drop(workflow.workflow_id)
        # One that was only frozen may have ended the workflow of a job that it had lost meanwhile.
        for lost in self._records.lost(alive):
            queue.submit_again(lost.id, lost.what, str(lost.worker))

    def _tidy(self, queue: JobQueue) -> None:
        """Delete what has expired, and what nobody owns any more."""
        now = time.time()
        for job in self._records.over(now - 3600 * self._settings.retention_hours):
            if self._records.end(job.id, "expired"):
                self._storage.erase(job.id)
                log.info("job=%s expired", job.id)
        self._bound_generators()
        # An API may have been killed between writing a job down and putting it into the queue.
        for job in self._records.waiting(now - TIDY):
            turn = self._records.turn(job.id, job.what, job.owner, job.attempt)
            queue.submit(job.id, job.what, turn, job.attempt)
        self._erase_orphans(now)
        alive = self._records.alive()
        for left in self._folder.parent.iterdir():
            if left.name not in alive and left.name != self.id:
                shutil.rmtree(left, ignore_errors=True)
        self._records.forget_workers(now - 3600)
        self._records.forget_turns()
        queue.forget(now - 3600 * self._settings.retention_hours)

    def _bound_generators(self) -> None:
        """Erase the least recently used generators; one that is used again also lies with the later job."""
        kept = 0
        for job in self._records.generators():
            kept += job.generator_bytes
            if kept > self._settings.max_generators and self._records.forget_generator(job.id):
                self._storage.remove(job.id, of_attempt(job.attempt, GENERATOR))
                log.info("job=%s generator erased", job.id)

    def _erase_orphans(self, now: float) -> None:
        """Delete files that have belonged to no job for long; newer ones may just be arriving."""
        kept = self._storage.jobs()
        orphans = set(kept) - self._records.living(kept)
        self._orphans = {orphan: self._orphans.get(orphan, now) for orphan in orphans}
        for orphan, since in self._orphans.items():
            if now - since > ORPHAN:
                self._storage.erase(orphan)
                log.info("job=%s erased", orphan)


def _serve(settings: Settings, runner: JobRunner) -> None:
    """Launch DBOS with the two workflows, each a single step: begun again, a job starts from its upload."""
    DBOS(config=queue_config(settings, runner.worker))
    one_at_a_time = threading.Lock()

    def check(job: str) -> None:
        patiently(lambda: runner.check(job), FOR_EVER)

    def run(job: str) -> None:
        with one_at_a_time:
            patiently(lambda: runner.run(job), FOR_EVER)

    for name, step in (("check", check), ("run", run)):
        DBOS.workflow(name=name)(DBOS.step(name=f"{name} step")(step))
    DBOS.listen_queues(list(QUEUES.values()))
    DBOS.launch()
    for queue in QUEUES.values():
        DBOS.register_queue(queue, worker_concurrency=1, polling_interval_sec=POLL)


def work(settings: Settings, name: str | None = None, while_open: IO[str] | None = None) -> None:
    """Be a worker until the process is asked to end, or a file closes that another process holds open."""
    ended = threading.Event()

    def end(*_: object) -> None:
        ended.set()

    def wait_for_end(file: IO[str]) -> None:
        file.read()
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if while_open:
        threading.Thread(target=wait_for_end, args=[while_open], daemon=True).start()
    os.umask(0o077)
    os.nice(NICENESS)
    worker = Worker(settings, name)
    worker.start()
    try:
        worker.live(ended)
    finally:
        worker.end()
        # What has not stopped by now is begun again by another worker.
        os._exit(0)
