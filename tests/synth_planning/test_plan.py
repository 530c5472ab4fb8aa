"""A plan holds entries by kind, and knows which of them do not fit together."""

from dataclasses import fields

import pytest
from hypothesis import given
from plans import plans, worked_example

from synth_planning import Insight, Persona, Plan, Task, UserStory
from synth_planning.errors import ArgumentError
from synth_planning.plan import KINDS, MODELS, find_entry, kind_of, title


@given(plans())
def test_nothing_is_lost_by_sorting(plan: Plan) -> None:
    assert Plan.of(plan) == plan
    assert len(plan) == len(list(plan)) == sum(len(plan.entries(kind)) for kind in KINDS)
    assert plan.with_entries(plan) == plan
    assert all(title(entry) for entry in plan)
    assert list(plan.problems()) == []


def test_each_kind_has_its_model() -> None:
    assert tuple(MODELS) == tuple(field.name for field in fields(Plan)) == KINDS
    assert kind_of(Persona.make(name="a")) == "personas"


def test_what_refers_to_nothing_is_named() -> None:
    story = UserStory.make(as_a="a", i_want="b", so_that="c", persona="p")
    insight = Insight.make(
        title="t", method="survey", personas=["p", "q"], confidence=1, impact="low", found_on="2026-11-01"
    )
    task = Task.make(name="t", phase="design", estimated=1, depends_on=["u"])
    persona = Persona.make(id="p", name="P")
    found = [
        (entry, wrong.values["value"]) for entry, wrong in Plan.of([story, insight, task, persona]).problems()
    ]
    assert found == [(insight, "q"), (task, "u")]


def test_a_circle_is_a_problem_of_one_of_its_tasks() -> None:
    a = Task.make(id="a", name="A → A", phase="design", estimated=1, depends_on=["b"])
    b = Task.make(id="b", name="B", phase="design", estimated=1, depends_on=["a"])
    ((entry, wrong),) = Plan.of([a, b]).problems()
    assert entry in (a, b)
    assert "A" in wrong.render("ja")


def test_the_worked_example_is_the_same_in_both_languages() -> None:
    english, japanese = worked_example("en"), worked_example("ja")
    translated = {
        "name", "description", "goals", "pains", "as_a", "i_want", "so_that", "acceptance_criteria", "title",
        "finding", "what_to_do", "category", "unit", "text", "segment",
    }  # fmt: skip
    for one, other in zip(english, japanese, strict=True):
        assert one.model_dump(exclude=translated) == other.model_dump(exclude=translated)
    assert all(len(english.entries(kind)) >= 3 for kind in KINDS if kind != "product")
    assert english.name == "synth_handson"


def test_an_entry_is_found_by_its_id_or_its_title() -> None:
    plan = Plan.of(
        [Persona.make(id="a", name="Ann"), Persona.make(id="b", name="a"), Persona.make(name="Ann")]
    )
    assert title(find_entry(plan, "a")) == "Ann"
    assert find_entry(plan, "b").id == "b"
    with pytest.raises(ArgumentError, match=r"a \(personas\)"):
        find_entry(plan, "Ann")
    with pytest.raises(ArgumentError, match="Nobody"):
        find_entry(plan, "Nobody")
