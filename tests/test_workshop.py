"""The numbers that the facilitator is told to expect are those that the page shows."""

from pathlib import Path

import pytest

from synth_handson.evidence.measures import Measure
from synth_handson.locales import LANGUAGES, Language
from synth_handson.notebook.bundled import SLIDERS, bundled_findings, bundled_tables
from synth_handson.notebook.exercises.exercise import ExerciseContext
from synth_handson.notebook.exercises.findings import exercise_findings
from synth_handson.notebook.exercises.generate import RealOrMade
from synth_handson.notebook.exercises.load import FindYourself
from synth_handson.notebook.exercises.privacy import (
    LEAKING,
    BugHunt,
    SmallestLeak,
    fools_distances,
    fools_naive_score,
)
from synth_handson.presentation.words import percent
from synth_handson.tables.bank import load_bank_marketing

ROOT = Path(__file__).parents[1]
NAMES = {"en": "workshop.md", "ja": "workshop.ja.md"}


def guide(language: Language) -> str:
    return (ROOT / "docs" / NAMES[language]).read_text(encoding="utf-8")


def row(language: Language, number: int) -> str:
    """Return what the guide says of an exercise."""
    return next(line for line in guide(language).splitlines() if line.startswith(f"| {number} "))


def shown() -> ExerciseContext:
    found = bundled_findings()
    return ExerciseContext(bundled_tables(), found.evidence, found.series("planted"))


def minus(number: int) -> str:
    return f"{number:,}".replace("-", "−")


def measure(name: str, *columns: str) -> Measure:
    fidelity = bundled_findings().evidence.fidelity
    every = (*fidelity.joint, *fidelity.columns, *fidelity.pairs)
    return next(m for m in every if m.name == name and set(m.columns) == {*columns})


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_and_two(language: Language) -> None:
    table = load_bank_marketing("bundled").frame
    alone = (~table.duplicated(["age", "duration"], keep=False)).mean()
    find = FindYourself.of(table)
    assert find.solution(shown()) == ("2",)
    assert find.matching(["age", "duration"]) == 1
    assert percent(alone, 0) in row(language, 1)
    made = ", ".join(map(str, sorted(RealOrMade.of(bundled_tables()).made)))
    assert made in row(language, 2)
    c2st = measure("c2st_auc")
    for number in (c2st.value, c2st.low, c2st.high):
        assert number is not None
        assert percent(number, 1) in row(language, 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_to_six(language: Language) -> None:
    for table in (bundled_tables().train, bundled_tables().synthetic):
        assert minus(table["balance"].min()) in row(language, 3)
        assert minus(table["balance"].max()) in row(language, 3)
    for found in (measure("column_tvd", "balance"), measure("pair_tvd", "balance", "y")):
        assert f"{100 * (found.excess or 0):.1f}" in row(language, 4)
    utility = bundled_findings().evidence.utility
    assert utility is not None
    assert utility.majority is not None
    forest = next(model for model in utility.models if model.model == "random_forest")
    accuracy = next(m for m in forest.measures if m.name == "accuracy")
    assert accuracy.value
    assert accuracy.reference
    for share in (accuracy.value, accuracy.reference, utility.majority):
        assert percent(share, 1) in row(language, 5)
    stays = exercise_findings().impossible
    for share in (stays.copula, stays.trees, stays.kept):
        assert percent(share, 0) in row(language, 6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_seven_to_ten(language: Language) -> None:
    found = bundled_findings()
    for people in SmallestLeak().solution(shown()) or ():
        assert people in row(language, 7)
    planted = [one.size for one in found.simulations["planted"] if fools_naive_score(one)]
    assert {0.01, 0.02} <= {*planted}
    disguised = min(one.size for one in found.simulations["disguised"] if fools_distances(one))
    assert f"{100 * disguised:.0f} %" in row(language, 7)
    honest = BugHunt(found.hunt).gap("B")
    for share in (honest.value, honest.reference):
        assert percent(share or 0, 1) in row(language, 8)
    assert f"{found.hunt[LEAKING].naive.synthetic:.3f}" in row(language, 8)
    trained, same, unseen = exercise_findings().recognised.shares()
    for said in (percent(trained, 0), percent(same, 0), percent(unseen, 1)):
        assert said in row(language, 9)
    verdict = found.evidence.privacy.verdict
    assert str(verdict.tests) in row(language, 10)
    assert percent(verdict.smallest_detectable_leak or 0, 1) in row(language, 10)
    assert len(SLIDERS) == 3


def test_both_guides_have_the_same_plan() -> None:
    rows = {
        language: [line for line in guide(language).splitlines() if line.startswith("| ")]
        for language in LANGUAGES
    }
    assert len(rows["en"]) == len(rows["ja"]) == (1 + 6) + (1 + 10)
