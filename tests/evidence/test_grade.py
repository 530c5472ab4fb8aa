"""The grade: hand-worked scores, and no average that hides a leak."""

import pytest

from synth_handson.evidence.fidelity.statistics import Fidelity, SchemaMatch
from synth_handson.evidence.grade import Grade, letter
from synth_handson.evidence.grade import grade as graded_with
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.detection_power import Limits
from synth_handson.evidence.privacy.overview import Privacy
from synth_handson.evidence.usefulness import Usefulness
from synth_handson.evidence.utility.tstr import ModelUtility, Utility
from synth_handson.evidence.verdict import decide
from synth_handson.locales import LANGUAGES, Message
from synth_handson.metrics.bins import DistanceShares
from synth_handson.metrics.intervals import Estimate


def taken(name: str, value: float, reference: float, p_value: float | None = None) -> Measure:
    estimates = (Estimate(number, number - 0.01, number + 0.01) for number in (value, reference))
    columns = ("age",) if name == "column_tvd" else ()
    return Measure(name, *estimates, rows=100, columns=columns, p_value=p_value)


def fidelity(column: float = 0.1, pair: float = 0.1, c2st: float = 0.5) -> Fidelity:
    """Measures of a table whose holdout has .1, .1 and .5."""
    return Fidelity(
        schema=SchemaMatch(True, True, True, ()),
        columns=(taken("column_tvd", column, 0.1),),
        pairs=(taken("pair_tvd", pair, 0.1),),
        joint=(taken("c2st_auc", c2st, 0.5),),
        pairs_measured=1,
        pairs_total=1,
    )


def utility(*kept: float) -> Utility:
    models = [ModelUtility("linear", (), taken("performance_kept", share, 1.0), ()) for share in kept]
    return Utility("y", "binary", "yes", tuple(models), 100, 100, 0.5)


def privacy(*measures: Measure, copies: int | None = 10) -> Privacy:
    tested = measures or (taken("attack_auc", 0.5, 0.5, p_value=0.5),)
    limits = Limits(copies, copies, copies, None if copies is None else 20 * copies, None)
    return Privacy(tested, (), DistanceShares((), (), ()), decide(tested, limits, 1_000))


USEFUL = Usefulness("useful", (), ())


def grade(found: Fidelity, learned: Utility | Message, safe: Privacy, use: Usefulness = USEFUL) -> Grade:
    return graded_with(found, learned, safe, use)


NO_TARGET = Message("utility.no_target")


def keys(graded: Grade) -> list[str]:
    return [reason.key for reason in graded.recommendations]


def test_real_people_would_have_a_hundred() -> None:
    graded = grade(fidelity(), utility(1.0, 1.0), privacy())
    assert (graded.fidelity, graded.utility, graded.privacy, graded.total) == (100, 100, 100, 100)
    assert graded.letter == "A+"
    assert keys(graded) == []


def test_fidelity_by_hand() -> None:
    # .45 / .9, .72 / .9 and (1 - 2 * .25) / 1.
    graded = grade(fidelity(column=0.55, pair=0.28, c2st=0.75), utility(1.0), privacy())
    assert graded.fidelity == pytest.approx(100 * (0.5 + 0.8 + 0.5) / 3)
    assert keys(graded) == ["grade.look_at_column", "grade.c2st"]


def test_being_better_than_real_people_is_worth_no_more() -> None:
    assert grade(fidelity(column=0.0), utility(1.3), privacy()).total == 100


def test_the_total_is_weighted_by_hand() -> None:
    graded = grade(fidelity(c2st=0.65), utility(0.5, 0.7), privacy())
    assert graded.fidelity == pytest.approx(90)
    assert graded.utility == pytest.approx(60)
    assert graded.total == pytest.approx(0.4 * 90 + 0.4 * 60 + 0.2 * 100)
    assert graded.letter == "A"
    assert keys(graded) == ["grade.c2st", "grade.performance_lost"]


def test_without_a_target_the_others_keep_their_proportion() -> None:
    graded = grade(fidelity(c2st=0.65), NO_TARGET, privacy())
    assert graded.utility is None
    assert graded.total == pytest.approx((0.4 * 90 + 0.2 * 100) / 0.6)
    assert "grade.name_a_target" in keys(graded)


def test_a_table_no_model_can_learn_from_has_no_utility() -> None:
    collapsed = Message("utility.constant_synthetic", {"column": "y", "value": "no"})
    graded = grade(fidelity(), collapsed, privacy())
    assert graded.utility == 0
    assert graded.total == pytest.approx(60)
    assert collapsed in graded.recommendations


def test_a_target_nobody_could_predict_is_left_out() -> None:
    hopeless = Message("utility.constant_train", {"column": "y", "value": "no"})
    assert grade(fidelity(), hopeless, privacy()).utility is None


def test_privacy_is_the_worst_excess_that_an_interval_carries() -> None:
    # Twice (.54 - .01 - .5) above chance; the others carry nothing.
    measures = (
        taken("attack_auc", 0.54, 0.5, p_value=0.4),
        taken("identical_rows", 0.005, 0.0, p_value=0.4),
        taken("dcr_share", 0.45, 0.5, p_value=0.4),
    )
    assert grade(fidelity(), NO_TARGET, privacy(*measures)).privacy == pytest.approx(94)


def test_a_shown_leak_is_an_f_whatever_the_rest() -> None:
    graded = grade(fidelity(), utility(1.0), privacy(taken("attack_auc", 0.6, 0.5, p_value=1e-9)))
    assert graded.letter == "F"
    assert graded.privacy == 0
    assert graded.total == pytest.approx(80)
    assert keys(graded) == ["grade.do_not_share"]
    assert graded.capped == Message("grade.capped_fail")


@pytest.mark.parametrize(
    ("outcome", "best"), [("not useful", "C"), ("limited", "B+"), ("useful", "A+"), ("cannot tell", "A+")]
)
def test_no_better_letter_than_the_use_allows(outcome: str, best: str) -> None:
    use = Usefulness(outcome, (), ())  # type: ignore[arg-type]
    graded = grade(fidelity(), utility(1.0), privacy(), use)
    assert (graded.letter, graded.total) == (best, 100)
    assert (graded.capped is None) == (best == "A+")


def test_the_worse_of_privacy_and_use_decides() -> None:
    use = Usefulness("not useful", (), ())
    assert grade(fidelity(), utility(1.0), privacy(copies=None), use).letter == "C"
    assert grade(fidelity(), utility(1.0), privacy(copies=None)).letter == "B+"


def test_an_f_says_why() -> None:
    poor = grade(fidelity(column=0.9, pair=0.9, c2st=1.0), utility(0.0), privacy())
    assert poor.letter == "F"
    assert poor.capped is not None
    assert "below 50" in poor.capped.render("en")


def test_a_letter_that_is_earned_needs_no_reason() -> None:
    fair = grade(fidelity(), utility(0.5), privacy(), Usefulness("limited", (), ()))
    assert (fair.letter, fair.capped) == ("B+", Message("grade.capped_limited"))
    assert grade(fidelity(), utility(0.3), privacy(), Usefulness("limited", (), ())).capped is None


@pytest.mark.parametrize(("copies", "key"), [(100, "grade.more_rows"), (None, "grade.other_columns")])
def test_a_review_says_what_to_do(copies: int | None, key: str) -> None:
    assert keys(grade(fidelity(), utility(1.0), privacy(copies=copies))) == [key]


@pytest.mark.parametrize(
    ("total", "name"),
    [
        (100, "A+"),
        (90, "A+"),
        (89.9, "A"),
        (80, "A"),
        (70, "B+"),
        (60, "B"),
        (50, "C"),
        (49.9, "F"),
        (0, "F"),
    ],
)
def test_letters(total: float, name: str) -> None:
    assert letter(total) == name


def test_every_recommendation_can_be_said() -> None:
    bad = fidelity(column=0.5, c2st=0.9)
    leaky = privacy(taken("attack_auc", 0.6, 0.5, p_value=1e-9))
    everything = [
        *grade(bad, NO_TARGET, leaky).recommendations,
        *grade(bad, utility(0.2), privacy(copies=None)).recommendations,
        *grade(bad, NO_TARGET, privacy(copies=100)).recommendations,
    ]
    for language in LANGUAGES:
        assert all(reason.render(language) for reason in everything)
    assert len({reason.key for reason in everything}) == 7
