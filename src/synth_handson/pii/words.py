"""Lists of words and names for the rules, from ``words.toml``."""

import tomllib
from importlib.resources import files

LISTS: dict[str, str] = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
