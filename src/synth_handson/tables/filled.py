"""Real rows whose gaps were filled, which are not a synthetic table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

FILLED = "filled"
"""Key in ``DataFrame.attrs`` by which each draw records that it is not a synthetic table."""


@dataclass(frozen=True, eq=False)
class FilledTable:
    """Real rows whose gaps a generator has filled, once or several times.

    Whatever stood there still stands there: these are the people of the table, as personal as before.
    `assess` judges neither it nor one of its draws.

    Attributes
    ----------
    draws
        The table, each time with other values in the gaps. What is computed of each can be combined by the
        rules for multiple imputation: their mean, and the variance within and between them.

    Notes
    -----
    D. B. Rubin, "Multiple Imputation for Nonresponse in Surveys", 1987. The generator is the same for all
    draws, so that the variance between them leaves out that it might have been another one.
    """

    draws: tuple[pd.DataFrame, ...]

    def __post_init__(self) -> None:
        for table in self.draws:
            table.attrs[FILLED] = True

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return iter(self.draws)

    def __len__(self) -> int:
        return len(self.draws)


def is_filled(table: object) -> bool:
    """Tell whether something is a table with filled gaps, or a draw of one."""
    return isinstance(table, FilledTable) or (
        isinstance(table, pd.DataFrame) and bool(table.attrs.get(FILLED))
    )
