"""Names of months and days in many languages: Faker's, and forms that it lacks."""

from __future__ import annotations

import calendar
import pkgutil
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files

MONTHS = 12
CASES: Mapping[str, Callable[[str], str]] = {
    "": str,
    ".lower": str.lower,
    ".title": str.title,
    ".upper": str.upper,
}


@cache
def month_names() -> Mapping[str, tuple[str, ...]]:
    """Return the months of each language and form, January first, as they are written in a date.

    Faker has the nominatives of some thirty languages. Genitives (12 marca), short forms and languages that
    it lacks are those of the CLDR, in ``months.toml``. Keys are such as "fr_FR", "pl.2" and "fr_FR.lower".
    """
    own = tomllib.loads((files(__package__) / "months.toml").read_text(encoding="utf-8"))
    found = {name: tuple(months.values()) for name, months, _ in _of_faker()}
    for name, lines in own.items():
        found |= {f"{name}.{number}": tuple(line.split()) for number, line in enumerate(lines, start=1)}
    known = {tuple(calendar.month_name[1:]), tuple(calendar.month_abbr[1:])}
    known |= {tuple(map(str.upper, months)) for months in known}
    named = {}
    for name, months in found.items():
        for case, change in CASES.items():
            cased = tuple(map(change, months))
            if cased not in known:
                known.add(cased)
                named[f"{name}{case}"] = cased
    return named


@cache
def calendar_words() -> tuple[frozenset[str], ...]:
    """Return the months and days of each language, in small letters."""
    english = (*calendar.month_name, *calendar.month_abbr, *calendar.day_name, *calendar.day_abbr)
    faker = ((*months.values(), *days.values()) for _, months, days in _of_faker())
    found = (english, *faker, *month_names().values())
    return tuple(frozenset(word.lower() for word in words if word) for words in found)


@cache
def _of_faker() -> tuple[tuple[str, dict[str, str], dict[str, str]], ...]:
    """Return languages with the names of their months and days."""
    package = import_module("faker.providers.date_time")
    found = []
    for name in (module.name for module in pkgutil.iter_modules(package.__path__)):
        provider = import_module(f"{package.__name__}.{name}").Provider
        months, days = (getattr(provider, names, None) for names in ("MONTH_NAMES", "DAY_NAMES"))
        if months and days and len(months) == MONTHS:
            found.append((name, months, days))
    # A language's own country first: Januar before Jänner.
    return tuple(sorted(found, key=lambda one: one[0][:2] != one[0][3:5].lower()))
