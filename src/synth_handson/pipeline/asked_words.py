"""Parse what is asked of rows, as on the command line and in the service: y=yes, and y:yes=.5,no=.5."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synth_handson.errors import ArgumentError

GIVEN, SHARES = "COLUMN=VALUE[,VALUE...]", "COLUMN:VALUE=SHARE,VALUE=SHARE[,...]"


@dataclass(frozen=True)
class Wish:
    """What is asked of synthetic rows, as `synth_handson.synthesis.generator.Generator.sample` takes it.

    Attributes
    ----------
    given
        Values by column, of which each row has one; None if any will do.
    shares
        Of one column the share of rows that are to have each value, 0 to 1; None if they come as they are.
    even_if_few
        Whether to draw although hardly anybody has that.
    """

    given: Mapping[str, Sequence[Any]] | None = None
    shares: Mapping[str, Mapping[Any, float]] | None = None
    even_if_few: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything is asked."""
        return self.given is not None or self.shares is not None

    @property
    def code(self) -> str:
        """What `sample` is given for it: ``given={'y': ['yes']}``."""
        parts = {"given": self.given, "shares": self.shares, "even_if_few": self.even_if_few or None}
        return ", ".join(f"{name}={value!r}" for name, value in parts.items() if value is not None)

    @property
    def command(self) -> str:
        """The command line's options for it: ``--given y=yes``."""
        said = [("--given", f"{name}={_joined(values)}") for name, values in (self.given or {}).items()]
        for name, parts in (self.shares or {}).items():
            shares = _joined([f"{_word(value)}={share:g}" for value, share in parts.items()])
            said.append(("--shares", f"{name}:{shares}"))
        options = [f"{option} {shlex.quote(words)}" for option, words in said]
        return " ".join([*options, "--even-if-few"] if self.even_if_few else options)


def read_given(options: Sequence[str] | None) -> dict[str, list[str]] | None:
    """Read ``--given``: values by column; naming a column again adds a value.

    Raises
    ------
    ArgumentError
        If an option is nothing of the kind.
    """
    given: dict[str, list[str]] = {}
    for option in options or ():
        name, equals, values = option.partition("=")
        if not name or not equals:
            raise ArgumentError("given_option", option="--given", value=option, form=GIVEN)
        given.setdefault(name, []).extend(_listed(values))
    return given or None


def read_shares(option: str | None) -> dict[str, dict[str, float]] | None:
    """Read ``--shares``: the share of each value of one column.

    Raises
    ------
    ArgumentError
        If it is nothing of the kind.
    """
    if option is None:
        return None
    name, _, parts = option.partition(":")
    shares: dict[str, float] = {}
    for part in _listed(parts):
        value, _, share = part.rpartition("=")
        try:
            shares[value] = float(share)
        except ValueError as error:
            raise ArgumentError("given_option", option="--shares", value=option, form=SHARES) from error
    return {name: shares}


def _listed(values: str) -> list[str]:
    """Split at commas except for those within double quotes."""
    return next(csv.reader([values]), None) or [""]


def _joined(values: Sequence[Any]) -> str:
    """Write what `_listed` reads."""
    return ",".join(map(_quoted, map(_word, values)))


def _quoted(word: str) -> str:
    if "," not in word and not word.startswith('"'):
        return word
    return '"' + word.replace('"', '""') + '"'


def _word(value: Any) -> str:
    from synth_handson.tables.segment import spell_value

    return "" if value is None else spell_value(value)
