"""Lists of words and names for the rules, from ``words.toml``, and patterns made of them."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

SHORTEST_STEM, LONGEST_ENDING = 3, 6
"""Letters of a word that is declined, and of what is put behind it."""

LISTS: dict[str, str] = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))


def any_line(*names: str) -> str:
    """Return a pattern for any line of some lists; each line is a pattern itself."""
    return "|".join(line.strip() for name in names for line in LISTS[name].splitlines() if line.strip())


def any_word(name: str) -> str:
    """Return a pattern for any word of a list."""
    return "|".join(LISTS[name].split())


def case_endings(name: str) -> dict[str, tuple[str, ...]]:
    """Return endings of cases, each with the endings of nominatives that it may stand for."""
    lines = (line.split() for line in LISTS[name].splitlines() if line.strip())
    return {ending: tuple(base.replace("-", "") for base in bases) for ending, *bases in lines}


def nominatives(word: str, endings: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return the forms that a word in a case may have in the nominative."""
    parts = ((word[:-length], endings.get(word[-length:], ())) for length in range(1, LONGEST_ENDING + 1))
    return {stem + base for stem, bases in parts if len(stem) >= SHORTEST_STEM for base in bases}
