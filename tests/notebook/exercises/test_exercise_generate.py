"""What a generator is, and what it leaves out."""

from dataclasses import replace

import pytest

from synth_handson.errors import ArgumentError
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import Shown
from synth_handson.notebook.exercises.generate import MADE, RealOrMade, WhatIsMissing


def shown() -> Shown:
    return Shown(bundled_tables(), bundled_findings().evidence)


def test_five_rows_are_real_and_five_are_made() -> None:
    tables = bundled_tables()
    game = RealOrMade.of(tables)
    assert list(game.rows.index) == list(range(1, 11))
    assert len(game.made) == MADE
    made = game.rows.loc[sorted(game.made)]
    assert len(made.merge(tables.synthetic.drop_duplicates())) == MADE
    assert len(game.rows.drop(made.index).merge(tables.holdout.drop_duplicates())) == MADE


def test_a_perfect_eye_and_an_unlucky_one_are_scored() -> None:
    game = RealOrMade.of(bundled_tables())
    perfect = game.check(game.made, shown(), "en")
    assert perfect.right is None
    # One of the 252 ways to choose five is perfect.
    assert (
        "**10 of 10** rightly. Guessing does that well, or better, with a probability of 0%" in perfect.said
    )
    assert "you told 1.00 apart" in perfect.said
    assert "A classifier that learned from all rows tells **0.548**" in perfect.said
    real = frozenset(game.rows.index) - game.made
    assert "**0 of 10** rightly. Guessing does that well, or better, with a probability of 100%" in (
        game.check(real, shown(), "en").said
    )
    assert game.words(tuple(map(str, real)), "en") == "0 of 10"
    one = next(iter(game.made))
    # One of five made ones found, none accused wrongly: 6 rows are sorted rightly, as by half of all guesses.
    assert "**6 of 10** rightly. Guessing does that well, or better, with a probability of 50%" in (
        game.check(frozenset({one}), shown(), "en").said
    )


@pytest.mark.parametrize("chosen", [frozenset[int](), frozenset({0}), frozenset({11})])
def test_rows_that_are_not_there_are_refused(chosen: frozenset[int]) -> None:
    with pytest.raises(ArgumentError, match="1–10"):
        RealOrMade.of(bundled_tables()).check(chosen, shown(), "en")


def test_a_range_that_is_not_narrower_is_not_said_to_be() -> None:
    tables = bundled_tables()
    assert WhatIsMissing().solution(shown()) == ("b", "b")
    copied = Shown(replace(tables, synthetic=tables.train))
    assert WhatIsMissing().solution(copied) == ("a", "b")
    wider = tables.synthetic.assign(balance=tables.train["balance"].max() + 1)
    assert WhatIsMissing().solution(Shown(replace(tables, synthetic=wider))) == ("c", "b")
    assert "from **-1,053 to 23,934**" in WhatIsMissing().reveal(shown(), "en")
