"""Lists of words and names for the rules, from ``words.toml``, and patterns made of them."""

import tomllib
from importlib.resources import files

LISTS: dict[str, str] = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))


def any_line(*names: str) -> str:
    """Return a pattern for any line of some lists; each line is a pattern itself."""
    return "|".join(line.strip() for name in names for line in LISTS[name].splitlines() if line.strip())


def any_word(name: str) -> str:
    """Return a pattern for any word of a list."""
    return "|".join(LISTS[name].split())
