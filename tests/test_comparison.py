"""Engines beside each other: what is reported, and what a failure leaves."""

import pandas as pd
import pytest
from people import draw_people

from synth_handson.comparison import COPIED, HOLDOUT, EngineComparison, compare_engines
from synth_handson.errors import ArgumentError
from synth_handson.tables.split import split_holdout

pytestmark = pytest.mark.usefixtures("one_model_throughout")

COLUMNS = ["income", "visits", "region", "score", "churned"]


@pytest.fixture(scope="module")
def parts() -> tuple[pd.DataFrame, pd.DataFrame]:
    train, holdout = split_holdout(draw_people(1_000, 0)[COLUMNS])
    return train, holdout


@pytest.fixture(scope="module")
def compared(parts: tuple[pd.DataFrame, pd.DataFrame]) -> EngineComparison:
    begun: list[tuple[str, int]] = []
    found = compare_engines(
        *parts,
        "churned",
        engines=["copula", "trees"],
        seeds=[0, 1],
        rows=300,
        on_progress=lambda engine, seed: begun.append((engine, seed)),
    )
    assert begun == [("copula", 0), ("copula", 1), ("trees", 0), ("trees", 1)]
    return found


def test_every_engine_and_seed_stands_beside_real_rows(compared: EngineComparison) -> None:
    table = compared.table()
    assert table["engine"].tolist() == ["copula", "copula", "trees", "trees", HOLDOUT, COPIED]
    assert table["seed"].tolist() == [0, 1, 0, 1, 0, 0]
    assert compared.failed == ()
    for low, value, high in (
        ("kept_low", "kept", "kept_high"),
        ("attack_auc_low", "attack_auc", "attack_auc_high"),
    ):
        assert (table[low] <= table[value]).all() and (table[value] <= table[high]).all()


def test_the_corners_are_where_they_belong(compared: EngineComparison) -> None:
    table = compared.table().set_index("engine")
    assert table.loc[COPIED, "verdict"] == "fail"
    assert table.loc[COPIED, "attack_auc"] > 0.6
    assert table.loc[HOLDOUT, "verdict"] != "fail"
    assert table.loc[HOLDOUT, "attack_auc_low"] < 0.5 < table.loc[HOLDOUT, "attack_auc_high"]


def test_the_evidence_of_a_trial_is_that_of_its_table(
    compared: EngineComparison, parts: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    trial = compared.trials[0]
    assert (trial.evidence.rows.synthetic, trial.evidence.rows.train) == (300, len(parts[0]))
    assert trial.kept == trial.evidence.median_kept


@pytest.fixture(scope="module")
def of_few() -> EngineComparison:
    """Return a comparison with a small holdout, and an engine whose server is not there."""
    train, holdout = split_holdout(draw_people(700, 0)[COLUMNS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOSTLY_BASE_URL", "http://127.0.0.1:9")
        return compare_engines(train, holdout, engines=["mostly-server", "copula"], rows=200)


def test_an_engine_that_fails_leaves_the_others(of_few: EngineComparison) -> None:
    ((engine, seed, error),) = of_few.failed
    assert (engine, seed) == ("mostly-server", 0)
    assert "127.0.0.1:9" in str(error)
    assert of_few.table()["kept"].isna().all()


def test_a_holdout_too_small_to_be_halved_is_no_corner(of_few: EngineComparison) -> None:
    assert [trial.engine for trial in of_few.trials] == ["copula", COPIED]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"engines": ["gan"]}, "no engine 'gan'"),
        ({"engines": []}, "nothing to compare"),
        ({"seeds": []}, "nothing to compare"),
        ({"seeds": [-1]}, "seed"),
        ({"target": "chuned"}, "Did you mean: churned"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_trained(
    parts: tuple[pd.DataFrame, pd.DataFrame], options: dict[str, object], words: str
) -> None:
    with pytest.raises(ArgumentError, match=words):
        compare_engines(*parts, **options, on_progress=lambda *_: pytest.fail("trained"))  # type: ignore[arg-type]
