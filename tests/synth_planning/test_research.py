"""Insights are found, and gaps named."""

from plans import worked_example

from synth_planning import Insight, Persona, UserStory, find_gaps, find_insights


def test_insights_by_persona_method_and_impact() -> None:
    def insight(title: str, **more: object) -> Insight:
        values = {"method": "survey", "confidence": 5, "impact": "low", "found_on": "2026-11-01"}
        return Insight.make(title=title, **{**values, **more})

    a = insight("a", personas=["p"], confidence=3)
    b = insight("b", personas=["p", "q"], confidence=9, method="interview")
    c = insight("c", impact="high")
    found = [a, b, c]
    assert find_insights(found) == [b, c, a]
    assert find_insights(found, persona="p") == [b, a]
    assert find_insights(found, persona="p", method="survey") == [a]
    assert find_insights(found, impact="high") == [c]
    assert find_insights(found, persona="r") == []


def test_gaps_are_named() -> None:
    p, q = Persona.make(id="p", name="P"), Persona.make(id="q", name="Q")
    told = UserStory.make(as_a="a P", i_want="x", so_that="y", persona="p")
    nobody = UserStory.make(as_a="anybody", i_want="x", so_that="y")
    removed = UserStory.make(as_a="an R", i_want="x", so_that="y", persona="r")
    about_q = Insight.make(
        title="i", method="survey", personas=["q"], confidence=1, impact="low", found_on="2026-11-01"
    )
    gaps = find_gaps([p, q], [told, nobody, removed], [about_q])
    assert (gaps.stories, gaps.personas, gaps.unknown) == ((nobody, removed), (q,), (p,))


def test_the_worked_example_has_one_gap() -> None:
    plan = worked_example()
    gaps = find_gaps(plan.personas, plan.stories, plan.insights)
    assert (gaps.stories, gaps.personas) == ((), ())
    assert [persona.id for persona in gaps.unknown] == ["planner"]
