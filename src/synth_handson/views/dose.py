"""Leaks made on purpose: what notices them."""

from html import escape

from synth_handson.evidence.dose import OVERFIT_ROWS, Dose
from synth_handson.locales import Language, get_text
from synth_handson.report.wording import Wording
from synth_handson.views.html import figures, html_table, row
from synth_handson.views.labels import dose_label


def dose_table(dose: Dose, language: Language) -> str:
    """Show for each measure what it says about a leak made on purpose, and whether it notices.

    Where nothing leaks, nobody asks whether it is noticed.
    """
    words = Wording(language)
    asked = dose.leaking != 0
    rows = []
    for m in dose.measures:
        noticed = m.name in dose.noticed
        key = "untested" if m.p_value is None else "noticed" if noticed else "unnoticed"
        cells = [figures(words.value(m).value, words.value(m).interval), _mark(key, noticed, language)]
        rows.append(row(words.name(m), "", cells[: 1 + asked], "sh-noticed" if noticed else None))
    naive = dose.naive
    key = "approves" if naive.approves else "doubts"
    beside = get_text(language, "dose.naive_beside", holdout=naive.holdout)
    cells = [figures(f"{naive.synthetic:.3f}", beside), _mark(key, False, language)]
    rows.append(row(get_text(language, "dose.naive"), "", cells[: 1 + asked]))
    heads = [get_text(language, f"dose.head_{name}") for name in ("measure", "value", "noticed")]
    return html_table(heads[: 2 + asked], rows)


def dose_sentence(dose: Dose, language: Language) -> str:
    """Say which measures notice a leak, and how the naive score rates it."""
    words = Wording(language)
    names = {m.name: words.name(m) for m in dose.measures}
    listed = get_text(language, "dose.separator").join(names[name] for name in dose.noticed)
    key = "nothing" if dose.leaking == 0 else dose.leak
    label = dose_label(dose, language)
    made = get_text(language, f"dose.made_{key}", dose=label, rows=dose.rows, people=OVERFIT_ROWS)
    found = get_text(
        language, f"dose.{_found(dose)}", measures=listed, traced=dose.traced, leaking=dose.leaking
    )
    rated = "dose.naive_approves" if dose.naive.approves else "dose.naive_doubts"
    naive = get_text(language, rated, synthetic=dose.naive.synthetic, holdout=dose.naive.holdout)
    return words.join([made, found, naive])


def _found(dose: Dose) -> str:
    """Tell whether it is noticed; if not, whether it is harmless or the tests are blind."""
    if dose.noticed:
        return "found"
    if dose.traced is None:
        return "not_found"
    return "not_found_blind" if dose.blind else "not_found_harmless"


def _mark(key: str, noticed: bool, language: Language) -> str:
    said = escape(get_text(language, f"dose.{key}"))
    return f"<strong>{said}</strong>" if noticed else said
