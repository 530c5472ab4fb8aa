"""Settings, from environment variables of the same names in capitals."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from limits import RateLimitItem, parse
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url

from synth_handson.errors import ArgumentError
from synth_handson.paths import home
from synth_service.sealing import KEY_BYTES

FOLDER = "service"
"""The service's own folder in the private home."""
DIGEST = re.compile(r"[0-9a-f]{64}")


class ApiKey(BaseModel):
    """Who may use the service: a name for the bill, and the SHA-256 of the key in hexadecimal digits."""

    model_config = ConfigDict(frozen=True)

    name: str
    digest: str


def _list(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _keys(value: Any) -> Any:
    """Read ``name:digest,…``."""
    keys = []
    for part in _list(value):
        name, _, digest = part.rpartition(":") if isinstance(part, str) else ("", "", "")
        if not name or not DIGEST.fullmatch(digest.lower()):
            raise ValueError("each must be NAME:DIGEST, with the key's SHA-256 in 64 hexadecimal digits")
        keys.append(ApiKey(name=name, digest=digest.lower()))
    if len({key.name for key in keys}) < len(keys):
        raise ValueError("each name must be there once")
    return tuple(keys)


def _rate(value: str) -> str:
    try:
        parse(value)
    except ValueError as error:
        raise ValueError("must be a number per time, such as 100/hour") from error
    return value


def _secret(value: SecretStr) -> SecretStr:
    try:
        known = base64.b64decode(value.get_secret_value(), validate=True)
    except binascii.Error:
        known = b""
    if len(known) != KEY_BYTES:
        raise ValueError(f"must be {KEY_BYTES} random bytes in base64: openssl rand -base64 {KEY_BYTES}")
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_list)]


class Settings(BaseSettings):
    """Settings of the service and its workers.

    Attributes
    ----------
    database_url
        SQLite or PostgreSQL; by default a file in the private home.
    storage_url
        Where files lie, as fsspec names it; by default a folder in the private home.
    storage_key
        32 bytes in base64, from which each job's key is derived; without it files are not encrypted.
    redis_url
        Where processes share their count of requests; without it each counts its own.
    api_keys
        Who may use it; without any, everybody on this machine.
    operator_keys
        Who may read ``/metrics``, where there are API keys.
    forwarded_allow_ips
        Addresses of proxies whose ``X-Forwarded-For`` is believed, or "*"; by default none.
    cors_origins
        Origins whose pages may call it from a browser.
    allowed_hosts
        Names under which it may be called; any where there are keys, and this machine's own where not.
    max_file_size
        Bytes of an upload.
    max_unpacked
        Bytes of what is packed in it.
    max_rows, max_columns, max_cell
        Limits of its table; of one cell, in characters.
    rate_limit
        Uploads that one key may send, and refused keys that one address may try.
    concurrent_requests
        Requests of one key at work at the same time, and as many whose bodies are still arriving.
    upload_seconds
        Seconds in which a request's body must have arrived.
    generate_seconds
        Seconds that ``POST /generate`` waits.
    retention_hours
        Hours after which the files of a finished job are erased.
    max_generators
        Bytes of the trained generators that are kept for other jobs; the least recently used go first.
    check_minutes, check_memory
        Minutes and bytes that reading a table may take.
    training_minutes, text_minutes
        Minutes of training at most, of the table and of free text.
    tariff
        The file of prices and caps, if usage is to be paid for.
    environment, debug
        Where it runs, and whether the log says more, which only development allows.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: str = Field(default_factory=lambda: f"sqlite:///{folder() / 'service.sqlite'}")
    storage_url: str = Field(default_factory=lambda: f"file://{folder() / 'files'}")
    storage_key: Annotated[SecretStr, AfterValidator(_secret)] | None = None
    redis_url: str | None = None
    api_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(_keys)] = ()
    operator_keys: Annotated[tuple[ApiKey, ...], NoDecode, BeforeValidator(_keys)] = ()
    forwarded_allow_ips: Names = ()
    cors_origins: Names = ()
    allowed_hosts: Names = ()
    max_file_size: ByteSize = ByteSize(100_000_000)
    max_unpacked: ByteSize = ByteSize(1_000_000_000)
    max_rows: int = Field(100_000, ge=200)
    max_columns: int = Field(100, ge=2)
    max_cell: int = Field(100_000, ge=1)
    rate_limit: Annotated[str, AfterValidator(_rate)] = "100/hour"
    concurrent_requests: int = Field(10, ge=1)
    upload_seconds: float = Field(60, gt=0)
    generate_seconds: float = Field(120, ge=0)
    retention_hours: float = Field(24, gt=0)
    max_generators: ByteSize = ByteSize(1_000_000_000)
    check_minutes: float = Field(5, gt=0)
    check_memory: ByteSize = ByteSize(4_000_000_000)
    training_minutes: float = Field(10, gt=0)
    text_minutes: float = Field(2, ge=0)
    tariff: Path | None = None
    environment: Literal["production", "development"] = "production"
    debug: bool = False

    @model_validator(mode="after")
    def _check_debug(self) -> Self:
        if self.debug and self.environment == "production":
            raise ValueError("DEBUG needs ENVIRONMENT=development")
        return self

    @property
    def rate(self) -> RateLimitItem:
        """Return the rate as the library of limits takes it."""
        return parse(self.rate_limit)

    @property
    def secret(self) -> bytes | None:
        """Return the bytes of the storage's key."""
        return base64.b64decode(self.storage_key.get_secret_value()) if self.storage_key else None

    @property
    def embedded(self) -> bool:
        """Whether the database is a file on this machine."""
        return self.database_url.startswith("sqlite")

    @property
    def queue_url(self) -> str:
        """Return where the queue keeps its tables: beside SQLite's file, or in the same PostgreSQL."""
        url = make_url(self.database_url)
        if not self.embedded or not url.database:
            return self.database_url
        path = Path(url.database)
        return f"sqlite:///{path.with_stem(f'{path.stem}-queue')}"


def folder() -> Path:
    """Return the service's folder, which only its owner may enter."""
    path = home() / FOLDER
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def read_settings(**given: Any) -> Settings:
    """Read the settings from the environment; given values take precedence.

    Raises
    ------
    ArgumentError
        If one is not what it must be. Its value is not repeated: it may be a secret.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
        name = str(wrong["loc"][0]).upper() if wrong["loc"] else "DEBUG"
        raise ArgumentError("service_setting", name=name, reason=wrong["msg"]) from error
