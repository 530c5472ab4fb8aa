"""People found by part of their values: by hand, exactly, and under every disguise."""

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leaks import LEAK_SIZES, bank, drawn, honest, leak
from people import draw_people
from scipy.stats import hypergeom

from synth_handson import load_bank_marketing
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.privacy.subsets import (
    BINS,
    GAPS,
    MAX_SMALL_SUBSETS,
    MAX_SUBSETS,
    RealRows,
    SubsetJoin,
    choose_subsets,
    holdout_matches,
    nearest_values,
    spread_of,
    subset_joins,
    subset_matches,
    ventiles,
)
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables

LEVEL = 0.05 / 20


def joins(tables: AssessedTables, seed: int = 0) -> tuple[SubsetJoin, ...]:
    neighbours = Neighbours.of(tables, seed)
    space, _, train, holdout = neighbours.everyone
    return tuple(subset_joins(space, train, holdout, seed))


def table(*rows: str) -> pd.DataFrame:
    """Each row a word, each letter a column."""
    return pd.DataFrame([list(row) for row in rows], columns=list("abc"[: len(rows[0])]))


def exact(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> SubsetJoin:
    (join,) = joins(AssessedTables(synthetic, train, holdout))
    return join


class TestSubsetJoin:
    def test_by_hand(self) -> None:
        train, holdout = table("xxx", "xxy", "zzx"), table("zzy", "wxx")
        join = exact(table("xxz", "wxx", "zzx"), train, holdout)
        found = dict(zip(join.subsets, join.found.counts.T.tolist(), strict=True))
        # All three columns: zzx of the training people, wxx of the holdout.
        assert found["a", "b", "c"] == [1, 1]
        # By a and b, xx and zz fit two people each, so that nobody is found but wx.
        assert found["a", "b"] == [0, 1]
        # By a and c: xz is nobody, wx and zx are one person each.
        assert found["a", "c"] == [1, 1]
        # By b and c: xx fits a training and a holdout person, xz nobody, zx one.
        assert found["b", "c"] == [1, 0]
        # By a alone: x and z fit several people, w one.
        assert found["a",] == [0, 1]

    @settings(max_examples=60)
    @given(st.lists(st.text("xyz", min_size=3, max_size=3), min_size=6, max_size=40), st.data())
    def test_it_counts_as_a_loop_over_people_does(self, rows: list[str], data: st.DataObject) -> None:
        first = data.draw(st.integers(2, len(rows) - 3))
        second = data.draw(st.integers(first + 1, len(rows) - 1))
        frame = table(*rows)
        train, holdout, synthetic = frame[:first], frame[first:second], frame[second:]
        join = exact(synthetic, train, holdout)
        # Rows that are alike count as one person, whose side is drawn.
        people = pd.concat([train, holdout]).drop_duplicates()
        sides = [set(map("".join, side.to_numpy())) for side in (train, holdout)]
        for subset, found in zip(join.subsets, join.found.counts.T.tolist(), strict=True):
            parts = list(map("".join, people[list(subset)].to_numpy()))
            known = set(map("".join, synthetic[list(subset)].to_numpy()))
            alone = {
                "".join(row)
                for row, part in zip(people.to_numpy(), parts, strict=True)
                if parts.count(part) == 1 and part in known
            }
            assert sum(found) == len(alone)
            assert len(alone & sides[0] - sides[1]) <= found[0] <= len(alone & sides[0])

    def test_the_p_value_is_that_of_drawing_people(self) -> None:
        join = exact(table("xxz", "wxx", "zzx"), table("xxx", "xxy", "zzx"), table("zzy", "wxx"))
        expected = [
            min(hypergeom.sf(train - 1, 5, train + holdout, 3), hypergeom.cdf(train, 5, train + holdout, 3))
            for train, holdout in join.found.counts.T
        ]
        assert join.found.tails == pytest.approx(expected)

    def test_who_stands_in_the_table_twice_is_one_person(self) -> None:
        train, holdout = table("xyz", "xyz", "zzz"), table("www", "vvv")
        join = exact(table("xyz", "xyw"), train, holdout)
        found = dict(zip(join.subsets, join.found.counts.T.tolist(), strict=True))
        assert join.found.people == (2, 2)
        assert found["a", "b", "c"] == found["a", "b"] == found["b",] == [1, 0]
        assert dict(zip(join.subsets, join.unique, strict=True))["a", "b"] == 1

    def test_who_is_unique_by_a_subset(self) -> None:
        join = exact(table("xxz"), table("xxx", "xxy", "zzx"), table("zzy", "wxx"))
        unique = dict(zip(join.subsets, join.unique.tolist(), strict=True))
        assert unique["a", "b", "c"] == 1
        # xx is two people; zz is a training and a holdout person.
        assert unique["a", "b"] == 0
        # xx is a training and a holdout person, xy and zx are one each.
        assert unique["b", "c"] == pytest.approx(2 / 3)

    def test_binned_numbers_are_compared_by_twentieths(self) -> None:
        people = pd.DataFrame({"x": np.arange(400.0), "c": "same"})
        tables = prepare_tables(
            people.assign(x=people["x"] + 0.25), people, people.assign(x=people["x"] + 1_000)
        )
        plain, binned = joins(tables)
        assert (plain.binned, binned.binned) == (False, True)
        space, _, train, _ = Neighbours.of(tables, 0).everyone
        assert len(np.unique(ventiles(space.ranks["x"])[train])) == BINS / 2
        # A number with few values is compared as it is.
        few = prepare_tables(*(frame.assign(x=frame["x"] % BINS) for frame in tables.all))
        assert len(joins(few)) == 1

    def test_a_number_alone_is_compared_with_the_nearest_value_of_real_people(self) -> None:
        people = pd.DataFrame({"x": np.arange(400.0), "c": "same"})
        # 240.2 is nearest to 240, and 0.4 and 1.4 to 0 and 1: training people. 1_000 is nearest to 399.
        synthetic = pd.DataFrame({"x": [240.2, 0.4, 1.4, 1_000.0], "c": "same"})
        _, binned = joins(AssessedTables(synthetic, people[::2], people[1::2]))
        found = dict(zip(binned.subsets, binned.found.counts.T.tolist(), strict=True))
        assert found["x",] == [2, 2]
        ranks = np.array([0.0, 0.16, 0.9, np.nan])
        assert nearest_values(ranks, np.array([0.4, 0.2, np.nan, 0.1])).tolist() == [0, 1, 2, -1]

    def test_whoever_lacks_the_same_values_is_found_by_that(self) -> None:
        gaps = [("x", "y", None), (None, "y", None), ("x", None, "z"), ("x", "y", "z"), ("x", "y", "z")]
        people = pd.DataFrame(gaps, columns=list("abc"))
        synthetic = pd.DataFrame([("v", None, "w"), (None, "v", None)], columns=list("abc"))
        join = exact(synthetic, people[:3], people[3:])
        found = dict(zip(join.subsets, join.found.counts.T.tolist(), strict=True))
        assert found[GAPS] == [2, 0]
        # One column tells apart who answered and who did not, and nobody else.
        assert GAPS not in exact(synthetic, people[:3].fillna({"b": "y", "c": "z"}), people[3:]).subsets


def test_values_of_training_people_that_were_moved_a_little_are_found_in_a_single_column() -> None:
    rng = np.random.default_rng(0)
    people = pd.DataFrame(
        {"salary": np.exp(rng.normal(10, 0.5, 1_500)).round(2), "c": rng.choice(list("ab"), 1_500)}
    )
    train, holdout, fresh = people[:500], people[500:1_000], people[1_000:]
    honest_table = worst(fresh, train, holdout)
    assert honest_table.p_value is not None and honest_table.p_value > 0.05
    for moved in (train["salary"] * 1.0001, train["salary"].round()):
        found = worst(fresh.assign(salary=rng.permutation(moved)), train, holdout)
        assert (found.name, found.columns) == ("subset_matches_binned", ("salary",))
        assert found.p_value is not None and found.p_value < 1e-20


class TestChooseSubsets:
    @pytest.mark.parametrize("count", [2, 3, 5, 8])
    def test_of_few_columns_it_takes_all_subsets(self, count: int) -> None:
        names = list(map(str, range(count)))
        every = {c for size in range(1, count + 1) for c in combinations(names, size)}
        chosen = choose_subsets(dict.fromkeys(names, 1.0), np.random.default_rng(0))
        assert set(chosen) == every
        assert len(chosen) == len(every)

    @pytest.mark.parametrize("count", [11, 17, 60, 400])
    def test_of_many_columns_it_draws_from_every_large_size(self, count: int) -> None:
        names = list(map(str, range(count)))
        chosen = choose_subsets(dict.fromkeys(names, 1.0), np.random.default_rng(0))
        assert len(set(chosen)) == len(chosen) <= MAX_SUBSETS + count + 1 + MAX_SMALL_SUBSETS
        large = {len(subset) for subset in chosen if len(subset) > 4}
        assert {count, count - 1} <= large
        assert min(large) >= count / 2
        assert all(list(subset) == sorted(subset, key=int) for subset in chosen)

    @pytest.mark.parametrize("count", [11, 17, 60, 400, 450])
    def test_it_takes_each_column_and_two_to_four_of_those_that_tell_most(self, count: int) -> None:
        spread = {str(i): float(i) for i in range(count)}
        chosen = choose_subsets(spread, np.random.default_rng(0))
        small = [[set(map(int, subset)) for subset in chosen if len(subset) == size] for size in (1, 2, 3, 4)]
        assert len(small[0]) == count
        for size, subsets in zip((2, 3, 4), small[1:], strict=True):
            columns: set[int] = set().union(*subsets)
            assert columns == set(range(count - len(columns), count))
            assert len(subsets) == comb(len(columns), size)

    def test_a_number_that_everybody_has_to_himself_has_no_spread(self) -> None:
        assert spread_of(np.ones(50, int)) == 0
        assert spread_of(np.array([0, 10, 10])) == pytest.approx(np.log(2))


def worst(synthetic: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame, seed: int = 0) -> Measure:
    measures = [subset_matches(join) for join in joins(prepare_tables(synthetic, train, holdout), seed)]
    return min(measures, key=lambda m: m.p_value or 0.0)


@pytest.mark.parametrize("shape", ["census", "readings"])
@pytest.mark.parametrize(
    ("name", "share"),
    [
        (name, share)
        for name, share in LEAK_SIZES
        if share >= 0.2 and name not in ("numbers moved by .5 sd", "given the holdout, too")
    ],
)
def test_a_disguise_of_a_kind_that_distances_do_not_see_is_found(shape: str, name: str, share: float) -> None:
    people = drawn(shape, 3_000, 3_000, 1_500, 3)
    found = worst(leak(name, people, 1_500, share, 3), people.train, people.holdout)
    assert found.p_value is not None and found.p_value < 1e-5
    assert found.attributable is not None and found.attributable.low > 0
    assert found.value is not None and found.reference is not None and found.value > found.reference


@pytest.mark.seldom
def test_honest_rows_find_nobody_in_particular() -> None:
    p_values = []
    for seed in range(60):
        people = drawn("readings", 600, 400, 300, seed)
        p_values.append(worst(honest(people, 300, seed), people.train, people.holdout).p_value)
    # Two families of subsets, each below 5 % as often as that at most.
    assert (np.array(p_values) < 0.05).sum() <= 60 * 0.1 + 3 * np.sqrt(60 * 0.1 * 0.9)
    assert (np.array(p_values) < LEVEL).sum() <= 1


def test_missing_values_equal_each_other_and_nothing_else() -> None:
    people = draw_people(3_000, 0)
    synthetic, train, holdout = people.head(500), people.iloc[500:2_000], people.tail(1_000)
    gaps = train["score"].isna()
    copied = train[gaps].head(150).assign(region="north")
    found = worst(pd.concat([copied, synthetic.head(350)]), train, holdout)
    assert found.p_value is not None and found.p_value < 1e-5


class TestHoldoutMatches:
    @pytest.mark.parametrize("shape", ["bank", "census", "readings"])
    @pytest.mark.parametrize("share", [0.2, 1.0])
    def test_a_generator_that_was_given_the_holdout_is_noticed(self, shape: str, share: float) -> None:
        sizes = (1_200, 1_000, 1_000, 0)
        table = load_bank_marketing("bundled").frame
        people = bank(table, *sizes) if shape == "bank" else drawn(shape, *sizes)
        synthetic = leak("given the holdout, too", people, 1_000, share, 0)
        tables = prepare_tables(synthetic, people.train, people.holdout)
        found = holdout_matches(joins(tables), tables)
        assert found.p_value is not None and found.p_value < 1e-9
        assert found.value is not None and found.reference is not None
        assert found.value - found.reference > 0.05

    @pytest.mark.seldom
    def test_honest_rows_find_the_holdout_as_often_as_training_rows_do(self) -> None:
        p_values = []
        for seed in range(40):
            people = drawn("census", 600, 400, 300, seed)
            tables = prepare_tables(honest(people, 300, seed), people.train, people.holdout)
            p_values.append(holdout_matches(joins(tables), tables).p_value)
        assert (np.array(p_values) < 0.05).sum() <= 40 * 0.05 + 3 * np.sqrt(40 * 0.05 * 0.95)

    @pytest.mark.parametrize("key", [("number",), ("state", "year")])
    def test_keys_that_are_made_up_may_be_somebodys(self, key: tuple[str, ...]) -> None:
        rng = np.random.default_rng(0)
        cells = rng.permutation(1_600)  # 40 states in 40 years, or 1,600 customers
        people = pd.DataFrame({"number": cells * 3.0, "state": cells % 40.0, "year": cells // 40 + 1980.0})
        people = people[list(key)].assign(score=rng.normal(size=1_600), plan=rng.choice(["a", "b"], 1_600))
        train, holdout = people.head(600), people.iloc[600:1_200]
        synthetic = pd.DataFrame({name: rng.permutation(people[name])[:600] for name in people})
        synthetic["score"] = rng.normal(size=600)
        tables = prepare_tables(synthetic, train, holdout)
        p_value = holdout_matches(joins(tables), tables).p_value
        assert p_value is not None and p_value > 0.05
        # Given the holdout, it is still noticed: by the other columns.
        tables = prepare_tables(holdout, train, holdout)
        p_value = holdout_matches(joins(tables), tables).p_value
        assert p_value is not None and p_value < 1e-9


def test_rows_rule_each_other_out_where_fewer_agree_than_by_chance() -> None:
    rng = np.random.default_rng(0)
    real = pd.DataFrame({"number": rng.permutation(300) * 5.0, "cents": rng.uniform(0, 1e6, 300).round(2)})
    real["plan"] = rng.choice(["a", "b"], 300)
    rows = RealRows.of(real)
    assert rows.rule_out(("number",))  # 44,850 pairs, 300 numbers: 150 pairs would agree
    assert rows.rule_out(("number", "plan"))
    assert not rows.rule_out(("cents",))  # 100 million amounts: nobody's would be the same anyway
    assert not rows.rule_out(("plan",))
    assert not rows.rule_out(("isna(*)",))
