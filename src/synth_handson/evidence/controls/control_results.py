"""The synthetic table compared with controls whose answer is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from synth_handson.evidence.controls import known_tables as controls
from synth_handson.evidence.fidelity.c2st import c2st_area
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.membership import (
    Neighbours,
    distance_measures,
)
from synth_handson.evidence.three_tables import sample_rows
from synth_handson.evidence.verdict import FAIL_LEVEL, beyond_tolerance, noticed

ControlName = Literal["copied", "jittered", "planted", "synthetic", "holdout", "shuffled"]

PLANTED_SHARE = 0.1
MAX_ROWS = 5_000


@dataclass(frozen=True)
class ControlResult:
    """Measures of a table whose answer is known, or of the synthetic table.

    Attributes
    ----------
    name
        The control, or "synthetic".
    measures
        Those of `DISTANCE_MEASURES`, of the table itself those of `SUBSET_MEASURES`, and "c2st_auc".
    leak
        Whether these measures show a leak, by the rule of the verdict.
    """

    name: ControlName
    measures: tuple[Measure, ...]
    leak: bool


def assess_controls(neighbours: Neighbours, joint: Measure) -> tuple[ControlResult, ...]:
    """Measure the synthetic table and five controls in the same way.

    Parameters
    ----------
    neighbours
        The tables with the synthetic one. Its seed is also that of the controls.
    joint
        "c2st_auc" of the synthetic table, which is not measured twice if it was measured on the same rows.

    Returns
    -------
    tuple of ControlResult
        From the worst leak to none: training rows copied; each value of them moved a little; a tenth of the
        synthetic rows replaced by training rows; the synthetic table itself; one half of the holdout in its
        place; and the synthetic table with its columns shuffled, which leaks nobody and is of no use.
    """
    return tuple(_assess_control(name, compared, joint) for name, compared in _compared(neighbours))


def _compared(neighbours: Neighbours) -> Iterator[tuple[ControlName, Neighbours]]:
    tables, random_state = neighbours.tables, neighbours.random_state
    synthetic = sample_rows(tables.synthetic, MAX_ROWS, random_state)
    rows = len(synthetic)

    def instead(table: pd.DataFrame, of: Neighbours = neighbours) -> Neighbours:
        return of if table is of.tables.synthetic else of.instead(table)

    yield "copied", instead(controls.copy_rows(tables.train, rows, random_state))
    yield "jittered", instead(controls.jitter_rows(tables.train, rows, random_state=random_state))
    yield "planted", instead(controls.plant_rows(synthetic, tables.train, PLANTED_SHARE, random_state))
    yield "synthetic", instead(synthetic)
    unseen = neighbours.reference
    yield "holdout", instead(sample_rows(unseen.tables.synthetic, rows, random_state), unseen)
    yield "shuffled", instead(controls.shuffle_columns(synthetic, random_state))


def _assess_control(name: ControlName, compared: Neighbours, joint: Measure) -> ControlResult:
    measures = distance_measures(compared)
    # The controls are told by identical rows and distances alone.
    subsets = compared.subsets if name == "synthetic" else ()
    leak = any(beyond_tolerance(m) for m, _ in noticed((*measures, *subsets), FAIL_LEVEL))
    return ControlResult(name, (*measures, *subsets, _c2st(name, compared, joint)), leak)


def _c2st(name: ControlName, compared: Neighbours, measured: Measure) -> Measure:
    tables = compared.tables
    rows = min(len(tables.synthetic), len(tables.train), MAX_ROWS)
    if name == "synthetic" and measured.rows == rows == len(tables.synthetic):
        return Measure("c2st_auc", measured.estimate, rows=rows)
    area = c2st_area(tables.synthetic, tables.train, random_state=compared.random_state, rows=MAX_ROWS)
    return Measure("c2st_auc", area, rows=rows)
