"""Variance between people and within them, by hand."""

import numpy as np
import pytest

from synth_handson.metrics.variance import intraclass_correlation


def share(values: list[float], owners: list[int], weights: list[list[int]] | None = None) -> list[float]:
    people = max(owners) + 1
    times = np.ones((1, people)) if weights is None else np.array(weights)
    return intraclass_correlation(np.array(values, float), np.array(owners), times).tolist()


def test_all_of_it_or_none_lies_between_people() -> None:
    assert share([1, 1, 5, 5, 9, 9], [0, 0, 1, 1, 2, 2]) == pytest.approx([1])
    # Every pair is 0 and 2: nothing lies between, and the estimate is as low as two values allow.
    assert share([0, 2, 0, 2, 0, 2], [0, 0, 1, 1, 2, 2]) == pytest.approx([-1])


def test_by_hand_with_people_of_different_size() -> None:
    # Means 2 and 6, overall 10/3: between 3·(2-10/3)² … = 64/3 on 1, within 2 + 0 + 0 = 2 on 1; n0 = 4/3.
    values, owners = [1.0, 3.0, 6.0], [0, 0, 1]
    between, within, size = 2 * (2 - 10 / 3) ** 2 + (6 - 10 / 3) ** 2, 2.0, 3 - 5 / 3
    assert share(values, owners) == pytest.approx([(between - within) / (between + (size - 1) * within)])


def test_a_person_drawn_twice_counts_as_two() -> None:
    values, owners = [1.0, 2, 4, 7, 8, 8], [0, 0, 1, 1, 2, 2]
    drawn = share(values, owners, [[2, 1, 0]])
    assert drawn == pytest.approx(share([1, 2, 1, 2, 4, 7], [0, 0, 1, 1, 2, 2]))


def test_where_nothing_varies_there_is_no_share() -> None:
    assert np.isnan(share([3, 3, 3, 3], [0, 0, 1, 1])).all()
    assert np.isnan(share([1, 2, 3], [0, 1, 2])).all()
