"""Who is at risk from an engine: engines that leak by design, engines that do not, and a real one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson import ArgumentError, audit_generator
from synth_handson.pipeline.audit import tell_apart
from synth_handson.synthesis.copula import CopulaEngine
from synth_handson.synthesis.registry import ENGINES
from synth_handson.synthesis.run import TrainingRun

PEOPLE = draw_people(300, 0)[["income", "region", "visits", "churned"]].set_index(
    pd.Index([f"person {n}" for n in range(300)])
)


@dataclass(frozen=True)
class Rows:
    """Draws rows of a table."""

    table: pd.DataFrame
    ready = True

    @property
    def files(self) -> Mapping[str, bytes]:
        return {}

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        return self.table.sample(n, random_state=random_state).reset_index(drop=True)


class Copying(CopulaEngine):
    """Publishes the people it was trained on."""

    name = "copying"

    def train(self, run: TrainingRun) -> Rows:  # type: ignore[override]
        run.complete()
        return Rows(run.frame)


class Knowing(Copying):
    """Publishes people whom it knew before, whoever it is trained on."""

    name = "knowing"

    def train(self, run: TrainingRun) -> Rows:  # type: ignore[override]
        run.complete()
        return Rows(PEOPLE)


@pytest.fixture
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in (Copying, Knowing):
        monkeypatch.setitem(
            ENGINES, engine.name, replace(ENGINES["copula"], place=f"{__name__}:{engine.__name__}")
        )


@pytest.mark.usefixtures("_planted")
def test_an_engine_that_publishes_people_gives_those_who_stand_apart_away() -> None:
    audit = audit_generator("copying", PEOPLE, people=2, pairs=20)
    assert (audit.engine, audit.pairs, audit.rows, len(audit.people)) == ("copying", 20, 150, 2)
    for person in audit.people:
        assert person.auc.value > 0.9
        assert person.auc.low > 0.7
        assert person.p_value < 0.01


@pytest.mark.usefixtures("_planted")
def test_an_engine_that_learns_from_nobody_gives_nobody_away() -> None:
    audit = audit_generator("knowing", PEOPLE, people=3, pairs=20)
    assert all(person.auc.low < 0.5 < person.auc.high for person in audit.people)
    assert all(person.p_value > 0.05 for person in audit.people)


@pytest.mark.usefixtures("_planted")
def test_those_farthest_from_everybody_are_taken_or_those_who_are_named() -> None:
    strange = PEOPLE.copy()
    strange.loc["person 7", ["region", "churned"]] = ["moon", "never"]
    assert [p.index for p in audit_generator("knowing", strange, people=1, pairs=10).people] == ["person 7"]
    named = audit_generator("knowing", PEOPLE, people=["person 9", "person 3"], pairs=10)
    assert {person.index for person in named.people} == {"person 9", "person 3"}
    assert named.table().index.tolist() == [person.index for person in named.people]
    assert named.table().loc["person 3", "auc_low"] <= named.table().loc["person 3", "auc"]
    isolations = [person.isolation for person in named.people]
    (farther,) = audit_generator("knowing", PEOPLE, people=1, pairs=10).people
    assert farther.isolation > max(isolations)


def test_a_real_engine_is_audited_repeatably_and_says_how_far_it_is() -> None:
    done: list[tuple[int, int]] = []
    options = {"people": 1, "pairs": 10, "rows": 60, "target": "churned"}
    one = audit_generator("copula", PEOPLE, **options, on_progress=lambda *step: done.append(step))  # type: ignore[arg-type]
    assert done == [(pair + 1, 10) for pair in range(10)]
    other = audit_generator("copula", PEOPLE, **options)  # type: ignore[arg-type]
    assert one.people == other.people
    assert one.people != audit_generator("copula", PEOPLE, **options, random_state=1).people  # type: ignore[arg-type]


class TestTellApart:
    def test_by_hand(self) -> None:
        # The first three pairs agree, the fourth does not: whoever follows the others is right three times.
        told, _ = tell_apart(np.array([[1.0], [1.0], [1.0], [-1.0]]), np.random.default_rng(0))
        assert told.value == 0.75

    def test_where_nothing_differs_every_guess_is_a_coin(self) -> None:
        told, p_value = tell_apart(np.zeros((10, 3)), np.random.default_rng(0))
        assert (told.value, p_value) == (0.5, 1.0)

    def test_ten_alike_are_all_told_and_chance_does_that_twice_in_1024(self) -> None:
        told, p_value = tell_apart(np.ones((10, 2)), np.random.default_rng(0))
        assert told.value == 1
        # All ten one way round, or all the other.
        assert p_value == pytest.approx(2 / 1024, abs=0.002)

    def test_chance_shows_nothing(self) -> None:
        rng = np.random.default_rng(0)
        drawn = [tell_apart(rng.normal(size=(20, 30)), rng) for _ in range(200)]
        assert np.mean([told.value for told, _ in drawn]) == pytest.approx(0.5, abs=0.03)
        assert np.mean([p_value <= 0.05 for _, p_value in drawn]) <= 0.08


class TestWhatCannotBeAudited:
    def test_engines_that_take_minutes_are_refused_before_anything_else(self) -> None:
        with pytest.raises(ArgumentError, match="copula, trees"):
            audit_generator("mostly", PEOPLE)

    @pytest.mark.parametrize("people", [0, 301, [], ["nobody"], ["person 1", "person 1"], "person 1", None])
    def test_people_who_are_not_there(self, people: object) -> None:
        with pytest.raises(ArgumentError, match="people must be a number"):
            audit_generator("copula", PEOPLE, people=people)  # type: ignore[arg-type]

    def test_labels_that_several_people_share(self) -> None:
        with pytest.raises(ArgumentError, match="occurs once"):
            audit_generator("copula", PEOPLE.set_index(PEOPLE["region"]), people=["north"])

    @pytest.mark.parametrize("rows", [10, 300, 2.5])
    def test_numbers_of_people_that_cannot_be_trained_on(self, rows: int) -> None:
        with pytest.raises(ArgumentError, match="at a time"):
            audit_generator("copula", PEOPLE, rows=rows)

    def test_too_few_pairs(self) -> None:
        with pytest.raises(ArgumentError, match="at least 10 pairs"):
            audit_generator("copula", PEOPLE, pairs=9)

    def test_a_person_whom_nearly_everybody_is_like(self) -> None:
        alike = pd.concat([PEOPLE[:60], *[PEOPLE[:1]] * 100], ignore_index=True)
        with pytest.raises(ArgumentError, match="the same values"):
            audit_generator("copula", alike, people=[0])
