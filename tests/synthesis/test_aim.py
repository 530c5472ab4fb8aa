"""AIM, the real one: what is measured with noise, what it costs, and what nobody can learn from it."""

import io
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.errors import ArgumentError
from synth_handson.synthesis import aim_process
from synth_handson.synthesis.aim_process import QUANTILES, RANGES_SHARE, AimProcess, concentrated
from synth_handson.synthesis.aim_process import _code as code_of
from synth_handson.synthesis.aim_process import _private_ranges as ranges_of
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.synthesis.training import train_generator

pytestmark = pytest.mark.engine

RHO = {"_private_span": 2, "_private_quantile": 3, "_measure": 2}
"""Where the functions that look at people are told what that may cost."""


@given(epsilon=st.floats(0.01, 50), delta=st.floats(1e-12, 0.1))
def test_the_budget_is_the_one_that_gives_epsilon(epsilon: float, delta: float) -> None:
    rho = concentrated(epsilon, delta)
    assert rho + 2 * sqrt(rho * log(1 / delta)) == pytest.approx(epsilon)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load OpenDP into this process."""
    AimProcess(tmp_path_factory.mktemp("aim"), io.BytesIO(), io.BytesIO()).load()


RNG = np.random.default_rng(0)
NUMBERS = {
    "whole, skewed": np.round(RNG.lognormal(5, 1, 4_000)),
    "few whole": RNG.integers(0, 4, 4_000).astype(float),
    "both signs": RNG.normal(0, 1, 4_000),
    "far from 0": RNG.normal(20_000, 5, 4_000),
    "one value": np.full(4_000, 7.0),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_ranges_lie_where_people_are(library: None, name: str) -> None:
    values = NUMBERS[name]
    whole = bool((values == np.round(values)).all())
    ranges = ranges_of(values, whole, rho=1.0)
    lows, highs = np.array(ranges).T
    assert (lows <= highs).all()
    assert (lows[1:] >= highs[:-1]).all()
    within = (values >= lows[0]) & (values <= highs[-1])
    assert within.mean() > 0.97
    # No range holds many more than the twentieth it is meant to, unless it is one value.
    shares = np.bincount(code_of(values, ranges), minlength=len(ranges) + 1)[1:] / len(values)
    assert shares[lows < highs].max(initial=0) < 0.2
    assert len(ranges) <= 23


def test_ranges_of_nobody_are_ranges_all_the_same(library: None) -> None:
    assert len(ranges_of(np.array([]), True, rho=0.01)) >= 1


def test_one_who_stands_out_has_no_say_in_the_ends(library: None) -> None:
    values = np.append(RNG.integers(20, 60, 4_000), 10**9).astype(float)
    assert ranges_of(values, True, rho=0.1)[-1][1] < 128


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = 3_000
    job = rng.choice(["clerk", "nurse", "smith"], n).astype(object)
    job[:5] = "astronaut"
    return pd.DataFrame(
        {
            "len": rng.integers(0, 90, n),  # A name that OpenDP keeps for itself.
            "job": job,
            "pay": (np.where(job == "nurse", 3_000, 1_000) + rng.normal(0, 100, n)).round(2),
            "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
            "note": pd.Series(np.where(rng.random(n) < 0.3, None, "seen"), dtype="str"),
        }
    )


def test_what_is_learned_is_there_and_what_few_have_is_not(table: pd.DataFrame) -> None:
    generator = train_generator(table, engine="aim", epsilon=5.0)
    training = generator.training
    assert (training.stopped_by, training.epsilon, training.reached_epsilon) == ("complete", 5.0, 5.0)
    assert training.delta == 1e-6
    rows = generator.sample(3_000)
    assert rows.dtypes.tolist() == table.dtypes.tolist()
    assert set(rows["job"]) <= {"clerk", "nurse", "smith", PROTECTED_TOKEN}
    assert (rows["job"] == PROTECTED_TOKEN).mean() < 0.05
    means = rows.groupby("job")["pay"].mean()
    assert means["nurse"] - means["clerk"] == pytest.approx(2_000, rel=0.2)
    assert rows["note"].isna().mean() == pytest.approx(0.3, abs=0.05)
    days = rows["since"].dropna()
    assert len(days) > 2_900
    assert (days == days.dt.normalize()).all()
    assert days.between("2023-04-01", "2025-08-01").all()


def test_it_must_be_told_what_to_spend_and_others_cannot(table: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="for example epsilon=3"):
        train_generator(table, engine="aim")
    for engine in ("copula", "trees", "ctgan"):
        with pytest.raises(ArgumentError, match='engine="aim"'):
            train_generator(table, engine=engine, epsilon=1.0)


def test_what_is_spent_adds_up_to_the_budget(
    library: None, table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every look at the table goes through one of three functions, and each is told what it may spend."""
    spent: list[tuple[str, float]] = []

    def watch(name: str) -> None:
        real = getattr(aim_process, name)

        def look(*arguments: Any) -> Any:
            spent.append((name, arguments[RHO[name]]))
            return real(*arguments)

        monkeypatch.setattr(aim_process, name, look)

    for name in RHO:
        watch(name)
    frame = table[["len", "pay", "job"]].rename(columns={"len": "age"}).astype({"age": float})
    process = AimProcess(tmp_path, io.BytesIO(), io.BytesIO())
    process.train(frame=frame, whole=["age"], complete=["age"], epsilon=1.0, delta=1e-6)
    looks = [name for name, _ in spent]
    assert looks.count("_private_quantile") == 2 * len(QUANTILES)
    assert looks.count("_measure") == 1
    budget = concentrated(1.0, 0.5e-6)
    # A column that needs no closer look at its ends leaves what that would have cost.
    assert 0.9 * budget < sum(rho for _, rho in spent) <= budget * (1 + 1e-9)
    assert dict(spent)["_measure"] == pytest.approx((1 - RANGES_SHARE) * budget)
