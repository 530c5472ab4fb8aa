"""Start the service: the web server, and beside it a worker in a process of its own."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from synth_handson.errors import ArgumentError
from synth_service.api.access import check_host
from synth_service.api.app import create_app
from synth_service.logs import start_log
from synth_service.records import Records, new_id
from synth_service.settings import Settings

log = logging.getLogger(__name__)

WORKER = (sys.executable, "-m", "synth_handson", "worker", "--beside")
LOOK = 0.2
MAX_HEADERS = 32_768
AGAIN = 2.0
"""Seconds before a worker that ended is restarted."""
END = 20.0
"""Seconds a worker has to shut down by itself."""


def serve(settings: Settings, host: str, port: int, *, worker: bool) -> None:
    """Serve until asked to end.

    Raises
    ------
    ArgumentError
        If others could reach a service without keys, or the port is taken.
    """
    check_host(host, settings)
    start_log(settings)
    os.umask(0o077)
    application = create_app(settings)
    listening = _listen(host, port)
    if not settings.api_keys:
        log.info("no API_KEYS are set: everybody on this machine may use it, and nobody else can reach it")
    log.info("http://%s:%d", host, listening.getsockname()[1])
    ended = threading.Event()
    # Uvicorn ends by itself, and then raises the signal again.
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    records = application.state.jobs.records
    keeper = threading.Thread(target=_keep_worker, args=(records, ended), name="worker keeper")
    if worker:
        keeper.start()
    try:
        uvicorn.Server(configure(application, settings)).run(sockets=[listening])
    except KeyboardInterrupt:
        log.info("ended")
    finally:
        ended.set()
        if worker:
            keeper.join()


def configure(application: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how it is served: by the parser that limits headers, and without a log of its own."""
    believed = list(settings.forwarded_allow_ips)
    return uvicorn.Config(
        application, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5,
        http="h11", ws="none", h11_max_incomplete_event_size=MAX_HEADERS,
        proxy_headers=bool(believed), forwarded_allow_ips=believed,
    )  # fmt: skip


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ArgumentError("service_port", host=host, port=port, reason=error.strerror or error) from error
    return listening


def _keep_worker(records: Records, ended: threading.Event) -> None:
    """Keep a worker running, and start another when it ends."""
    while not ended.is_set():
        worker = new_id()
        # It ends when its standard input closes, which it does also when this process is killed.
        process = subprocess.Popen([*WORKER, worker], stdin=subprocess.PIPE)
        while process.poll() is None and not ended.wait(LOOK):
            pass
        if process.poll() is None:
            _end(process)
            return
        log.warning("worker=%s ended with %s; another one is started", worker, process.returncode)
        try:
            # The others need not wait for a heartbeat of it.
            records.leave(worker)
        except SQLAlchemyError as error:
            log.warning("worker=%s not signed off (%s)", worker, type(error).__name__)
        ended.wait(AGAIN)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
