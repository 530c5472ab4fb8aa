"""Files: a plan is taken along, and what others have entered is brought in."""

from __future__ import annotations

from typing import Any

import marimo as mo

from synth_planning.dashboard import Summary
from synth_planning.files import FORMATS, as_csv, as_yaml
from synth_planning.locales import Language
from synth_planning.page.state import PlanPage
from synth_planning.plan import KINDS, Kind, Plan
from synth_planning.report import write_report
from synth_planning.wording import translator


def csv_kind(language: Language) -> mo.ui.dropdown:
    """Choose the kind of entries that a CSV file holds."""
    translate = translator(language)
    kinds: dict[str, Kind] = {translate(f"kind_{kind}"): kind for kind in KINDS}
    return mo.ui.dropdown(
        kinds, value=translate("kind_features"), allow_select_none=False, label=translate("csv_kind")
    )


def exchange(
    plan_page: PlanPage, plan: Plan, summary: Summary, kinds: mo.ui.dropdown, language: Language
) -> mo.Html:
    """Offer the plan as files, and take files in."""
    translate = translator(language)
    kind: Kind = kinds.value

    def report() -> bytes:
        return write_report(plan, summary.on, summary.mvp.available, language).encode()

    def take_in(files: Any) -> None:
        if files:
            plan_page.bring_in(files[0].contents, files[0].name, kind if _is_csv(files[0].name) else None)

    shown = translate(f"kind_{kind}")
    upload = mo.ui.file(
        filetypes=list(FORMATS), kind="button", label=translate("bring_in"), on_change=take_in
    )
    row = [
        mo.download(lambda: as_yaml(plan).encode(), filename="plan.yaml", label=translate("take_plan")),
        mo.download(report, filename="plan.md", label=translate("take_report")),
        mo.download(
            lambda: as_csv(plan, kind), filename=f"{kind}.csv", label=translate("take_csv", kind=shown)
        ),
    ]
    taken = mo.hstack(row, justify="start", wrap=True)
    brought = mo.hstack([kinds, plan_page.hold("file", upload)], justify="start", gap=2, wrap=True)
    return mo.accordion({translate("exchange_title"): mo.vstack([taken, brought])})


def _is_csv(name: str) -> bool:
    return name.lower().endswith(".csv")
