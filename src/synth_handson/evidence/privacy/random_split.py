"""Are the training table and the holdout two random halves of the same people? Every test rests on that."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.metrics.arrays import Floats
from synth_handson.metrics.bins import bin_column
from synth_handson.metrics.counts import chi_square, total_variation_distance
from synth_handson.metrics.intervals import Estimate

EXPECTED = 5
"""Bins with fewer expected rows are merged, since the chi-square approximation would not hold."""


def split_measures(
    tables: AssessedTables, real_auc: Estimate, counts: Mapping[str, Floats]
) -> tuple[Measure, Measure]:
    """Test whether holdout rows differ from training rows more than a random split allows.

    They do if the holdout is from a later time, another region or another sample than the training rows. Then
    training people are closer to the synthetic table for that alone.

    Parameters
    ----------
    tables
        The tables.
    real_auc
        How well a classifier tells holdout rows from training rows: the reference of "c2st_auc".
    counts
        Training and holdout rows in each bin of each column. Shape (2, bins) each.

    Returns
    -------
    tuple of Measure
        "split_auc": the classifier's area under the ROC curve, 0.5 is chance; one-sided p-value by the normal
        approximation. "split_columns": total variation distance between training rows and holdout in the
        column that differs most clearly, 0 to 1; Pearson's chi-square test, corrected for the number of
        columns.

    Notes
    -----
    Lopez-Paz & Oquab, "Revisiting classifier two-sample tests", ICLR 2017; K. Pearson, Philosophical Magazine
    50, 1900.
    """
    from scipy.stats import norm

    error = (real_auc.high - real_auc.low) / (2 * norm.ppf(0.975))
    p_value = float(norm.sf(real_auc.value - 0.5, scale=error)) if error else float(real_auc.value <= 0.5)
    rows = min(len(tables.train), len(tables.holdout))
    return Measure("split_auc", real_auc, rows=rows, p_value=p_value), _most_different(counts)


def count_split(tables: AssessedTables) -> dict[str, Floats]:
    """Count training and holdout rows in each bin of each column. Shape (2, bins) each."""
    counts = {}
    for name in tables.train.columns:
        real = pd.concat([tables.train[name], tables.holdout[name]], ignore_index=True)
        codes = bin_column(real, real).real
        parts = np.split(codes, [len(tables.train)])
        size = int(codes.max()) + 1
        counts[name] = np.array([np.bincount(part, minlength=size) for part in parts], np.float64)
    return counts


def _most_different(counts: Mapping[str, Floats]) -> Measure:
    names = list(counts)
    tested = [_compare(counts[name]) for name in names]
    best = int(np.argmin([p_value for p_value, _ in tested]))
    p_value, distance = tested[best]
    return Measure(
        "split_columns",
        Estimate(distance, distance, distance),
        rows=int(counts[names[best]].sum()),
        columns=(names[best],),
        p_value=min(p_value * len(names), 1.0),
    )


def _compare(counts: Floats) -> tuple[float, float]:
    """P-value of the chi-square test on one column's bins, and the total variation distance."""
    from scipy.stats import chi2

    distance = total_variation_distance(*(counts / counts.sum(axis=1, keepdims=True)))
    expected = counts.sum(axis=0) * counts.sum(axis=1).min() / counts.sum()
    rare = expected < EXPECTED
    pooled = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    pooled = pooled[:, pooled.sum(axis=0) > 0]
    if pooled.shape[1] < 2:
        return 1.0, distance
    return float(chi2.sf(chi_square(pooled[1], pooled[0]), pooled.shape[1] - 1)), distance
