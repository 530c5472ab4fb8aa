"""A job done by a worker of this process: results, failures, cancelling, being lost."""

import io
import json
import logging
import multiprocessing
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browsing import wait_for

from synth_handson.paths import bundled
from synth_handson.synthesis.run import Progress
from synth_service import results, work
from synth_service.records import Job, Records, new_id
from synth_service.request import Request
from synth_service.storage import Storage
from synth_service.work import MAX_LOSSES, JobRun, JobRunner

WIDE = b",".join(b"c%d" % i for i in range(101)) + b"\n" + b",".join([b"1"] * 101) + b"\n"


@pytest.fixture
def add(records: Records, storage: Storage, csv: bytes) -> Any:
    def adding(content: bytes = csv, name: str = "customers.csv", what: str = "run", **asked: Any) -> str:
        job = new_id()
        request = Request(**{"name": name, "engine": "copula", "target_column": "churned"} | asked)
        storage.put(job, "table", io.BytesIO(content))
        storage.put_json(job, results.REQUEST, request.model_dump())
        records.add("ours", job=job, what=what, size=len(content), content="c")  # type: ignore[arg-type]
        return job

    return adding


def failure(storage: Storage, job: str) -> str:
    return str(storage.read_json(job, results.FAILURE)["en"])


def result(storage: Storage, job: Job, kind: results.ResultFile) -> bytes:
    return storage.read(job.id, results.of_attempt(job.attempt, kind))


def test_a_job_leaves_its_results(runner: JobRunner, records: Records, storage: Storage, add: Any) -> None:
    job = add(n_rows=200)
    runner.run(job)
    done = records.get(job)
    assert (done.state, done.rows_read, done.rows_made, done.engine) == ("succeeded", 300, 200, "copula")
    assert len(pd.read_csv(io.BytesIO(result(storage, done, results.TABLES["csv"])))) == 200
    assert b"<html" in result(storage, done, results.REPORT["ja"])
    assert set(records.phase_times()) >= {"check", "train", "assess", "report"}
    assert records.use(time.strftime("%Y-%m", time.gmtime()))[0].bytes_kept > done.bytes_read
    assert list(runner.folder.iterdir()) == []


def test_doing_it_again_changes_nothing(
    runner: JobRunner, records: Records, storage: Storage, add: Any
) -> None:
    job = add()
    runner.run(job)
    first = result(storage, records.get(job), results.TABLES["csv"])
    runner.run(job)
    assert records.get(job).attempt == 1
    assert result(storage, records.get(job), results.TABLES["csv"]) == first


def test_one_that_is_only_checked_tells_what_it_understood(
    runner: JobRunner, records: Records, storage: Storage, add: Any
) -> None:
    job = add(what="check")
    runner.check(job)
    assert records.get(job).state == "checked"
    assert storage.read_json(job, results.UNDERSTOOD)["en"]["rows"] == 300
    assert not storage.has(job, results.of_attempt(1, results.SUMMARY))


def test_columns_left_out_are_empty(runner: JobRunner, records: Records, storage: Storage, add: Any) -> None:
    job = add(leave_out=["region"], types=["plan=text"])
    runner.run(job)
    table = pd.read_csv(io.BytesIO(result(storage, records.get(job), results.TABLES["csv"])))
    assert table["region"].isna().all()
    assert table["plan"].notna().all()


def test_few_rows_are_measured_on_a_larger_draw(
    runner: JobRunner, records: Records, storage: Storage, add: Any
) -> None:
    job = add(n_rows=10)
    runner.run(job)
    done = records.get(job)
    assert (done.state, done.rows_made) == ("succeeded", 10)
    assert len(pd.read_csv(io.BytesIO(result(storage, done, results.TABLES["csv"])))) == 10
    told = json.loads(result(storage, done, results.SUMMARY))
    assert told["en"]["rows"] == {"original": 300, "holdout": 100, "synthetic": 10, "measured": 300}
    assert any("300 rows from the same draw" in note for note in told["en"]["notes"])
    assert json.loads(result(storage, done, results.QUALITY))["measured_rows"] == 300
    assert "10 行です" in result(storage, done, results.REPORT["ja"]).decode()


@pytest.mark.parametrize(
    ("content", "asked", "key", "said"),
    [
        (b"a,b\n1,2\n3\n", {}, "file_ragged", "customers.csv"),
        (b"", {}, "file_empty", "customers.csv"),
        (b"\x80\x04\x95pickle", {"name": "model.csv"}, "table", "50"),
        (b"\x89PNG\r\n\x1a\n\0\0", {}, "file_binary", "customers.csv"),
        (b"- &a [1]\n- *a\n", {"name": "t.yaml"}, "file_alias", "t.yaml"),
        (b"- !!python/object/apply:os.system [ls]\n", {"name": "t.yaml"}, None, "t.yaml"),
        (WIDE, {}, "service_columns", "101"),
        (None, {"target_column": "nowhere"}, "synthesise_target", "nowhere"),
        (None, {"known_columns": ["nowhere"]}, "known_column", "nowhere"),
        (None, {"leave_out": ["region"], "known_columns": ["region"]}, "known_column", "region"),
        (None, {"leave_out": ["churned"]}, "synthesise_target", "churned"),
        (None, {"types": ["plan=whole"]}, None, "plan"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(
    content: bytes | None, asked: dict[str, Any], key: str | None, said: str,
    runner: JobRunner, records: Records, storage: Storage, add: Any, csv: bytes,
) -> None:  # fmt: skip
    job = add(csv if content is None else content, **asked)
    runner.run(job)
    failed = records.get(job)
    assert failed.state == "failed"
    assert failed.failure == key or key is None
    assert said in failure(storage, job)
    assert str(runner.folder) not in failure(storage, job)


def test_rows_on_demand_are_drawn_or_refused(
    runner: JobRunner, records: Records, storage: Storage, add: Any, table: pd.DataFrame
) -> None:
    value = table["churned"].value_counts().idxmax()
    job = add(given=[f"churned={value}"], n_rows=150, even_if_few=True)
    runner.run(job)
    made = pd.read_csv(io.BytesIO(result(storage, records.get(job), results.TABLES["csv"])))
    assert (set(made["churned"]), len(made)) == ({value}, 150)
    few = add(given=["region=overseas", f"churned={value}"])
    runner.run(few)
    assert records.get(few).failure in ("given_few", "given_never")
    assert "at least 100" in failure(storage, few) or "Nearest" in failure(storage, few)


@pytest.mark.parametrize("given", [{"max_rows": 200}])
def test_more_rows_than_allowed(runner: JobRunner, records: Records, add: Any) -> None:
    job = add()
    runner.run(job)
    assert records.get(job).failure == "service_rows"


def test_personal_data_is_replaced_unless_it_is_not_to_be(
    runner: JobRunner, records: Records, storage: Storage, add: Any, table: pd.DataFrame
) -> None:
    mails = [f"person{number}@example.com" for number in range(len(table))]
    content = table.assign(mail=mails).to_csv(index=False).encode()
    job = add(content)
    runner.run(job)
    made = pd.read_csv(io.BytesIO(result(storage, records.get(job), results.TABLES["csv"])))
    assert not set(made["mail"]) & set(mails)
    assert made["mail"].str.contains("@").all()
    notes = storage.read_json(job, results.of_attempt(1, results.SUMMARY))["en"]["notes"]
    assert any("found in 300 cells of the original; none" in note for note in notes)
    found = storage.read_json(job, results.UNDERSTOOD)["en"]["personal_data"]
    assert [(one["column"], one["kind"]) for one in found] == [("mail", "email")]
    assert mails[0] not in str(storage.read_json(job, results.UNDERSTOOD))

    plain = add(content, replace_personal_data=False)
    runner.run(plain)
    assert storage.read_json(plain, results.UNDERSTOOD)["en"]["personal_data"] == []


def test_an_unexpected_error_ends_the_job_and_is_not_quoted_in_the_log(
    runner: JobRunner, records: Records, storage: Storage, add: Any,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def breaks(*_: object, **__: object) -> None:
        raise ValueError("Hanako Yamada")

    monkeypatch.setattr(work, "synthesise", breaks)
    job = add()
    with caplog.at_level(logging.INFO):
        runner.run(job)
    assert records.get(job).failure == "unexpected"
    assert "Yamada" not in failure(storage, job)
    assert "ValueError" in caplog.text and "Yamada" not in caplog.text


def test_cancelling_stops_it_and_leaves_nothing(
    runner: JobRunner, records: Records, storage: Storage, add: Any
) -> None:
    job = add(seed=1)
    running = threading.Thread(target=runner.run, args=[job])
    running.start()
    wait_for(lambda: records.get(job).phase not in (None, "check"))
    records.end(job, "cancelled")
    storage.erase(job)
    running.join()
    assert records.get(job).state == "cancelled"
    assert storage.jobs() == []
    assert list(runner.folder.iterdir()) == []


def test_cancelling_stops_it_while_it_reads(
    runner: JobRunner, records: Records, storage: Storage, add: Any
) -> None:
    rows = (f"Anna Berger {n},Anna Berger met Karl {n}\n" for n in range(99_000))
    job = add(("name,note\n" + "".join(rows)).encode())
    running = threading.Thread(target=runner.run, args=[job])
    running.start()
    wait_for(multiprocessing.active_children)
    records.end(job, "cancelled")
    storage.erase(job)
    running.join()
    assert not multiprocessing.active_children()
    assert storage.jobs() == []
    assert list(runner.folder.iterdir()) == []


def test_a_long_name_leads_to_its_table(runner: JobRunner, records: Records, add: Any) -> None:
    job = add(name=f"{'a' * 100}.{'b' * 200}.csv")
    runner.check(job)
    assert records.get(job).state == "checked"


def test_a_worker_that_ends_gives_its_job_back(runner: JobRunner, records: Records, add: Any) -> None:
    job = add(seed=2)
    running = threading.Thread(target=runner.run, args=[job])
    running.start()
    wait_for(lambda: records.get(job).phase not in (None, "check"))
    runner.ending.set()
    running.join()
    assert records.get(job).state == "queued"
    assert [given.id for given in runner.given_back] == [job]


def test_one_that_was_begun_elsewhere_delivers_nothing(
    runner: JobRunner, records: Records, storage: Storage, add: Any
) -> None:
    job = add(seed=3)
    frozen = threading.Thread(target=runner.run, args=[job])
    frozen.start()
    wait_for(lambda: records.get(job).phase not in (None, "check"))
    other = JobRunner("w2", runner.settings, records, storage, runner.folder)
    other.run(job)
    frozen.join()
    done = records.get(job)
    assert (done.state, done.attempt, done.worker) == ("succeeded", 2, "w2")
    assert sum(use.jobs for use in records.use(time.strftime("%Y-%m", time.gmtime()))) == 1


def test_one_that_kills_its_workers_ends_as_failed(
    runner: JobRunner, records: Records, storage: Storage, add: Any
) -> None:
    job = add()
    for number in range(MAX_LOSSES + 1):
        records.begin(job, f"killed {number}")
    runner.run(job)
    assert (records.get(job).state, records.get(job).failure) == ("failed", "service_lost")
    assert "memory" in failure(storage, job)


def test_a_generator_is_used_again_by_its_owner_and_erased_with_its_job(
    runner: JobRunner, records: Records, storage: Storage, add: Any, caplog: pytest.LogCaptureFixture
) -> None:
    first = add(name="a.csv")
    runner.run(first)
    second = add(name="b.csv", n_rows=200)
    runner.run(second)
    one, two = records.get(first), records.get(second)
    assert one.generator == two.generator is not None
    assert storage.has(second, results.of_attempt(1, results.GENERATOR))
    records.end(first, "cancelled")
    storage.erase(first)
    kept = records.by_generator("ours", str(two.generator))
    assert kept is not None and kept.id == second
    assert records.by_generator("theirs", str(two.generator)) is None
    assert not (Path(runner.folder).parent / "home" / "generators").exists()


@pytest.mark.seldom
def test_rules_are_told_and_those_chosen_are_kept(
    runner: JobRunner, records: Records, storage: Storage, add: Any
) -> None:
    stays = {"content": bundled("stays.csv").read_bytes(), "name": "stays.csv", "target_column": None}
    checked = add(what="check", **stays)
    runner.check(checked)
    rules = storage.read_json(checked, results.UNDERSTOOD)["ja"]["rules"]
    assert {name: rules[1][name] for name in ("rule", "people")} == {
        "rule": "checkin < checkout",
        "people": 1_000,
    }
    job = add(rules=["found", "guests <= 4"], **stays)
    runner.run(job)
    table = pd.read_csv(io.BytesIO(result(storage, records.get(job), results.TABLES["csv"])))
    assert (table["checkin"] < table["checkout"]).all() and (table["guests"] <= 4).all()
    notes = json.loads(result(storage, records.get(job), results.SUMMARY))["en"]["notes"]
    assert any("all rows: 10" in note for note in notes)


def test_one_bar_goes_over_all_phases_and_never_back(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    job = new_id()
    records.add("ours", job=job, what="run", size=10, content="c")
    begun = records.begin(job, "w1")
    assert begun is not None

    def shown() -> tuple[float, float | None]:
        told = records.get(job)
        return round(told.fraction, 2), told.remaining

    JobRun(begun, records, _since=now).begin("train")
    assert shown() == (0.0, None)
    run = JobRun(begun, records, expected={"train": 30.0, "assess": 60.0, "report": 10.0}, _since=now)
    run.begin("train")
    assert shown() == (0.0, 100.0)
    now = 20.0
    run.tick()
    assert shown() == (0.2, 80.0)
    now = 60.0
    run.tick()
    assert shown() == (0.46, 70.0)
    # Its own pace says that the training is half done; the bar stays where it was.
    now = 62.0
    run.train(Progress("training", fraction=0.5))
    assert shown() == (0.46, 132.0)
    now = 124.0
    run.begin("assess")
    assert shown() == (0.64, 70.0)
