"""Where a synthetic table stands between controls whose answer is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from synth_handson.evidence import controls
from synth_handson.evidence.c2st import c2st_area
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.membership import distance_measures
from synth_handson.evidence.three_tables import AssessedTables, halves, sample_rows
from synth_handson.evidence.verdict import FAMILYWISE_LEVEL, holm

RungName = Literal["copied", "jittered", "planted", "ours", "holdout", "shuffled"]

PLANTED_SHARE = 0.1
MAX_ROWS = 5_000


@dataclass(frozen=True)
class Rung:
    """One step of the ladder of controls.

    Attributes
    ----------
    name
        The control, or "ours".
    measures
        "identical_rows", "dcr_share", "dcr_ratio", "attack_auc", "attack_tpr", "c2st_auc".
    leak
        Whether these measures show a leak, by the rule of the verdict.
    """

    name: RungName
    measures: tuple[Measure, ...]
    leak: bool


def climb(tables: AssessedTables, *, random_state: int) -> tuple[Rung, ...]:
    """Measure the synthetic table and five controls in the same way.

    Parameters
    ----------
    tables
        Prepared tables.
    random_state
        Seed of the controls and the measures.

    Returns
    -------
    tuple of Rung
        From the worst leak to none: training rows copied; each value of them moved a little; a tenth of the
        synthetic rows replaced by training rows; the synthetic table itself; one half of the holdout in its
        place; and the synthetic table with its columns shuffled, which leaks nobody and is of no use.
    """
    return tuple(_rung(name, compared, random_state) for name, compared in _tables(tables, random_state))


def shows_leak(measures: tuple[Measure, ...]) -> bool:
    """Tell whether any of the measures shows a leak, corrected for their number by Holm's method."""
    return min(holm([m.p_value for m in measures if m.p_value is not None])) < FAMILYWISE_LEVEL


def _tables(tables: AssessedTables, random_state: int) -> Iterator[tuple[RungName, AssessedTables]]:
    train, holdout = tables.train, tables.holdout
    synthetic = sample_rows(tables.synthetic, MAX_ROWS, random_state)
    rows = len(synthetic)

    def instead(table: pd.DataFrame) -> AssessedTables:
        return AssessedTables(table, train, holdout)

    yield "copied", instead(controls.copy_rows(train, rows, random_state))
    yield "jittered", instead(controls.jitter_rows(train, rows, random_state=random_state))
    yield "planted", instead(controls.plant_rows(synthetic, train, PLANTED_SHARE, random_state))
    yield "ours", instead(synthetic)
    first, second = halves(holdout, random_state)
    yield "holdout", AssessedTables(sample_rows(first, rows, random_state), train, second)
    yield "shuffled", instead(controls.shuffle_columns(synthetic, random_state))


def _rung(name: RungName, tables: AssessedTables, random_state: int) -> Rung:
    membership = distance_measures(tables, level=FAMILYWISE_LEVEL / 4, random_state=random_state)
    area = c2st_area(tables.synthetic, tables.train, random_state=random_state, rows=MAX_ROWS)
    rows = min(len(tables.synthetic), len(tables.train))
    return Rung(name, (*membership, Measure("c2st_auc", area, rows=rows)), shows_leak(membership))
