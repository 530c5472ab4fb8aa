"""What the learner committed to counts from the first try."""

from synth_handson.notebook.exercises.score_card import EXERCISES, Score, ScoreCard


def test_the_first_answer_counts_and_later_ones_can_mend_it() -> None:
    card = ScoreCard()
    assert card.record("worst", ("age",), False)
    assert card.scores()[3] == Score("worst", "wrong", ("age",))
    assert card.record("worst", ("balance",), True)
    assert card.scores()[3] == Score("worst", "later", ("age",), revealed=True)
    assert card.record("missing", ("narrower",), True)
    assert card.scores()[2] == Score("missing", "first", ("narrower",), revealed=True)
    assert card.record("made", ("1", "2"), None)
    assert card.scores()[1] == Score("made", "done", ("1", "2"), revealed=True)


def test_what_was_known_is_no_news() -> None:
    card = ScoreCard()
    assert card.record("worst", ("age",), False)
    assert not card.record("worst", ("age",), False)
    assert card.record("worst", ("job",), False)


def test_the_second_miss_or_a_right_answer_tells() -> None:
    card = ScoreCard()
    assert not card.revealed("worst")
    for _ in range(2):
        card.record("worst", ("age",), False)
        assert not card.revealed("worst")
    card.record("worst", ("job",), False)
    assert card.revealed("worst")
    card.record("missing", ("narrower",), True)
    assert card.revealed("missing")


def test_ten_exercises_are_open_at_first() -> None:
    card = ScoreCard()
    assert [score.name for score in card.scores()] == list(EXERCISES)
    assert {score.standing for score in card.scores()} == {"open"}
    assert len(EXERCISES) == 10
    assert not card.answered("find")
