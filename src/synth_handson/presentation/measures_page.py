"""The table of all measures in docs/measures.md, generated from the code.

``python -m synth_handson.presentation.measures_page docs`` writes it in both languages.
"""

from __future__ import annotations

import sys
from pathlib import Path

from synth_handson.evidence.measures import DEFINITIONS, Definition
from synth_handson.locales import LANGUAGES, Language, get_text, has_text
from synth_handson.paths import write_text
from synth_handson.presentation.words import minus

NAMES: dict[Language, str] = {"en": "measures.md", "ja": "measures.ja.md"}


def measures_page(language: Language) -> str:
    """Write the page: a row for each measure with its range, good direction, interval and source."""
    other: Language = "en" if language == "ja" else "ja"
    columns = ("measure", "meaning", "range", "good", "interval", "source")
    heads = [get_text(language, f"measures.page_{name}") for name in columns]
    rows = [heads, ["---"] * len(heads), *(_row(name, language) for name in DEFINITIONS)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    title, intro, link = (get_text(language, f"measures.page_{name}") for name in ("title", "intro", "other"))
    return f"# {title}\n\n[{link}]({NAMES[other]})\n\n{intro}\n\n{table}\n"


def _row(name: str, language: Language) -> list[str]:
    found = DEFINITIONS[name]
    tested = get_text(language, "measures.page_tested") if found.tested else ""
    read = f"measures.{name}_read"
    return [
        f"`{name}`{tested}<br>{_cell(get_text(language, f'measures.{name}'))}",
        _cell(get_text(language, read)) if has_text(language, read) else "",
        _range(found),
        get_text(language, f"measures.page_good_{found.good}", ideal=_number(found.ideal)),
        _cell(get_text(language, f"measures.interval_{found.interval}")),
        _cell(found.source),
    ]


def _range(found: Definition) -> str:
    low = "−∞" if found.lowest is None else _number(found.lowest)
    high = "∞" if found.highest is None else _number(found.highest)
    return f"{low} – {high}"


def _number(value: float) -> str:
    return minus(f"{value:g}")


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


if __name__ == "__main__":
    for language in LANGUAGES:
        write_text(Path(sys.argv[1]) / NAMES[language], measures_page(language))
