"""Do the synthetic rows stand in the order of the training rows? Then row i tells about person i."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.metrics.arrays import Floats
from synth_handson.metrics.intervals import Estimate, standard_error_interval
from synth_handson.tables.columns import Column

MOVES = 50
"""Rows by which the tables are moved against each other, in either direction, to see what chance does. They
are few, so that rows which are sorted in both tables are compared with neighbours that are as alike."""
MOST_ROWS = 20_000
"""Rows that are compared at most, from the first on."""


def row_order(tables: AssessedTables) -> Measure | None:
    """Compare each synthetic row with the training row in the same place, and with its neighbours.

    Rows drawn by a generator have no place. If they are more like the training rows in the same places than
    like those up to `MOVES` places away, they were made from them one by one, and whoever knows the training
    table's order knows whom each row is about. That other rows are as good a comparison assumes that the
    order of either table does not repeat itself. So it is a hint, and no test.

    Returns
    -------
    Measure or None
        "row_order", for the column that shows most: how much larger the rank correlation (of categories, the
        share of equal ones) is in the same place than elsewhere, -1 to 1, low is good, beside the same of the
        holdout; one-sided p-value by Student's t, corrected for the number of columns. None if there are too
        few rows.
    """
    rows = min(len(tables.train), len(tables.synthetic), MOST_ROWS)
    if rows < 4 * MOVES:
        return None
    excesses = {
        name: _excess(tables.train[name][:rows], tables.synthetic[name][:rows])
        for name in map(str, tables.train)
    }
    name = min(excesses, key=lambda name: excesses[name][1])
    excess, p_value = excesses[name]
    both = min(rows, len(tables.holdout))
    expected, _ = _excess(tables.train[name][:both], tables.holdout[name][:both])
    p_value = min(p_value * len(excesses), 1.0)
    return Measure("row_order", excess, expected, rows=rows, columns=(name,), p_value=p_value)


def _excess(train: Column, synthetic: Column) -> tuple[Estimate, float]:
    """Return by how much two columns agree more in the same places than elsewhere, and its p-value."""
    from scipy.stats import t

    real, invented = _scores(train, synthetic)
    moves = [0, *range(-MOVES, 0), *range(1, MOVES + 1)]
    if train.dtype == np.float64:
        agreement = np.array([(real * np.roll(invented, move)).mean() for move in moves])
    else:
        agreement = np.array([(real == np.roll(invented, move)).mean() for move in moves])
    here, elsewhere = agreement[0], agreement[1:]
    excess = float(here - elsewhere.mean())
    # Codes that nobody shares agree nowhere else: that one row more does is chance.
    error = max(float(elsewhere.std(ddof=1)) * np.sqrt(1 + 1 / len(elsewhere)), 1 / len(train))
    p_value = float(t.sf(excess / error, len(elsewhere) - 1))
    return standard_error_interval(excess, error, -1.0, 1.0), p_value


def _scores(train: Column, synthetic: Column) -> tuple[Floats, Floats]:
    """Turn numbers into standardised ranks, of which missing ones are 0, and categories into numbers."""
    if train.dtype == np.float64:
        return _standardised(train.rank()), _standardised(synthetic.rank())
    codes = pd.factorize(pd.concat([train, synthetic], ignore_index=True))[0].astype(np.float64)
    return codes[: len(train)], codes[len(train) :]


def _standardised(ranks: Column) -> Floats:
    scores: Floats = ((ranks - ranks.mean()) / (ranks.std(ddof=0) or 1)).fillna(0).to_numpy(np.float64)
    return scores
