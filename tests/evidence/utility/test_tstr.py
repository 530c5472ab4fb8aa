"""Train on synthetic, test on the holdout: what is kept, what is not, and when nothing can be said."""

import warnings

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import ArgumentError
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables
from synth_handson.evidence.utility.tstr import Utility, assess_utility, find_task
from synth_handson.locales import Message
from synth_handson.metrics.models import LinearEncoder

CLASS_MEASURES = ["roc_auc", "pr_auc", "accuracy", "f1", "precision", "recall"]


def people(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows).astype(float)
    job = rng.choice(["clerk", "nurse", "pilot"], rows, p=[0.5, 0.3, 0.2])
    lift = (age - 50) / 15 + (job == "pilot") * 1.5
    return pd.DataFrame(
        {
            "age": age,
            "job": job,
            "balance": 100 * lift + rng.normal(0, 100, rows),
            "noise": rng.random(rows),
            "y": np.where(rng.random(rows) < 1 / (1 + np.exp(1 - lift)), "yes", "no"),
        }
    )


def tables(synthetic: pd.DataFrame, rows: int = 1200) -> AssessedTables:
    return prepare_tables(synthetic, people(rows, 1), people(800, 2))


def shuffled(table: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(9)
    return pd.DataFrame({name: rng.permutation(table[name]) for name in table})


def assessed(given: AssessedTables, target: str) -> Utility:
    found = assess_utility(given, target, random_state=0)
    assert isinstance(found, Utility), found
    return found


@pytest.fixture
def linear_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the slower models where a test is not about them."""
    monkeypatch.setattr("synth_handson.evidence.utility.tstr.MODELS", ("linear",))


@pytest.fixture
def few_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train fewer models where a test is not about how wide their intervals are."""
    monkeypatch.setattr("synth_handson.evidence.utility.tstr.PARTS", 2)


# What kind of prediction it is


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["no", "no", "yes"], "binary", ("no", "yes")),
        (["yes", "yes", "no"], "binary", ("yes", "no")),
        (["a", "b"], "binary", ("a", "b")),
        (["True", "False", "False", None], "binary", ("False", "True")),
        (["c", "a", "b"], "multiclass", ("a", "b", "c")),
        ([str(number) for number in range(10, 30)], "multiclass", tuple(map(str, range(10, 30)))),
        ([0.0, 0.0, 1.0, np.nan], "binary", (0, 1)),
        ([1.0, 2.0, 3.0], "regression", ()),
        ([0.1, 0.7, 19723.0], "regression", ()),
    ],
)
def test_the_task_is_found_from_the_values(values, task, classes) -> None:
    dtype = "float64" if any(isinstance(value, float) for value in values) else "str"
    assert find_task(pd.Series(values, dtype=dtype)) == (task, classes)


# What is kept


@pytest.mark.usefixtures("linear_only")
@pytest.mark.parametrize("target", ["y", "job", "balance"])
def test_a_fresh_sample_of_real_people_keeps_everything_and_a_shuffled_one_nothing(target: str) -> None:
    fresh = people(600, 3)
    for kept in (model.kept for model in assessed(tables(fresh, 600), target).models):
        standard_error = (kept.high - kept.low) / 3.92
        assert abs(kept.value - 1) < 3 * standard_error
        assert (kept.reference, kept.name) == (1, "performance_kept")
    for kept in (model.kept for model in assessed(tables(shuffled(fresh), 600), target).models):
        assert kept.value < 0.3
        assert kept.high < 1


@pytest.mark.usefixtures("few_parts")
def test_every_model_keeps_nothing_of_a_shuffled_table() -> None:
    for model in assessed(tables(shuffled(people(600, 3)), 600), "y").models:
        assert model.kept.high < 0.5


@pytest.mark.usefixtures("few_parts")
def test_every_model_is_measured_on_the_same_people() -> None:
    found = assess_utility(tables(people(900, 3)), "y", random_state=0)
    assert isinstance(found, Utility)
    assert (found.task, found.positive, found.train_rows, found.test_rows) == ("binary", "yes", 900, 800)
    assert [model.model for model in found.models] == ["linear", "random_forest", "gradient_boosting"]
    for model in found.models:
        assert [one.name for one in model.measures] == CLASS_MEASURES
        assert [one.name for one in model.on_synthetic] == CLASS_MEASURES
        assert {one.rows for one in model.measures} == {800}
        assert all(one.low <= one.value <= one.high for one in (*model.measures, *model.on_synthetic))
        area = model.measures[0]
        assert model.kept.value == pytest.approx((area.value - 0.5) / (area.reference - 0.5))
        assert area.reference == model.on_synthetic[0].reference


@pytest.mark.usefixtures("few_parts")
def test_a_regression_has_its_own_measures() -> None:
    found = assessed(tables(people(900, 3)), "balance")
    assert (found.task, found.positive) == ("regression", None)
    for model in found.models:
        assert [one.name for one in model.measures] == ["mae", "rmse", "r2"]
        assert model.kept.value == pytest.approx(model.measures[2].value / model.measures[2].reference)


@pytest.mark.usefixtures("few_parts")
def test_the_seed_decides_everything() -> None:
    given = tables(people(300, 3), rows=300)
    assert assessed(given, "y") == assessed(given, "y")


@pytest.mark.seldom
@pytest.mark.usefixtures("linear_only")
def test_intervals_cover_what_another_real_sample_keeps() -> None:
    kept = [
        assessed(prepare_tables(people(200, 50 + s), people(200, 80 + s), people(300, 110 + s)), "y").models[
            0
        ]
        for s in range(20)
    ]
    measured = [one.kept for one in kept if one.kept.value is not None]
    assert len(measured) >= 15
    # With 95 % coverage, more than 4 misses of 20 would have a probability of .003.
    assert sum(not one.low <= 1 <= one.high for one in measured) <= 4


# Why the holdout, and not the training rows, is tested on


@pytest.mark.usefixtures("few_parts")
def test_copying_the_training_rows_gains_nothing_on_the_holdout_but_would_on_the_training_rows() -> None:
    from sklearn.neighbors import KNeighborsClassifier

    train, fresh, holdout = people(1200, 1), people(1200, 3), people(800, 2)

    def accuracy(learned: pd.DataFrame, tested: pd.DataFrame) -> float:
        encoder = LinearEncoder(learned.drop(columns="y"))
        one_neighbour = KNeighborsClassifier(1).fit(
            encoder.transform(learned.drop(columns="y")), learned["y"]
        )
        return one_neighbour.score(encoder.transform(tested.drop(columns="y")), tested["y"])

    assert accuracy(train, train) == 1
    assert accuracy(fresh, train) < 0.8
    assert accuracy(train, holdout) == pytest.approx(accuracy(fresh, holdout), abs=0.05)
    for model in assessed(tables(train), "y").models:
        assert model.kept.value == pytest.approx(1)


# What a caller or a table can get wrong


def test_an_unknown_target_is_named_with_those_meant() -> None:
    with pytest.raises(ArgumentError, match=r"'balanc'.*balance") as raised:
        assess_utility(tables(people(200, 3)), "balanc", random_state=0)
    assert "'balanc'" in raised.value.message("ja")


def with_target(values: dict[str, list[str | float | None]]) -> AssessedTables:
    parts = {}
    for seed, title in enumerate(("synthetic", "train", "holdout")):
        table = people(200, seed)
        table["t"] = values.get(title, values["all"])
        parts[title] = table
    return prepare_tables(parts["synthetic"], parts["train"], parts["holdout"])


HALVES: list[str | float | None] = ["a", "b"] * 100


@pytest.mark.parametrize(
    ("values", "key", "said"),
    [
        ({"all": [None] * 200}, "no_values", ["“t”"]),
        ({"all": ["same"] * 200}, "constant_train", ["“t”", "“same”"]),
        ({"all": [7.0] * 200}, "constant_train", ["“7”"]),
        ({"all": [f"v{number}" for number in range(25)] * 8}, "many_classes", ["25", "20"]),
        ({"all": HALVES, "train": ["once", *HALVES[1:]]}, "rare_class_train", ["“once”", "1", "200", "5"]),
        ({"all": HALVES, "holdout": ["a", *["b"] * 199]}, "rare_class_holdout", ["“a”"]),
        ({"all": HALVES, "holdout": ["a"] * 200}, "constant_holdout", ["“a”"]),
        ({"all": HALVES, "synthetic": ["a"] * 200}, "constant_synthetic", ["“t”", "“a”"]),
        ({"all": HALVES, "synthetic": ["_RARE_"] * 150 + HALVES[:50]}, "few_rows_synthetic", ["50", "100"]),
        ({"all": HALVES, "train": [*HALVES[:60], *[None] * 140]}, "few_rows_train", ["60", "100"]),
        ({"all": HALVES, "holdout": [*HALVES[:60], *[None] * 140]}, "few_rows_holdout", ["60", "100"]),
    ],
)
def test_a_target_that_cannot_be_predicted_gives_a_reason_in_both_languages(values, key, said) -> None:
    reason = assess_utility(with_target(values), "t", random_state=0)
    assert isinstance(reason, Message)
    assert reason.key == f"utility.{key}"
    for word in said:
        assert word in reason.render("en")
        assert word.strip("“” ") in reason.render("ja")


@pytest.mark.usefixtures("linear_only")
@pytest.mark.parametrize("target", ["noise", "coin"])
def test_where_real_rows_teach_nothing_no_share_is_told(target: str) -> None:
    def with_coin(rows: int, seed: int) -> pd.DataFrame:
        return people(rows, seed).assign(coin=np.random.default_rng(seed + 100).choice(["h", "t"], rows))

    given = prepare_tables(with_coin(600, 3), with_coin(600, 4), with_coin(600, 5))
    missing = [model.kept for model in assessed(given, target).models if model.kept.value is None]
    assert missing
    for kept in missing:
        assert kept.missing is not None
        assert target in kept.missing.render("en")
        assert target in kept.missing.render("ja")


# Tables of other shapes


@pytest.mark.usefixtures("linear_only")
def test_a_class_that_the_synthetic_table_lacks_is_never_predicted_but_the_rest_is_measured() -> None:
    synthetic = people(900, 3)
    found = assessed(tables(synthetic[synthetic["job"] != "pilot"]), "job")
    assert found.task == "multiclass"
    for model in found.models:
        recall = {one.name: one for one in model.measures}["recall"]
        assert recall.value <= 2 / 3


@pytest.mark.usefixtures("few_parts")
@pytest.mark.parametrize("target", ["flag", "level", "day", "heavy"])
def test_tables_of_odd_shapes_are_measured(target: str) -> None:
    def odd(rows: int, seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        base = rng.normal(size=rows)
        wide = pd.DataFrame({f"n{number}": rng.random(rows) for number in range(30)})
        wide["empty"], wide["base"] = np.nan, np.where(rng.random(rows) < 0.2, np.nan, base)
        return wide.assign(
            flag=base + rng.normal(size=rows) > 0,
            level=pd.cut(base, [-9, -1, 1, 9], labels=["low", "mid", "high"]).astype(str),
            day=pd.Timestamp("2024-01-01") + pd.to_timedelta((base * 30).round(), unit="D"),
            heavy=1e9 * np.exp(5 * base),
            one="same",
            name=[f"person {number}" for number in range(rows)],
        )

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        given = prepare_tables(odd(200, 0), odd(250, 1), odd(220, 2))
        found = assessed(given, target)
    assert all(np.isfinite(one.value) for model in found.models for one in model.measures)


@pytest.mark.usefixtures("linear_only")
def test_two_columns_are_enough() -> None:
    given = prepare_tables(*(people(300, seed)[["age", "y"]] for seed in (3, 4, 5)))
    assert assessed(given, "y").task == "binary"
