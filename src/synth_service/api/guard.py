"""What every request passes before the service looks at it: source, key, rate, room, size and time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from math import ceil

from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from synth_service.api.access import check_source, find_owner, is_public
from synth_service.api.problems import Problem, answer_problem
from synth_service.settings import Settings

log = logging.getLogger(__name__)

UPLOADS = ("/v1/jobs", "/generate")
"""What counts against the rate: asking how far a job is does not."""
MAX_FORM = 1_000_000
"""Bytes of a request beside the file in it."""
ALWAYS = ("/health", "/health/live", "/health/ready")
"""What is answered also when there is no room."""
RETRY_SECONDS = 2


class RateLimit:
    """Counts uploads by key, and refused keys by address.

    Parameters
    ----------
    settings
        The rate, and where processes share their counts.
    """

    def __init__(self, settings: Settings) -> None:
        self._rate = settings.rate
        own = MovingWindowRateLimiter(MemoryStorage())
        self._limiters = [own]
        if settings.redis_url:
            shared = storage_from_string(settings.redis_url, wrap_exceptions=True)
            self._limiters.insert(0, MovingWindowRateLimiter(shared))

    async def count(self, kind: str, who: str) -> None:
        """Count one.

        Raises
        ------
        Problem
            If that is one too many.
        """
        wait = await run_in_threadpool(self._wait, kind, who)
        if wait is not None:
            raise Problem(429, "rate", headers={"Retry-After": str(wait)}, rate=str(self._rate))

    def _wait(self, kind: str, who: str) -> int | None:
        """Return the seconds to wait, None if that is none; where the shared count is away, by our own."""
        for limiter in self._limiters:
            try:
                if limiter.hit(self._rate, kind, who):
                    return None
                window = limiter.get_window_stats(self._rate, kind, who)
                return max(1, ceil(window.reset_time - time.time()))
            except StorageError as error:
                log.warning("shared limits cannot be reached (%s); counting here", type(error).__name__)
        return None


class Places:
    """Places at the service: each key has its own, so that none takes another's.

    Parameters
    ----------
    size
        Places of one key.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken: Counter[str] = Counter()

    def enter(self, who: str) -> None:
        """Take a place.

        Raises
        ------
        Problem
            If there is none.
        """
        if self._taken[who] >= self._size:
            raise Problem(503, "busy", headers={"Retry-After": str(RETRY_SECONDS)})
        self._taken[who] += 1

    def leave(self, who: str) -> None:
        """Give a place back."""
        self._taken[who] -= 1
        if not self._taken[who]:
            del self._taken[who]


class Guard:
    """The ASGI middleware.

    Parameters
    ----------
    app
        What is behind it.
    settings
        Keys and limits.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._rates = RateLimit(settings)
        self._arriving = Places(settings.concurrent_requests)
        self._working = Places(settings.concurrent_requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem document."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        with ExitStack() as visit:  # it holds the place that the request has, and leaves it once
            try:
                await self._pass_on(request, visit, receive, send)
            except Problem as problem:
                # The rest of a body that is refused is not read.
                problem.headers = {**(problem.headers or {}), "Connection": "close"}
                await answer_problem(request, problem)(scope, receive, send)

    async def _pass_on(self, request: Request, visit: ExitStack, receive: Receive, send: Send) -> None:
        scope = request.scope
        check_source(request, self._settings)
        owner = await self._owner(request)
        who = owner or _address(request)
        scope.setdefault("state", {}).update(owner=owner, leave=visit.close)
        # A body that takes its time holds one of the places for that, and none at which work is done.
        body = Body(receive, request, self._settings, lambda: take_place(visit, self._working, who))
        if scope["path"] not in ALWAYS:
            take_place(visit, self._arriving if _has_body(request) else self._working, who)
        if scope["method"] == "POST" and scope["path"] in UPLOADS:
            await self._rates.count("uploads", who)
        await self._app(scope, body.receive, _leaving(send, visit.close))

    async def _owner(self, request: Request) -> str:
        if is_public(request.scope["path"]):
            return ""
        try:
            return find_owner(request, self._settings)
        except Problem as problem:
            # Only refused keys count: others at the same address get in with theirs.
            if problem.status_code == 401:
                await self._rates.count("refused keys", _address(request))
            raise


class Body:
    """A request's body, cut off at its limits of size and time.

    Parameters
    ----------
    receive
        Where it comes from.
    request, settings
        What it may be.
    on_arrived
        Called once all of it is there.

    Raises
    ------
    Problem
        If the request says itself that its body is too large.
    """

    def __init__(
        self, receive: Receive, request: Request, settings: Settings, on_arrived: Callable[[], None]
    ) -> None:
        upload = request.scope["path"] in UPLOADS
        self._receive = receive
        self._on_arrived = on_arrived
        self._waits = _has_body(request)
        self._limit = MAX_FORM + (int(settings.max_file_size) if upload else 0)
        self._shown = settings.max_file_size.human_readable(decimal=True) if upload else "1MB"
        self._deadline = time.monotonic() + settings.upload_seconds
        self._seconds = settings.upload_seconds
        self._size = 0
        self._whole = False
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > self._limit:
            raise self._too_large()

    async def receive(self) -> Message:
        """Return the next part."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, self._deadline - time.monotonic())):
                message = await self._receive()
        except TimeoutError as error:
            raise Problem(408, "slow", seconds=self._seconds, headers={"Connection": "close"}) from error
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise self._too_large()
        self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        if self._whole and self._waits:
            self._on_arrived()
        return message

    def _too_large(self) -> Problem:
        return Problem(413, "large", limit=self._shown, headers={"Connection": "close"})


def take_place(visit: ExitStack, places: Places, who: str) -> None:
    """Take a new place, and leave the one before."""
    places.enter(who)
    visit.close()
    visit.callback(places.leave, who)


def _leaving(send: Send, leave: Callable[[], None]) -> Callable[[Message], Awaitable[None]]:
    """Give the place back when the answer begins: one that is streamed for minutes takes no work."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            leave()
        await send(message)

    return sending


def _has_body(request: Request) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def _address(request: Request) -> str:
    return request.client.host if request.client else "?"
