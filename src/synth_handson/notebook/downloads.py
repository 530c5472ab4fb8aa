"""Downloads for the reader."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synth_handson.evidence.assessment import Evidence
from synth_handson.locales import Language, get_text
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation.report import About


def about_tables(
    tables: Tables,
    language: Language,
    fields: Mapping[str, str] | None = None,
    source: str | None = None,
    statements: tuple[str, ...] = (),
) -> About:
    """Return the report's statements about these tables, and what the reader filled in.

    Parameters
    ----------
    tables
        The tables.
    language
        The report's.
    fields
        What the reader filled in.
    source
        The file that the real table came from, where it is not Bank Marketing's.
    statements
        What the reader signs.
    """
    told = "" if source is None else "_own"
    filled: dict[str, Any] = {name: text.strip() or None for name, text in (fields or {}).items()}
    return About(
        data=get_text(language, f"story.report_data{told}", rows=len(tables.synthetic), name=source),
        source=source or get_text(language, "story.report_source"),
        training=tables.training,
        statements=statements,
        **filled,
    )


def csv_name(source: str | None = None) -> str:
    """Name the file of the synthetic table after the real one."""
    return f"{'bank-marketing' if source is None else Path(source).stem}-SYNTHETIC.csv"


def evidence_json(evidence: Evidence) -> str:
    """Write the evidence as JSON text."""
    return json.dumps(evidence.to_dict(), ensure_ascii=False, indent=1) + "\n"


def download_note(name: str, tables: Tables, language: Language) -> str:
    """Say beside the downloads that the table is synthetic."""
    return get_text(language, "story.download_note", name=name, rows=len(tables.synthetic))
