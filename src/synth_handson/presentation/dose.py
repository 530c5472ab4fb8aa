"""Leaks made on purpose: what notices them."""

from synth_handson.evidence.controls.leak_simulation import OVERFIT_ROWS, Dose
from synth_handson.locales import Language, get_text
from synth_handson.presentation.document import Cell, Figures, Table, table_html
from synth_handson.presentation.labels import dose_label
from synth_handson.presentation.words import Wording


def dose_table(dose: Dose, language: Language) -> str:
    """Show for each measure what it says about a leak made on purpose, and whether it notices.

    Where nothing leaks, nobody asks whether it is noticed.
    """
    words = Wording(language)
    asked = dose.leaking != 0
    rows: list[tuple[Cell, ...]] = []
    for m in dose.measures:
        key = "untested" if m.p_value is None else "noticed" if m.name in dose.noticed else "unnoticed"
        rows.append((words.name(m), words.value(m), get_text(language, f"dose.{key}")))
    naive = dose.naive
    beside = get_text(language, "dose.naive_beside", holdout=naive.holdout)
    said = get_text(language, "dose.approves" if naive.approves else "dose.doubts")
    rows.append((get_text(language, "dose.naive"), Figures(f"{naive.synthetic:.3f}", beside), said))
    heads = tuple(get_text(language, f"dose.head_{name}") for name in ("measure", "value", "noticed"))
    marked = {n: "sh-noticed" for n, m in enumerate(dose.measures) if m.name in dose.noticed}
    return table_html(Table(heads[: 2 + asked], tuple(row[: 2 + asked] for row in rows), marked=marked))


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
