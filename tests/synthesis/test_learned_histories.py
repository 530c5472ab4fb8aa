"""Events go into steps and come back as they were, in order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from synth_handson.synthesis.histories import EventsForm, Histories, follows, part, sort_times, to_places
from synth_handson.tables.columns import to_floats


def visits(people: int = 40, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Visits on rising days, each with a bill some days later, at a town that nobody changes; shuffled."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(people), rng.integers(1, 7, people))
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, len(owner)), unit="D")
    frame = pd.DataFrame(
        {
            "paid": rng.gamma(2, 20, len(owner)).round(2),
            "items": rng.integers(1, 4, len(owner)),
            "billed": day + pd.to_timedelta(rng.integers(0, 9, len(owner)), unit="D"),
            "day": day,
            "shop": rng.choice(["a", "b", "c"], len(owner)),
            "town": np.array(["x", "y"])[owner % 2],
        }
    ).astype({"billed": "datetime64[us]", "day": "datetime64[us]"})
    rows = rng.permutation(len(owner))
    return frame.iloc[rows].reset_index(drop=True), owner[rows]


def back(form: EventsForm, histories: Histories) -> pd.DataFrame:
    """Add up the steps of the first table of events."""
    owner, summary = histories.owners[0], part(histories.people, 1)
    places = histories.events[0].copy()
    for advance in form.advances:
        steps = to_floats(places[advance.name])
        places[advance.name] = to_places(steps, advance.before(summary), owner)
    return form.events(places, summary.iloc[owner].reset_index(drop=True))


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_events_come_back_from_their_steps_in_order(seed: int) -> None:
    frame, owner = visits(seed=seed)
    nobody = pd.DataFrame(index=range(40))
    histories = Histories.of(nobody, [frame], [owner])
    (form,) = histories.forms
    rows = np.lexsort([frame["day"], owner])
    drawn = back(form, histories)
    low, high = form.advances[0].ends
    days = to_floats(frame["day"].iloc[rows]) / 86_400
    inside = (days >= low) & (days <= high)
    expected = frame.iloc[rows].reset_index(drop=True)
    for name in ("items", "shop", "town"):
        assert drawn[name].astype(object).tolist() == expected[name].astype(object).tolist()
    paid = form.levels["paid"]
    assert (np.abs(paid.code(drawn["paid"]) - paid.code(expected["paid"])) <= 1).all()
    assert_frame_equal(drawn.loc[inside, ["day", "billed"]], expected.loc[inside, ["day", "billed"]])


def test_what_is_learned_of_a_person_and_of_an_event() -> None:
    frame, owner = visits()
    (form,) = Histories.of(pd.DataFrame(index=range(40)), [frame], [owner]).forms
    assert form.order == "day"
    assert [advance.name for advance in form.advances] == ["day"]
    assert list(form.delays) == ["billed"]
    assert form.kept == ("town",)
    # Of the eight people with the first and the last days, nothing beyond is told.
    days = to_floats(frame["day"]) / 86_400
    low, high = form.advances[0].ends
    outside = owner[(days < low) | (days > high)]
    person = next(n for n in range(40) if n not in outside and (owner == n).sum() > 2)
    one = frame[owner == person].sort_values("day").reset_index(drop=True)
    summary = form.summary(one, np.zeros(len(one), int), 1).iloc[0]
    assert summary["count"] == len(one)
    assert summary["items mean"] == pytest.approx(one["items"].mean())
    assert summary["town"] == one["town"][0]
    learned = form.learned(one, np.zeros(len(one), int))
    assert learned["day"].tolist() == [0.0, *(one["day"].diff().dropna().dt.days)]
    assert learned["paid"].mean() == pytest.approx(0, abs=1e-12)
    assert list(form.levels) == ["paid"]
    assert learned["billed"].tolist() == (one["billed"] - one["day"]).dt.days.tolist()


def panel(years: list[int], people: int = 20) -> tuple[pd.DataFrame, np.ndarray]:
    owner = np.repeat(np.arange(people), len(years))
    frame = pd.DataFrame({"year": years * people, "worked": np.arange(len(owner)) % len(years) * 0.5})
    return frame, owner


def test_years_of_a_survey_are_its_waves() -> None:
    # No year between 73 and 75 is made, as the survey was not held then.
    frame, owner = panel([70, 71, 73, 75])
    form, _ = EventsForm.of(frame, owner)
    year = form.advances[0]
    assert (year.name, year.moments, year.least) == ("year", (70.0, 71.0, 73.0, 75.0), 1)
    assert year.places(frame["year"])[:4].tolist() == [0, 1, 2, 3]
    assert year.column(np.array([0.0, 2.0, 9.0, np.nan])).tolist()[:3] == [70.0, 73.0, 75.0]
    assert [advance.name for advance in form.advances] == ["year", "worked"]


def test_a_column_that_falls_once_is_learned_by_its_values() -> None:
    frame, owner = panel([70, 71, 73, 75])
    frame.loc[6, "worked"] = -1.0
    assert [advance.name for advance in EventsForm.of(frame, owner)[0].advances] == ["year"]


def shopping(before: np.ndarray, people: int = 40) -> tuple[pd.DataFrame, np.ndarray]:
    """Five sums each, and points for them that are collected on top of what a person has before."""
    rng = np.random.default_rng(0)
    owner = np.repeat(np.arange(people), 5)
    paid = rng.gamma(4, 20, len(owner)).round(2)
    points = pd.Series(np.floor(paid)).groupby(owner).cumsum() + before[owner]
    return pd.DataFrame({"day": np.tile([1, 2, 3, 4, 5], people), "paid": paid, "points": points}), owner


def test_the_first_value_of_a_counter_is_a_step_from_nothing() -> None:
    frame, owner = shopping(np.zeros(40))
    form, _ = EventsForm.of(frame, owner)
    points = next(advance for advance in form.advances if advance.name == "points")
    assert points.start == 0
    inside = frame["points"].between(*points.ends).groupby(owner).transform("all").to_numpy()
    assert form.learned(frame, owner)["points"][inside].tolist() == np.floor(frame["paid"])[inside].tolist()
    summary = form.summary(frame, owner, 40)
    assert "points last" in summary
    assert "points first" not in summary
    # The steps tell what was paid: it has no level of a person.
    assert not form.levels


def test_a_counter_of_few_values_starts_one_step_before_its_first_place() -> None:
    owner = np.repeat(np.arange(40), 4)
    visit = pd.DataFrame({"visit": np.tile([1, 2, 3, 4], 40)})
    (advance,) = EventsForm.of(visit, owner)[0].advances
    assert (advance.moments, advance.start) == ((1.0, 2.0, 3.0, 4.0), -1.0)
    assert advance.steps(visit["visit"], owner).tolist() == [1.0] * 160
    # Neither the years of a survey nor the mileage of used cars begin with a step from nothing.
    assert EventsForm.of(*panel([70, 71, 73, 75]))[0].advances[0].start is None
    frame, owner = shopping(np.random.default_rng(1).integers(0, 90_000, 40))
    form, _ = EventsForm.of(frame, owner)
    assert [advance.start for advance in form.advances if advance.name == "points"] == [None]
    assert "points first" in form.summary(frame, owner, 40)


def test_a_number_that_steps_do_not_tell_has_a_level() -> None:
    frame, owner = shopping(np.zeros(40))
    shuffled = frame.assign(paid=np.random.default_rng(2).permutation(frame["paid"]))
    assert list(EventsForm.of(shuffled, owner)[0].levels) == ["paid"]


def test_a_value_that_is_missing_is_stepped_over() -> None:
    frame, owner = panel([70, 71, 73, 75])
    frame.loc[[1, 6], "worked"] = np.nan
    form, _ = EventsForm.of(frame, owner)
    assert form.learned(frame, owner)["worked"][:4].tolist()[2:] == [2.0, 1.0]
    places = to_places(
        np.array([0.0, np.nan, 1.0, 0.0, 0.5]), np.array([3.0, 1.0]), np.array([0, 0, 0, 1, 1])
    )
    assert places.tolist()[0] == 3.0 and np.isnan(places[1]) and places.tolist()[2:] == [4.0, 1.0, 1.5]


def test_times_of_one_day_are_in_order() -> None:
    frame = pd.DataFrame({"day": [1.0, 1.0, 1.0, 2.0], "at": [9.0, 3.0, 5.0, 1.0]})
    found = sort_times(frame, {"day": "at"}, np.array([0, 0, 1, 1]))
    assert found["at"].tolist() == [3.0, 9.0, 5.0, 1.0]
    assert follows(np.array([0, 0, 1, 1])).tolist() == [False, True, False, True]
