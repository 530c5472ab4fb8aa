"""Simulated leaks: what notices them."""

from synth_handson.evidence.controls.leak_simulation import OVERFIT_ROWS, LeakSimulation
from synth_handson.locales import Language, get_text
from synth_handson.presentation.document import Cell, Figures, Table, table_html
from synth_handson.presentation.labels import leak_size
from synth_handson.presentation.words import Wording


def simulation_table(simulation: LeakSimulation, language: Language) -> str:
    """Show for each measure its value for a simulated leak, and whether it notices the leak.

    If nothing leaks, that last column is left out.
    """
    words = Wording(language)
    asked = simulation.leaking != 0
    rows: list[tuple[Cell, ...]] = []
    for m in simulation.measures:
        key = "untested" if m.p_value is None else "noticed" if m.name in simulation.noticed else "unnoticed"
        rows.append((words.name(m), words.value(m), get_text(language, f"leak_simulation.{key}")))
    naive = simulation.naive
    beside = get_text(language, "leak_simulation.naive_beside", holdout=naive.holdout)
    said = get_text(language, "leak_simulation.approves" if naive.approves else "leak_simulation.doubts")
    rows.append(
        (get_text(language, "leak_simulation.naive"), Figures(f"{naive.synthetic:.3f}", beside), said)
    )
    heads = tuple(
        get_text(language, f"leak_simulation.head_{name}") for name in ("measure", "value", "noticed")
    )
    marked = {n: "sh-noticed" for n, m in enumerate(simulation.measures) if m.name in simulation.noticed}
    return table_html(Table(heads[: 2 + asked], tuple(row[: 2 + asked] for row in rows), marked=marked))


def simulation_sentence(simulation: LeakSimulation, language: Language) -> str:
    """Say which measures notice a leak, and how the naive score rates it."""
    words = Wording(language)
    names = {m.name: words.name(m) for m in simulation.measures}
    listed = get_text(language, "leak_simulation.separator").join(names[name] for name in simulation.noticed)
    key = "nothing" if simulation.leaking == 0 else simulation.leak
    label = leak_size(simulation, language)
    made = get_text(
        language, f"leak_simulation.made_{key}", size=label, rows=simulation.rows, people=OVERFIT_ROWS
    )
    found = get_text(
        language,
        f"leak_simulation.{_found(simulation)}",
        measures=listed,
        traced=simulation.traced and simulation.traced.value,
        leaking=simulation.leaking,
    )
    rated = "leak_simulation.naive_approves" if simulation.naive.approves else "leak_simulation.naive_doubts"
    naive = get_text(language, rated, synthetic=simulation.naive.synthetic, holdout=simulation.naive.holdout)
    return words.join([made, found, naive])


def _found(simulation: LeakSimulation) -> str:
    """Tell whether it is noticed; if not, whether it is harmless or the tests are blind."""
    if simulation.noticed:
        return "found"
    if simulation.traced is None:
        return "not_found"
    return "not_found_blind" if simulation.blind else "not_found_harmless"
