"""What the page shows before the first click: the bundled tables, and what was found of them."""

import json
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.controls.leak_simulation import DOSES, Dose, Leak, dose_response, prepare_doses
from synth_handson.notebook.exercises.privacy import hunted_tables
from synth_handson.paths import bundled
from synth_handson.pipeline.tables import DrawnGenerator, Tables, assess_tables
from synth_handson.synthesis.pretrained import SEED, load_bundled_synthetic, load_pretrained_generator
from synth_handson.tables.bank import TARGET, load_bank_marketing
from synth_handson.tables.split import split_holdout

FINDINGS_FILE = bundled("bank-findings.json")

SLIDERS: dict[Leak, range] = {
    "planted": range(0, 21),
    "disguised": range(0, 101, 5),
    "jittered": range(5, 51, 5),
}
"""Where the page's slider of each leak can stand, in percent."""

Doses = dict[Leak, tuple[Dose, ...]]


@dataclass(frozen=True)
class Findings:
    """What was found of the bundled tables.

    Attributes
    ----------
    evidence
        What was measured.
    doses
        Each leak at every place of its slider, and at every dose of `DOSES`.
    hunt
        The three tables of the bug hunt.
    """

    evidence: Evidence
    doses: Doses
    hunt: dict[str, Dose]

    def response(self, leak: Leak) -> tuple[Dose, ...]:
        """Return the doses of `DOSES`."""
        return tuple(dose for dose in self.doses[leak] if dose.dose in DOSES[leak])

    def dose(self, leak: Leak, dose: float) -> Dose | None:
        """Return one dose; None if it was not taken."""
        return next((taken for taken in self.doses[leak] if taken.dose == dose), None)


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
    """Assess the bundled tables, and take all doses of each leak: a minute's work."""
    tables = bundled_tables()
    prepared = prepare_doses(tables.synthetic, tables.train, tables.holdout)
    doses: Doses = {}
    for leak, positions in SLIDERS.items():
        wanted = {position / 100 for position in positions} | {*DOSES[leak]}
        doses[leak] = dose_response(prepared, leak, sorted(wanted))
    return Findings(assess_tables(tables), doses, hunted_tables(prepared))


@cache
def bundled_findings() -> Findings:
    """Read what :func:`measure_bundled` found when the tables were built, so that it is there at once."""
    plain = json.loads(FINDINGS_FILE.read_text(encoding="utf-8"))
    return Findings(
        Evidence.from_dict(plain["evidence"]),
        TypeAdapter(Doses).validate_python(plain["doses"]),
        TypeAdapter(dict[str, Dose]).validate_python(plain["hunt"]),
    )


def rebuild_findings() -> None:
    """Measure anew, and write the file: after the tables, or what is measured, have changed."""
    bundled_tables.cache_clear()
    found = measure_bundled()
    plain = {
        "evidence": found.evidence.to_dict(),
        "doses": TypeAdapter(Doses).dump_python(found.doses, mode="json"),
        "hunt": TypeAdapter(dict[str, Dose]).dump_python(found.hunt, mode="json"),
    }
    FINDINGS_FILE.write_text(json.dumps(plain, ensure_ascii=False) + "\n", encoding="utf-8")
    bundled_findings.cache_clear()
