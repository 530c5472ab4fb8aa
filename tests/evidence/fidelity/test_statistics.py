"""Columns, pairs and whole rows of a synthetic table beside the holdout's, worked by hand and simulated."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import draw_people

from synth_handson import load_bank_marketing, load_bundled_synthetic, split_holdout
from synth_handson.errors import ArgumentError, TableError
from synth_handson.evidence.fidelity.statistics import (
    MAX_PAIRS,
    Fidelity,
    SchemaMatch,
    assess_fidelity,
    compare_columns,
    match_schema,
)
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables
from synth_handson.locales import Message
from synth_handson.metrics.intervals import exact_share

C2ST = Measure("c2st_auc", None, rows=100, missing=Message("measures.missing_synthetic_values"))


def assess(
    synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame | None = None, random_state: int = 0
) -> Fidelity:
    tables = AssessedTables(synthetic, train, synthetic if holdout is None else holdout)
    schema = match_schema(synthetic, train)
    return assess_fidelity(tables, schema=schema, c2st=C2ST, random_state=random_state)


def values_of(measures: Iterable[Measure]) -> dict[str, float | None]:
    return {m.name: m.value for m in measures}


def one_column(synthetic: list[float] | list[str], train: list[float] | list[str]) -> dict[str, float | None]:
    """Measures of a column whose rows are these, 30 times over, so that all resamples hold all values."""
    found = assess(pd.DataFrame({"x": synthetic * 30}), pd.DataFrame({"x": train * 30}))
    return values_of(found.columns)


def one_pair(synthetic: list[tuple], train: list[tuple]) -> dict[str, float | None]:
    return values_of(assess(*(pd.DataFrame(rows * 30) for rows in (synthetic, train))).pairs)


# Worked by hand


def test_measures_of_numbers_worked_by_hand() -> None:
    # Training: mean 1, standard deviation 1, symmetric, fourth moment 1. Synthetic: mean 1 with deviations of
    # -1, -1, -1 and 3, so that the second to fourth moments are 3, 6 and 21.
    found = one_column([0.0, 0.0, 0.0, 4.0], [0.0, 0.0, 2.0, 2.0])
    assert found == pytest.approx(
        {
            "column_tvd": 1 / 2,
            "ks": 1 / 4,
            "wasserstein": 1 / 4 * 2 + 1 / 4 * 2,
            "mean_difference": 0,
            "sd_ratio": 3**0.5,
            "skewness_difference": 6 / 3**1.5,
            "kurtosis_difference": (21 / 9 - 3) - (1 - 3),
        }
    )
    assert one_column([1.0, 5.0], [0.0, 2.0])["mean_difference"] == pytest.approx(2)
    assert one_column([1.0, 5.0], [0.0, 2.0])["wasserstein"] == pytest.approx(2)


def test_measures_of_categories_worked_by_hand() -> None:
    # Of 120 rows each, 60 and 30 are "a", 30 and 60 "b", 30 and none "c", none and 30 "d".
    found = one_column(["a", "b", "b", "d"], ["a", "a", "b", "c"])
    squares = 2 * (15**2 / 45) * 2 + 2 * (15**2 / 15) * 2
    assert found == pytest.approx(
        {"column_tvd": 1 / 2, "category_coverage": 2 / 3, "cramers_v": (squares / 240) ** 0.5}
    )


def test_the_p_value_is_that_of_the_chi_square_test() -> None:
    few, many = (
        assess(pd.DataFrame({"x": list("ab") * n}), pd.DataFrame({"x": list("aab") * n})).columns[-1]
        for n in (10, 100)
    )
    # The same shares, 1/2 and 2/3: chi-square is 50/36 * 10/9 = 1.389 for 20 and 30 rows, ten times that for
    # ten times as many.
    assert few.p_value == pytest.approx(0.2386, abs=1e-4)
    assert many.p_value == pytest.approx(0.000194, abs=1e-6)
    assert few.value == pytest.approx(many.value)


def test_pairs_worked_by_hand() -> None:
    # Numbers that rise together, and all combinations of them: ranks 1 and 0.
    assert one_pair([(1.0, 5.0), (2.0, 7.0)], [(1.0, 5.0), (1.0, 7.0), (2.0, 5.0), (2.0, 7.0)]) == {
        "pair_tvd": pytest.approx(1 / 2),
        "spearman_difference": pytest.approx(1),
    }
    numbers_by_category = one_pair([("a", 1.0), ("b", 2.0)], [(x, y) for x in "ab" for y in (1.0, 2.0)])
    assert numbers_by_category == pytest.approx({"pair_tvd": 1 / 2, "correlation_ratio_difference": 1})
    categories = one_pair([("a", "c"), ("b", "d")], [(x, y) for x in "ab" for y in "cd"])
    assert categories == pytest.approx({"pair_tvd": 1 / 2, "cramers_v_difference": 1})


def test_missing_values_are_a_bin_of_their_own_and_otherwise_left_out() -> None:
    numbers = one_column([0.0, 2.0, np.nan, np.nan], [0.0, 2.0])
    assert numbers.pop("column_tvd") == pytest.approx(1 / 2)
    assert numbers.pop("sd_ratio") == pytest.approx(1)
    assert numbers == pytest.approx(dict.fromkeys(numbers, 0))
    categories = one_column(["a", "b", None, None], ["a", "b"])
    assert categories["column_tvd"] == pytest.approx(1 / 2)
    assert categories["category_coverage"] == 1
    pair = one_pair([(0.0, 1.0), (2.0, 3.0), (np.nan, 3.0)], [(0.0, 1.0), (2.0, 3.0)])
    assert pair == pytest.approx({"pair_tvd": 1 / 3, "spearman_difference": 0})


def test_distinct_rows_worked_by_hand() -> None:
    train = pd.DataFrame({"x": np.arange(200.0), "y": "a"})
    synthetic = train.assign(x=[*range(150), *[0.0] * 49, np.nan])
    synthetic.loc[60, "y"] = None
    distinct = assess(synthetic, train, holdout=train).joint[1]
    # 150 numbers and the missing one; row 60's number occurs nowhere else.
    assert distinct.estimate == exact_share(151, 200)
    assert distinct.reference == 1
    assert distinct.rows == 200


# Properties

mixed = st.fixed_dictionaries(
    {
        "number": st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, 1.0, np.nan])),
        "heaped": st.sampled_from([0.0, 0.0, 0.0, 7.0, 1e9]),
        "category": st.sampled_from(["a", "b", "c", None]),
        "other": st.sampled_from("pqrstuvwxyz0123456789"),
    }
)
mixed_tables = st.lists(mixed, min_size=2, max_size=40).map(
    lambda rows: pd.DataFrame(rows).astype(
        {"number": float, "heaped": float, "category": "str", "other": "str"}
    )
)


@given(mixed_tables, st.randoms())
@settings(max_examples=25)
def test_the_training_table_itself_is_nowhere_apart_in_whatever_order(train: pd.DataFrame, random) -> None:
    order = list(train.index)
    random.shuffle(order)
    found = assess(train.loc[order].reset_index(drop=True), train)
    for name, value in values_of([*found.columns, *found.pairs]).items():
        ideal = 1 if name in ("sd_ratio", "category_coverage") else 0
        assert value is None or value == pytest.approx(ideal, abs=1e-7), name


def test_every_value_lies_in_its_interval_and_range() -> None:
    tables = prepare_tables(*(draw_people(rows, seed) for seed, rows in enumerate((300, 900, 400))))
    found = assess(tables.synthetic, tables.train, tables.holdout)
    for each in [*found.columns, *found.pairs, found.joint[1]]:
        if each.value is not None:
            assert each.low <= each.value <= each.high
            assert each.reference_low <= each.reference <= each.reference_high
            assert each.lowest is None or each.lowest <= each.low
            assert each.highest is None or each.high <= each.highest
        assert each.rows == 300


def test_other_names_for_categories_change_nothing() -> None:
    rng = np.random.default_rng(0)
    synthetic, train = (
        pd.DataFrame({"x": rng.choice(list("abcd"), n), "y": rng.normal(size=n)}) for n in (200, 500)
    )
    renamed = [table.assign(x="the " + table["x"].str.upper()) for table in (synthetic, train)]
    old, new = assess(synthetic, train), assess(*renamed)
    assert values_of(new.columns) == pytest.approx(values_of(old.columns))
    assert values_of(new.pairs) == pytest.approx(values_of(old.pairs))


def test_the_unit_of_numbers_changes_nothing_but_the_bins_of_their_shares() -> None:
    rng = np.random.default_rng(0)
    synthetic, train = (pd.DataFrame(rng.lognormal(size=(n, 2)), columns=["x", "y"]) for n in (200, 500))
    old, new = assess(synthetic, train), assess(3000 * synthetic, 3000 * train)
    assert values_of(new.pairs) == pytest.approx(values_of(old.pairs))
    for name, value in values_of(old.columns).items():
        assert name == "column_tvd" or value == pytest.approx(values_of(new.columns)[name])


def test_the_same_seed_gives_the_same_result_and_another_one_other_draws() -> None:
    synthetic, train, holdout = (draw_people(n, n) for n in (200, 600, 500))
    tables = prepare_tables(synthetic, train, holdout)
    first, again, other = (
        assess(tables.synthetic, tables.train, tables.holdout, random_state=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.columns != other.columns
    assert values_of(first.columns) == values_of(other.columns)


# Beside the holdout


def population(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.lognormal(size=rows)
    group = np.where(rng.random(rows) < 1 / (1 + x), "low", "high")
    return pd.DataFrame(
        {"x": x, "y": x + rng.normal(size=rows), "group": group, "job": rng.choice([*"abc"], rows)}
    )


@pytest.mark.parametrize(("rows", "holdout_rows"), [(300, 3000), (3000, 300), (800, 800)])
def test_fresh_rows_are_as_far_away_as_the_holdout_whatever_their_number(
    rows: int, holdout_rows: int
) -> None:
    distances = ("column_tvd", "ks", "wasserstein", "pair_tvd", "cramers_v")
    ratios = []
    for seed in range(4):
        found = assess(
            population(rows, 3 * seed), population(4000, 3 * seed + 1), population(holdout_rows, 3 * seed + 2)
        )
        of_interest = [m for m in (*found.columns, *found.pairs) if m.name in distances]
        assert {m.rows for m in of_interest} == {min(rows, holdout_rows)}
        ratios.append(sum(m.value for m in of_interest) / sum(m.reference for m in of_interest))
    assert np.mean(ratios) == pytest.approx(1, abs=0.2)


def test_columns_shuffled_on_their_own_keep_their_distributions_and_lose_their_pairs() -> None:
    train, holdout = population(4000, 0), population(1000, 1)
    rng = np.random.default_rng(2)
    drawn = population(1000, 3)
    shuffled = pd.DataFrame({name: rng.permutation(column) for name, column in drawn.items()}).astype(
        drawn.dtypes
    )
    kept, lost = assess(drawn, train, holdout), assess(shuffled, train, holdout)
    assert [m.value for m in lost.columns] == pytest.approx([m.value for m in kept.columns])
    tied = [m for m in lost.pairs if "job" not in m.columns]
    assert {m.name for m in tied} == {"pair_tvd", "spearman_difference", "correlation_ratio_difference"}
    assert all(m.low > m.reference_high for m in tied)
    assert all(m.low < m.reference_high for m in lost.pairs if "job" in m.columns)


def test_a_distorted_column_stands_out_in_its_own_measures_only() -> None:
    train, holdout, synthetic = population(4000, 0), population(1000, 1), population(1000, 2)
    found = assess(synthetic.assign(y=2 * synthetic["y"] + 1), train, holdout)
    for each in found.columns:
        apart = each.low > each.reference_high or each.high < each.reference_low
        if each.name in ("column_tvd", "ks", "wasserstein", "mean_difference", "sd_ratio"):
            assert apart == (each.columns == ("y",)), each


# Intervals


@pytest.mark.seldom
def test_intervals_cover_the_value_to_be_expected_of_so_many_rows() -> None:
    """Each column of a table is one repetition: the training column is the same in all of them."""
    rng = np.random.default_rng(0)
    rows, repetitions, columns = 200, 25, 8
    numbers, labels = rng.gamma(3, size=2_000), rng.choice([*"abcde"], 2_000, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    shares = np.array([0.45, 0.3, 0.1, 0.1, 0.05])

    def draw(n: int, k: int) -> tuple[np.ndarray, np.ndarray]:
        return rng.gamma(2.5, size=(n, k)), rng.choice([*"abcde"], (n, k), p=shares)

    def table(drawn: tuple[np.ndarray, np.ndarray]) -> pd.DataFrame:
        return pd.concat(
            [pd.DataFrame(part).add_prefix(name) for name, part in zip("nc", drawn, strict=True)], axis=1
        )

    train = table(tuple(np.repeat(part[:, None], columns, axis=1) for part in (numbers, labels)))
    many, _ = draw(rows, 4_000)
    counts = rng.multinomial(rows, shares, size=4_000)
    known = np.array([np.mean(labels == name) for name in "abcde"])
    expected = {
        ("mean_difference", "n"): (many.mean() - numbers.mean()) / numbers.std(),
        ("sd_ratio", "n"): (many.std(axis=0) / numbers.std()).mean(),
        ("column_tvd", "c"): (np.abs(counts / rows - known).sum(axis=1) / 2).mean(),
    }
    covered = {key: [] for key in expected}
    for _ in range(repetitions):
        # The holdout has thrice the rows: its value is a mean over draws, its interval narrower.
        for each in assess(table(draw(rows, columns)), train, table(draw(3 * rows, columns))).columns:
            if (key := (each.name, each.columns[0][0])) in expected:
                covered[key].append(
                    (
                        each.low <= expected[key] <= each.high,
                        each.reference_low <= expected[key] <= each.reference_high,
                        each.reference_high - each.reference_low < each.high - each.low,
                    )
                )
    for key, each in covered.items():
        value, reference, narrower = np.mean(each, axis=0)
        # Of 200 repetitions: the columns are independent of each other.
        assert value >= 0.9, key
        assert reference >= 0.9, key
        assert narrower >= 0.9, key
    assert np.mean(covered["mean_difference", "n"], axis=0)[:2] == pytest.approx(0.95, abs=0.04)


# Tables of any shape


def prepared(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> Fidelity:
    tables = prepare_tables(synthetic, train, holdout)
    return assess(tables.synthetic, tables.train, tables.holdout)


def test_every_column_and_pair_of_a_made_up_table_has_its_measures() -> None:
    found = prepared(draw_people(300, 0), draw_people(900, 1), draw_people(400, 2))
    number = {"column_tvd", "ks", "wasserstein", "mean_difference", "sd_ratio"}
    number |= {"skewness_difference", "kurtosis_difference"}
    category = {"column_tvd", "category_coverage", "cramers_v"}
    for name in draw_people(1, 0):
        names = [m.name for m in found.columns if m.columns == (name,)]
        assert sorted(names) == sorted(number if name in ("income", "visits", "since", "score") else category)
    assert (found.pairs_measured, found.pairs_total, len(found.pairs)) == (45, 45, 90)
    assert {m.name for m in found.pairs if set(m.columns) == {"since", "score"}} == {
        "pair_tvd",
        "spearman_difference",
    }
    assert all(m.value is not None for m in (*found.columns, *found.pairs))
    assert found.joint[0] is C2ST
    # What never varies is kept exactly.
    constant = {m.name: m for m in found.columns if m.columns == ("constant",)}
    assert [constant[name].value for name in constant] == [0, 1, 0]
    assert constant["cramers_v"].p_value is None


def test_columns_without_values_say_why_nothing_can_be_measured() -> None:
    rng = np.random.default_rng(0)
    numbers = pd.DataFrame({"full": rng.normal(size=200), "same": 5.0, "none": np.nan})
    found = {(m.columns[0], m.name): m for m in assess(numbers, numbers).columns}
    assert found["none", "column_tvd"].value == 0
    assert found["same", "ks"].value == found["same", "column_tvd"].value == 0
    unmeasured = {key: m.missing for key, m in found.items() if m.value is None}
    moments = {"wasserstein", "mean_difference", "sd_ratio", "skewness_difference", "kurtosis_difference"}
    assert unmeasured.keys() == {("same", name) for name in moments} | {
        ("none", name) for name in {*moments, "ks"}
    }
    for (column, _), reason in unmeasured.items():
        assert reason == Message("measures.missing_train_values", {"column": column})
        assert f"“{column}”" in reason.render("en")
        assert f"「{column}」" in reason.render("ja")


def test_a_synthetic_column_that_collapsed_is_measured_as_far_as_can_be() -> None:
    train = pd.DataFrame({"x": np.arange(200.0) % 20, "y": np.arange(200.0) % 20, "z": [*"ab"] * 100})
    collapsed = train.assign(x=19.0, z="a")
    found = assess(collapsed, train, holdout=train)
    measures = {(m.columns, m.name): m for m in (*found.columns, *found.pairs)}
    assert measures[("x",), "sd_ratio"].value == 0
    assert measures[("x",), "ks"].value == pytest.approx(0.95)
    assert measures[("z",), "category_coverage"].value == 0.5
    assert measures[("x", "y"), "spearman_difference"].value == pytest.approx(1)
    skewness = measures[("x",), "skewness_difference"]
    assert skewness.value is None
    assert skewness.reference == pytest.approx(0)
    assert skewness.missing == Message("measures.missing_synthetic_values", {"column": "x"})


def test_a_table_that_is_missing_throughout_is_as_far_as_can_be() -> None:
    train = pd.DataFrame({"x": np.arange(200.0), "z": [*"ab"] * 100})
    nothing = pd.DataFrame({"x": np.full(200, np.nan), "z": pd.Series([None] * 200, dtype="str")})
    found = assess(nothing, train, holdout=train)
    assert values_of(found.columns)["ks"] is None
    assert values_of(found.columns)["category_coverage"] == 0
    assert [m.value for m in found.columns if m.name == "column_tvd"] == pytest.approx([1, 1])
    assert values_of(found.pairs)["pair_tvd"] == pytest.approx(1)


def test_huge_tiny_and_far_off_numbers_give_numbers_or_a_reason() -> None:
    rng = np.random.default_rng(0)
    train = pd.DataFrame(
        {
            "huge": rng.normal(size=200) * 1e307,
            "tiny": rng.normal(size=200) * 1e-300,
            "offset": 1e12 + rng.normal(size=200),
            "heaped": np.where(rng.random(200) < 0.97, 0, rng.lognormal(10, 3, 200)),
        }
    )
    synthetic = train.sample(150, random_state=0, ignore_index=True)
    found = assess(synthetic, train)
    assert all(m.value is not None and np.isfinite(m.value) for m in (*found.columns, *found.pairs))
    sd_ratios = [m.value for m in found.columns if m.name == "sd_ratio"]
    assert sd_ratios[:3] == pytest.approx([1, 1, 1], abs=0.2)
    strange = assess(synthetic.assign(tiny=1e300), train)
    assert {m.name: m.missing for m in strange.columns if m.columns == ("tiny",)}["kurtosis_difference"]


def test_only_so_many_pairs_of_a_wide_table_are_measured() -> None:
    rng = np.random.default_rng(0)

    def wide(rows: int) -> pd.DataFrame:
        kinds = [rng.integers(3, size=(rows, 34)).astype("str"), rng.normal(size=(rows, 66))]
        return pd.concat(
            [pd.DataFrame(part).add_prefix(name) for name, part in zip("cn", kinds, strict=True)], axis=1
        )

    found = assess(wide(150), wide(300), wide(150))
    assert (found.pairs_measured, found.pairs_total) == (MAX_PAIRS, 100 * 99 / 2)
    assert len({m.columns for m in found.pairs}) == MAX_PAIRS
    assert len(found.columns) == 34 * 3 + 66 * 7


# Schema


def test_a_table_of_the_same_columns_matches() -> None:
    people = draw_people(10, 0)
    assert match_schema(draw_people(20, 1), people) == SchemaMatch(True, True, True, ())


def test_other_names_types_and_orders_are_told_apart() -> None:
    people = draw_people(10, 0)
    reordered = people[people.columns[::-1]]
    assert match_schema(reordered, people) == SchemaMatch(names=True, types=True, order=False, differing=())
    retyped = people.astype({"visits": float, "code": "category"})
    assert match_schema(retyped, people) == SchemaMatch(True, False, True, ("visits", "code"))
    renamed = people.rename(columns={"size": "Size"})
    assert match_schema(renamed, people) == SchemaMatch(False, True, True, ("size", "Size"))


# Column by column, for tables of any size


def with_gaps(rows: int, seed: int) -> pd.DataFrame:
    frame = draw_people(rows, seed).assign(nothing=np.nan)
    return frame.mask(np.random.default_rng(seed).random(frame.shape) < 0.2)


def bank_tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return *split_holdout(load_bank_marketing("bundled").frame), load_bundled_synthetic()


@pytest.mark.parametrize(
    "tables",
    [
        bank_tables(),
        (draw_people(600, 0), draw_people(300, 1), draw_people(500, 2)),
        (with_gaps(500, 0), with_gaps(400, 1), with_gaps(200, 2)),
    ],
    ids=["bank", "people", "gaps"],
)
def test_the_distance_of_a_column_is_the_one_of_the_evidence_to_the_last_bit(
    tables: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    train, holdout, synthetic = tables
    prepared = prepare_tables(synthetic, train, holdout)
    measured = assess(prepared.synthetic, prepared.train, prepared.holdout, random_state=7).columns
    expected = [
        (m.columns[0], float(m.value), float(m.reference), m.rows)
        for m in measured
        if m.name == "column_tvd" and m.value is not None and m.reference is not None
    ]
    found = compare_columns(train, holdout, synthetic, random_state=7)
    assert [(c.column, c.synthetic, c.holdout, c.rows) for c in found] == expected
    assert len(found) == train.shape[1]


def test_distances_of_columns_worked_by_hand_on_four_rows() -> None:
    real = pd.DataFrame({"c": ["a", "a", "b", "b"], "n": [1, 1, 2, 2], "same": ["x"] * 4})
    synthetic = pd.DataFrame({"c": ["a", "a", "a", "_RARE_"], "n": [3, 3, 3, 3], "same": ["x"] * 4})
    found = compare_columns(real, real, synthetic)
    assert [(c.column, c.synthetic, c.holdout, c.rows) for c in found] == [
        ("c", 0.5, 0, 4),
        ("n", 1, 0, 4),
        ("same", 0, 0, 4),
    ]


def test_columns_that_cannot_be_compared_are_refused() -> None:
    table = pd.DataFrame({"age": [1, 2]})
    with pytest.raises(ArgumentError, match="'age'"):
        compare_columns(table, table.rename(columns={"age": "years"}), table)
    with pytest.raises(ArgumentError, match="no rows"):
        compare_columns(table, table[:0], table)
    with pytest.raises(ArgumentError, match="whole number"):
        compare_columns(table, table, table, random_state=-1)
    with pytest.raises(TableError, match="_RARE_"):
        compare_columns(table, table, pd.DataFrame({"age": ["1", "_RARE_"]}))
