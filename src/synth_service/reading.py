"""Reading a table of a stranger's: in a process of its own, with a limit of time and one of memory."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from synth_handson.errors import ArgumentError, SynthHandsonError
from synth_handson.pipeline.profile import Stage, TableProfile, profile_table
from synth_handson.synthesis.run import CancelToken, stop_if_cancelled
from synth_handson.tables.files.reading import read_file
from synth_service.bounds import check_packed, check_rows, check_table
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
    PROCESSES.set_forkserver_preload([__name__])


def profile_upload(
    path: Path, request: Request, settings: Settings, cancel: CancelToken, on_stage: Callable[[Stage], None]
) -> TableProfile:
    """Read a table, and find out what it holds.

    Parameters
    ----------
    path
        The file.
    request
        What is said of it.
    settings
        Bounds of the table, and of time and memory.
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
    process = PROCESSES.Process(target=_profile, args=(there, path, request, settings), daemon=True)
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
            if isinstance(told, TableProfile):
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


def _profile(results: Connection, path: Path, request: Request, settings: Settings) -> None:
    """Do it, in the process of its own; send each stage, and in the end the profile or the error."""
    _limit_memory(int(settings.check_memory))
    try:
        check_packed(path, settings)
        reading = request.reading
        frame, form = read_file(path, reading, on_rows=lambda rows: check_rows(rows, settings))
        check_table(frame, settings)
        profile = profile_table(
            frame, form, personal_data=request.replace_personal_data, answers=request.answers(),
            person=request.person, on_stage=results.send,
        )  # fmt: skip
        results.send(profile)
    except (MemoryError, ImportError):
        # A module that finds no room to be loaded in says that it cannot be imported.
        results.send(_too_much_memory(settings))
    except SynthHandsonError as error:
        results.send(error)
    except Exception as error:
        # Its words may be values of the table.
        results.send(RuntimeError(where(error)))


def _too_much_memory(settings: Settings) -> ArgumentError:
    return ArgumentError("service_check_memory", limit=settings.check_memory.human_readable(decimal=True))


def _limit_memory(more: int) -> None:
    """Let this process take so many bytes more than it has; where the system knows no such limit, any."""
    if sys.platform == "win32":
        return
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
