"""Research: personas, user stories, and insights."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from synth_planning.entries import Day, Entry, Identifier, Identifiers, Line, Lines, Score, Text

Method = Literal["interview", "survey", "analytics", "usability test", "A/B test", "market research"]
METHODS: tuple[Method, ...] = get_args(Method)
Impact = Literal["low", "medium", "high"]


class Persona(Entry):
    """A kind of people that the product is for.

    Attributes
    ----------
    name
        What the kind is called; nobody in particular.
    description
        What they do, and where.
    goals, pains
        What they want, and what is in their way.
    """

    name: Line
    description: Text = ""
    goals: Lines = ()
    pains: Lines = ()


class UserStory(Entry):
    """As a …, I want …, so that ….

    Attributes
    ----------
    as_a, i_want, so_that
        Who wants what, and what for.
    persona
        The persona whose story it is, by its id; None if it is nobody's yet.
    acceptance_criteria
        How to see that it is met.
    points
        How large it is beside others; None if nobody has estimated it.
    """

    as_a: Line
    i_want: Line
    so_that: Line
    persona: Identifier | None = None
    acceptance_criteria: Lines = ()
    points: Annotated[int, Field(ge=1, le=100)] | None = None


class Insight(Entry):
    """Something learned about users.

    Attributes
    ----------
    title, finding
        What was learned, in short and at length.
    method
        How: "interview", "survey", "analytics", "usability test", "A/B test" or "market research".
    personas
        Whom it is about, by their ids.
    confidence
        How sure it is, from 1 to 10.
    impact
        How much it matters: "low", "medium" or "high".
    what_to_do
        What follows from it.
    found_on
        The day.
    """

    title: Line
    finding: Text = ""
    method: Method
    personas: Identifiers = ()
    confidence: Score
    impact: Impact
    what_to_do: Text = ""
    found_on: Day


def find_insights(
    insights: Iterable[Insight],
    *,
    persona: str | None = None,
    method: Method | None = None,
    impact: Impact | None = None,
) -> list[Insight]:
    """Find insights about a persona (by its id), by a method, or of an impact; the surest first."""
    found = [
        insight
        for insight in insights
        if (persona is None or persona in insight.personas)
        and (method is None or insight.method == method)
        and (impact is None or insight.impact == impact)
    ]
    return sorted(found, key=lambda insight: (-insight.confidence, insight.title, insight.id))


@dataclass(frozen=True)
class Gaps:
    """Gaps of the research.

    Attributes
    ----------
    stories
        User stories that are no persona's.
    personas
        Personas without a user story.
    unknown
        Personas without an insight.
    """

    stories: tuple[UserStory, ...]
    personas: tuple[Persona, ...]
    unknown: tuple[Persona, ...]


def find_gaps(
    personas: Collection[Persona], stories: Iterable[UserStory], insights: Iterable[Insight]
) -> Gaps:
    """Find stories without a persona, personas without a story, and personas without insights."""
    known = {persona.id for persona in personas}
    stories = tuple(stories)
    told = {story.persona for story in stories}
    studied = {about for insight in insights for about in insight.personas}
    return Gaps(
        tuple(story for story in stories if story.persona not in known),
        tuple(persona for persona in personas if persona.id not in told),
        tuple(persona for persona in personas if persona.id not in studied),
    )
