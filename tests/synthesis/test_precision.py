"""Steps that values are on are found, and kept by what is drawn."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.synthesis.precision import Step, read_step
from synth_handson.synthesis.schema import Schema, prepare
from synth_handson.synthesis.training import train_generator

RNG = np.random.default_rng(1)
ROWS = 600
MIDNIGHT = pd.Timestamp("2021-01-01")


def moments(steps: int, unit: str, start: str = "2021-01-01") -> pd.DatetimeIndex:
    return pd.Timestamp(start) + pd.to_timedelta(RNG.integers(0, 2_000, ROWS) * steps, unit)


COLUMNS = {
    "full hours": (moments(1, "h"), lambda at: at == at.dt.floor("h")),
    "quarters past five": (
        moments(15, "min", "2021-01-01 00:05"),
        lambda at: (at.dt.minute % 15 == 5) & (at.dt.second == 0),
    ),
    "Mondays": (moments(7, "D", "2021-01-04"), lambda at: at.dt.day_of_week == 0),
    "first days of months": (
        pd.to_datetime([f"{2000 + y}-{m}-01" for y, m in RNG.integers(1, 13, (ROWS, 2))]),
        lambda at: at.dt.day == 1,
    ),
    "last days of quarters": (
        pd.DatetimeIndex(RNG.choice(pd.date_range("2000", "2020", freq="QE"), ROWS)),
        lambda at: at.dt.is_quarter_end,
    ),
    "15ths": (
        pd.to_datetime([f"{2000 + y}-{m}-15" for y, m in RNG.integers(1, 13, (ROWS, 2))]),
        lambda at: at.dt.day == 15,
    ),
    "multiples of five": (RNG.integers(0, 400, ROWS) * 5, lambda x: x % 5 == 0),
    "thousands": (RNG.integers(-50, 400, ROWS) * 1000.0, lambda x: x % 1000 == 0),
    "halves": (RNG.integers(0, 400, ROWS) / 2, lambda x: (x * 2) % 1 == 0),
    "twentieths": (np.round(RNG.integers(0, 4000, ROWS) * 0.05, 2), lambda x: np.round(x * 20, 6) % 1 == 0),
    "odd numbers": (RNG.integers(0, 400, ROWS) * 2 + 1, lambda x: x % 2 == 1),
}


@pytest.mark.parametrize("engine", ["copula", "trees"])
def test_what_is_drawn_is_on_the_step(engine: str) -> None:
    frame = pd.DataFrame({name: values for name, (values, _) in COLUMNS.items()})
    drawn = train_generator(frame, engine=engine, keep=False).sample(400)
    for name, (values, holds) in COLUMNS.items():
        assert holds(drawn[name]).all(), (name, drawn[name].head().tolist())
        assert drawn[name].between(min(values), max(values)).all()
        assert drawn[name].dtype == frame[name].dtype


@given(st.lists(st.integers(-1_000, 1_000), min_size=30, unique=True), st.sampled_from([2, 5, 7, 1000]))
def test_the_step_is_the_largest_that_all_are_on(multiples: list[int], size: int) -> None:
    values = pd.Series(multiples) * size + 3
    step = read_step(values)
    common = np.gcd.reduce(values.to_numpy() - values[0])
    assert step == Step(int(common), int(values[0] % common))
    assert step.snap(values.astype(float)).tolist() == values.tolist()


@pytest.mark.parametrize(
    "values",
    [
        range(0, 16, 2),  # eight people
        range(0, 40, 2),  # twenty may all be even by chance
        [0] * 500 + [1_000_007, 3_000_021],  # the step would be one person's
        [*range(0, 1000, 5), 7],
        np.arange(100) * np.pi,
        [1, 0] * 100,
        [None, None],
    ],
)
def test_no_step_is_claimed_of_few_people_or_by_chance(values: object) -> None:
    assert read_step(pd.Series(values, dtype=float)) is None


def test_many_rows_of_few_people_are_few_people() -> None:
    values = pd.Series(np.arange(80) * 5)
    assert read_step(values, np.arange(80)) is not None
    assert read_step(values, np.arange(80) // 10) is None


def test_a_given_value_stays_off_the_step() -> None:
    frame = pd.DataFrame({"x": RNG.integers(0, 400, ROWS) * 5, "y": RNG.integers(0, 9, ROWS)})
    generator = train_generator(frame, engine="copula", keep=False)
    assert (generator.sample(50, given={"x": 507}, even_if_few=True)["x"] == 507).all()


@pytest.mark.parametrize("engine", ["copula", "trees"])
@pytest.mark.parametrize(
    "numbers",
    [
        pd.array(1234567890123456700 + RNG.integers(0, 90, ROWS), dtype="Int64"),
        (2**63 + RNG.integers(0, 90, ROWS).astype("uint64")),
        pd.Series([10**25 + int(i) for i in RNG.integers(0, 90, ROWS)], dtype=object),
        -(2**60) + RNG.integers(0, 90, ROWS),
    ],
)
def test_whole_numbers_beyond_float64_are_drawn_as_such(engine: str, numbers: object) -> None:
    frame = pd.DataFrame({"n": numbers, "g": RNG.choice(list("xy"), ROWS)})
    drawn = train_generator(frame, engine=engine, keep=False).sample(300)["n"]
    assert drawn.nunique() > 60
    assert drawn.dtype == frame["n"].dtype
    assert set(map(int, drawn)) <= set(range(int(frame["n"].min()), int(frame["n"].max()) + 1))


@pytest.mark.parametrize("engine", ["copula", "trees"])
def test_times_of_day_are_learned_and_drawn(engine: str) -> None:
    minutes = RNG.integers(8 * 60, 18 * 60, ROWS)
    times = [dt.time(m // 60, m % 60) if i % 10 else None for i, m in enumerate(minutes.tolist())]
    drawn = train_generator(pd.DataFrame({"t": times, "m": minutes}), engine=engine, keep=False).sample(400)
    there = drawn["t"].dropna()
    assert 0.03 < drawn["t"].isna().mean() < 0.2
    assert all(isinstance(time, dt.time) and time.second == 0 for time in there)
    assert all(dt.time(8) <= time < dt.time(18) for time in there)
    if engine == "trees":
        return  # so few rows grow no tree
    together = np.corrcoef([t.hour * 60 + t.minute for t in there], drawn["m"][there.index])[0, 1]
    assert together > 0.9


def test_whole_numbers_that_are_dates_are_learned_as_dates() -> None:
    days = pd.Series(pd.date_range("2015-01-01", periods=300, freq="9D"))
    frame = pd.DataFrame({"opened": days.dt.strftime("%Y%m%d").astype("int64"), "g": list("xyz") * 100})
    assert prepare(frame)["opened"].tolist() == days.tolist()
    assert Schema.of(frame).restore(prepare(frame))["opened"].tolist() == frame["opened"].tolist()
