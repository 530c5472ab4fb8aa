"""How much of what, how it was dealt with, and what is suggested of how it feels."""

from datetime import date

import pytest
from plans import said

from synth_planning import distribution, resolution_rate, suggest_sentiment
from synth_planning import feedback as module
from synth_planning.errors import ArgumentError
from synth_planning.feedback import by_month

SENTENCES = {
    "positive": [
        "I love the lesson.",
        "The privacy check gave me confidence.",
        "Great documentation, thank you!",
        "Setting it up was easy and fast.",
        "Finally something that works as promised.",
        "Very helpful report.",
        "The charts are beautiful.",
        "Not bad at all.",
    ],
    "negative": [
        "The report is useless and slow.",
        "It crashes when I upload an Excel file.",
        "I could not find the download button.",
        "Training takes too long on my laptop.",
        "The page failed with an error.",
        "I am confused by the wording.",
        "The synthetic table lost my date column.",
        "Nothing happens when I click.",
    ],
    "neutral": [
        "The table has eight columns.",
        "I use it on Mondays.",
        "Please add a dark mode.",
        "The workshop took two hours.",
    ],
}
"""Written for this test before they were tried; docs/planning says what came of them."""


def test_rates_and_counts_by_hand() -> None:
    found = [said(status="resolved"), said(status="closed", segment="b"), said(segment="b")]
    found.append(said(type="general"))
    assert resolution_rate(found) == 0.5
    assert resolution_rate([]) is None
    assert distribution(found, "type") == {"bug": 3, "general": 1}
    assert list(distribution(found, "status").items()) == [("open", 2), ("resolved", 1), ("closed", 1)]
    assert distribution(found, "segment") == {"": 2, "b": 2}
    assert distribution(found, "sentiment") == {"": 4}


def test_months_begin_with_their_first_day() -> None:
    found = [said(), said(received_on="2026-11-30"), said(received_on="2026-12-01")]
    assert by_month(found) == {(date(2026, 11, 1), "bug"): 2, (date(2026, 12, 1), "bug"): 1}


def test_english_is_suggested_and_errs_as_often_as_the_docs_say() -> None:
    suggested = [(feeling, suggest_sentiment(text)) for feeling, texts in SENTENCES.items() for text in texts]
    right = sum(feeling == found for feeling, found in suggested)
    unknown = sum(found is None for _, found in suggested)
    assert (right, unknown, len(suggested) - right - unknown) == (12, 6, 2)


@pytest.mark.parametrize(
    "text", ["画面が遅くて使えない。", "The report は useless です", "Der Bericht liegt vor", "42", ""]
)
def test_what_cannot_be_told_is_not_called_neutral(text: str) -> None:
    assert suggest_sentiment(text) is None


def test_without_the_extra_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module._vader.cache_clear()
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(ArgumentError, match=r"synth-handson\[planning\]"):
        suggest_sentiment("slow")
    assert suggest_sentiment("遅い") is None
