"""Findings for the exercises on other tables: measured once, and shipped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from synth_handson.notebook.exercises.people import Recognised, measure_recognised
from synth_handson.notebook.exercises.rules import Impossible, measure_impossible
from synth_handson.paths import bundled

FILE = bundled("exercise-findings.json")


@dataclass(frozen=True)
class ExerciseFindings:
    """Findings about the bundled payments and stays."""

    recognised: Recognised
    impossible: Impossible


def measure_findings() -> ExerciseFindings:
    """Measure again: a minute's work."""
    return ExerciseFindings(measure_recognised(), measure_impossible())


@cache
def exercise_findings() -> ExerciseFindings:
    """Read what :func:`measure_findings` found."""
    return TypeAdapter(ExerciseFindings).validate_json(FILE.read_bytes())


def rebuild_exercise_findings() -> None:
    """Measure again, and write the file."""
    FILE.write_bytes(TypeAdapter(ExerciseFindings).dump_json(measure_findings(), indent=1) + b"\n")
    exercise_findings.cache_clear()
