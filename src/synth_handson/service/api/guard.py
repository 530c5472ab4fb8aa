"""What every request passes before the service looks at it: source, key, rate, room, size and time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from math import ceil

from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from synth_handson.service.api.access import check_source, find_owner, is_public
from synth_handson.service.api.problems import Problem, answer_problem
from synth_handson.service.settings import Settings

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
        await self._ask(lambda limiter: limiter.hit(self._rate, kind, who), kind, who)

    async def check(self, kind: str, who: str) -> None:
        """Raise a `Problem` if there were too many already."""
        await self._ask(lambda limiter: limiter.test(self._rate, kind, who), kind, who)

    async def _ask(self, allows: Callable[[MovingWindowRateLimiter], bool], kind: str, who: str) -> None:
        wait = await run_in_threadpool(self._wait, allows, kind, who)
        if wait is not None:
            raise Problem(429, "rate", headers={"Retry-After": str(wait)}, rate=str(self._rate))

    def _wait(self, allows: Callable[[MovingWindowRateLimiter], bool], kind: str, who: str) -> int | None:
        """Return the seconds to wait, None if that is none; where the shared count is away, by our own."""
        for limiter in self._limiters:
            try:
                if allows(limiter):
                    return None
                window = limiter.get_window_stats(self._rate, kind, who)
                return max(1, ceil(window.reset_time - time.time()))
            except StorageError as error:
                log.warning("shared limits cannot be reached (%s); counting here", type(error).__name__)
        return None


class Room:
    """Lets so many requests be at work at once."""

    def __init__(self, size: int) -> None:
        self._free = size

    def enter(self) -> Callable[[], None]:
        """Take a place, and return what gives it back, once.

        Raises
        ------
        Problem
            If there is none.
        """
        if self._free < 1:
            raise Problem(503, "busy", headers={"Retry-After": str(RETRY_SECONDS)})
        self._free -= 1
        left = False

        def leave() -> None:
            nonlocal left
            if not left:
                left = True
                self._free += 1

        return leave


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
        self._room = Room(settings.concurrent_requests)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem document."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        leave: Callable[[], None] = lambda: None  # noqa: E731
        try:
            check_source(request, self._settings)
            scope.setdefault("state", {})["owner"] = await self._owner(request)
            if scope["path"] not in ALWAYS:
                leave = self._room.enter()
            scope["state"]["leave"] = leave
            limited = Body(receive, request, self._settings)
            if scope["method"] == "POST" and scope["path"] in UPLOADS:
                await self._rates.count("uploads", scope["state"]["owner"] or _address(request))
            await self._app(scope, limited.receive, _leaving(send, leave))
        except Problem as problem:
            # The rest of a body that is refused is not read.
            problem.headers = {**(problem.headers or {}), "Connection": "close"}
            await answer_problem(request, problem)(scope, receive, send)
        finally:
            leave()

    async def _owner(self, request: Request) -> str:
        if is_public(request.scope["path"]):
            return ""
        try:
            if self._settings.api_keys:
                await self._rates.check("refused keys", _address(request))
            return find_owner(request, self._settings)
        except Problem as problem:
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

    Raises
    ------
    Problem
        If the request says itself that its body is too large.
    """

    def __init__(self, receive: Receive, request: Request, settings: Settings) -> None:
        upload = request.scope["path"] in UPLOADS
        self._receive = receive
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
        return message

    def _too_large(self) -> Problem:
        return Problem(413, "large", limit=self._shown, headers={"Connection": "close"})


def _leaving(send: Send, leave: Callable[[], None]) -> Callable[[Message], Awaitable[None]]:
    """Give the place back when the answer begins: one that is streamed for minutes takes no work."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            leave()
        await send(message)

    return sending


def _address(request: Request) -> str:
    return request.client.host if request.client else "?"
