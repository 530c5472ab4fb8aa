"""What the page shows before the first click: the bundled tables, and what was found of them."""

import json
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.controls.leak_simulation import (
    LEAK_SIZES,
    LeakKind,
    LeakSimulation,
    prepare_simulation,
    simulate_leaks,
)
from synth_handson.notebook.exercises.privacy import hunted_tables
from synth_handson.paths import bundled
from synth_handson.pipeline.tables import DrawnGenerator, Tables, assess_tables
from synth_handson.synthesis.pretrained import SEED, load_bundled_synthetic, load_pretrained_generator
from synth_handson.tables.bank import TARGET, load_bank_marketing
from synth_handson.tables.split import split_holdout

FINDINGS_FILE = bundled("bank-findings.json")

SLIDERS: dict[LeakKind, range] = {
    "planted": range(0, 21),
    "disguised": range(0, 101, 5),
    "jittered": range(5, 51, 5),
}
"""Where the page's slider of each leak can stand, in percent."""

Simulations = dict[LeakKind, tuple[LeakSimulation, ...]]


@dataclass(frozen=True)
class Findings:
    """What was found of the bundled tables.

    Attributes
    ----------
    evidence
        What was measured.
    simulations
        Each leak at every place of its slider, and at every size of `LEAK_SIZES`.
    hunt
        The three tables of the bug hunt.
    """

    evidence: Evidence
    simulations: Simulations
    hunt: dict[str, LeakSimulation]

    def series(self, leak: LeakKind) -> tuple[LeakSimulation, ...]:
        """Return the simulations of `LEAK_SIZES`."""
        return tuple(one for one in self.simulations[leak] if one.size in LEAK_SIZES[leak])

    def simulation(self, leak: LeakKind, size: float) -> LeakSimulation | None:
        """Return one simulation; None if this size was not simulated."""
        return next((one for one in self.simulations[leak] if one.size == size), None)


@cache
def bundled_tables() -> Tables:
    """Return the synthetic table that ships with the project, with its own training rows and holdout.

    Every reader gets the same.
    """
    train, holdout = split_holdout(load_bank_marketing("bundled").frame)
    training, synthetic = load_pretrained_generator().training, load_bundled_synthetic()
    generator = DrawnGenerator(load_pretrained_generator, SEED, len(synthetic), synthetic)
    return Tables(train, holdout, synthetic, "bundled", training, TARGET, generator=generator)


def measure_bundled() -> Findings:
    """Assess the bundled tables, and simulate all sizes of each leak: a minute's work."""
    tables = bundled_tables()
    prepared = prepare_simulation(tables.synthetic, tables.train, tables.holdout)
    simulations: Simulations = {}
    for leak, positions in SLIDERS.items():
        wanted = {position / 100 for position in positions} | {*LEAK_SIZES[leak]}
        simulations[leak] = simulate_leaks(prepared, leak, sorted(wanted))
    return Findings(assess_tables(tables), simulations, hunted_tables(prepared))


@cache
def bundled_findings() -> Findings:
    """Read what :func:`measure_bundled` found when the tables were built, so that it is there at once."""
    plain = json.loads(FINDINGS_FILE.read_text(encoding="utf-8"))
    return Findings(
        Evidence.from_dict(plain["evidence"]),
        TypeAdapter(Simulations).validate_python(plain["simulations"]),
        TypeAdapter(dict[str, LeakSimulation]).validate_python(plain["hunt"]),
    )


def rebuild_findings() -> None:
    """Measure anew, and write the file: after the tables, or what is measured, have changed."""
    bundled_tables.cache_clear()
    found = measure_bundled()
    plain = {
        "evidence": found.evidence.to_dict(),
        "simulations": TypeAdapter(Simulations).dump_python(found.simulations, mode="json"),
        "hunt": TypeAdapter(dict[str, LeakSimulation]).dump_python(found.hunt, mode="json"),
    }
    FINDINGS_FILE.write_text(json.dumps(plain, ensure_ascii=False) + "\n", encoding="utf-8")
    bundled_findings.cache_clear()
