"""Is it a rule, or chance? Each column shuffled on its own has to break it, in many people's rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from synth_handson.tables.columns import with_columns
from synth_handson.tables.rules.rule import Rule
from synth_handson.tables.rules.values import Values

TESTED_ROWS = 5_000
"""Rows on which chance is ruled out."""
LEVEL = 0.001
"""Probability that any of the rules tried holds by chance."""
LEAST_BROKEN = 0.01
"""Share of shuffled rows that must break a rule; with less, it says next to nothing."""


def shuffled(frame: pd.DataFrame, name: str, rng: np.random.Generator) -> pd.DataFrame:
    """Return the table with one column in random order."""
    order = rng.permutation(len(frame))
    return with_columns(frame, {name: frame[name].take(order).set_axis(frame.index)})


def is_chance(rule: Rule, frame: pd.DataFrame, rng: np.random.Generator, tried: int) -> bool:
    """Tell whether a rule may hold by chance.

    For each of its columns, the rows are put together anew with that column shuffled. By chance, no more rows
    would break the rule than do with a probability that is taken from the binomial distribution; corrected
    for the number of rules that were tried (Bonferroni), it has to be below `LEVEL` for every column.

    Parameters
    ----------
    rule
        The rule.
    frame
        Rows of different people, with text as names of columns.
    rng
        Random numbers.
    tried
        How many rules were tried.
    """
    some = frame[list(rule.columns)]
    reference = Values(some)
    broken = int((~rule.holds_for(reference, reference)).sum())
    for name in rule.columns:
        again = Values(shuffled(some, name, rng), reference.units)
        share = float((~rule.holds_for(again, reference)).mean())
        if share < LEAST_BROKEN or special.bdtr(broken, len(some), share) > LEVEL / max(tried, 1):
            return True
    return False
