"""Other ways to write a code."""

import hashlib

import pytest

from synth_handson.metrics.written_forms import FORMS, looks_hashed, real_form, synthetic_forms


@pytest.mark.parametrize(
    ("real", "synthetic", "form"),
    [
        ("C-0012345", "mail.12345.x@example.org 0012345", "code"),
        ("u12345678", "client.12345678@example.org", "code"),
        ("O'Neill", "ONEILL", "code"),
        ("12345670", "7654321", "reversed"),
        ("K-12345678", "K-45678123", "rotated"),
        ("52941", "ref 12459", "sorted"),
        ("u12345678", "ubc614e", "base"),  # 0xbc614e
        ("12345678", "7clzi", "base"),  # base 36
        ("Ann Lee", hashlib.md5(b"Ann Lee").hexdigest(), "md5"),
        ("u12345678", hashlib.sha1(b"u12345678").hexdigest()[:12], "sha1"),
        ("7", "0x" + hashlib.sha256(b"7").hexdigest().upper(), "sha256"),
    ],
)
def test_a_code_is_recognised(real: str, synthetic: str, form: str) -> None:
    assert real_form(real, form) in set(synthetic_forms(synthetic, form))


@pytest.mark.parametrize("form", FORMS)
def test_another_code_is_not(form: str) -> None:
    found = {key for key in synthetic_forms("Z-98765432, 4a1bc9f0e7", form) if key}
    assert real_form("K-12345678", form) not in found


def test_short_codes_say_nothing() -> None:
    assert real_form("42", "code") == ""
    assert real_form("A-1", "sorted") == ""
    assert list(synthetic_forms("1 22", "code")) == []
    assert list(synthetic_forms("122 333", "code")) == ["122333"]
    assert real_form("Ann Lee", "base") == ""


def test_what_looks_hashed() -> None:
    assert looks_hashed(["d41d8cd98f00"])
    assert not looks_hashed(["12345678", "deadbeef", "Anna"])
