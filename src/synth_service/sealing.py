"""Encryption of files at rest: AES-GCM in blocks, so that a file of any size is never whole in memory.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015): each block's nonce counts it and
says whether it is the last, so blocks cannot be exchanged, left out or cut off unnoticed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from synth_handson.errors import DataUnavailableError

BLOCK = 2**20
PREFIX_BYTES = 7
TAG_BYTES = 16
KEY_BYTES = 32


def job_key(secret: bytes, job: str) -> bytes:
    """Derive the key of one job (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=job.encode()).derive(secret)


def seal(source: BinaryIO, target: BinaryIO, key: bytes, name: str) -> None:
    """Encrypt a file; its name is bound to it, so that no file can stand in for another."""
    cipher, prefix = AESGCM(key), os.urandom(PREFIX_BYTES)
    target.write(prefix)
    for number, (block, last) in enumerate(_blocks(source, BLOCK)):
        target.write(cipher.encrypt(_nonce(prefix, number, last), block, name.encode()))


def unseal(source: BinaryIO, key: bytes, name: str) -> Iterator[bytes]:
    """Decrypt a file block by block; each is what was written, or an error is raised.

    Raises
    ------
    DataUnavailableError
        If the file was changed or cut off, or the key is another one.
    """
    cipher, prefix = AESGCM(key), source.read(PREFIX_BYTES)
    for number, (block, last) in enumerate(_blocks(source, BLOCK + TAG_BYTES)):
        try:
            yield cipher.decrypt(_nonce(prefix, number, last), block, name.encode())
        except (InvalidTag, ValueError) as error:
            raise DataUnavailableError("service_sealed") from error


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _blocks(source: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield full blocks and what is left, each with whether it is the last."""
    block = source.read(size)
    while following := source.read(size) if len(block) == size else b"":
        yield block, False
        block = following
    yield block, True
