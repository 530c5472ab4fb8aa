"""Every word a reader sees: one TOML file per step and language, looked up by ``file.key``."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["ja", "en"]

LANGUAGES: tuple[Language, ...] = ("ja", "en")


@cache
def _catalogue(language: Language, name: str) -> dict[str, str]:
    source = files(__package__) / language / f"{name}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def get_text(language: Language, key: str, **values: object) -> str:
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
    return text.format(**values) if values else text
