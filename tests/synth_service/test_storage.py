"""Files by job and name, on a disk or in an object storage, whole or not at all."""

import io
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from synth_handson.errors import DataUnavailableError
from synth_service.storage import Storage

SECRET = bytes(range(32))


@pytest.fixture(params=["plain", "sealed"])
def secret(request: pytest.FixtureRequest) -> bytes | None:
    return SECRET if request.param == "sealed" else None


@pytest.fixture(params=["file", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, secret: bytes | None) -> Iterator[Storage]:
    url = f"file://{tmp_path}/files" if request.param == "file" else f"memory://{tmp_path.name}"
    yield Storage(url, secret)


def test_what_is_put_is_read(storage: Storage, tmp_path: Path) -> None:
    size = storage.put("a", "table", io.BytesIO(b"some rows"))
    assert size >= 9
    assert storage.read("a", "table") == b"some rows"
    storage.fetch("a", "table", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == b"some rows"
    assert storage.has("a", "table")
    assert not storage.has("a", "report")
    assert storage.jobs() == ["a"]
    storage.check()
    assert storage.jobs() == ["a"]


def test_plain_data_comes_back(storage: Storage) -> None:
    storage.put_json("a", "request.json", {"target": "解約", "rows": [1, None]})
    assert storage.read_json("a", "request.json") == {"target": "解約", "rows": [1, None]}


def test_erasing_takes_one_job_and_may_be_repeated(storage: Storage) -> None:
    for job in ("a", "b"):
        storage.put(job, "table", io.BytesIO(b"x"))
    storage.erase("a")
    storage.erase("a")
    assert storage.jobs() == ["b"]
    with pytest.raises(DataUnavailableError):
        storage.read("a", "table")


def test_one_file_is_removed_and_the_job_keeps_the_others(storage: Storage) -> None:
    for name in ("table", "generator"):
        storage.put("a", name, io.BytesIO(b"x"))
    storage.remove("a", "generator")
    storage.remove("a", "generator")
    storage.remove("nobody", "generator")
    assert storage.has("a", "table")
    assert not storage.has("a", "generator")


def test_erasing_while_another_writes(tmp_path: Path) -> None:
    storage = Storage(f"file://{tmp_path}/files")
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with suppress(FileNotFoundError):
                storage.put("a", str(number % 50), io.BytesIO(b"x"))

    writing = threading.Thread(target=write)
    writing.start()
    for _ in range(200):
        storage.erase("a")
    stop.set()
    writing.join()
    storage.erase("a")
    assert storage.jobs() == []


def test_a_file_that_breaks_off_is_not_there(tmp_path: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the line is cut")

    storage = Storage(f"file://{tmp_path}/files")
    storage.put("a", "table", io.BytesIO(b"before"))
    with pytest.raises(OSError, match="cut"):
        storage.put("a", "table", Broken())  # type: ignore[arg-type]
    assert storage.read("a", "table") == b"before"
    assert [path.name for path in (tmp_path / "files" / "a").iterdir()] == ["table"]


def test_nothing_of_a_sealed_table_can_be_read_on_the_disk(tmp_path: Path) -> None:
    Storage(f"file://{tmp_path}/files", SECRET).put("a", "table", io.BytesIO(b"Hanako Yamada"))
    assert b"Yamada" not in (tmp_path / "files" / "a" / "table").read_bytes()


def test_only_its_owner_may_enter(tmp_path: Path) -> None:
    Storage(f"file://{tmp_path}/files")
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700
