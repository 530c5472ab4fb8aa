"""What the learner committed to counts from the first try."""

from synth_handson.notebook.exercises.score_card import EXERCISES, Score, ScoreCard


def test_the_first_answer_counts_and_later_ones_can_mend_it() -> None:
    card = ScoreCard()
    assert card.record("again", ("a",), False)
    assert card.scores()[2] == Score("again", "wrong", ("a",))
    assert card.record("again", ("b",), True)
    assert card.scores()[2] == Score("again", "later", ("a",))
    assert card.record("missing", ("b", "b"), True)
    assert card.scores()[3] == Score("missing", "first", ("b", "b"))
    assert card.record("made", ("1", "2"), None)
    assert card.scores()[1] == Score("made", "done", ("1", "2"))


def test_what_was_known_is_no_news() -> None:
    card = ScoreCard()
    assert card.record("again", ("a",), False)
    assert not card.record("again", ("a",), False)
    assert card.record("again", ("c",), False)


def test_ten_exercises_are_open_at_first() -> None:
    card = ScoreCard()
    assert [score.name for score in card.scores()] == list(EXERCISES)
    assert {score.standing for score in card.scores()} == {"open"}
    assert len(EXERCISES) == 10
    assert not card.answered("find")
