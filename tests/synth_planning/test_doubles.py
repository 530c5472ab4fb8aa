"""What seems to be in a plan twice: the same name, but for case, width, spaces and punctuation."""

import pytest
from plans import feature, said

from synth_planning import Persona, Plan, find_doubles
from synth_planning.doubles import doubles_of


@pytest.mark.parametrize("other", ["dark mode", "Dark-mode!", "Ｄａｒｋ　Ｍｏｄｅ", "DARK  MODE"])
def test_one_name_in_several_forms(other: str) -> None:
    one, two = feature("Dark mode"), feature(other)
    assert find_doubles(Plan.of([one, feature("Light mode"), two])) == [(one, two)]


def test_kinds_are_apart_and_of_feedback_the_whole_text_counts() -> None:
    apart = [feature("Engineer"), Persona.make(name="Engineer"), said("It fails\nin Excel"), said("It fails")]
    assert find_doubles(Plan.of(apart)) == []
    assert len(find_doubles(Plan.of([*apart, said("it fails.")]))) == 1
    # Signs alone are no name.
    assert find_doubles(Plan.of([feature("?"), feature("!")])) == []


def test_only_those_that_are_asked_about() -> None:
    one, two, three, four = map(feature, ("a", "A", "b", "B"))
    plan = Plan.of([one, two, three, four])
    assert doubles_of(plan, [four]) == [(three, four)]
    assert doubles_of(plan, []) == []
