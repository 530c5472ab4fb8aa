"""Loading the Bank Marketing table, from UCI, cache or sample, and setting a holdout aside."""

import gzip
import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from synth_handson.errors import ArgumentError, DataUnavailableError, SynthHandsonError
from synth_handson.paths import bundled, home
from synth_handson.presentation.load import fallback_note, source_note
from synth_handson.tables import bank as data
from synth_handson.tables.bank import HANDS_ON_COLUMNS, load_bank_marketing


@pytest.fixture(scope="module")
def full() -> pd.DataFrame:
    """As many rows as the full table has, made of the bundled ones."""
    sample = pd.read_csv(bundled("bank.csv"))
    return pd.concat([sample] * 11, ignore_index=True).head(45_211)


@pytest.fixture(scope="module")
def full_csv(full: pd.DataFrame) -> bytes:
    return as_uci_serves(full)


def as_uci_serves(table: pd.DataFrame) -> bytes:
    table = table.rename(columns={"day": "day_of_week"})
    maybe_unknown = ["job", "education", "contact", "poutcome"]
    table[maybe_unknown] = table[maybe_unknown].replace("unknown", np.nan)
    return table.to_csv(index=False).encode()


METADATA, TABLE = "/api/dataset?id=222", "/data.csv"


class UCI(ThreadingHTTPServer):
    """Answers ``/api/dataset?id=222`` with the metadata ucimlrepo reads, ``/data.csv`` with the table."""

    daemon_threads = True

    def __init__(self, csv: bytes) -> None:
        super().__init__(("127.0.0.1", 0), UCIAnswers)
        self.csv = csv
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.requests: list[str] = []
        self.answers: dict[str, Callable[[UCIAnswers], None]] = {
            METADATA: lambda request: request.send(self.metadata()),
            TABLE: lambda request: request.send(self.csv),
        }
        self.closing = threading.Event()

    def metadata(self) -> bytes:
        names = self.csv.split(b"\n", 1)[0].decode().strip().split(",")
        roles = ["Target" if name == "y" else "Feature" for name in names]
        return json.dumps(
            {
                "status": 200,
                "data": {
                    "uci_id": 222,
                    "name": "Bank Marketing",
                    "data_url": f"{self.address}/data.csv",
                    "variables": [{"name": n, "role": r} for n, r in zip(names, roles, strict=True)],
                    "additional_info": None,
                    "intro_paper": None,
                },
            }
        ).encode()


class UCIAnswers(BaseHTTPRequestHandler):
    server: UCI

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.answers[self.path](self)

    def send(self, body: bytes, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYNTH_HANDSON_HOME", str(tmp_path / "home"))
    # Nobody listens on port 9 of loopback: a test without a server is a machine without a network.
    monkeypatch.setenv("SYNTH_HANDSON_UCI_URL", "http://127.0.0.1:9/api/dataset")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return tmp_path / "home"


@pytest.fixture
def uci(full_csv: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[UCI]:
    with UCI(full_csv) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        monkeypatch.setenv("SYNTH_HANDSON_UCI_URL", f"{server.address}/api/dataset")
        # A busy machine must not make an answer late.
        monkeypatch.setattr(data, "UCI_SILENCE_SECONDS", 100)
        monkeypatch.setattr(data, "UCI_TOTAL_SECONDS", 100)
        yield server
        server.closing.set()
        server.shutdown()


def test_uci_delivers_the_originals_names_values_and_dtypes(uci: UCI, full: pd.DataFrame) -> None:
    fetched = load_bank_marketing("uci", columns=None)
    assert_frame_equal(fetched.frame, full, check_exact=True)
    assert fetched.source == "uci"
    cached = load_bank_marketing(columns=None)
    assert_frame_equal(cached.frame, full, check_exact=True)
    assert cached.source == "cache"
    for language in ("en", "ja"):
        assert "45,211" in source_note(fetched, language)
        assert "45,211" in source_note(cached, language)


def test_auto_asks_uci_once_and_uci_every_time(uci: UCI) -> None:
    assert [load_bank_marketing(source).source for source in ("auto", "auto", "uci")] == [
        "uci",
        "cache",
        "uci",
    ]
    assert uci.requests == [METADATA, TABLE] * 2


def test_only_the_owner_may_enter_the_home(own_home: Path) -> None:
    assert home() == own_home
    assert own_home.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SYNTH_HANDSON_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(SynthHandsonError, match=r"file/home.*SYNTH_HANDSON_HOME"):
        home()
    assert load_bank_marketing("bundled").source == "bundled"


def test_without_a_place_for_the_cache_uci_is_asked_each_time(
    uci: UCI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SYNTH_HANDSON_HOME", str(tmp_path / "file"))
    assert load_bank_marketing().source == "uci"


def test_without_network_the_bundled_sample_stands_in_and_says_so() -> None:
    dataset = load_bank_marketing()
    assert dataset.source == "bundled"
    assert len(dataset.frame) == 4_521
    for language in ("en", "ja"):
        assert "4,521" in source_note(dataset, language)
        note = fallback_note(dataset, language)
        assert note is not None
        assert "UCI" in note
        assert "refused" in note


def test_the_bundled_sample_needs_no_excuse_when_it_was_asked_for() -> None:
    dataset = load_bank_marketing("bundled")
    assert dataset.why_not_uci is None
    assert fallback_note(dataset, "en") is None
    assert tuple(dataset.frame.columns) == HANDS_ON_COLUMNS
    assert_frame_equal(load_bank_marketing("bundled", None).frame, pd.read_csv(bundled("bank.csv")))


def test_the_bundled_sample_is_the_one_its_readme_describes() -> None:
    readme = bundled("README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(bundled("bank.csv").read_bytes()).hexdigest() in readme


def test_columns_come_in_the_order_asked_for() -> None:
    frame = load_bank_marketing("bundled", ["y", "age"]).frame
    assert list(frame.columns) == ["y", "age"]


def test_an_unknown_column_is_named_with_those_it_resembles() -> None:
    with pytest.raises(ArgumentError, match=r"'balnce'.*balance"):
        load_bank_marketing("bundled", ["age", "balnce"])


def test_an_unknown_source_is_named_with_those_there_are() -> None:
    with pytest.raises(ArgumentError, match=r"'web'.*auto, uci, bundled"):
        load_bank_marketing("web")  # type: ignore[arg-type]


def test_a_missing_sample_is_an_error_that_names_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "bundled", tmp_path.joinpath)
    with pytest.raises(DataUnavailableError, match=r"bank\.csv"):
        load_bank_marketing("bundled")


def hang(request: UCIAnswers) -> None:
    request.server.closing.wait()


def trickle(request: UCIAnswers) -> None:
    request.send_response(200)
    request.end_headers()
    while not request.server.closing.wait(0.05):
        try:
            request.wfile.write(b"a")
        except OSError:
            return


def answer(body: bytes, status: int = 200, length: int | None = None) -> Callable[[UCIAnswers], None]:
    return lambda request: request.send(body, status, length)


HTML = b"<!doctype html>\n<html><body>Please sign in, then try again.</body></html>"


@pytest.mark.parametrize(
    ("path", "reply", "why"),
    [
        (METADATA, hang, "longer than 0.5 seconds"),
        (TABLE, hang, "longer than 0.5 seconds"),
        (TABLE, trickle, "longer than 1 seconds"),
        (TABLE, answer(b"", status=500), "HTTP 500"),
        (METADATA, answer(HTML), "not this table"),
        (TABLE, answer(HTML), "not this table"),
        (METADATA, answer(b'{"status": 404, "message": "gone"}'), "not this table"),
        (TABLE, answer(b"age,job\n30,", length=1_000), "was interrupted"),
    ],
)
def test_uci_fails_in_many_ways(
    uci: UCI,
    path: str,
    reply: Callable[[UCIAnswers], None],
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if reply is hang:
        monkeypatch.setattr(data, "UCI_SILENCE_SECONDS", 0.5)
    if reply is trickle:
        monkeypatch.setattr(data, "UCI_TOTAL_SECONDS", 1)
    uci.answers[path] = reply
    with pytest.raises(DataUnavailableError, match=why) as caught:
        load_bank_marketing("uci")
    assert "UCI" in caught.value.message("ja")
    assert not (home() / "bank-full.csv.gz").exists()


def without_last_rows(table: pd.DataFrame) -> bytes:
    return as_uci_serves(table.head(40_000))


def with_another_column(table: pd.DataFrame) -> bytes:
    return as_uci_serves(table.rename(columns={"pdays": "days"}))


def with_a_number_missing(table: pd.DataFrame) -> bytes:
    return as_uci_serves(table.assign(age=table["age"].where(table.index != 7)))


def cut_in_the_last_value(table: pd.DataFrame) -> bytes:
    return as_uci_serves(table).rstrip()[:-1]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (without_last_rows, "40,000 rows and 17 columns"),
        (with_another_column, "not this table"),
        (with_a_number_missing, "not this table"),
        (cut_in_the_last_value, "not this table"),
    ],
)
def test_a_table_that_is_not_the_full_one_is_refused(
    uci: UCI, full: pd.DataFrame, spoil: Callable[[pd.DataFrame], bytes], why: str
) -> None:
    uci.csv = spoil(full)
    dataset = load_bank_marketing()
    assert dataset.source == "bundled"
    assert why in str(fallback_note(dataset, "en"))
    assert not (home() / "bank-full.csv.gz").exists()


@pytest.fixture(scope="module")
def cached_bytes(full: pd.DataFrame) -> bytes:
    return gzip.compress(full.to_csv(index=False).encode())


def flip_a_bit(cached: bytes) -> bytes:
    middle = len(cached) // 2
    return cached[:middle] + bytes([cached[middle] ^ 1]) + cached[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda cached: b"",
        lambda cached: b"no gzip at all",
        lambda cached: cached[: len(cached) // 2],
        lambda cached: gzip.compress(b""),
        lambda cached: gzip.compress(b"a,b\n1,2\n"),
        lambda cached: cached[:-4],
        flip_a_bit,
        lambda cached: gzip.compress(gzip.decompress(cached)[:-200]),
    ],
)
def test_a_damaged_cache_is_removed(cached_bytes: bytes, damage: Callable[[bytes], bytes]) -> None:
    path = home() / "bank-full.csv.gz"
    path.write_bytes(damage(cached_bytes))
    assert data._read_cache() is None
    assert not path.exists()


def test_a_damaged_cache_heals_where_uci_answers(uci: UCI) -> None:
    path = home() / "bank-full.csv.gz"
    path.write_bytes(b"half-writ")
    assert load_bank_marketing().source == "uci"
    assert load_bank_marketing().source == "cache"
    assert list(path.parent.iterdir()) == [path]


def test_two_processes_fill_one_cache(uci: UCI) -> None:
    script = (
        "from synth_handson.tables import bank; bank.UCI_TOTAL_SECONDS = bank.UCI_SILENCE_SECONDS = 100;"
        "print(len(bank.load_bank_marketing().frame), bank.load_bank_marketing().source)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [process.communicate()[0].split() for process in processes] == [["45211", "cache"]] * 2
    assert [path.name for path in home().iterdir()] == ["bank-full.csv.gz"]
