"""Personal data in a text."""

from __future__ import annotations

from dataclasses import replace

from synth_handson.pii.addresses import find_addresses
from synth_handson.pii.codes import find_codes
from synth_handson.pii.dates import find_births
from synth_handson.pii.japanese import find_japanese_names
from synth_handson.pii.keyed import find_in_pairs
from synth_handson.pii.national_ids import find_national_ids
from synth_handson.pii.other_scripts import find_names_in_other_scripts
from synth_handson.pii.readable import readable
from synth_handson.pii.spacy_names import find_names_by_model
from synth_handson.pii.spans import Span, without_overlaps
from synth_handson.pii.western import find_western_names

FINDERS = (
    find_codes,
    find_national_ids,
    find_in_pairs,
    find_births,
    find_addresses,
    find_japanese_names,
    find_western_names,
    find_names_in_other_scripts,
    find_names_by_model,
)


def scan(text: str) -> list[Span]:
    """Find personal data in a text, English, Japanese or another language.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of Span
        In the order of the text, without overlaps.
    """
    normal, places = readable(text)
    found = (span for find in FINDERS for span in find(normal))
    if places is not None:
        found = (replace(span, start=places[span.start][0], end=places[span.end - 1][1]) for span in found)
    return without_overlaps(found)
