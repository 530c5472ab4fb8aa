"""What the reader takes along: the letter first, and what stands behind it."""

from functools import partial
from html import escape

import marimo as mo

from synth_handson.locales import Language, get_text
from synth_handson.notebook.downloads import about_tables, csv_name, download_note, evidence_json
from synth_handson.notebook.page.parts import row, small
from synth_handson.notebook.session import Assessed
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation.letter import letter_html


def letter(
    tables: Tables,
    assessed: Assessed,
    fields: mo.ui.dictionary,
    statements: tuple[str, ...],
    own: OwnTable | None,
    language: Language,
) -> mo.Html:
    """Preview the letter as the reader fills it in, and offer it with its appendix and the table."""
    translate, evidence = partial(get_text, language), assessed.evidence
    filled = {name: str(text) for name, text in fields.value.items()}
    source = own.name if own else None
    about = about_tables(tables, language, filled, source, statements)
    name = csv_name(source)
    files = {"csv": (lambda: tables.synthetic.to_csv(index=False), name)}
    shown = [mo.md(translate("story.letter_title")), row(fields.elements.values())]
    if evidence:
        written = letter_html(evidence, language, about)
        preview = f'<iframe class="sh-letter" title="{translate("story.letter_preview")}" sandbox'
        shown.append(mo.Html(f'{preview} srcdoc="{escape(written)}"></iframe>'))
        files = {
            "letter": (lambda: written, f"letter-{language}.html"),
            "report": (lambda: evidence.to_html(language, about), f"privacy-report-{language}.html"),
            **files,
            "evidence": (lambda: evidence_json(evidence), "evidence.json"),
        }
    buttons = [
        mo.download(
            lambda write=write: write().encode(), filename=file, label=translate(f"story.download_{key}")
        )
        for key, (write, file) in files.items()
    ]
    return mo.vstack([*shown, row(buttons), small(download_note(name, tables, language))])
