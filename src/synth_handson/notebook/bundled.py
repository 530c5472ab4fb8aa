"""What the page shows before the first click: the bundled tables, and what was found of them."""

import json
from functools import cache

from pydantic import TypeAdapter

from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.dose import Dose, Leak, dose_response, prepare_doses
from synth_handson.paths import bundled
from synth_handson.pipeline.tables import Tables, assess_tables
from synth_handson.synthesis.pretrained import load_bundled_synthetic, load_pretrained_generator
from synth_handson.tables.bank import TARGET, load_bank_marketing
from synth_handson.tables.split import split_holdout

FINDINGS_FILE = bundled("bank-findings.json")

Responses = dict[Leak, tuple[Dose, ...]]


@cache
def bundled_tables() -> Tables:
    """Return the synthetic table that ships with the project, with its own training rows and holdout.

    Every reader gets the same.
    """
    train, holdout = split_holdout(load_bank_marketing("bundled").frame)
    training = load_pretrained_generator().training
    return Tables(train, holdout, load_bundled_synthetic(), "bundled", training, TARGET)


def measure_bundled() -> tuple[Evidence, Responses]:
    """Assess the bundled tables, and take several doses of each leak: half a minute's work."""
    tables = bundled_tables()
    prepared = prepare_doses(tables.synthetic, tables.train, tables.holdout)
    leaks: tuple[Leak, ...] = ("planted", "disguised", "jittered")
    return assess_tables(tables), {leak: dose_response(prepared, leak) for leak in leaks}


@cache
def bundled_findings() -> tuple[Evidence, Responses]:
    """Read what :func:`measure_bundled` found when the tables were built, so that it is there at once."""
    plain = json.loads(FINDINGS_FILE.read_text(encoding="utf-8"))
    return Evidence.from_dict(plain["evidence"]), _responses().validate_python(plain["responses"])


def rebuild_findings() -> None:
    """Measure anew, and write the file: after the tables, or what is measured, have changed."""
    bundled_tables.cache_clear()
    evidence, responses = measure_bundled()
    plain = {"evidence": evidence.to_dict(), "responses": _responses().dump_python(responses, mode="json")}
    FINDINGS_FILE.write_text(json.dumps(plain, ensure_ascii=False) + "\n", encoding="utf-8")
    bundled_findings.cache_clear()


def _responses() -> TypeAdapter[Responses]:
    return TypeAdapter(Responses)
