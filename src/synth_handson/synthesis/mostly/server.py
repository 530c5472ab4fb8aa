"""Train and sample on a MOSTLY AI server through the MOSTLY AI SDK."""

import contextlib
import json
import socket
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
import pandas as pd

from synth_handson.errors import ArgumentError, ServerError, TrainingCancelled
from synth_handson.synthesis.engine import Engine, Setting
from synth_handson.synthesis.llm import is_here
from synth_handson.synthesis.order import column_order_setting
from synth_handson.synthesis.run import TrainingRun
from synth_handson.synthesis.schema import encoding_types, prepare_in_order

CHECK_SECONDS = 5.0
"""Timeout for the check that a server is running."""

REQUEST_SECONDS = 120.0
"""Timeout for sending a table and for drawing rows."""

POLL_SECONDS = 0.5
"""Interval between polls of a training, and timeout of each; a cancel waits for both at most."""

PATIENCE_SECONDS = 60.0
"""How long polls may keep failing: a server that is drawing rows answers nobody else."""

SILENCE_SECONDS = 900.0
"""How long a training may show no progress: the server does not notice when its training process is
killed."""


SETTLE_SECONDS = 30.0
"""How long a server may go on writing to a generator after its training is done."""

SERVER_FILE = "server.json"
WAITING = ("QUEUED", "ON_HOLD")
ENDED = ("DONE", "FAILED", "CANCELED")


class ServerEngine(Engine):
    """Trains on the MOSTLY AI server that a run names, which keeps the generator and deletes the table.

    A training that does not end in a generator is cancelled where the server can, and removed from it. A
    server hands out no unfinished model, so that a cancel keeps none.
    """

    name = "mostly-server"
    package = "mostlyai"
    is_local = False
    max_epochs = 20.0

    def settings(self, run: TrainingRun) -> dict[str, Setting]:
        """Return the order of the columns; the rest is the server's own choice."""
        return column_order_setting(run.target)

    def train(self, run: TrainingRun) -> "ServerModel":
        """Train on the server; a cancel takes two seconds at most, once the table has been sent.

        Raises
        ------
        ServerError
            If the server did not answer, or not as a MOSTLY AI server, or if the training failed there.
        TrainingCancelled
            If cancelled before the training was done.
        """
        if run.server is None:
            raise ArgumentError("engine_no_server")
        return _Training(run, run.server).model()

    def load(self, files: Mapping[str, bytes]) -> "ServerModel":
        """Load a reference to a generator on its server, which is contacted when rows are drawn."""
        return ServerModel(**json.loads(files[SERVER_FILE]))


@dataclass(frozen=True)
class ServerModel:
    """A generator on a MOSTLY AI server.

    Attributes
    ----------
    address
        Address of the server.
    generator_id
        The generator's identifier there.
    """

    address: str
    generator_id: str
    ready: ClassVar[bool] = True

    @property
    def files(self) -> dict[str, bytes]:
        """Its address: the generator itself stays on the server."""
        return {SERVER_FILE: json.dumps(asdict(self)).encode()}

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        """Draw ``n`` rows on the server.

        Raises
        ------
        ServerError
            If the server did not answer, or has no such generator, or none that is trained.
        """
        with _explained(self.address, gone=self.generator_id):
            generator = _connect(self.address, CHECK_SECONDS).generators.get(self.generator_id)
        if generator.training_status != "DONE":
            # Asked to draw from it all the same, the server might never answer.
            raise ServerError("server_generator_gone", address=self.address, generator=self.generator_id)
        with _explained(self.address):
            rows: pd.DataFrame = _connect(self.address, REQUEST_SECONDS).probe(
                generator, size=n, config={"random_state": random_state}
            )
        return rows


class _Training:
    """A training on a server."""

    def __init__(self, run: TrainingRun, address: str) -> None:
        self.run = run
        self.address = address
        self.messages = 0
        self.trained = 0.0

    def model(self) -> ServerModel:
        check_server(self.address)
        if self.run.cancelled:
            raise TrainingCancelled("cancelled")
        config = self._config()
        with _explained(self.address):
            remote = _connect(self.address, REQUEST_SECONDS).generators.create(config)
        try:
            self._follow(remote)
        except BaseException:
            longest = 60 * self.run.options["max_minutes"] + SILENCE_SECONDS
            threading.Thread(target=_remove, args=(remote, longest), daemon=True).start()
            raise
        self.run.stopped_itself(self.trained)
        return ServerModel(self.address, remote.id)

    def _config(self) -> dict[str, Any]:
        frame = prepare_in_order(self.run.frame, self.run.target)
        return {
            "name": "synth_handson",
            "random_state": self.run.options["random_state"],
            "tables": [
                {
                    "name": "data",
                    "data": _without_keys(frame),
                    "columns": [
                        {"name": name, "model_encoding_type": encoding}
                        for name, encoding in encoding_types(frame).items()
                    ],
                    "tabular_model_configuration": {
                        "max_epochs": self.run.options["max_epochs"],
                        "max_training_time": self.run.options["max_minutes"],
                        "value_protection": ServerEngine.value_protection,
                        "enable_flexible_generation": False,
                        "enable_model_report": False,
                    },
                }
            ],
        }

    def _follow(self, remote: Any) -> None:
        with _explained(self.address):
            remote.training.start()
        remote.client.timeout = POLL_SECONDS
        answered = moved = time.monotonic()
        last = None
        while True:
            if self.run.cancelled:
                raise TrainingCancelled(
                    "cancelled_on_server",
                    address=self.address,
                    generator=remote.id,
                    minutes=self.run.options["max_minutes"],
                )
            now = time.monotonic()
            try:
                with _explained(self.address):
                    job = remote.training.progress()
            except ServerError:
                if now - answered > PATIENCE_SECONDS:
                    raise
            else:
                answered = now
                self._look(job)
                if job.status == "DONE":
                    return
                if job.status in ENDED:
                    raise ServerError("server_training_failed", address=self.address)
                if job != last or job.status in WAITING:
                    last, moved = job, now
            if now - moved > SILENCE_SECONDS:
                raise ServerError("server_silent", address=self.address, minutes=SILENCE_SECONDS / 60)
            time.sleep(POLL_SECONDS)

    def _look(self, job: Any) -> None:
        steps = [step for step in job.steps or [] if step.step_code == "TRAIN_MODEL"]
        messages = [message for step in steps for message in step.messages or []]
        for message in messages[self.messages :]:
            self._epoch(message)
        self.messages = len(messages)
        phase = "waiting" if job.status in WAITING else "preparing"
        if not messages and job.status in (*WAITING, "IN_PROGRESS") and phase != self.run.progress.phase:
            self.run.advance(phase=phase)

    def _epoch(self, message: dict[str, Any]) -> None:
        self.trained = message.get("total_time") or self.trained
        self.run.advance_to(message, self.trained)


def check_server(address: str) -> None:
    """Check that a MOSTLY AI server answers at an address.

    Parameters
    ----------
    address
        Address of the server, for example ``"http://gpu-machine:8080"``.

    Raises
    ------
    ServerError
        If it does not; says why, and what to do.
    """
    with _explained(address):
        answer = _connect(address, CHECK_SECONDS).generators.request(path=[], verb="GET", params={"limit": 1})
        # Other servers answer in JSON as well, and must not be sent a table.
        answer["results"]


def _connect(address: str, timeout: float) -> Any:
    from mostlyai.sdk import MostlyAI
    from mostlyai.sdk.client import exceptions
    from rich.console import Console

    host = _host(address)
    # Being quiet leaves out the red panel that the SDK prints with every error.
    exceptions.Console = partial(Console, quiet=True)  # type: ignore[attr-defined, assignment]
    with warnings.catch_warnings():  # The SDK changes the program's warning filters.
        mostly = MostlyAI(base_url=address, timeout=timeout, quiet=True, test_connection=False)
    if is_here(host):
        # A transport of its own keeps requests to this machine away from a proxy that the environment names.
        for client in (mostly.generators, mostly.synthetic_probes):
            client.transport = httpx.HTTPTransport()
    return mostly


def _host(address: str) -> str:
    with contextlib.suppress(ValueError):
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts.hostname
    raise ServerError("server_address", address=address)


def _without_keys(frame: pd.DataFrame) -> pd.DataFrame:
    # A server takes distinct whole numbers under a name that ends in "id" for a key and makes up text.
    keys = [c for c in frame.select_dtypes("integer") if str(c).lower().endswith("id") and frame[c].is_unique]
    return frame.astype(dict.fromkeys(keys, "float64"))


def _remove(remote: Any, longest: float) -> None:
    """Cancel a training if the server can, and delete its generator once nothing writes to it."""
    from mostlyai.sdk.client.exceptions import APIError, APIStatusError

    remote.client.timeout = CHECK_SECONDS
    deadline = time.monotonic() + longest
    with contextlib.suppress(APIError, ValueError):
        with contextlib.suppress(APIStatusError):
            remote.training.cancel()
        while (status := remote.training.progress().status) not in ENDED and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        if status == "DONE":
            # A server that still writes would bring back half of the generator, and fail on it from then on.
            time.sleep(SETTLE_SECONDS)
        remote.delete()


@contextlib.contextmanager
def _explained(address: str, gone: str | None = None) -> Iterator[None]:
    """Turn whatever the SDK raises in this block into a :class:`ServerError`.

    ``gone`` names the generator that is missing if the server answers 404.
    """
    from mostlyai.sdk.client.exceptions import APIError

    try:
        yield
    # What a server that is no MOSTLY AI server sends makes the SDK stumble in many ways.
    except (APIError, httpx.InvalidURL, ValueError, TypeError, KeyError, AttributeError) as error:
        key, details = _why(error)
        if gone is not None and details.get("status") == 404:
            raise ServerError("server_generator_gone", address=address, generator=gone) from error
        raise ServerError(key, address=address, **details) from error


def _why(error: Exception) -> tuple[str, dict[str, object]]:
    for cause in _causes(error):
        match cause:
            case httpx.HTTPStatusError():
                return _why_status(cause.response.status_code, str(error))
            case httpx.TimeoutException():
                return "server_timeout", {}
            case ConnectionRefusedError():
                return "server_refused", {}
            case socket.gaierror():
                return "server_unknown_host", {}
    for cause in _causes(error):
        if isinstance(cause, httpx.RequestError):
            return "server_unreachable", {"reason": str(cause) or type(cause).__name__}
    return "server_foreign", {}


def _why_status(status: int, reason: str) -> tuple[str, dict[str, object]]:
    # The SDK shows a page it cannot read as bytes.
    details = {"status": status, "reason": reason.partition(": b'")[0][:300]}
    if status == 429:
        return "server_busy", details
    if status in (404, 405) or 300 <= status < 400:
        return "server_foreign", details
    return "server_status", details


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    # The SDK raises "from None", which hides the cause but does not lose it.
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
