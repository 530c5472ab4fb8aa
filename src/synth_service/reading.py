"""Read an uploaded table in a process of its own, with limits on time and memory."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pandas as pd

from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.pipeline.linked import LinkedProfile, profile_linked
from synth_handson.pipeline.profile import Stage, TableProfile, profile_table
from synth_handson.synthesis.run import CancelToken, stop_if_cancelled
from synth_handson.tables.files.form import Reading, TableForm
from synth_handson.tables.files.reading import read_file
from synth_service.bounds import check_columns, check_packed, check_rows, check_table
from synth_service.logs import where
from synth_service.request import Request
from synth_service.settings import Settings

LOOK = 0.1
"""Seconds between checks for a cancel or a timeout."""
if sys.platform == "win32":
    PROCESSES = multiprocessing.get_context("spawn")
else:
    import resource

    PROCESSES = multiprocessing.get_context("forkserver")
    PROCESSES.set_forkserver_preload(["synth_service.preloaded"])


def profile_upload(
    folder: Path, request: Request, settings: Settings, cancel: CancelToken, on_stage: Callable[[Stage], None]
) -> TableProfile | LinkedProfile:
    """Read a table, or linked ones, and find out what they hold.

    Parameters
    ----------
    folder
        Where the files lie, under the names of `Request.files`.
    request
        What is said of them.
    settings
        Bounds of the tables, all together, and of time and memory.
    cancel
        Ends it at once.
    on_stage
        Told what begins.

    Raises
    ------
    SynthHandsonError
        If it cannot be read, is too large, or takes too long or too much memory.
    TrainingCancelled
        If it is cancelled.
    """
    here, there = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_profile, args=(there, folder, request, settings), daemon=True)
    process.start()
    there.close()
    deadline = time.monotonic() + 60 * settings.check_minutes
    try:
        while True:
            stop_if_cancelled(cancel)
            if time.monotonic() > deadline:
                raise ArgumentError("service_check_time", minutes=settings.check_minutes)
            if not here.poll(LOOK):
                continue
            told = here.recv()
            if isinstance(told, TableProfile | LinkedProfile):
                return told
            if isinstance(told, Exception):
                raise told
            on_stage(told)
    except EOFError as error:
        # It was killed: mostly because the machine had no more memory for it.
        raise _too_much_memory(settings) from error
    finally:
        process.kill()
        process.join()
        here.close()


def _profile(results: Connection, folder: Path, request: Request, settings: Settings) -> None:
    """Profile in the child process; send each stage, and in the end the profile or the error."""
    _limit_memory(int(settings.check_memory))
    reader = TableReader(settings)
    try:
        for name in request.files:
            check_packed(folder / name, settings)
        said: dict[str, Any] = {"personal_data": request.replace_personal_data, "answers": request.answers()}
        profile: TableProfile | LinkedProfile
        if request.tables:
            people, *events = request.sources(folder).items()
            profile = profile_linked(
                people[1], dict(events), str(request.person), on_stage=results.send,
                read=lambda source: reader.read(source.path, Reading(sheet=source.sheet)), **said,
            )  # fmt: skip
        else:
            (name,) = request.files
            frame, form = reader.read(folder / name, request.reading)
            profile = profile_table(frame, form, person=request.person, on_stage=results.send, **said)
        results.send(profile)
    except (MemoryError, ImportError):
        # A module that finds no room to be loaded in says that it cannot be imported.
        results.send(_too_much_memory(settings))
    except SynthHandsonError as error:
        results.send(error)
    except Exception as error:
        # Its words may be values of the table.
        results.send(RuntimeError(where(error)))


class TableReader:
    """Reads tables, and checks that all together have no more rows and columns than allowed.

    Parameters
    ----------
    settings
        Bounds.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rows = self._columns = 0

    def read(self, path: Path, reading: Reading) -> tuple[pd.DataFrame, TableForm]:
        """Read one more table; errors as `check_table`."""
        before, settings = self._rows, self._settings
        frame, form = read_file(path, reading, on_rows=lambda rows: check_rows(before + rows, settings))
        self._rows += len(frame)
        self._columns += frame.shape[1]
        check_table(frame, settings)
        check_rows(self._rows, settings)
        check_columns(self._columns, settings)
        return frame, form


def _too_much_memory(settings: Settings) -> ArgumentError:
    return ArgumentError("service_check_memory", limit=settings.check_memory.human_readable(decimal=True))


def _limit_memory(more: int) -> None:
    """Limit the additional memory of this process, where the system supports such limits."""
    if sys.platform == "win32":
        return
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
