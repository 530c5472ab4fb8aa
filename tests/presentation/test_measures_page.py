"""The page of all measures says what the code says."""

from pathlib import Path

import pytest

from synth_handson.evidence.measures import DEFINITIONS
from synth_handson.locales import LANGUAGES, Language
from synth_handson.presentation.measures_page import NAMES, measures_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_written_anew_when_a_measure_changes(language: Language) -> None:
    written = (DOCS / NAMES[language]).read_text(encoding="utf-8")
    assert written == measures_page(language), "python -m synth_handson.presentation.measures_page docs"


def test_every_measure_has_its_row_and_its_range() -> None:
    page = measures_page("en")
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    assert list(rows) == list(DEFINITIONS)
    assert "| 0 – 1 | near 0.5 |" in rows["dcr_share"]
    assert "`dcr_share` ★" in rows["dcr_share"]
    assert "| −∞ – 1 | high; ideal 1 |" in rows["r2"]
