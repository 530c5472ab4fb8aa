"""Every word a reader sees: one TOML file per step and language, looked up by ``file.key``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from numbers import Number
from string import Formatter
from typing import Any, Literal

Language = Literal["ja", "en"]

Counted = Literal["", "rows", "people"]
"""Where people have several rows each, either rows are counted, or people; else a row is a person."""

LANGUAGES: tuple[Language, ...] = ("ja", "en")


class _Formatter(Formatter):
    """Writes percentages with a space before the sign, and a minus for a hyphen, as everywhere here."""

    def format_field(self, value: Any, format_spec: str) -> str:
        text: str = format(value, format_spec)
        if format_spec and isinstance(value, Number) and text.startswith("-"):
            text = f"−{text[1:]}"
        return f"{text[:-1]} %" if format_spec.endswith("%") else text


_FORMATTER = _Formatter()


@cache
def _catalogue(language: Language, name: str) -> dict[str, str]:
    source = files(__package__) / language / f"{name}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def get_text(language: Language, key: str, /, **values: object) -> str:
    """Look up a text and fill in its values.

    Parameters
    ----------
    language
        "ja" or "en".
    key
        ``"<file>.<key>"``, for example ``"load.title"``.
    **values
        What the text's ``{placeholders}`` stand for.

    Returns
    -------
    str
        The text, usually Markdown.

    Raises
    ------
    KeyError
        If the catalogue has no such text, or the text names a value that was not given.
    """
    name, _, entry = key.partition(".")
    text = _catalogue(language, name)[entry]
    return _FORMATTER.vformat(text, (), values) if values else text


def get_texts(language: Language, name: str) -> dict[str, str]:
    """Return all texts of a file, with their placeholders, for a page that fills them in itself."""
    return dict(_catalogue(language, name))


def has_text(language: Language, key: str) -> bool:
    """Tell whether a catalogue has a text of this name."""
    name, _, entry = key.partition(".")
    return entry in _catalogue(language, name)


def get_text_of(language: Language, counted: Counted, key: str, /, **values: object) -> str:
    """Look up a text, or, if there is one, that about what is counted: the same name and ``_rows``, say."""
    about = f"{key}_{counted}"
    return get_text(language, about if counted and has_text(language, about) else key, **values)


@dataclass(frozen=True)
class Message:
    """Something to be said: the name of its text, and what the placeholders stand for.

    Attributes
    ----------
    key
        ``"<file>.<key>"``, as for `get_text`.
    values
        The placeholders' values; messages among them are also rendered in the reader's language.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def render(self, language: Language = "en") -> str:
        """Say it in the reader's language."""
        values = {
            name: value.render(language) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return get_text(language, self.key, **values)
