"""Parse what is asked of rows, as on the command line and in the service: y=yes, and y:yes=.5,no=.5."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from synth_handson.errors import ArgumentError

GIVEN, SHARES = "COLUMN=VALUE[,VALUE...]", "COLUMN:VALUE=SHARE,VALUE=SHARE[,...]"


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
