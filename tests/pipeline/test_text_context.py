"""The columns that texts depend on are found, and no others."""

import numpy as np
import pandas as pd

from synth_handson.pipeline.text_context import MISSING, choose_context


def table(rows: int, seed: int = 0) -> tuple[list[str], pd.DataFrame]:
    rng = np.random.default_rng(seed)
    mood, age = rng.choice(["good", "bad"], rows), rng.normal(40, 10, rows)
    color = rng.choice(list("rgb"), rows)
    words = {"good": ["fine", "happy", "nice", "great"], "bad": ["slow", "angry", "poor", "worse"]}
    texts = [
        " ".join([*rng.choice(words[m], 4), *(["pension", "retired"] if a > 45 else ["school", "rent"])])
        for m, a in zip(mood, age, strict=True)
    ]
    return texts, pd.DataFrame({"color": color, "age": age, "mood": mood, "id": np.arange(rows).astype(str)})


def test_what_texts_depend_on_is_chosen() -> None:
    texts, frame = table(400)
    assert set(choose_context(texts, frame).columns) == {"mood", "age"}


def test_of_texts_that_depend_on_nothing_nothing_is_chosen() -> None:
    _, frame = table(400)
    chosen = [choose_context(table(400, seed)[0], frame, seed).columns for seed in range(1, 7)]
    # Three columns in six tables at 1 %: more than two would be a chance of one in a thousand.
    assert sum(map(len, chosen)) <= 2


def test_numbers_become_groups_and_what_is_missing_its_own() -> None:
    texts, frame = table(400)
    frame.loc[:9, "age"] = np.nan
    context = choose_context(texts, frame)
    groups = context.of(frame)["age"]
    assert set(groups[:10]) == {MISSING}
    assert groups[10:].nunique() == 5
    assert groups[10:].value_counts().min() > 60


def test_dates_are_grouped_as_numbers_are() -> None:
    texts, frame = table(400)
    frame["since"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(frame["age"], unit="D")
    frame["since"] = frame["since"].dt.floor("h")
    context = choose_context(texts, frame.drop(columns="age"))
    assert "since" in context.columns
    assert context.of(frame)["since"].nunique() == 5


def test_texts_without_a_word_in_common_have_no_context() -> None:
    assert choose_context(["", "", "", ""], pd.DataFrame({"a": list("xyxy")})).columns == ()
