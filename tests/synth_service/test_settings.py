"""Settings come from the environment, and what is wrong with one is said without its value."""

import base64
import hashlib

import pytest

from synth_handson.errors import ArgumentError
from synth_service.settings import Settings, folder, read_settings

DIGEST = hashlib.sha256(b"secret").hexdigest()


def test_without_any_everything_lies_in_the_private_home() -> None:
    settings = read_settings()
    assert settings.database_url == f"sqlite:///{folder()}/service.sqlite"
    assert settings.storage_url == f"file://{folder()}/files"
    assert folder().stat().st_mode & 0o777 == 0o700
    assert settings.secret is None
    assert settings.api_keys == ()


def test_the_limits_are_those_of_the_documentation() -> None:
    settings = read_settings()
    assert int(settings.max_file_size) == 100_000_000
    assert (settings.max_rows, settings.max_columns) == (100_000, 100)
    assert (settings.rate.amount, settings.rate.get_expiry()) == (100, 3600)
    assert (settings.concurrent_requests, settings.upload_seconds, settings.retention_hours) == (10, 60, 24)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("MAX_FILE_SIZE", "2MB", lambda s: s.max_file_size == 2_000_000),
        ("RATE_LIMIT", "5/minute", lambda s: s.rate.get_expiry() == 60),
        ("CORS_ORIGINS", "https://a.test, https://b.test", lambda s: s.cors_origins[1] == "https://b.test"),
        ("API_KEYS", f"ours:{DIGEST.upper()}", lambda s: s.api_keys[0].digest == DIGEST),
        ("STORAGE_KEY", base64.b64encode(bytes(32)).decode(), lambda s: s.secret == bytes(32)),
        ("MAX_ROWS", "", lambda s: s.max_rows == 100_000),
    ],
)
def test_they_are_read_from_the_environment(
    name: str, value: str, read: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert read(read_settings())  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_ROWS", "many"),
        ("MAX_ROWS", "10"),
        ("RATE_LIMIT", "often"),
        ("API_KEYS", "sesame"),
        ("API_KEYS", f"a:{DIGEST},a:{DIGEST}"),
        ("STORAGE_KEY", "c2hvcnQ="),
        ("STORAGE_KEY", "not base64!"),
        ("ENVIRONMENT", "moon"),
        ("DEBUG", "true"),
    ],
)
def test_what_is_wrong_is_named_without_its_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ArgumentError) as caught:
        read_settings()
    assert name in caught.value.message("en")
    if name in ("API_KEYS", "STORAGE_KEY"):
        assert value not in caught.value.message("en")


@pytest.mark.parametrize(
    ("database", "queue"),
    [
        ("sqlite:////srv/jobs.sqlite", "sqlite:////srv/jobs-queue.sqlite"),
        ("sqlite:////srv/my.sqlite.d/jobs.db", "sqlite:////srv/my.sqlite.d/jobs-queue.db"),
        ("postgresql://u:p@host/jobs", "postgresql://u:p@host/jobs"),
    ],
)
def test_the_queue_has_a_file_of_its_own_or_the_same_server(database: str, queue: str) -> None:
    assert read_settings(database_url=database).queue_url == queue


def test_secrets_are_not_shown() -> None:
    key = base64.b64encode(bytes(range(32))).decode()
    assert key not in repr(Settings(storage_key=key))  # type: ignore[arg-type]
