"""Keeps pages of other sites away from our own notebook that is open on somebody's machine.

marimo takes ASGI middleware from other packages (entry points ``marimo.server.asgi.middleware``). Without
this one, any page in the reader's browser could open the notebook's WebSocket and read an uploaded table or a
plan, or read it under a name that leads to this machine (DNS rebinding).
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

VARIABLE = "SYNTH_HANDSON_HOSTS"
"""Environment variable with further host names, separated by commas, under which a notebook may be opened."""
PACKAGES = ("synth_handson", "synth_planning")
REFUSED = (
    "This page answers only under this machine's own names, and to no page of another site. "
    f"If it is to be reached under another name, put that name into {VARIABLE} and start it again.\n"
)
POLICY_VIOLATION = 1008


class SameSite:
    """ASGI middleware that refuses other sites' pages, and names that are not this machine's.

    Parameters
    ----------
    app
        What is behind it.
    hosts
        Names under which the page may be opened, besides addresses and names of this machine.
    origins
        Origins of other sites that are allowed all the same; "*" allows all.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = (), origins: Sequence[str] = ()) -> None:
        self._app = app
        own = ("localhost", socket.gethostname(), socket.getfqdn())
        self._hosts = {name.lower() for name in (*own, *hosts)}
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket") or self._may_pass(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await PlainTextResponse(REFUSED, 403)(scope, receive, send)

    def _may_pass(self, headers: Headers) -> bool:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_own(_hostname(f"//{host}")):
            return False
        if origin is None or origin in self._origins or "*" in self._origins:
            return True
        try:
            return urlsplit(origin).netloc == host
        except ValueError:
            return False

    def _is_own(self, name: str) -> bool:
        """Tell whether a name cannot lead here by somebody else's DNS: addresses need none."""
        try:
            ip_address(name)
        except ValueError:
            return name in self._hosts
        return True


def _hostname(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def opens_own_notebook(arguments: Sequence[str]) -> bool:
    """Tell whether a command line opens a notebook that imports one of these packages."""
    named = [Path(argument) for argument in arguments[1:] if not argument.startswith("-")]
    folders = [path for path in named if path.is_dir()]
    if not any(path.suffix == ".py" for path in named):
        # marimo lists what lies in a folder, its own if none is named.
        named += [file for folder in folders or [Path()] for file in folder.glob("*.py")]
    for path in named:
        try:
            text = path.read_text("utf-8") if path.suffix == ".py" else ""
        except (OSError, UnicodeDecodeError):
            continue
        if any(package in text for package in PACKAGES):
            return True
    return False


def allowed_origins(arguments: Sequence[str]) -> Iterator[str]:
    """Yield what the command line allows by marimo's own ``--allow-origins``."""
    for number, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--allow-origins":
            yield value or "".join(arguments[number + 1 : number + 2])


def guard(app: ASGIApp) -> ASGIApp:
    """Put `SameSite` before our own notebook; leave servers of other notebooks as they are."""
    if not opens_own_notebook(sys.argv):
        return app
    hosts = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]
    return SameSite(app, hosts, tuple(allowed_origins(sys.argv)))


middleware = Middleware(guard)
