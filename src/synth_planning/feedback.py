"""Feedback of users: how much of each kind, how it was handled, and its sentiment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from synth_planning.entries import Day, Entry, Text
from synth_planning.errors import ArgumentError

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

INSTALL = 'pip install "synth-handson[planning]"'

FeedbackType = Literal["bug", "feature", "usability", "performance", "general"]
Source = Literal["interview", "survey", "ticket", "analytics", "social", "store"]
Priority = Literal["low", "medium", "high", "critical"]
Sentiment = Literal["negative", "neutral", "positive"]
State = Literal["open", "in review", "resolved", "closed"]
By = Literal["type", "source", "priority", "segment", "sentiment", "status"]

DEALT_WITH: tuple[State, ...] = ("resolved", "closed")
CLEAR = 0.05
"""From here on, and below its negative, VADER's authors call a text positive or negative."""
_WORD = re.compile(r"[A-Za-z']+")
_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")


class Feedback(Entry):
    """Something that a user said.

    Attributes
    ----------
    text
        What was said; without the name of who said it.
    type
        "bug", "feature", "usability", "performance" or "general".
    source
        "interview", "survey", "ticket", "analytics", "social" or "store" (a review in one).
    priority
        "low", "medium", "high" or "critical".
    segment
        Which users it comes from.
    sentiment
        "negative", "neutral" or "positive", as a person set it; None if nobody did.
    received_on
        The day.
    status
        "open", "in review", "resolved" or "closed" (nothing will be done).
    """

    text: Annotated[Text, Field(min_length=1)]
    type: FeedbackType
    source: Source
    priority: Priority = "medium"
    segment: Text = ""
    sentiment: Sentiment | None = None
    received_on: Day
    status: State = "open"


def is_open(feedback: Feedback) -> bool:
    """Tell whether it still needs action."""
    return feedback.status not in DEALT_WITH


def dealt_with(feedback: Iterable[Feedback]) -> int:
    """Count resolved and closed feedback."""
    return sum(not is_open(one) for one in feedback)


def resolution_rate(feedback: Collection[Feedback]) -> float | None:
    """Return the share resolved or closed, 0 to 1, larger is better; None without feedback."""
    return dealt_with(feedback) / len(feedback) if feedback else None


def distribution(feedback: Iterable[Feedback], by: By) -> dict[str, int]:
    """Count feedback by a field: options in their order, segments by frequency.

    A field that is empty counts under "".
    """
    counted = Counter(str(getattr(one, by) or "") for one in feedback)
    order = (*Feedback.choices(by), "") if by != "segment" else [name for name, _ in counted.most_common()]
    return {name: counted[name] for name in order if counted[name]}


def suggest_sentiment(text: str) -> Sentiment | None:
    """Suggest the sentiment of an English text; None if it is unclear.

    It cannot where the text holds Japanese, or no word that the lexicon knows: a text without such words is
    not neutral but unknown. A person decides; irony, for one, is not understood.

    Parameters
    ----------
    text
        Of some sentences at most.

    Raises
    ------
    ArgumentError
        If the extra is not installed.

    Notes
    -----
    VADER: C. J. Hutto and E. Gilbert, "VADER: A parsimonious rule-based model for sentiment analysis of
    social media text", ICWSM 2014; its thresholds of ±.05 on the compound score.
    """
    if _JAPANESE.search(text):
        return None
    analyser = _vader()
    if not any(word.lower() in analyser.lexicon for word in _WORD.findall(text)):
        return None
    score = analyser.polarity_scores(text)["compound"]
    return "positive" if score >= CLEAR else "negative" if score <= -CLEAR else "neutral"


@cache
def _vader() -> SentimentIntensityAnalyzer:
    if find_spec("vaderSentiment") is None:
        raise ArgumentError("extra", module="vaderSentiment", install=INSTALL)
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def by_month(feedback: Iterable[Feedback]) -> Mapping[tuple[date, FeedbackType], int]:
    """Count feedback by the first of its month and its type."""
    return Counter((one.received_on.replace(day=1), one.type) for one in feedback)
