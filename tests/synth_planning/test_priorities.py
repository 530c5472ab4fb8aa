"""RICE, MoSCoW and the smallest product."""

import itertools

import plans
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import features

from synth_planning import Feature, by_moscow, by_rice, completion, mvp
from synth_planning.errors import ArgumentError


def feature(name: str, moscow: str = "should", effort: float = 10, **more: object) -> Feature:
    scores = {"reach": 5, "impact": 4, "confidence": 8}
    return plans.feature(name, moscow=moscow, effort=effort, **{**scores, **more})


def test_rice_by_hand() -> None:
    # 5 × 4 × 80 % / 10 hours
    assert feature("a").rice == 1.6
    assert feature("a", effort=20).rice == 0.8
    assert feature("a", confidence=10).rice == 2.0


@given(features())
def test_more_effort_is_less_rice_and_more_of_anything_else_is_more(one: Feature) -> None:
    assert one.rice > 0
    assert one.changed(effort=one.effort * 2).rice == pytest.approx(one.rice / 2)
    for name in ("reach", "impact", "confidence"):
        if (value := getattr(one, name)) < 10:
            assert one.changed(**{name: value + 1}).rice > one.rice


@given(st.lists(features(), max_size=12))
def test_order_and_groups_lose_nothing(found: list[Feature]) -> None:
    ordered = by_rice(found)
    assert sorted(one.id for one in ordered) == sorted(one.id for one in found)
    assert all(first.rice >= second.rice for first, second in itertools.pairwise(ordered))
    assert sum(map(len, by_moscow(found).values())) == len(found)


@given(st.lists(features(), max_size=12), st.floats(0, 1_000))
def test_the_smallest_product_holds_every_must_and_never_more_than_fits(
    found: list[Feature], hours: float
) -> None:
    chosen = mvp(found, hours)
    groups = by_moscow(found)
    assert set(groups["must"]) <= set(chosen.features)
    assert not set(groups["wont"]) & set(chosen.features)
    musts = sum(one.effort for one in groups["must"])
    assert chosen.hours == pytest.approx(sum(one.effort for one in chosen.features))
    assert chosen.hours <= max(hours, musts) * (1 + 1e-12)
    assert chosen.fits == (chosen.hours <= hours)
    assert {*chosen.features, *chosen.left_out, *groups["wont"]} == set(found)


def test_what_does_not_fit_is_passed_over_for_what_does() -> None:
    must, large, small = feature("m", "must", 10), feature("l", effort=30, reach=10, impact=10), feature("s")
    chosen = mvp([small, large, must], 25)
    assert [one.name for one in chosen.features] == ["m", "s"]
    assert [one.name for one in chosen.left_out] == ["l"]
    assert not mvp([must], 9).fits


@pytest.mark.parametrize("hours", [-1, float("nan"), float("inf"), True, "many"])
def test_hours_must_be_a_number(hours: object) -> None:
    with pytest.raises(ArgumentError, match="hours"):
        mvp([], hours)  # type: ignore[arg-type]


def test_completion_leaves_out_what_is_not_wanted() -> None:
    done, open_ = feature("a", status="done"), feature("b")
    assert completion([done, open_, feature("c", "wont")]) == 0.5
    assert completion([feature("c", "wont")]) is None
    assert mvp([done, open_], 10).completion == 1
