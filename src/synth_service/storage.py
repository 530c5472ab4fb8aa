"""Storage of the files of jobs: a folder or an object storage, encrypted if there is a key."""

from __future__ import annotations

import errno
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import uuid4

import fsspec

from synth_handson.errors import DataUnavailableError
from synth_service.sealing import BLOCK, job_key, seal, unseal

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
"""System errors for a full disk."""
UNFINISHED = ".unfinished"


class Storage:
    """Files by job and name, written atomically.

    Parameters
    ----------
    url
        Where, as fsspec names it.
    secret
        32 bytes, from which the keys of jobs are derived; None leaves files as they are.
    """

    def __init__(self, url: str, secret: bytes | None = None) -> None:
        # Other processes write there, too: what was listed once says nothing of now.
        self._files, self._root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        self._local = "file" in self._files.protocol
        self._secret = secret
        if self._local:
            Path(self._root).mkdir(mode=0o700, parents=True, exist_ok=True)

    def check(self) -> None:
        """Write, read and remove a file.

        Raises
        ------
        Exception
            Whatever the storage raises if it cannot be used.
        """
        name = f"check-{uuid4().hex}"
        self.put(name, "check", io.BytesIO(b"check"))
        try:
            if self.read(name, "check") != b"check":
                raise OSError("what was written is not what is read")
        finally:
            self.erase(name)

    def free(self) -> int | None:
        """Return how many bytes are free on this machine's disk; None for an object storage."""
        return shutil.disk_usage(self._root).free if self._local else None

    def put(self, job: str, name: str, source: BinaryIO) -> int:
        """Write or replace a file, and return its stored size.

        Raises
        ------
        FileNotFoundError
            If the job's files are erased meanwhile.
        """
        path = self._path(job, name)
        try:
            self._files.makedirs(self._path(job), exist_ok=True)
        except FileExistsError as error:
            # The folder was there when it was to be made, and no longer when it was looked at.
            raise FileNotFoundError(path) from error
        # An object is there when it is closed; a file has to be put in its place.
        written = f"{path}.{uuid4().hex}{UNFINISHED}" if self._local else path
        try:
            with self._files.open(written, "wb") as target:
                if self._secret:
                    seal(source, target, job_key(self._secret, job), name)
                else:
                    shutil.copyfileobj(source, target, BLOCK)
            if self._local:
                Path(written).replace(path)
        finally:
            if self._local:
                Path(written).unlink(missing_ok=True)
        return int(self._files.size(path))

    def put_json(self, job: str, name: str, content: Any) -> int:
        """Write plain data as JSON."""
        return self.put(job, name, io.BytesIO(json.dumps(content, ensure_ascii=False).encode()))

    def blocks(self, job: str, name: str) -> Iterator[bytes]:
        """Yield a file's content.

        Raises
        ------
        DataUnavailableError
            If there is no such file, or it was changed.
        """
        try:
            with self._files.open(self._path(job, name), "rb") as source:
                if self._secret:
                    yield from unseal(cast(BinaryIO, source), job_key(self._secret, job), name)
                else:
                    while block := source.read(BLOCK):
                        yield block
        except FileNotFoundError as error:
            raise DataUnavailableError("service_gone") from error

    def read(self, job: str, name: str) -> bytes:
        """Return a small file's content; errors as `blocks`."""
        return b"".join(self.blocks(job, name))

    def read_json(self, job: str, name: str) -> Any:
        """Return what `put_json` wrote; errors as `blocks`."""
        return json.loads(self.read(job, name))

    def fetch(self, job: str, name: str, path: Path) -> None:
        """Write a file's content to a path; errors as `blocks`."""
        with path.open("xb") as target:
            for block in self.blocks(job, name):
                target.write(block)

    def has(self, job: str, name: str) -> bool:
        """Tell whether a file exists."""
        return bool(self._files.exists(self._path(job, name)))

    def remove(self, job: str, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            self._files.rm_file(self._path(job, name))
        except FileNotFoundError:
            return

    def erase(self, job: str) -> None:
        """Remove all files of a job, also while another process writes more of them."""
        path = self._path(job)
        try:
            if self._local:
                # A process that still writes finds no folder any more, and cannot put a file into this one.
                path = str(Path(path).rename(f"{path}-{uuid4().hex}{UNFINISHED}"))
            self._files.rm(path, recursive=True)
        except FileNotFoundError:
            return

    def jobs(self) -> list[str]:
        """Return the jobs that have files."""
        try:
            listed = self._files.ls(self._root, detail=False)
        except FileNotFoundError:
            return []
        return [path.rstrip("/").rpartition("/")[2] for path in listed]

    def _path(self, *parts: str) -> str:
        return "/".join((self._root.rstrip("/"), *parts))
