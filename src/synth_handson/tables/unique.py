"""How many rows of a table stand alone by a few of their values."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from synth_handson.tables.checks import check_name


def unique_share(frame: pd.DataFrame, columns: Sequence[str]) -> float:
    """Measure how many rows are the only one with their values in some columns.

    Anyone who knows these values of a person can find that person in the table, without a name.

    Parameters
    ----------
    frame
        A table, one row per person.
    columns
        What somebody knows, one column at least.

    Returns
    -------
    float
        Share of the rows that are sample uniques, 0 to 1. Low is good.

    Raises
    ------
    ArgumentError
        If there is no such column.

    Notes
    -----
    C. J. Skinner and M. J. Elliot, "A measure of disclosure risk for microdata", Journal of the Royal
    Statistical Society B 64, 2002; for traces of people, L. Sweeney, "Simple demographics often identify
    people uniquely", 2000.
    """
    for name in columns:
        check_name(name, list(frame.columns), "known_column")
    return float((~frame.duplicated(list(columns), keep=False)).mean()) if len(frame) else 0.0
