"""What the reader takes along."""

from functools import partial

import marimo as mo

from synth_handson.locales import Language, get_text
from synth_handson.notebook.downloads import about_tables, csv_name, download_note, evidence_json
from synth_handson.notebook.page.parts import fold, row
from synth_handson.notebook.session import Assessed
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.tables import Tables


def downloads(
    tables: Tables,
    assessed: Assessed,
    fields: mo.ui.dictionary,
    statements: tuple[str, ...],
    own: OwnTable | None,
    language: Language,
) -> mo.Html:
    """Offer the synthetic table, the report and the evidence."""
    say, evidence = partial(get_text, language), assessed.evidence
    filled = {k: str(v) for k, v in fields.value.items()}
    source = own.name if own else None
    about = about_tables(tables, language, filled, source, statements)
    name = csv_name(source)
    files = {"csv": (lambda: tables.synthetic.to_csv(index=False), name)}
    if evidence:
        files["report"] = (lambda: evidence.to_html(language, about), f"privacy-report-{language}.html")
        files["evidence"] = (lambda: evidence_json(evidence), "evidence.json")
    buttons = [
        mo.download(lambda write=write: write().encode(), filename=file, label=say(f"story.download_{key}"))
        for key, (write, file) in files.items()
    ]
    more = "\n\n".join([say("story.download_about"), download_note(name, tables, language)])
    return mo.vstack([row(fields.elements.values()), row(buttons), fold({say("story.more"): more})])
