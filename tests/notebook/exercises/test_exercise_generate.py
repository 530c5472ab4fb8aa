"""Whether an eye can tell, and what a generator leaves out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import ArgumentError
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import ExerciseContext
from synth_handson.notebook.exercises.generate import MADE, OddPair, RealOrMade, WhatIsMissing, odd_pairs


def context() -> ExerciseContext:
    return ExerciseContext(bundled_tables(), bundled_findings().evidence)


def numbers(rows: frozenset[int]) -> tuple[str, ...]:
    return tuple(map(str, sorted(rows)))


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
    perfect = game.check(numbers(game.made), context(), "en")
    assert perfect.right is None
    # One of the 252 ways to choose five is perfect.
    assert (
        "**10 of 10** rows correctly. Guessing does as well or better with a probability of 0 %"
        in perfect.reveal
    )
    assert "pick the right one 100 % of the time" in perfect.reveal
    assert "A classifier that learned from all rows picks the real one **54.8 %**" in perfect.reveal
    real = frozenset(game.rows.index) - game.made
    assert "**0 of 10** rows correctly. Guessing does as well or better with a probability of 100 %" in (
        game.check(numbers(real), context(), "en").reveal
    )
    assert game.words(numbers(real), context(), "en") == "0 of 10"
    one = next(iter(game.made))
    # One of five made ones found, none accused wrongly: 6 rows are sorted rightly, as by half of all guesses.
    assert "**6 of 10** rows correctly. Guessing does as well or better with a probability of 50 %" in (
        game.check((str(one),), context(), "en").reveal
    )


def test_the_two_values_that_fewest_others_have_together_are_found() -> None:
    real = pd.DataFrame({"job": ["cook", "cook", "smith", "smith"], "cat": [True, True, True, False]})
    # The second real row has one double; nobody is a cook without a cat; one other smith has no cat.
    rows = pd.DataFrame({"job": ["cook", "cook", "smith"], "cat": [True, False, False]})
    odd = odd_pairs(rows, real, np.array([True, False, False]))
    assert odd == [OddPair(("job", "cat"), others) for others in (1, 0, 1)]


def test_numbers_are_alike_in_the_same_tenth_of_the_real_ones() -> None:
    real = pd.DataFrame({"age": range(100), "job": "cook"})
    rows = pd.DataFrame({"age": [5, 1_000], "job": "cook"})
    assert [odd.others for odd in odd_pairs(rows, real, np.array([True, False]))] == [9, 10]


@pytest.mark.parametrize("chosen", [(), ("0",), ("11",), ("two",)])
def test_rows_that_are_not_there_are_refused(chosen: tuple[str, ...]) -> None:
    with pytest.raises(ArgumentError, match="1–10"):
        RealOrMade.of(bundled_tables()).check(chosen, context(), "en")


def test_a_range_that_is_not_narrower_is_not_said_to_be() -> None:
    tables = bundled_tables()
    assert WhatIsMissing().solution(context()) == ("narrower",)
    copied = ExerciseContext(replace(tables, synthetic=tables.train))
    assert WhatIsMissing().solution(copied) == ("same",)
    wider = tables.synthetic.assign(balance=tables.train["balance"].max() + 1)
    assert WhatIsMissing().solution(ExerciseContext(replace(tables, synthetic=wider))) == ("wider",)
    assert WhatIsMissing().ranges(context()) == {"real": (-2_082, 71_188), "synthetic": (-1_053, 23_934)}
    assert "from **−1,053 to 23,934**" in WhatIsMissing().reveal(context(), "en")
