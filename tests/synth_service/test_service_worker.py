"""What a worker looks after beside its jobs: what is too old, what nobody owns, and what was forgotten."""

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from synth_service.queue import JobQueue, create_queue
from synth_service.records import Made, Records, new_id
from synth_service.results import GENERATOR, of_attempt
from synth_service.settings import Settings
from synth_service.storage import Storage
from synth_service.worker import ORPHAN, Worker

MADE = Made("copula", 100, 50, "pass", "useful", "A", "csv", "g", 400, 1.0, 10)
HOUR = 3_600


@pytest.fixture
def queue(settings: Settings) -> Iterator[JobQueue]:
    create_queue(settings)
    opened = JobQueue(settings)
    yield opened
    opened.close()


@pytest.fixture
def worker(settings: Settings, records: Records) -> Worker:
    found = Worker(settings)
    records.beat(found.id)
    return found


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let so many seconds pass."""
    begun = time.time

    def passing(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: begun() + seconds)

    return passing


def add(records: Records, storage: Storage) -> str:
    job, _ = records.add("ours", job=new_id(), what="run", size=1, content="c")
    storage.put(job.id, "table", io.BytesIO(b"rows"))
    return job.id


@pytest.mark.parametrize("given", [{"retention_hours": 2}])
def test_files_of_a_finished_job_are_kept_for_so_long(
    worker: Worker, records: Records, storage: Storage, queue: JobQueue, later: Any
) -> None:
    done, waiting = add(records, storage), add(records, storage)
    records.begin(done, "w")
    records.succeed(done, 1, MADE)
    later(1.9 * HOUR)
    worker._tidy(queue)
    assert records.get(done).state == "succeeded"
    assert storage.has(done, "table")
    later(2.1 * HOUR)
    worker._tidy(queue)
    expired = records.get(done)
    assert (expired.state, expired.download, expired.generator) == ("expired", None, None)
    assert storage.jobs() == [waiting]


@pytest.mark.parametrize("given", [{"max_generators": 1_000}])
def test_the_least_recently_used_generators_go_first(
    worker: Worker, records: Records, storage: Storage, queue: JobQueue, later: Any
) -> None:
    def make(generator: str, hour: int) -> str:
        later(hour * HOUR)
        job = add(records, storage)
        records.begin(job, "w")
        storage.put(job, of_attempt(1, GENERATOR), io.BytesIO(bytes(MADE.generator_bytes)))
        assert records.succeed(job, 1, replace(MADE, generator=generator))
        worker._tidy(queue)
        return job

    first, other, third = make("g", 1), make("other", 2), make("third", 3)
    assert [job.id for job in records.generators()] == [third, other]
    again = make("g", 4)
    assert [job.id for job in records.generators()] == [again, third]
    for job, there in ((first, False), (other, False), (third, True), (again, True)):
        assert storage.has(job, of_attempt(1, GENERATOR)) == there
        assert storage.has(job, "table")
        assert records.get(job).state == "succeeded"


def test_files_that_belong_to_no_job_go_once_they_cannot_be_arriving(
    worker: Worker, storage: Storage, queue: JobQueue, later: Any
) -> None:
    storage.put("nobody", "table", io.BytesIO(b"rows"))
    worker._tidy(queue)
    later(ORPHAN - 1)
    worker._tidy(queue)
    assert storage.jobs() == ["nobody"]
    later(ORPHAN + 1)
    worker._tidy(queue)
    assert storage.jobs() == []


def test_tables_that_a_killed_worker_left_are_removed(
    worker: Worker, settings: Settings, records: Records, queue: JobQueue
) -> None:
    killed, living = Worker(settings), Worker(settings)
    records.beat(living.id)
    folder = worker._folder.parent
    (folder / killed.id / "table.csv").write_text("rows")
    worker._tidy(queue)
    assert {path.name for path in folder.iterdir()} == {worker.id, living.id}


def test_a_job_that_was_written_down_and_not_queued_is_queued_once(
    worker: Worker, records: Records, storage: Storage, queue: JobQueue, later: Any
) -> None:
    job = add(records, storage)
    later(120)
    records.beat(worker.id)
    for _ in range(2):
        worker._tidy(queue)
    queued = queue._client.list_workflows(status="ENQUEUED")
    assert [workflow.workflow_id for workflow in queued] == [f"{job}-run-0"]
