"""Tables of four shapes, and leaks of every kind in them: what evidence must find, and what it must not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synth_handson.evidence.controls.known_tables import change_category, copy_rows, jitter_rows
from synth_handson.metrics.distances import nearest_neighbors
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


def leak(name: str, people: People, rows: int, share: float, seed: int) -> pd.DataFrame:
    """Put a leak in place of a share of the honest rows.

    Parameters
    ----------
    name
        One of `LEAKS`.
    people
        Whose training people are given away.
    rows
        Synthetic rows.
    share
        Share of the rows that leak, 0 to 1.
    seed
        Seed.
    """
    table = honest(people, rows, seed)
    count = round(share * rows)
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

LEAK_SIZES: tuple[tuple[str, float], ...] = (
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


def _without_equal_rows(people: People, rows: int, seed: int) -> tuple[pd.DataFrame, People]:
    known = set(map(tuple, people.train.astype(str).to_numpy()))
    kept = [tuple(row) not in known for row in people.fresh.astype(str).to_numpy()]
    return people.fresh[kept].head(rows), people


def _without_close_rows(people: People, rows: int, seed: int) -> tuple[pd.DataFrame, People]:
    distances = nearest_neighbors(people.fresh, people.train, k=1)[0][:, 0]
    return people.fresh[distances > np.quantile(distances, 0.3)].head(rows), people


def _few_columns(people: People, rows: int, seed: int) -> tuple[pd.DataFrame, People]:
    """Give every other row the four columns of a training person that tell people apart best."""
    widest = sorted(people.train.columns, key=lambda name: -people.train[name].nunique())[:4]
    table = people.fresh.head(rows).reset_index(drop=True)
    chosen = copy_rows(people.train, len(table) // 2, seed)
    for name in widest:
        table[name] = pd.concat([chosen[name], table[name].iloc[len(chosen) :]], ignore_index=True)
    return table, people


def _customer_number(people: People, rows: int, seed: int) -> tuple[pd.DataFrame, People]:
    rng = np.random.default_rng(seed)
    first = len(people.train)
    numbers = rng.choice(10**8, first + len(people.holdout), replace=False)
    real = replace(
        people,
        train=people.train.assign(number=numbers[:first]),
        holdout=people.holdout.assign(number=numbers[first:]),
    )
    return people.fresh.head(rows).assign(number=rng.choice(numbers[:first], rows)), real


def _exact_values(people: People, rows: int, seed: int) -> tuple[pd.DataFrame, People]:
    """Let one column hold training people's values to the cent, in the order of invented ones."""
    rng = np.random.default_rng(seed)

    def salaries(people: int) -> pd.Series[float]:
        return pd.Series(np.exp(rng.normal(10, 0.5, people)).round(2))

    train, holdout, invented = map(salaries, (len(people.train), len(people.holdout), rows))
    real = replace(
        people, train=people.train.assign(salary=train), holdout=people.holdout.assign(salary=holdout)
    )
    exact = np.sort(train.sample(rows, random_state=seed))[np.argsort(np.argsort(invented))]
    return people.fresh.head(rows).assign(salary=exact), real


def _people_who_stand_twice(people: People, rows: int, seed: int) -> tuple[pd.DataFrame, People]:
    """Copy 100 people who stand twice in the training table, each with a category changed."""
    twice = people.train.sample(100, random_state=seed)
    changed = change_category(twice, 100, 1, seed)
    train = pd.concat([people.train, twice], ignore_index=True)
    return pd.concat([people.fresh.head(rows - 100), changed], ignore_index=True), replace(
        people, train=train
    )


HIDDEN: dict[str, Callable[[People, int, int], tuple[pd.DataFrame, People]]] = {
    "equal rows filtered out": _without_equal_rows,
    "close rows filtered out": _without_close_rows,
    "four columns of one person": _few_columns,
    "the customer number": _customer_number,
    "one column's exact values": _exact_values,
    "people who stand twice": _people_who_stand_twice,
}
"""Leaks that change other tables than the synthetic one, too, or need many fresh people: a synthetic table of
so many rows, and its people."""


ALIKE = {
    "census": ("sector", "schooling", "sex", "state", "income"),
    "survey": ("q1", "q2", "q3", "q4", "q5", "q6"),
}
"""Columns by which many people agree by chance."""


def few_columns(people: People, names: Sequence[str]) -> People:
    """Keep some columns, so that people agree by chance."""
    kept = list(names)
    return replace(people, train=people.train[kept], holdout=people.holdout[kept], fresh=people.fresh[kept])


def _often(people: People, rows: int, seed: int, times: float = 7.0) -> pd.DataFrame:
    shares = {
        name: people.train[name].value_counts(normalize=True)
        for name in people.train.columns
        if people.train[name].nunique() <= 30
    }
    # A class of about 3 %, for rarer ones have too few people.
    name = min(shares, key=lambda name: abs(float(shares[name].min()) - 0.03))
    rare = people.fresh[name] == shares[name].idxmin()
    count = min(int(rare.sum()), round(times * float(shares[name].min()) * rows))
    return pd.concat([people.fresh[rare].head(count), people.fresh[~rare].head(rows - count)])


def _collapsed(people: People, rows: int, seed: int) -> pd.DataFrame:
    ranks = people.fresh.rank(method="first", pct=True)
    middle = (ranks.iloc[:, 0] > 0.3) & (ranks.iloc[:, 0] < 0.7)
    return people.fresh[middle].sample(rows, replace=True, random_state=seed)


def _few_rows(people: People, rows: int, seed: int) -> pd.DataFrame:
    return honest(people, 200, seed).sample(rows, replace=True, random_state=seed)


def _rounded(people: People, rows: int, seed: int) -> pd.DataFrame:
    table = honest(people, rows, seed)
    numbers = _names(table)[0]
    return table.assign(**{name: 2 * (table[name] / 2).round() for name in numbers})


def _twice(people: People, rows: int, seed: int) -> pd.DataFrame:
    return pd.concat([honest(people, rows // 2, seed)] * 2)


IMPERFECT: dict[str, Callable[[People, int, int], pd.DataFrame]] = {
    "a rare class seven times as often": _often,
    "only the middle 40 % by one column": _collapsed,
    "200 distinct rows, repeated": _few_rows,
    "numbers rounded to even ones": _rounded,
    "each row twice": _twice,
}
"""What an honest generator may do badly: rows of people whom nobody has seen, drawn or written wrongly."""
