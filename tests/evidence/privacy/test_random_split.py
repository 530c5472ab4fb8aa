"""Two random parts of the same people, and two that are not."""

import numpy as np
import pandas as pd
import pytest
from leaks import SHAPES, drawn
from people import draw_people

from synth_handson.evidence.fidelity.c2st import c2st_area
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.random_split import count_split, split_measures
from synth_handson.evidence.three_tables import prepare_tables


def measured(train: pd.DataFrame, holdout: pd.DataFrame) -> dict[str, Measure]:
    tables = prepare_tables(holdout, train, holdout)
    told_apart = c2st_area(tables.holdout, tables.train, random_state=0)
    return {m.name: m for m in split_measures(tables, told_apart, count_split(tables))}


ONE, *OTHERS = SHAPES


@pytest.mark.parametrize("shape", [ONE, *(pytest.param(name, marks=pytest.mark.seldom) for name in OTHERS)])
def test_random_parts_are_hardly_ever_called_different(shape: str) -> None:
    p_values = []
    for seed in range(30):
        people = drawn(shape, 500, 300, 100, seed)
        p_values += [m.p_value for m in measured(people.train, people.holdout).values()]
    assert (np.array(p_values) < 0.05).sum() <= 60 * 0.05 + 3 * np.sqrt(60 * 0.05 * 0.95)
    assert min(p_values) > 0.0005


def test_a_holdout_from_a_later_time_is_noticed_by_the_column_that_drifts() -> None:
    people = draw_people(2_000, 0).sort_values("since", ignore_index=True)
    found = measured(people.head(1_400), people.tail(600))
    assert found["split_columns"].columns == ("since",)
    assert found["split_columns"].value == pytest.approx(1.0, abs=0.1)
    assert all(m.p_value is not None and m.p_value < 1e-6 for m in found.values())


def test_parts_that_differ_in_how_columns_hang_together_are_told_apart_by_the_classifier() -> None:
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(2, 3_000))
    table = pd.DataFrame({"x": x, "y": np.where(np.arange(3_000) < 2_000, x, -x) + noise / 10})
    found = measured(table.head(2_000), table.tail(1_000))
    assert found["split_columns"].p_value > 0.001
    assert found["split_auc"].p_value < 1e-6


def test_the_distance_is_the_share_of_people_who_would_have_to_move() -> None:
    train = pd.DataFrame({"c": list("aaab") * 100, "d": list("xy") * 200})
    holdout = pd.DataFrame({"c": list("aabb") * 100, "d": list("xy") * 200})
    found = measured(train, holdout)["split_columns"]
    assert (found.columns, found.value) == (("c",), pytest.approx(0.25))


def test_bins_with_few_people_are_pooled() -> None:
    """A hundred codes seen once or twice each say nothing, and do not make the test cry wolf."""
    rng = np.random.default_rng(0)
    p_values = []
    for _ in range(30):
        codes = pd.DataFrame(
            {"code": rng.integers(0, 300, 600).astype(str), "c": rng.choice(list("ab"), 600)}
        )
        p_values.append(measured(codes.head(400), codes.tail(200))["split_columns"].p_value)
    assert (np.array(p_values) < 0.05).sum() <= 5
