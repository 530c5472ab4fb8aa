"""In which order columns are learned: those that belong together follow each other, the target is last."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import draw_people
from sklearn.metrics import mutual_info_score

from synth_handson.synthesis.order import column_order, mutual_information
from synth_handson.synthesis.schema import encoding_types, prepare, prepare_in_order


def two_pairs(rows: int = 2_000) -> pd.DataFrame:
    """Numbers a and b belong together, so do categories c and d, less closely; e stands alone."""
    rng = np.random.default_rng(0)
    a, c = rng.normal(size=rows), rng.choice(list("xyz"), rows)
    return pd.DataFrame(
        {
            "e": rng.integers(0, 1_000, rows),
            "c": c,
            "a": a,
            "d": np.where(rng.random(rows) < 0.5, c, "x"),
            "b": a + rng.normal(0, 0.1, rows),
        }
    )


def test_what_belongs_together_follows_each_other() -> None:
    order = column_order(two_pairs())
    assert set(order[:2]) == {"a", "b"}
    assert abs(order.index("c") - order.index("d")) == 1


@pytest.mark.parametrize("target", ["a", "c", "e"])
def test_the_target_comes_last(target: str) -> None:
    order = column_order(two_pairs(), target)
    assert order[-1] == target
    assert sorted(order) == list("abcde")


def test_among_many_values_chance_is_no_information() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 15, (2, 2_000))
    assert mutual_info_score(one, other) > 0.04
    assert mutual_information(one, other) < 0.01


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=60))
def test_it_is_the_plug_in_estimate_less_its_bias(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs).T
    cells = (len(set(one)) - 1) * (len(set(other)) - 1)
    expected = max(mutual_info_score(one, other) - cells / (2 * len(pairs)), 0)
    assert mutual_information(one, other) == pytest.approx(expected, abs=1e-12)


def test_columns_of_every_kind_have_a_place_and_it_repeats() -> None:
    people = draw_people(6_000, 0).assign(nothing=np.nan)
    prepared = prepare(people)
    order = column_order(prepared, "churned")
    assert sorted(order) == sorted(people.columns)
    assert order[:2] == ["income", "score"]
    assert order == column_order(prepared, "churned")


def test_the_target_has_the_engines_name() -> None:
    frame = pd.DataFrame({0: np.arange(60) % 7, "__x": np.arange(60) % 3, "y": np.arange(60) % 5})
    for target, name in ((0, "__0"), ("__x", "__1"), ("y", "y"), (None, None)):
        prepared = prepare_in_order(frame, target)
        encodings = encoding_types(prepared)
        assert list(prepared.columns) == list(encodings)
        assert name in (None, list(encodings)[-1])
        assert encodings == encoding_types(prepare(frame))
        pd.testing.assert_frame_equal(prepared[list(prepare(frame))], prepare(frame))
