"""Training and sampling on a MOSTLY AI server: a real one on loopback, and everything that is none."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ports import free_port

from synth_handson.errors import ServerError, TrainingCancelled
from synth_handson.locales import LANGUAGES
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.mostly import server
from synth_handson.synthesis.mostly.server import ServerEngine, ServerModel, check_server
from synth_handson.synthesis.run import CancelToken, Options, Progress, TrainingRun
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.synthesis.training import train_generator

BANK = Path(__file__).parents[3] / "data" / "bank.csv"

# Ends with its stdin, so that no server outlives the tests.
SERVE = """
import os, sys
from mostlyai.sdk import MostlyAI
MostlyAI(local=True, local_dir=sys.argv[1], local_port=int(sys.argv[2]))
sys.stdin.read()
os.killpg(0, 9)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a MOSTLY AI server of our own."""
    folder = tmp_path_factory.mktemp("server")
    url = f"http://127.0.0.1:{(port := free_port())}"
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ
        | {
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(folder / "hf"),
            "OMP_NUM_THREADS": "1",
            "LOKY_MAX_CPU_COUNT": "1",
        },
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 300
        while True:
            try:
                check_server(url)
                break
            except ServerError:
                assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
                time.sleep(0.2)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdin.close()


@pytest.fixture(autouse=True)
def a_proxy_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a proxy in the environment: requests to this machine must not go through it."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """300 real rows of all 17 columns, and one column of every further kind."""
    rng = np.random.default_rng(0)
    rows = pd.read_csv(BANK, nrows=300)
    return rows.assign(
        housing=rows["housing"] == "yes",
        education=rows["education"].astype("category"),
        rate=rng.normal(size=300).round(3),
        children=pd.array([None, *rng.integers(0, 4, 299)], dtype="Int64"),
        since=pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 400, 300), unit="D"),
        # The SDK alone takes this for a key, for it never repeats and its name ends in "id".
        paid=rng.permutation(3_000)[:300],
    )


@pytest.mark.engine
def test_trains_and_samples_a_table_of_all_columns(address: str, frame: pd.DataFrame) -> None:
    seen: list[Progress] = []
    generator = train_generator(frame, max_epochs=2, random_state=1, on_progress=seen.append, server=address)

    phases = list(dict.fromkeys(progress.phase for progress in seen))
    assert phases == ["starting", "preparing", "training", "done"]
    epochs = [progress for progress in seen if progress.val_loss is not None]
    assert [round(progress.epoch) for progress in epochs][-2:] == [2, 2]  # the second one with "done"
    assert all(0 <= progress.fraction <= 1 for progress in seen) and seen[-1].fraction == 1
    assert [p.elapsed for p in seen] == sorted(p.elapsed for p in seen)
    training = generator.training
    assert (training.rows, training.stopped_by, training.epochs) == (300, "epochs", 2.0)
    assert training.val_loss == min(progress.val_loss for progress in epochs)

    rows = generator.sample(200, random_state=3)
    assert len(rows) == 200
    assert rows.columns.tolist() == frame.columns.tolist()
    plain = [name for name in frame.columns if name not in ("education", "children")]
    assert rows[plain].dtypes.to_dict() == frame[plain].dtypes.to_dict()
    assert set(rows["month"]) <= {*frame["month"], PROTECTED_TOKEN}
    assert isinstance(rows["education"].dtype, pd.CategoricalDtype)
    assert rows["children"].dtype == "Int64"
    for name in ("age", "balance", "rate", "since", "paid"):
        assert rows[name].between(frame[name].min(), frame[name].max()).all(), name
    pd.testing.assert_frame_equal(rows, generator.sample(200, random_state=3))
    assert not rows.equals(generator.sample(200, random_state=4))

    assert (training.engine, training.engine_version) == ("mostly-server", version("mostlyai"))
    found_again = from_bytes(to_bytes(generator))
    assert found_again == replace(generator, from_store=True)
    pd.testing.assert_frame_equal(found_again.sample(200, random_state=3), rows)


@pytest.mark.engine
@pytest.mark.seldom
def test_a_cancelled_and_a_failed_training_leave_nothing_on_the_server(
    address: str, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SETTLE_SECONDS", 3.0)
    before = generators_on(address)
    small = frame[["age", "month", "y"]]

    # The environment names the server as well as the argument does.
    monkeypatch.setenv("MOSTLY_BASE_URL", f"{address}/")
    cancel = CancelToken()
    asked: list[float] = []

    def cancel_soon() -> None:
        asked.append(time.monotonic())
        cancel.cancel(keep=True)

    threading.Timer(1.5, cancel_soon).start()
    with pytest.raises(TrainingCancelled) as cancelled:
        train_generator(small, max_epochs=1, cancel=cancel)
    assert time.monotonic() - asked[0] < 2
    assert all(address in cancelled.value.message(language) for language in LANGUAGES)
    assert generators_on(address) != before  # the server cannot stop, and goes on to the end

    with pytest.raises(ServerError) as failed:
        train(address, small.assign(age=np.inf))  # check_table would not have let it through
    assert failed.value.key == "server_training_failed"

    wait_until(lambda: generators_on(address) == before)


@pytest.mark.engine
def test_a_training_that_stands_still_is_given_up(
    address: str, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server imports the engine for longer than this; a killed process would look the same.
    monkeypatch.setattr(server, "SILENCE_SECONDS", 0.5)
    with pytest.raises(ServerError) as silent:
        train(address, frame[["age", "y"]])
    assert silent.value.key == "server_silent"


@pytest.mark.engine
def test_a_generator_that_is_gone_or_untrained_is_not_asked(address: str, frame: pd.DataFrame) -> None:
    with pytest.raises(ServerError) as gone:
        ServerModel(address, "0" * 36).draw(10, 0)
    assert gone.value.key == "server_generator_gone"

    config = {"name": "untrained", "tables": [{"name": "data", "data": frame[["age", "y"]]}]}
    untrained = server._connect(address, 10).generators.create(config)
    with pytest.raises(ServerError) as failure:
        ServerModel(address, untrained.id).draw(10, 0)
    assert failure.value.key == "server_generator_gone"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost",
        "localhost:8080",
        "ftp://localhost",
        "http://",
        "http://:80",
        "http://localhost:x",
        "http://[::1",
    ],
)
def test_what_is_no_address(address: str) -> None:
    assert failure(address).key == "server_address"


def test_nothing_listens() -> None:
    assert failure(f"http://127.0.0.1:{free_port()}").key == "server_refused"


def test_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name)
    assert failure("http://no-such-host.invalid:8080").key == "server_unknown_host"


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CHECK_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert failure(f"http://localhost:{silent.getsockname()[1]}").key == "server_timeout"


HTML = b"<!doctype html><title>Welcome</title>"


@pytest.mark.parametrize(
    ("status", "body", "key", "said"),
    [
        (429, b'{"detail": "slow down"}', "server_busy", "Wait"),
        (500, b"Internal Server Error", "server_status", "HTTP 500"),
        (503, HTML, "server_status", "HTTP 503"),
        (401, b'{"detail": "Not authenticated"}', "server_status", "Not authenticated"),
        (404, HTML, "server_foreign", "not a MOSTLY AI server"),
        (302, b"", "server_foreign", "not a MOSTLY AI server"),
        (200, HTML, "server_foreign", "not a MOSTLY AI server"),
        (200, b"", "server_foreign", "not a MOSTLY AI server"),
        (200, b"[1, 2]", "server_foreign", "not a MOSTLY AI server"),
        (200, b'{"hello": "world"}', "server_foreign", "not a MOSTLY AI server"),
    ],
)
def test_a_server_that_is_another_or_unwell(
    status: int, body: bytes, key: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            error = failure(f"http://127.0.0.1:{other.server_port}")
        finally:
            other.shutdown()
            thread.join()
    assert (error.key, said in str(error)) == (key, True)
    # The SDK would print a panel with every error; what went wrong is for the caller to show.
    assert capsys.readouterr() == ("", "")


def failure(address: str) -> ServerError:
    """Return the error of a training at an address; its text names the address in both languages."""
    with pytest.raises(ServerError) as error:
        train(address, pd.DataFrame({"age": range(60), "y": ["yes", "no"] * 30}))
    assert all(address in error.value.message(language) for language in LANGUAGES)
    return error.value


def train(address: str, frame: pd.DataFrame) -> ServerModel:
    options: Options = {"max_epochs": 1, "max_minutes": 1, "random_state": 0}
    return ServerEngine().train(TrainingRun(frame, options, server=address))


def generators_on(address: str) -> set[str]:
    return {generator.id for generator in server._connect(address, 10).generators.list()}


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)
