"""The commands around the service, as they are typed."""

import csv
import io
import json
import socket
import time
from pathlib import Path

import pytest

from synth_handson import commands
from synth_service import commands as service
from synth_service.records import Made, Records, new_id
from synth_service.settings import read_settings


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["synth-handson", *arguments])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["serve", "--host", "0.0.0.0"], "API_KEYS"), (["usage", "--month", "soon"], "YYYY-MM")],
)
def test_what_is_asked_wrongly_is_said(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments, monkeypatch=monkeypatch) in (1, 2)
    assert said in capsys.readouterr().err


def test_a_setting_that_is_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAX_ROWS", "many")
    assert run("serve", monkeypatch=monkeypatch) == 1
    assert "MAX_ROWS" in capsys.readouterr().err


def test_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert run("serve", "--port", port, monkeypatch=monkeypatch) == 1
    assert port in capsys.readouterr().err


def test_without_its_packages_the_command_is_named_that_installs_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name="pydantic_settings")

    monkeypatch.setattr(service, "import_module", missing)
    assert run("serve", monkeypatch=monkeypatch) == 1
    assert 'pip install "synth-handson[service]"' in capsys.readouterr().err


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a job of this month be metered, and have a price."""
    records = Records(read_settings().database_url)
    records.create()
    job, _ = records.add("ours", job=new_id(), what="run", size=10, content="c")
    records.begin(job.id, "w")
    records.succeed(job.id, 1, Made("copula", 100, 2_000, "pass", "useful", "A", "csv", None, 0, 30.0, 500))
    records.close()
    (tmp_path / "tariff.yaml").write_text("currency: EUR\nprices: {job: 1, thousand_rows: 0.5}\n")
    monkeypatch.setenv("TARIFF", str(tmp_path / "tariff.yaml"))


def test_usage_is_printed(
    used: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    month = time.strftime("%Y-%m", time.gmtime())
    expected = {
        "key": "ours", "month": month, "jobs": 1, "rows_read": 100, "rows_made": 2_000,
        "training_seconds": 30.0, "bytes_kept": 500, "amount": 2.0, "currency": "EUR",
    }  # fmt: skip
    run("usage", "--format", "json", monkeypatch=monkeypatch)
    assert json.loads(capsys.readouterr().out) == [expected]
    run("usage", "--format", "csv", "--month", month, monkeypatch=monkeypatch)
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row == {name: str(value) for name, value in expected.items()}
    monkeypatch.setenv("COLUMNS", "200")
    run("usage", monkeypatch=monkeypatch)
    assert "2,000" in capsys.readouterr().out
    run("usage", "--month", "1999-01", monkeypatch=monkeypatch)
    assert "Nothing was used" in capsys.readouterr().out
