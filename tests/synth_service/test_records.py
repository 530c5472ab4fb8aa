"""States of jobs: what may follow what, and that each is delivered and metered once."""

import threading
import time
from dataclasses import replace

import pytest

from synth_handson.errors import ArgumentError
from synth_service.records import NEAREST, Made, Phase, Records, month_of, new_id

MADE = Made(
    engine="copula", rows_read=100, rows_made=50, verdict="pass", usefulness="useful", grade="A",
    formats="csv", generator="g", generator_bytes=7, training_seconds=2.5, bytes_kept=1_000,
)  # fmt: skip


def add(records: Records, owner: str = "ours", **values: object) -> str:
    asked = {"job": new_id(), "what": "run", "size": 10, "content": "c"} | values
    job, new = records.add(owner, **asked)  # type: ignore[arg-type]
    assert new
    return job.id


def test_a_job_goes_its_way(records: Records) -> None:
    job = add(records)
    assert records.get(job).state == "queued"
    begun = records.begin(job, "w1")
    assert begun is not None
    assert (begun.state, begun.attempt, begun.losses) == ("running", 1, 0)
    assert records.advance(job, 1, phase="train", epoch=3.0, fraction=0.5)
    assert records.get(job).epoch == 3.0
    assert records.succeed(job, 1, MADE)
    done = records.get(job)
    assert (done.state, done.grade, done.rows_made, done.generator) == ("succeeded", "A", 50, "g")
    assert records.begin(job, "w2") is None


def test_one_that_was_lost_counts_once_more_and_the_first_no_more(records: Records) -> None:
    job = add(records)
    records.begin(job, "w1")
    again = records.begin(job, "w2")
    assert again is not None
    assert (again.attempt, again.losses) == (2, 1)
    assert not records.is_current(job, 1)
    assert not records.advance(job, 1, fraction=0.9)
    assert not records.succeed(job, 1, MADE)
    assert not records.fail(job, 1, "worker_died")
    assert records.succeed(job, 2, MADE)
    assert not records.succeed(job, 2, MADE)
    assert [use.jobs for use in records.use(month_of(time.time()))] == [1]


def test_one_that_a_living_worker_runs_is_not_begun_twice(records: Records) -> None:
    job = add(records)
    records.beat("w1")
    records.begin(job, "w1")
    assert records.begin(job, "w2") is None
    assert records.begin(job, "w1") is not None
    records.leave("w1")
    assert records.begin(job, "w2") is not None


def test_one_that_is_given_back_was_not_lost(records: Records) -> None:
    job = add(records)
    records.begin(job, "w1")
    assert records.give_back(job, 1)
    assert records.get(job).state == "queued"
    again = records.begin(job, "w2")
    assert again is not None
    assert (again.attempt, again.losses) == (2, 0)


def test_of_many_that_deliver_at_once_one_does(records: Records) -> None:
    job = add(records)
    records.begin(job, "w1")
    delivered: list[bool] = []

    def deliver() -> None:
        delivered.append(records.succeed(job, 1, MADE))

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(delivered) == [False] * 7 + [True]
    assert records.use(month_of(time.time()))[0].rows_made == 50


def test_cancelling_forgets_what_could_tell_of_its_content(records: Records) -> None:
    job = add(records, idempotency="k")
    records.begin(job, "w1")
    assert records.end(job, "cancelled")
    gone = records.get(job)
    assert (gone.state, gone.content, gone.idempotency, gone.download) == ("cancelled", None, None, None)
    assert not records.end(job, "expired")
    assert not records.succeed(job, 1, MADE)
    assert records.living([job]) == set()


def test_the_same_key_finds_the_same_job_of_its_owner_only(records: Records) -> None:
    first = add(records, idempotency="k")
    again, new = records.add("ours", job=new_id(), what="run", size=10, content="c", idempotency="k")
    assert (again.id, new) == (first, False)
    assert add(records, owner="theirs", idempotency="k") != first


def test_a_checked_job_waits_to_be_started(records: Records) -> None:
    job = add(records, what="check")
    records.begin(job, "w1")
    assert not records.queue(job, "run")
    assert records.note_check(job, 1, 100)
    assert records.get(job).state == "checked"
    assert records.queue(job, "run")
    started = records.get(job)
    assert (started.state, started.what) == ("queued", "run")
    begun = records.begin(job, "w1")
    assert begun is not None and begun.losses == 0


def test_places_in_the_queue(records: Records) -> None:
    jobs = [add(records) for _ in range(3)]
    assert [records.turn(job, "run", "a") for job in jobs] == [1, 2, 3]
    assert records.turn(jobs[1], "run", "a") == 2
    assert [records.ahead(records.get(job)) for job in jobs] == [0, 1, 2]
    records.begin(jobs[0], "w1")
    assert records.ahead(records.get(jobs[2])) == 1


def test_keys_take_turns_and_none_starves(records: Records) -> None:
    long = [add(records, owner="a") for _ in range(5)]
    turns = [records.turn(job, "run", "a") for job in long]
    records.begin(long[0], "w1")
    small = add(records, owner="b")
    # Another's job stands behind the one that was begun, and beside the second of the five.
    assert records.turn(small, "run", "b") == turns[1]
    assert records.ahead(records.get(small)) == 1
    assert records.turn(add(records, owner="b"), "run", "b") == turns[2]
    # Whoever comes anew, however often, comes behind what was begun: the five are not pushed back for ever.
    for job in (*long[1:4], small):
        records.begin(job, "w1")
    assert records.turn(add(records, owner="c"), "run", "c") == turns[4]


def test_turns_that_nobody_waits_for_are_forgotten(records: Records) -> None:
    def count() -> int:
        with records.engine.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM turns").scalar_one())

    over = [add(records, owner="a") for _ in range(30)]
    assert [records.turn(job, "run", "a") for job in over] == list(range(1, 31))
    for job in over[:29]:
        records.begin(job, "w1")
        records.succeed(job, 1, MADE)
    waiting = add(records, owner="b")
    before = records.turn(waiting, "run", "b")
    records.forget_turns()
    # Left are those who wait, and the last that was begun.
    assert count() == 3
    assert (records.turn(over[29], "run", "a"), records.turn(waiting, "run", "b")) == (30, before) == (30, 30)
    assert records.ahead(records.get(waiting)) == 1
    assert records.turn(add(records, owner="c"), "run", "c") == 30
    assert records.turn(add(records, owner="a"), "run", "a") == 31


def test_lost_old_and_waiting_jobs_are_found(records: Records) -> None:
    running, done, waiting = add(records), add(records), add(records)
    records.begin(running, "w1")
    records.begin(done, "w2")
    records.succeed(done, 1, MADE)
    assert [job.id for job in records.lost({"w2"})] == [running]
    assert records.lost({"w1"}) == []
    assert [job.id for job in records.over(time.time() + 1)] == [done]
    assert [job.id for job in records.waiting(time.time() + 1)] == [waiting]
    assert records.living([running, done, waiting, "unknown"]) == {running, done, waiting}


def test_workers_live_while_they_give_a_sign(records: Records) -> None:
    records.beat("w1")
    records.beat("w1")
    records.beat("w2")
    assert records.alive() == {"w1", "w2"}
    assert records.alive(within=0) == set()
    records.leave("w2")
    assert records.alive() == {"w1"}


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_kills_no_worker(
    records: Records, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    wall = time.time
    records.beat("w1")
    assert records.alive() == {"w1"}
    job = add(records)
    assert records.begin(job, "w1") is not None
    monkeypatch.setattr(time, "time", lambda: wall() + 3600 * hours)
    assert records.alive() == {"w1"}
    assert records.begin(job, "w2") is None
    records.beat("w1")
    assert records.alive() == {"w1"}


def test_usage_is_summed_up_by_key_and_month(records: Records) -> None:
    for owner, rows in (("a", 10), ("a", 20), ("b", 5)):
        job = add(records, owner=owner)
        records.begin(job, "w1")
        records.succeed(job, 1, replace(MADE, rows_made=rows))
    month = month_of(time.time())
    used = records.use(month)
    assert [(use.owner, use.jobs, use.rows_made, use.training_seconds) for use in used] == [
        ("a", 2, 30, 5.0),
        ("b", 1, 5, 2.5),
    ]
    assert records.use(month, "b") == used[1:]
    assert records.use("1999-01") == []


def test_a_month_is_that_of_utc() -> None:
    assert month_of(1_793_491_199.0) == "2026-10"
    assert month_of(1_793_491_200.0) == "2026-11"


def test_numbers_for_all_jobs(records: Records) -> None:
    job = add(records)
    add(records)
    records.begin(job, "w1")
    records.succeed(job, 1, MADE)
    records.spend(job, {"train": 2.0, "assess": 3.0})
    records.spend(job, {"train": 4.0})
    assert records.counts("state") == {"queued": 1, "succeeded": 1}
    assert records.counts("grade") == {"A": 1}
    assert records.phase_times() == {"train": (1, 4.0)}


def test_there_is_no_job_that_nobody_sent(records: Records) -> None:
    with pytest.raises(KeyError):
        records.get("unknown")


def test_tables_of_another_version_are_not_touched(records: Records) -> None:
    records.create()
    with records.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE schema SET version = 99")
    with pytest.raises(ArgumentError, match="99"):
        records.create()


def test_how_long_a_job_may_take_is_what_the_nearest_in_size_took(records: Records) -> None:
    assert records.expected(None, 100) == {}
    for size, seconds, engine in ((100, 2.0, "copula"), (110, 4.0, "copula"), (120, 3.0, "copula")):
        done(records, size, {"train": seconds, "assess": 10 * seconds}, engine)
    assert records.expected("copula", 100)["train"] == 3.0
    assert records.expected("copula", 100)["assess"] == 30.0
    assert records.expected("copula", 100)["texts"] == 0.0
    assert records.expected("mostly", 100) == {}
    for _ in range(NEAREST):
        done(records, 10_000, {"train": 60.0}, "mostly")
    assert records.expected(None, 9_000)["train"] == 60.0
    # What has not ended well says nothing.
    failed = add(records)
    records.begin(failed, "w1")
    records.spend(failed, {"train": 1e6})
    assert records.expected("mostly", 100)["train"] == 60.0


def done(records: Records, size: int, seconds: dict[Phase, float], engine: str) -> None:
    job = new_id()
    records.add("ours", job=job, what="run", size=size, content="c")
    records.begin(job, "w1")
    records.succeed(job, 1, replace(MADE, engine=engine))
    records.spend(job, seconds)
