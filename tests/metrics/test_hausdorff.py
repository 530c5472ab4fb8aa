"""Distances of sets of rows: by hand, and as its definition says, whatever the columns are."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.metrics import hausdorff
from synth_handson.metrics.columns import squared_distances
from synth_handson.metrics.distances import HeomSpace
from synth_handson.metrics.hausdorff import nearest_sets


def test_distances_by_hand() -> None:
    # Ranks of the real numbers are .125, .375, .625 and .875.
    space = HeomSpace(pd.DataFrame({"x": [10, 20, 30, 40]}), pd.DataFrame({"x": [20]}))
    owners = np.array([0, 0, 1, 2, 3])
    to_drawn, to_real = nearest_sets(space, owners, 3, [np.array([3]), np.arange(3)])
    # The first set's rows are .25 and 0 from the only synthetic one, which is 0 from them.
    assert to_drawn == pytest.approx([0.125, 0.25, 0.5])
    # From the first set to the second it is (.5 + .25) / 2, and .25 back: the larger one counts.
    assert to_real == pytest.approx([0.375, 0.25, 0.25])


def some_rows(rng: np.random.Generator, rows: int) -> pd.DataFrame:
    """Draw numbers, categories with few and with many levels, and numbers some of which are missing."""
    gaps = pd.Series(rng.normal(size=rows)).where(rng.random(rows) < 0.7)
    return pd.DataFrame(
        {
            "number": rng.normal(size=rows),
            "few": rng.choice(list("abc"), rows),
            "many": rng.integers(0, 40, rows).astype(str),
            "gaps": gaps,
        }
    )


@pytest.mark.parametrize("pairs", [hausdorff.PAIRS, 500, 1], ids=["at once", "in parts", "one by one"])
def test_it_is_the_larger_mean_distance_to_the_nearest_row(
    pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hausdorff, "PAIRS", pairs)
    rng = np.random.default_rng(0)
    space = HeomSpace(some_rows(rng, 90), some_rows(rng, 60))
    owners = rng.permutation(np.concatenate([np.arange(50), rng.integers(0, 50, 100)]))
    found = nearest_sets(space, owners, 20, [np.arange(20, 50), np.arange(20)])
    rows = [np.flatnonzero(owners == one) for one in range(50)]

    def distance(one: int, other: int) -> float:
        pairs = np.sqrt(squared_distances(space.columns, rows[one][:, None], rows[other]))
        return float(max(pairs.min(axis=1).mean(), pairs.min(axis=0).mean()))

    for group, nearest in zip([range(20, 50), range(20)], found, strict=True):
        expected = [min(distance(one, other) for other in group if other != one) for one in range(20)]
        assert nearest == pytest.approx(expected)


def test_the_same_rows_in_another_order_are_not_apart_and_nobody_is_nearest_to_nobody() -> None:
    rng = np.random.default_rng(1)
    rows = some_rows(rng, 30)
    space = HeomSpace(rows, rows[::-1])
    owners = np.concatenate([np.arange(30) // 3, np.arange(30)[::-1] // 3 + 10])
    same, alone = nearest_sets(space, owners, 10, [np.arange(10, 20), np.array([], np.intp)])
    assert same.tolist() == [0] * 10
    assert np.isinf(alone).all()
