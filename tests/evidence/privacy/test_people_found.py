"""People found: Fisher's test by hand, in both directions, corrected for the ways that were tried."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, hypergeom

from synth_handson.evidence.privacy.people_found import PeopleFound


def test_by_hand() -> None:
    # 30 of 40 training people are found and 2 of 10 others; as unlikely in the other direction is nothing.
    found = PeopleFound.once(30, 2, (40, 10)).tested
    tail = fisher_exact([[30, 10], [2, 8]], alternative="greater").pvalue
    below = hypergeom.cdf(np.arange(33), 50, 40, 32)
    assert found["p_value"] == pytest.approx(tail + below[below <= tail].max(initial=0))
    # The most that 32 people found could have shown: none of the holdout, or all of it.
    least = (
        fisher_exact([[32, 8], [0, 10]], alternative="greater").pvalue,
        fisher_exact([[22, 18], [10, 0]], alternative="less").pvalue,
    )
    assert min(least) * (1 - 1e-9) <= found["least_p_value"] <= 2 * min(least)
    assert found["attributable"].value == pytest.approx(1 - 0.2 / 0.75)
    assert found["avoided"].value == 0


def test_who_is_avoided_is_told_as_well() -> None:
    found = PeopleFound.once(8, 20, (400, 100)).tested
    assert found["p_value"] < 1e-6
    assert found["attributable"].value == 0
    assert found["avoided"].value == pytest.approx(1 - 0.02 / 0.2)


def test_of_several_ways_the_best_counts_and_is_corrected_for() -> None:
    alone = PeopleFound.once(12, 0, (50, 50))
    both = PeopleFound(np.array([[3, 12, 0], [3, 0, 0]]), (50, 50))
    assert both.best == 1
    # Six people found cannot show so much, nor can nobody.
    assert both.tested["p_value"] == alone.tested["p_value"]
    assert both.tests == 2
    twice = PeopleFound(np.array([[12, 12], [0, 0]]), (50, 50))
    assert twice.tested["p_value"] == pytest.approx(2 * alone.tested["p_value"])
    assert twice.tested["attributable"].low < alone.tested["attributable"].low


@given(st.integers(0, 30), st.integers(0, 30))
def test_exchanged_labels_mirror_everything(members: int, others: int) -> None:
    one = PeopleFound.once(members, others, (30, 30)).tested
    other = PeopleFound.once(others, members, (30, 30)).tested
    assert one["p_value"] == pytest.approx(other["p_value"])
    assert one["attributable"] == other["avoided"]
    assert one["least_p_value"] <= one["p_value"] + 1e-12


def test_a_measure_has_the_shares_of_the_way_that_shows_most() -> None:
    found = PeopleFound(np.array([[3, 20, 1], [3, 0, 1]]), (80, 40))
    measure = found.measure("subset_matches", ("age", "job"))
    assert found.best == 1
    assert (measure.name, measure.columns, measure.rows) == ("subset_matches", ("age", "job"), 120)
    assert (measure.value, measure.reference) == (20 / 80, 0.0)
    assert measure.p_value == found.tested["p_value"]
