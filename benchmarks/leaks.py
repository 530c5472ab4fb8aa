"""Tables of four shapes, and leaks of every kind in them: what evidence must find, and what it must not."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synth_handson.evidence.controls import change_category, copy_rows, jitter_rows
from synth_handson.tables.bank import HANDS_ON_COLUMNS

Draw = Callable[[int, np.random.Generator], pd.DataFrame]


@dataclass(frozen=True)
class People:
    """Training people, holdout people and others from one source, and what a model is to predict."""

    train: pd.DataFrame
    holdout: pd.DataFrame
    fresh: pd.DataFrame
    target: str


def bank(table: pd.DataFrame, train: int, holdout: int, fresh: int, seed: int) -> People:
    """Draw three parts of Bank Marketing, none of which shares a row with another."""
    parts = table[list(HANDS_ON_COLUMNS)].sample(train + holdout + fresh, random_state=seed)
    return _parts(parts.reset_index(drop=True), train, holdout, "y")


def drawn(shape: str, train: int, holdout: int, fresh: int, seed: int) -> People:
    """Draw people of one of `SHAPES`."""
    draw, target = SHAPES[shape]
    table = draw(train + holdout + fresh, np.random.default_rng(seed))
    return _parts(table, train, holdout, target)


def _parts(table: pd.DataFrame, train: int, holdout: int, target: str) -> People:
    ends = np.cumsum([train, holdout])
    first, second, rest = (
        table.iloc[low:high].reset_index(drop=True)
        for low, high in zip([0, *ends], [*ends, len(table)], strict=True)
    )
    return People(first, second, rest, target)


def _census(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Many categories, one with thirty levels; half of the hours are 40, most gains 0."""
    schooling = rng.integers(1, 17, rows)
    hours = np.clip(rng.normal(40, 12, rows).round(), 1, 99)
    age = rng.integers(17, 90, rows)
    rich = rng.random(rows) < 1 / (1 + np.exp(-(schooling - 11) / 2 - (age - 45) / 15))
    return pd.DataFrame(
        {
            "age": age,
            "sector": rng.choice(list("abcdefgh"), rows, p=[0.5, 0.2, 0.1, 0.05, 0.05, 0.04, 0.03, 0.03]),
            "schooling": schooling,
            "occupation": [f"o{level}" for level in schooling * 7 // 8 + rng.integers(0, 5, rows)],
            "hours": np.where(rng.random(rows) < 0.5, 40, hours).astype(int),
            "gain": np.where(rng.random(rows) < 0.9, 0, np.exp(rng.normal(8, 1, rows)).round()),
            "country": [f"c{level}" for level in np.minimum(rng.geometric(0.6, rows) - 1, 29)],
            "sex": rng.choice(["f", "m"], rows),
            "state": rng.choice(list("stuvw"), rows),
            "income": np.where(rich, "high", "low"),
        }
    )


def _readings(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Correlated measurements, most of which never repeat, and two categories."""
    mixing = np.random.default_rng(0).normal(size=(6, 6))
    values = rng.normal(size=(rows, 6)) @ mixing
    table = pd.DataFrame({f"x{i}": values[:, i].round(1 if i < 3 else 3) for i in range(6)})
    grades = np.digitize(values[:, 0] + rng.normal(size=rows), [-2, 0, 2])
    return table.assign(grade=np.array(list("abcd"))[grades], passed=np.where(values[:, 1] > 0, "yes", "no"))


def _survey(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Answers from 1 to 5 that hang together, with gaps, a few regions, an age: hardly anybody is unique."""
    mood = rng.normal(size=rows)
    answers = {f"q{i}": np.clip((3 + mood + rng.normal(0, 1.2, rows)).round(), 1, 5) for i in range(1, 8)}
    table = pd.DataFrame(answers).mask(rng.random((rows, 7)) < 0.03)
    return table.assign(
        region=rng.choice(list("nesw"), rows, p=[0.4, 0.3, 0.2, 0.1]),
        age=rng.integers(18, 80, rows),
        again=np.where(mood + rng.normal(size=rows) > 0, "yes", "no"),
    )


SHAPES: dict[str, tuple[Draw, str]] = {
    "census": (_census, "income"),
    "readings": (_readings, "passed"),
    "survey": (_survey, "again"),
}


def honest(people: People, rows: int, seed: int) -> pd.DataFrame:
    """Draw people whom nobody has seen: the best that a generator can do."""
    return people.fresh.sample(rows, random_state=seed).reset_index(drop=True)


def leak(name: str, people: People, rows: int, dose: float, seed: int) -> pd.DataFrame:
    """Put a leak in place of a share of the honest rows.

    Parameters
    ----------
    name
        One of `LEAKS`.
    people
        Whose training people are given away.
    rows
        Synthetic rows.
    dose
        Share of the rows that leak, 0 to 1.
    seed
        Seed.
    """
    table = honest(people, rows, seed)
    count = round(dose * rows)
    leaking = LEAKS[name](people, rows, seed)[list(table.columns)]
    return pd.concat([table.iloc[count:], leaking.iloc[:count]], ignore_index=True)


def _names(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    numbers = [str(name) for name in table.select_dtypes("number").columns]
    return numbers, [str(name) for name in table.columns if name not in numbers]


def _forced(people: People, rows: int, seed: int) -> pd.DataFrame:
    first = next(name for name in _names(people.train)[1] if name != people.target)
    return copy_rows(people.train, rows, seed).assign(**{first: people.train[first].mode()[0]})


def _half(people: People, rows: int, seed: int) -> pd.DataFrame:
    copied, table = copy_rows(people.train, rows, seed), honest(people, rows, seed)
    return table.assign(**{name: copied[name] for name in list(table.columns)[::2]})


def _target(people: People, rows: int, seed: int) -> pd.DataFrame:
    copied, table = copy_rows(people.train, rows, seed), honest(people, rows, seed)
    numbers, categories = _names(people.train)
    known = [*numbers[:2], next(name for name in categories if name != people.target), people.target]
    return table.assign(**{name: copied[name] for name in known})


def _jittered(people: People, rows: int, seed: int) -> pd.DataFrame:
    jittered, copied = jitter_rows(people.train, rows, 0.5, seed), copy_rows(people.train, rows, seed)
    return copied.assign(**{name: jittered[name] for name in _names(people.train)[0]})


def _near(people: People, rows: int, seed: int) -> pd.DataFrame:
    """Move one number of each row by 1 % up or down, in the steps that its column has."""
    rng = np.random.default_rng(seed)
    copied, numbers = copy_rows(people.train, rows, seed), _names(people.train)[0]
    which = rng.integers(len(numbers), size=rows)
    for position, name in enumerate(numbers):
        step = 1.0 if (people.train[name].dropna() % 1 == 0).all() else 0.001
        moved = copied[name] * (1 + 0.01 * rng.choice([-1, 1], rows))
        copied[name] = copied[name].where(which != position, (moved / step).round() * step)
    return copied


def _both(people: People, rows: int, seed: int) -> pd.DataFrame:
    return copy_rows(pd.concat([people.train, people.holdout], ignore_index=True), rows, seed)


LEAKS: dict[str, Callable[[People, int, int], pd.DataFrame]] = {
    "copied": lambda people, rows, seed: copy_rows(people.train, rows, seed),
    "one category forced": _forced,
    "one category changed": lambda people, rows, seed: change_category(people.train, rows, 1, seed),
    "two categories changed": lambda people, rows, seed: change_category(people.train, rows, 2, seed),
    "half of the columns": _half,
    "four columns with the target": _target,
    "numbers moved by .5 sd": _jittered,
    "one number moved by 1 %": _near,
    "given the holdout, too": _both,
}

DOSES: tuple[tuple[str, float], ...] = (
    ("copied", 0.005), ("copied", 0.02),
    ("one category forced", 0.05), ("one category forced", 1.0),
    ("one category changed", 0.05), ("one category changed", 0.2), ("one category changed", 0.5),
    ("two categories changed", 0.2),
    ("half of the columns", 0.2), ("half of the columns", 1.0),
    ("four columns with the target", 0.2), ("four columns with the target", 1.0),
    ("numbers moved by .5 sd", 0.5), ("numbers moved by .5 sd", 1.0),
    ("one number moved by 1 %", 0.005), ("one number moved by 1 %", 0.02),
    ("given the holdout, too", 0.2), ("given the holdout, too", 1.0),
)  # fmt: skip
"""Leaks, and shares of the rows in which they are."""
