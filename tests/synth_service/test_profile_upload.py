"""A stranger's table is read within its bounds of time and memory, and no longer than it is wanted."""

import multiprocessing
import threading
import time
from pathlib import Path

import pytest

from synth_handson.errors import ArgumentError, SynthHandsonError, TrainingCancelled
from synth_handson.pipeline.profile import TableProfile
from synth_handson.synthesis.run import CancelToken
from synth_service.reading import profile_upload
from synth_service.request import Request
from synth_service.settings import Settings


@pytest.fixture
def path(tmp_path: Path, csv: bytes) -> Path:
    (tmp_path / "table.csv").write_bytes(csv)
    return tmp_path / "table.csv"


def request(**said: object) -> Request:
    return Request(name="table.csv", **said)  # type: ignore[arg-type]


def test_it_finds_out_what_a_table_holds(path: Path, settings: Settings, csv: bytes) -> None:
    stages: list[str] = []
    profile = profile_upload(
        path.parent, request(types=("tenure_months=text",)), settings, CancelToken(), stages.append
    )
    assert isinstance(profile, TableProfile)
    assert len(profile.frame) == csv.count(b"\n") - 1
    assert {form.name: form.type for form in profile.form.columns}["tenure_months"] == "text"
    assert stages == ["personal data"]


def test_what_is_wrong_is_told_as_where_it_was_found(path: Path, settings: Settings) -> None:
    path.write_bytes(b'a,b\n1,2\n"')
    with pytest.raises(SynthHandsonError) as wrong:
        profile_upload(path.parent, request(), settings, CancelToken(), lambda _: None)
    assert "line 3" in str(wrong.value)
    assert "3 行目" in wrong.value.message("ja")


@pytest.mark.parametrize(
    ("given", "key"),
    [({"check_minutes": 1e-9}, "service_check_time"), ({"check_memory": 1}, "service_check_memory")],
)
def test_too_long_or_too_much_memory_is_an_error(path: Path, settings: Settings, key: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        profile_upload(path.parent, request(), settings, CancelToken(), lambda _: None)
    assert refused.value.key == key
    assert not multiprocessing.active_children()


def test_once_it_is_cancelled_it_ends_at_once(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "name,note\n" + "".join(f"Anna Berger {n},Anna Berger met Karl {n}\n" for n in range(99_000))
    )
    cancel = CancelToken()
    begun = threading.Event()

    def cancel_soon() -> None:
        begun.wait()
        cancel.cancel()

    threading.Thread(target=cancel_soon).start()
    with pytest.raises(TrainingCancelled):
        profile_upload(path.parent, request(), settings, cancel, lambda _: begun.set())
    since = time.monotonic()
    while multiprocessing.active_children():
        assert time.monotonic() - since < 30
