"""What is sealed comes back whole, or not at all."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.errors import DataUnavailableError
from synth_service.sealing import BLOCK, PREFIX_BYTES, TAG_BYTES, job_key, seal, unseal

KEY = job_key(bytes(32), "job")
SIZES = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 7]


def sealed(content: bytes, key: bytes = KEY, name: str = "table") -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(content), target, key, name)
    return target.getvalue()


def opened(content: bytes, key: bytes = KEY, name: str = "table") -> bytes:
    return b"".join(unseal(io.BytesIO(content), key, name))


@pytest.mark.parametrize("size", SIZES)
def test_any_size_comes_back(size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    assert opened(sealed(content)) == content


@given(st.binary(max_size=200))
def test_any_content_comes_back_and_cannot_be_read_before(content: bytes) -> None:
    hidden = sealed(content)
    assert opened(hidden) == content
    assert len(hidden) == PREFIX_BYTES + len(content) + TAG_BYTES
    assert len(content) < 8 or content not in hidden


@pytest.mark.parametrize(
    "harm",
    [
        lambda hidden: hidden[:-1],
        lambda hidden: hidden[: PREFIX_BYTES + BLOCK + TAG_BYTES],
        lambda hidden: hidden[:PREFIX_BYTES],
        lambda hidden: hidden[:100] + bytes([hidden[100] ^ 1]) + hidden[101:],
        lambda hidden: hidden[:PREFIX_BYTES] + hidden[PREFIX_BYTES + BLOCK + TAG_BYTES :],
        lambda hidden: hidden + b"more",
    ],
    ids=["cut by one", "cut at a block", "only the beginning", "one bit", "first block left out", "longer"],
)
def test_a_change_is_noticed(harm: object) -> None:
    hidden = sealed(bytes(2 * BLOCK + 5))
    with pytest.raises(DataUnavailableError, match="STORAGE_KEY"):
        opened(harm(hidden))  # type: ignore[operator]


def test_another_job_or_name_cannot_open_it() -> None:
    hidden = sealed(b"secret")
    with pytest.raises(DataUnavailableError):
        opened(hidden, key=job_key(bytes(32), "other"))
    with pytest.raises(DataUnavailableError):
        opened(hidden, name="report.html")
