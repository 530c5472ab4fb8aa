"""Which engine is chosen, and what is said about it."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.synthesis import choice
from synth_handson.synthesis.choice import choose_engine
from synth_handson.synthesis.training import train_generator


def table(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"a": np.arange(rows) % 7, "b": np.arange(rows) % 3})


@pytest.mark.parametrize(
    ("rows", "options", "engine", "said"),
    [
        (999, {}, "copula", "has 999 rows"),
        (1_000, {}, "mostly", "has 1,000 rows"),
        (1_000, {"target": "b"}, "mostly", "has 1,000 rows"),
        (4_999, {"max_minutes": 0.9}, "copula", "less than a minute"),
        (5_000, {"max_minutes": 0.9}, "trees", "less than a minute"),
        (999, {"max_minutes": 0.9}, "copula", "has 999 rows"),
        (1_000, {"epsilon": 3.0}, "aim", "covers everything it learns"),
        (999, {"epsilon": 3.0, "max_minutes": 0.9}, "aim", "covers everything it learns"),
    ],
)
def test_rows_time_and_a_wish_for_privacy_decide(
    rows: int, options: dict[str, float], engine: str, said: str
) -> None:
    chosen = choose_engine(table(rows), **options)
    assert chosen.engine == engine
    assert said in chosen.why.render("en")
    assert chosen.why.render("ja") != chosen.why.render("en")


def test_where_aim_is_not_installed_the_guarantee_is_said_to_be_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice, "is_installed", lambda name: name != "aim")
    chosen = choose_engine(table(1_000), epsilon=3.0)
    assert chosen.engine == "mostly"
    assert "only the weights of the network" in chosen.why.render("en")


def test_a_training_takes_it_and_keeps_the_reason() -> None:
    generator = train_generator(table(60), engine="auto")
    assert generator.training.engine == "copula"
    assert generator.why is not None
    assert "has 60 rows" in generator.why.render("en")
    again = train_generator(table(60), engine="auto")
    assert (again.from_store, again.why) == (True, generator.why)
    assert train_generator(table(60), engine="copula").why is None
