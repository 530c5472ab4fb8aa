"""Who may use the service: those with a key, or, without any keys, everybody on this machine."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from synth_handson.errors import ArgumentError
from synth_service.api.problems import Problem
from synth_service.settings import Settings

NOBODY = ""
"""The owner of all jobs where there are no keys."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PUBLIC = ("/", "/docs", "/openapi.json", "/health", "/health/live", "/health/ready")
FOR_OPERATORS = ("/metrics",)
"""Addresses that tell of all jobs, and so need a key of OPERATOR_KEYS."""
PUBLIC_FOLDERS = ("/page/", "/docs/", "/download/")
"""Addresses that need no key: the page, which asks for one, and downloads, whose names nobody can guess."""


def check_host(host: str, settings: Settings) -> None:
    """Check before the start that a service without keys is for this machine alone.

    Raises
    ------
    ArgumentError
        If it is to be reached from others.
    """
    if not settings.api_keys and host not in LOOPBACK:
        raise ArgumentError("service_no_keys", host=host)


def check_source(connection: HTTPConnection, settings: Settings) -> None:
    """Refuse names that are not ours, and pages of others that act in a reader's name.

    Without this, any page open in the browser of somebody who runs the service could send it tables, or read
    it under a name that leads to this machine (DNS rebinding).

    Raises
    ------
    Problem
        If the request is refused.
    """
    given = connection.headers.get("host", "")
    try:
        host = (urlsplit(f"//{given}").hostname or "").lower()
    except ValueError as error:
        raise Problem(400, "host") from error
    allowed = settings.allowed_hosts or (() if settings.api_keys else LOOPBACK)
    if allowed and host not in allowed:
        raise Problem(400, "host")
    origin = connection.headers.get("origin")
    if origin and origin not in settings.cors_origins and _netloc(origin) != given:
        raise Problem(403, "origin")


def find_owner(connection: HTTPConnection, settings: Settings) -> str:
    """Return the name of the key that a request brings.

    Raises
    ------
    Problem
        If there are keys, and it brings none of them.
    """
    if not settings.api_keys:
        return NOBODY
    given = connection.headers.get("x-api-key") or ""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given = given or token.strip()
    digest = hashlib.sha256(given.encode()).hexdigest()
    operates = connection.scope["path"] in FOR_OPERATORS
    keys = settings.operator_keys if operates else settings.api_keys
    found = [key.name for key in keys if hmac.compare_digest(key.digest, digest)]
    if not given or not found:
        reason = "operator_key" if operates else "key"
        raise Problem(401, reason, headers={"WWW-Authenticate": "Bearer"})
    return found[0]


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def is_public(path: str) -> bool:
    """Tell whether a path needs no key."""
    return path in PUBLIC or path.startswith(PUBLIC_FOLDERS)
