"""What sums up a person's events, in words; evidence names it as SQL does, such as ``sum(amount)``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from synth_handson.evidence.assessment import Evidence
from synth_handson.locales import Counted, Language, Message, get_text

_COLUMN = r"((?:[^()]|\([^()]*\))*)"
CHANGE = re.compile(r"(.+?) - lag\(\1\)")
SUMMARY = re.compile(rf"\b(count|first|last|sum|string_agg|lag|row_number)\({_COLUMN}\)")


def in_words(text: str, language: Language) -> str:
    """Put words in place of the names of what sums up events: "sum of amount" for ``sum(amount)``.

    Parameters
    ----------
    text
        A name, several of them, or a sentence, of evidence that counts people.
    language
        "ja" or "en".
    """

    def said(kind: str, column: str) -> str:
        return get_text(language, f"evidence.summary_{kind}", column=column)

    changes = CHANGE.sub(lambda found: said("change", found[1]), text)
    return SUMMARY.sub(lambda found: said("events" if found[2] == "*" else found[1], found[2]), changes)


def sentences(messages: Iterable[Message], evidence: Evidence, language: Language) -> list[str]:
    """Return the sentences that follow from evidence, each once."""
    said = dict.fromkeys(message.render(language) for message in messages)
    return [in_words(sentence, language) if evidence.people else sentence for sentence in said]


def counted_in(evidence: Evidence) -> Counted:
    """Say what the numbers count: people, rows where people have several each, or a row for each person."""
    if evidence.people:
        return "people"
    several = any(measure.name == "shared_people" for measure in evidence.privacy.checks)
    return "rows" if several else ""
