"""The nearest real row, checked against numbers worked out by hand and against a plain double loop."""

import itertools
import math
from bisect import bisect_left
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.errors import ArgumentError
from synth_handson.evidence.privacy.dcr import compare_rows, compare_with_nearest
from synth_handson.metrics import row_blocks, row_search
from synth_handson.metrics.columns import squared_distances
from synth_handson.metrics.distances import HeomSpace, identical_rows, nearest_neighbors
from synth_handson.metrics.row_blocks import nearest_in_blocks
from synth_handson.metrics.row_trees import nearest_in_trees

BANK = Path(__file__).parents[2] / "data" / "bank.csv"
HANDS_ON = ["age", "job", "balance", "housing", "loan", "duration", "campaign", "y"]


@pytest.fixture(scope="module")
def bank() -> pd.DataFrame:
    return pd.read_csv(BANK)[HANDS_ON]


@pytest.fixture
def people() -> pd.DataFrame:
    """Four people; the ages have the ranks 1/8, 3/8, 5/8 and 7/8."""
    return pd.DataFrame({"age": [20, 30, 40, 50], "job": ["clerk", "nurse", "clerk", "nurse"]})


def heom(synthetic: pd.DataFrame, real: pd.DataFrame) -> np.ndarray:
    """All distances by a plain double loop, with the definition of the docstring."""

    def is_number(name):
        return pd.api.types.is_numeric_dtype(real[name]) and real[name].dtype != bool

    def rank(value, name):
        known = real[name].dropna().tolist()

        def share(v):
            return (sum(r < v for r in known) + sum(r <= v for r in known)) / 2 / len(known)

        steps = sorted(set(known))
        above = bisect_left(steps, value)
        if value in steps or above in (0, len(steps)):
            return share(value)
        low, high = steps[above - 1], steps[above]
        return share(low) + (share(high) - share(low)) * (value - low) / (high - low)

    def squared(s, r, name):
        if pd.isna(s) or pd.isna(r):
            return float(pd.isna(s) != pd.isna(r))
        if is_number(name):
            return (rank(s, name) - rank(r, name)) ** 2 if real[name].notna().any() else 1.0
        return float(s != r)

    return np.array(
        [
            [
                math.sqrt(sum(squared(s, r, c) for s, r, c in zip(s_row, r_row, real.columns, strict=True)))
                for r_row in real.itertuples(index=False)
            ]
            for s_row in synthetic[real.columns].itertuples(index=False)
        ]
    )


def distance(synthetic: list, real: list, **types) -> float:
    """Distance between the first values of two one-column tables."""
    frames = [pd.DataFrame({"x": pd.Series(values, **types)}) for values in (synthetic, real)]
    distances, indices = nearest_neighbors(frames[0], frames[1], k=len(real))
    return float(distances[0, indices[0].tolist().index(0)])


class TestDistance:
    def test_numbers_differ_by_their_ranks_and_categories_by_one(self, people):
        distances, indices = nearest_neighbors(pd.DataFrame({"age": [20], "job": ["clerk"]}), people, k=4)
        assert indices.tolist() == [[0, 2, 1, 3]]
        assert distances[0] == pytest.approx([0, 0.5, math.hypot(0.25, 1), math.hypot(0.75, 1)])

    def test_repeated_numbers_share_the_middle_of_their_ranks(self):
        # 5 stands for 3 of 4 rows, so its rank is 3/8, and that of 9 is 7/8.
        assert distance([9], [5, 5, 5, 9]) == 0.5

    @pytest.mark.parametrize(
        ("value", "rank"), [(10, 1 / 4), (20, 3 / 4), (15, 1 / 2), (11, 0.3), (-1e300, 0), (1e300, 1)]
    )
    def test_ranks_are_interpolated_between_real_values_and_0_or_1_outside(self, value, rank):
        assert distance([value], [10, 20]) == pytest.approx(abs(rank - 1 / 4))

    @pytest.mark.parametrize("value", [0, 5e-324, 1e-12, 1 - 1e-16, -5e-324, np.nextafter(1, 2)])
    def test_only_equal_numbers_are_at_distance_0(self, value):
        distances, _ = nearest_neighbors(pd.DataFrame({"x": [value]}), pd.DataFrame({"x": [0.0, 1.0]}))
        assert (distances[0, 0] == 0) == (value in (0, 1))

    def test_the_largest_floats_have_ranks_too(self):
        big = np.finfo(float).max
        assert distance([0], [-big, big]) == pytest.approx(1 / 4)

    def test_a_constant_column_and_a_single_row(self):
        assert distance([7], [7]) == 0
        assert distance([8], [7]) == 0.5
        assert distance(["a"], ["a"]) == 0
        assert distance(["b"], ["a"]) == 1

    @pytest.mark.parametrize("levels", [1, 2, 3])
    def test_an_unseen_category_is_unequal_to_every_real_one(self, levels):
        real = pd.DataFrame({"x": list("abc"[:levels])})
        distances, _ = nearest_neighbors(pd.DataFrame({"x": ["z"]}), real, k=levels)
        assert distances.tolist() == [[1.0] * levels]

    @pytest.mark.parametrize(
        ("dtype", "values"),
        [
            ("str", ["a", "b"]),
            (object, ["a", "b"]),
            (object, [1, "b"]),
            (object, [1, 2]),
            ("category", ["a", "b"]),
            ("boolean", [True, False]),
            ("Int64", [1, 2]),
            (float, [1.0, 2.0]),
            ("datetime64[us]", ["2024-01-01", "2024-01-02"]),
            ("datetime64[us, Asia/Tokyo]", ["2024-01-01", "2024-01-02"]),
            ("timedelta64[us]", ["1 day", "2 days"]),
        ],
    )
    def test_missing_equals_missing_and_nothing_else(self, dtype, values):
        value, other = values
        assert distance([None], [None, value, other], dtype=dtype) == 0
        assert distance([None], [value, None, other], dtype=dtype) == 1
        assert distance([value], [None, value, other], dtype=dtype) == 1
        assert distance([value], [value, None, other], dtype=dtype) == 0

    def test_a_missing_number_is_at_1_from_every_rank(self):
        real = pd.DataFrame({"x": [1.0, 2.0, 3.0, np.nan], "y": [1.0, 2.0, np.nan, np.nan]})
        synthetic = pd.DataFrame({"x": [1.0, np.nan], "y": [np.nan, 2.0]})
        distances, indices = nearest_neighbors(synthetic, real, k=4)
        # x has the ranks 1/6, 3/6, 5/6; y has 1/4, 3/4.
        assert indices.tolist() == [[2, 0, 3, 1], [1, 3, 0, 2]]
        assert distances[0] == pytest.approx([2 / 3, 1, 1, math.hypot(1, 1 / 3)])
        assert distances[1] == pytest.approx([1, 1, math.hypot(1, 1 / 2), math.hypot(1, 1)])


NUMBERS = st.sampled_from([0, 1, 2, 5, 7.5, -3, 1e6])
COLUMNS = {
    "float": st.one_of(NUMBERS, st.none()),
    "other": st.one_of(NUMBERS, st.none()),
    "str": st.sampled_from(["a", "b", "c", None]),
    "bool": st.booleans(),
    "category": st.sampled_from(["u", "v"]),
}
TYPES = {"float": "float64", "other": "Float64", "str": "str", "bool": "bool", "category": "category"}
ROWS = st.lists(st.tuples(*COLUMNS.values()), min_size=1, max_size=12)


def as_frame(rows: list) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(TYPES)


class TestAgainstADoubleLoop:
    @given(ROWS, ROWS, st.data())
    def test_trees_and_blocks_agree_with_it(self, synthetic_rows, real_rows, data):
        synthetic, real = as_frame(synthetic_rows), as_frame(real_rows)
        k = data.draw(st.integers(1, len(real)))
        expected = heom(synthetic, real)
        blocks, trees = (2**21, 64), (-1, 64)
        two_trees = (-1, 7)  # One for the column "str", and one for the rest.
        for few_pairs, most_dimensions in (blocks, trees, two_trees):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(row_search, "_FEW_PAIRS", few_pairs)
                patch.setattr(row_search, "_MAX_TREE_DIMENSIONS", most_dimensions)
                patch.setattr(row_search, "_PER_LEAF_DIMENSION", -1e9)
                patch.setattr(row_blocks, "_PAIRS", 20)
                patch.setattr(row_blocks, "_WIDTH", 5)
                distances, indices = nearest_neighbors(synthetic, real, k)
            assert distances == pytest.approx(np.sort(expected, axis=1)[:, :k])
            assert distances == pytest.approx(np.take_along_axis(expected, indices, axis=1))
            assert all(len(set(row)) == k for row in indices.tolist())
            assert (distances[:, 0] == 0).tolist() == identical_rows(synthetic, real).tolist()

    @given(ROWS, ROWS, ROWS)
    def test_no_synthetic_row_moves_the_distance_of_another(self, first, others, real_rows):
        real = as_frame(real_rows)
        alone, _ = nearest_neighbors(as_frame(first), real, len(real))
        together, _ = nearest_neighbors(as_frame(first + others), real, len(real))
        assert together[: len(first)].tolist() == alone.tolist()

    @given(ROWS, ROWS)
    def test_identical_rows_are_those_of_a_plain_lookup(self, synthetic_rows, real_rows):
        expected = [row in real_rows for row in synthetic_rows]
        assert identical_rows(as_frame(synthetic_rows), as_frame(real_rows)).tolist() == expected


KINDS = {
    "number": lambda rng, n, levels: rng.normal(size=n) ** 5,
    "few numbers": lambda rng, n, levels: rng.integers(0, levels, n),
    "numbers with gaps": lambda rng, n, levels: np.where(
        rng.random(n) < 0.3, np.nan, rng.integers(0, levels, n)
    ),
    "category": lambda rng, n, levels: rng.integers(0, levels, n).astype(str),
    "category with gaps": lambda rng, n, levels: np.where(
        rng.random(n) < 0.2, None, rng.integers(0, levels, n).astype(str)
    ),
}


@st.composite
def spaces(draw) -> HeomSpace:
    """Tables of every kind of column, with ties, outliers and few or many different rows."""
    columns = draw(
        st.lists(
            st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from([1, 2, 3, 40, 300])),
            min_size=1,
            max_size=8,
        )
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    real, synthetic = (
        pd.DataFrame({str(i): KINDS[kind](rng, n, levels) for i, (kind, levels) in enumerate(columns)})
        for n in (draw(st.integers(1, 150)), draw(st.integers(1, 60)))
    )
    copies = min(len(real), len(synthetic)) // 2
    return HeomSpace(real, pd.concat([real[:copies], synthetic]))


class TestAgainstAllDistances:
    """Both plans return the exact float64 distances, to the last digit."""

    @given(spaces(), st.integers(1, 20), st.sampled_from([(2**20, 2**14), (500, 7), (40, 100)]))
    def test_blocks_and_trees_miss_no_neighbour(self, space, k, size):
        rows = np.concatenate([space.synthetic, space.real[::3]])
        among = np.unique(space.row_numbers[space.real], return_index=True)[1]
        k = min(k, len(among))
        squared = squared_distances(space.columns, rows[:, None], among)
        nearest = np.argsort(squared, axis=1, kind="stable")[:, :k]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(row_blocks, "_PAIRS", size[0])
            patch.setattr(row_blocks, "_WIDTH", size[1])
            distances, positions = nearest_in_blocks(space.columns, rows, among, k)
        assert (distances == np.sqrt(np.take_along_axis(squared, nearest, axis=1))).all()
        assert (positions == among[nearest]).all()
        same = space.row_numbers[rows, None] == space.row_numbers[positions]
        assert ((distances == 0) == same).all()
        assert (nearest_in_trees(space.columns, None, rows, among, k)[0] == distances).all()

    @given(spaces(), st.data())
    def test_several_groups_at_once_are_as_each_alone(self, space, data):
        everybody = np.concatenate([space.real, space.synthetic])
        group = st.lists(st.sampled_from(everybody.tolist()), min_size=1, unique=True).map(np.array)
        groups = data.draw(st.lists(st.tuples(group, st.integers(1, 6)), min_size=1, max_size=4))
        for (distances, positions), (members, k) in zip(
            space.nearest_in(space.synthetic, groups), groups, strict=True
        ):
            assert (distances == space.nearest(space.synthetic, members, k)[0]).all()
            assert np.isin(positions, members).all()
            exact = squared_distances(space.columns, space.synthetic[:, None], positions)
            assert (distances == np.sqrt(exact)).all()


class TestPlan:
    @pytest.mark.parametrize(
        ("numbers", "categories", "expected"),
        [(3, [], "trees"), (2, [2, 2], "trees"), (30, [], "blocks"), (4, [12, 9, 7, 16, 40], "blocks")],
    )
    def test_trees_where_they_reach_few_leaves_and_else_blocks(
        self, numbers, categories, expected, monkeypatch
    ):
        rng = np.random.default_rng(0)
        table = pd.DataFrame(rng.normal(size=(5_000, numbers)), columns=map(str, range(numbers)))
        for i, levels in enumerate(categories):
            table[f"c{i}"] = rng.integers(0, levels, len(table)).astype(str)
        used = []
        for plan in ("trees", "blocks"):
            search = getattr(row_search, f"nearest_in_{plan}")

            def record(*asked, plan=plan, search=search):
                used.append(plan)
                return search(*asked)

            monkeypatch.setattr(row_search, f"nearest_in_{plan}", record)
        nearest_neighbors(table[:500], table)
        assert used[-1] == expected

    def test_many_threads_find_what_one_finds(self, monkeypatch):
        rng = np.random.default_rng(0)
        table = pd.DataFrame(rng.normal(size=(3_000, 20))).add_prefix("x")
        found = []
        for cores in (1, 5):
            monkeypatch.setattr(row_blocks, "_cores", lambda cores=cores: cores)
            found.append(nearest_neighbors(table[:1_500], table, 3))
        assert (found[0][0] == found[1][0]).all() and (found[0][1] == found[1][1]).all()


class TestOrder:
    def test_identical_real_rows_come_in_the_order_of_the_table(self):
        real = pd.DataFrame({"x": [1, 2, 1, 2, 1, 3], "c": list("ababac")})
        distances, indices = nearest_neighbors(pd.DataFrame({"x": [1, 2], "c": ["a", "b"]}), real, k=4)
        assert indices[0, :3].tolist() == [0, 2, 4]
        assert indices[1, :2].tolist() == [1, 3]
        assert (distances == 0).tolist() == [[True, True, True, False], [True, True, False, False]]

    def test_more_copies_than_neighbours_asked_for(self):
        real = pd.DataFrame({"x": [9, 5, 5, 5]})
        distances, indices = nearest_neighbors(pd.DataFrame({"x": [5]}), real, k=2)
        assert indices.tolist() == [[1, 2]]
        assert distances.tolist() == [[0, 0]]

    def test_columns_may_come_in_another_order_and_the_index_plays_no_part(self, people):
        shuffled = people[["job", "age"]].set_axis([7, 7, 7, 0])
        distances, indices = nearest_neighbors(shuffled, people, k=1)
        assert indices.ravel().tolist() == [0, 1, 2, 3]
        assert not distances.any()


class TestTypes:
    def test_the_same_values_in_another_dress_are_identical(self):
        real = pd.DataFrame(
            {
                "int": [1, 2],
                "str": ["a", "b"],
                "bool": [True, False],
                "date": pd.to_datetime(["2024-01-01", "2024-06-01"]),
                "category": pd.Categorical(["u", "v"]),
            }
        )
        dressed = real.astype(
            {"int": "Int64", "str": object, "bool": "boolean", "date": "datetime64[ns]", "category": "str"}
        )
        for a, b in itertools.product(
            [real, dressed, real.astype(object), real.astype({"int": float})], repeat=2
        ):
            assert identical_rows(a, b).all()
            assert nearest_neighbors(a, b, k=1)[0].tolist() == [[0], [0]]

    def test_the_real_table_decides_what_is_a_number(self):
        number, label = pd.DataFrame({"x": [1, 2, 3]}), pd.DataFrame({"x": ["1", "2", "3"]})
        assert nearest_neighbors(number.replace(3, 4), label, k=2)[0].tolist() == [[0, 1], [0, 1], [1, 1]]
        assert nearest_neighbors(label, number, k=2)[0][0] == pytest.approx([0, 1 / 3])
        with pytest.raises(ArgumentError, match=r"“x” has type int64 in the real table, but 'one' in the"):
            nearest_neighbors(label.replace("1", "one"), number)

    def test_dates_have_ranks(self):
        dates = ["2024-01-01", "2024-01-02", "2024-12-31", "9999-12-31"]
        assert distance(dates[3:], dates, dtype="datetime64[s]") == 0.75

    def test_thousands_of_categories_stay_exact(self):
        rng = np.random.default_rng(0)
        real = pd.DataFrame({"id": [f"c{i}" for i in range(3000)], "x": rng.normal(size=3000)})
        distances, indices = nearest_neighbors(real.iloc[1000:1020], real, k=2)
        assert indices[:, 0].tolist() == list(range(1000, 1020))
        assert (distances[:, 0] == 0).all()
        assert distances[:, 1] == pytest.approx(1, abs=1e-6)

    def test_identity_of_wide_rows_is_not_a_hash(self):
        # 30 columns of 100 values have more combinations than an int64 can number.
        real = pd.DataFrame(np.random.default_rng(0).integers(0, 100, size=(500, 30))).add_prefix("c")
        one_off = real.copy()
        one_off["c0"] += 1
        assert identical_rows(real, real).all()
        assert not identical_rows(one_off, real).any()


class TestBank:
    def test_every_row_finds_itself_at_distance_0(self, bank):
        distances, indices = nearest_neighbors(bank, bank)
        first_of_its_kind = bank.reset_index().groupby(HANDS_ON)["index"].transform("min").to_numpy()
        assert not distances[:, 0].any()
        assert indices[:, 0].tolist() == first_of_its_kind.tolist()
        assert (distances[:, 1] == 0).tolist() == bank.duplicated(keep=False).tolist()

    def test_a_part_agrees_with_a_double_loop(self, bank):
        synthetic, real = bank.iloc[:15], bank.iloc[2000:2060]
        distances, _ = nearest_neighbors(synthetic, real, k=3)
        assert distances == pytest.approx(np.sort(heom(synthetic, real), axis=1)[:, :3])

    def test_all_columns(self):
        bank = pd.read_csv(BANK)
        train, held_out = bank.iloc[1000:], bank.iloc[:200]
        distances, indices = nearest_neighbors(held_out, train)
        everything = np.vstack([held_out.to_numpy(), train.to_numpy()])
        assert distances.shape == indices.shape == (200, 2)
        assert (distances >= 0).all() and (distances <= math.sqrt(everything.shape[1])).all()
        assert (np.diff(distances, axis=1) >= 0).all()


class TestErrors:
    @pytest.mark.parametrize("k", [0, -1, 5, 1.5, None])
    def test_k_outside_the_rows_of_the_real_table(self, people, k):
        with pytest.raises(ArgumentError, match="from 1 to the 4 rows"):
            nearest_neighbors(people, people, k)

    @pytest.mark.parametrize("table", ["synthetic", "real"])
    def test_an_empty_table_is_named(self, people, table):
        tables = {"synthetic": people, "real": people} | {table: people.iloc[:0]}
        with pytest.raises(ArgumentError, match=f"`{table}` has no rows"):
            nearest_neighbors(**tables)
        with pytest.raises(ArgumentError):
            identical_rows(people[[]], people[[]])

    def test_differing_columns_are_named(self, people):
        with pytest.raises(ArgumentError, match=r"real one: job; .* synthetic one: city\)"):
            nearest_neighbors(people.rename(columns={"job": "city"}), people)

    def test_repeated_columns_are_named(self, people):
        with pytest.raises(ArgumentError, match=r"`real` has several .*: age\."):
            nearest_neighbors(people, people[["age", "job", "age"]])

    def test_an_infinite_number(self, people):
        with pytest.raises(ArgumentError, match="“age” contains an infinite value"):
            nearest_neighbors(people.assign(age=[1, 2, math.inf, 3]), people)

    def test_more_than_one_row_to_compare(self, people):
        with pytest.raises(ArgumentError, match="not 2"):
            compare_with_nearest(people.iloc[:2], people)


class TestCompare:
    @pytest.fixture
    def customers(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "age": [30, 60],
                "balance": [1000.5, np.nan],
                "y": ["no", "yes"],
                "height": [1.7, 1.8],
                "since": pd.to_datetime(["2020-01-01", "2022-01-01"]),
            }
        )

    def test_each_column_says_both_values_and_the_difference_with_its_unit(self, customers):
        row = customers.iloc[0].copy()
        row["age"], row["y"], row["since"] = 33, "maybe", pd.Timestamp("2019-12-30")
        comparison = compare_with_nearest(row, customers)
        said = {c.name: (c.synthetic, c.real, c.difference, c.unit, c.same) for c in comparison.columns}
        assert said == {
            "age": (33, 30, 3, None, False),
            "balance": (1000.5, 1000.5, 0.0, None, True),
            "y": ("maybe", "no", None, None, False),
            "height": (1.7, 1.7, 0.0, None, True),
            "since": (pd.Timestamp("2019-12-30"), pd.Timestamp("2020-01-01"), -2.0, "days", False),
        }
        assert comparison.index == 0
        assert not comparison.identical
        # The ages have the ranks 1/4 and 3/4, so 33 has 3/10; the date lies before all others.
        assert comparison.distance == pytest.approx(math.sqrt(0.05**2 + 1 + 0.25**2))

    def test_units_are_those_of_the_bank_marketing_table_and_of_no_other(self, customers):
        for columns, units in (
            (["age", "balance", "y"], ["years", "euros", None]),
            (["age", "balance"], [None] * 2),
        ):
            comparison = compare_with_nearest(customers[columns].iloc[0], customers[columns])
            assert [column.unit for column in comparison.columns] == units

    @pytest.mark.parametrize("index", [0, 1])
    def test_an_identical_row_says_so_whether_series_or_frame(self, customers, index):
        for row in (customers.iloc[index], customers.iloc[[index]]):
            comparison = compare_with_nearest(row, customers)
            assert comparison.identical
            assert (comparison.distance, comparison.index) == (0, index)

    def test_missing_values_are_none_and_equal_only_each_other(self, customers):
        both, one = (compare_rows(customers.iloc[i], customers.iloc[1], distance=0, index=1) for i in (1, 0))
        assert [(c.columns[1].real, c.columns[1].difference, c.columns[1].same) for c in (both, one)] == [
            (None, None, True),
            (None, None, False),
        ]

    def test_rows_already_found_need_no_second_search(self, bank):
        synthetic, real = bank.iloc[:20].assign(age=lambda t: t["age"] + 1), bank.iloc[1000:]
        distances, indices = nearest_neighbors(synthetic, real, k=1)
        found = compare_rows(
            synthetic.iloc[3], real.iloc[indices[3, 0]], distance=distances[3, 0], index=indices[3, 0]
        )
        assert found == compare_with_nearest(synthetic.iloc[3], real)
