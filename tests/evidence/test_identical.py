"""Identical rows: who stands in whose table by chance, and who under another number."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from people import draw_people
from scipy.stats import binom, fisher_exact

from synth_handson.evidence.controls import plant_rows
from synth_handson.evidence.identical import (
    POWER,
    Matches,
    NeverRepeating,
    copies_needed,
    identical_p_value,
    identical_rows,
)
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import TOLERATED_LEAK


class TestIdenticalRows:
    def matches(self, synthetic: str, train: str, holdout: str) -> Matches:
        frames = (pd.DataFrame({"c": list(rows)}) for rows in (synthetic, train, holdout))
        return Matches.of(*frames)

    def test_everyone_found_is_counted_on_both_sides(self) -> None:
        matches = self.matches(synthetic="aabx", train="abcc", holdout="axy")
        # a, a, b of four synthetic rows; a of three holdout rows; a, b of four training rows; a, x of three.
        assert matches.counts == (3, 1, 2, 2)

    def test_few_matches_are_compared_with_the_holdouts_own_rate(self) -> None:
        synthetic = "abc" + "x" * 97
        train = "abcd" * 10
        holdout = "y" * 10
        p_value = identical_p_value(self.matches(synthetic, train, holdout), level=1e-9)
        assert p_value == pytest.approx(fisher_exact([[3, 97], [0, 10]], alternative="greater").pvalue)

    def test_many_matches_are_judged_by_whose_they_are(self) -> None:
        synthetic = "a" * 50 + "b" * 50
        train = "a" * 30 + "c" * 10
        holdout = "a" * 2 + "c" * 8
        p_value = identical_p_value(self.matches(synthetic, train, holdout), level=0.01)
        assert p_value == pytest.approx(fisher_exact([[30, 10], [2, 8]], alternative="greater").pvalue)

    def test_a_generator_that_prefers_common_rows_is_not_accused(self) -> None:
        # Twice as many synthetic as holdout rows match, but people inside are found as often as outside.
        synthetic = "a" * 1_000
        train, holdout = "ab" * 400, "ab" * 100
        assert identical_p_value(self.matches(synthetic, train, holdout), level=0.01) > 0.4


class TestCopiesNeeded:
    def matches(self, seed: int = 0, rows: int = 500) -> Matches:
        people = draw_people(rows + 2_000, seed)
        return Matches.of(people.head(rows), people.iloc[rows : rows + 1_600], people.tail(400))

    def test_a_leak_of_that_size_is_found_as_often_as_it_says_and_a_smaller_one_is_not(self) -> None:
        people = draw_people(2_500, 0)
        synthetic, train, holdout = people.head(500), people.iloc[500:2_100], people.tail(400)
        level = 0.001
        needed = copies_needed(Matches.of(synthetic, train, holdout), level, random_state=0)
        assert needed is not None

        def power(copies: int) -> float:
            leaky = (plant_rows(synthetic, train, copies / 500, seed) for seed in range(60))
            found = [identical_p_value(Matches.of(t, train, holdout), level) <= level for t in leaky]
            return float(np.mean(found))

        # What 60 tables of true power 80 % show but once in a thousand times.
        assert power(needed) >= binom.ppf(0.001, 60, POWER) / 60
        assert power(max(1, needed // 2)) < POWER

    def test_more_rows_let_a_smaller_share_be_seen(self) -> None:
        shares = [copies_needed(self.matches(rows=rows), 0.001, 0) / rows for rows in (100, 400, 1_600)]
        assert shares == sorted(shares, reverse=True)
        assert shares[-1] < TOLERATED_LEAK

    @pytest.mark.parametrize("share", [0.1, 1.0])
    def test_a_leak_that_is_there_does_not_make_the_next_one_look_smaller(self, share: float) -> None:
        people = draw_people(2_500, 0)
        synthetic, train, holdout = people.head(500), people.iloc[500:2_100], people.tail(400)
        clean = copies_needed(Matches.of(synthetic, train, holdout), 0.001, 0)
        leaky = copies_needed(Matches.of(plant_rows(synthetic, train, share), train, holdout), 0.001, 0)
        assert clean is not None
        assert leaky == pytest.approx(clean, abs=2)

    @pytest.mark.parametrize("common", [0, 0.02, 0.2])
    def test_it_is_the_same_however_many_unnoticed_copies_are_there(self, common: float) -> None:
        def table(rows: int, first: int) -> pd.DataFrame:
            """Make a share of the rows common, the same in every table; nobody else has the others."""
            shared = np.arange(round(common * rows)) % 10
            return pd.DataFrame({"a": np.append(shared, first + np.arange(rows - len(shared)))})

        fresh, train, holdout = table(1_000, 10_000), table(1_500, 20_000), table(750, 30_000)
        limits = []
        for copied in (0, 4, 8, 12):
            leaky = pd.concat([fresh.head(1_000 - copied), train.tail(copied)])
            matches = Matches.of(leaky, train, holdout)
            assert identical_p_value(matches, 0.001) > 0.001
            limits.append(copies_needed(matches, 0.001, 0))
        assert limits[0] is not None
        assert limits == pytest.approx([limits[0]] * 4, rel=0.05, abs=1)
        assert limits[0] > 12

    def test_what_chance_puts_there_stays_in_the_picture(self) -> None:
        rng = np.random.default_rng(1)
        tables = [pd.DataFrame({"a": rng.integers(0, 10**6, rows)}) for rows in (1_000, 1_500, 750)]
        coarse = [table % 2_000 for table in tables]
        alone, among_others = (copies_needed(Matches.of(*three), 0.001, 0) for three in (tables, coarse))
        assert alone is not None and among_others is not None and among_others > 2 * alone

    def test_where_all_people_are_alike_no_leak_can_be_seen(self) -> None:
        alike = pd.DataFrame({"a": list("xy") * 100})
        assert copies_needed(Matches.of(alike, alike, alike), 0.001, 0) is None

    def test_the_same_seed_gives_the_same_number(self) -> None:
        assert copies_needed(self.matches(), 0.001, 7) == copies_needed(self.matches(), 0.001, 7)


def numbers_at_random(rows: int, rng: np.random.Generator) -> Any:
    return rng.choice(10**9, rows, replace=False)


LABELS = {
    "customer number": numbers_at_random,
    "the same as floats": lambda rows, rng: numbers_at_random(rows, rng).astype(float),
    "code": lambda rows, rng: [f"C{number:09d}" for number in numbers_at_random(rows, rng)],
    "hexadecimal": lambda rows, rng: [rng.bytes(16).hex() for _ in range(rows)],
    "two at random meet": lambda rows, rng: np.append(numbers_at_random(rows - 1, rng), 7).clip(min=8),
}
MEASUREMENTS = {
    "moment": lambda rows, rng: (
        pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 10**13, rows), unit="us")
    ),
    "random number": lambda rows, rng: rng.random(rows),
}


@pytest.mark.parametrize("name", [*LABELS, *MEASUREMENTS])
def test_people_copied_under_another_number_are_found_without_it(name: str) -> None:
    rng = np.random.default_rng(0)
    people = draw_people(3_000, 0)
    people["number"] = (LABELS | MEASUREMENTS)[name](3_000, rng)
    synthetic, train, holdout = people.head(800), people.iloc[800:2_400], people.tail(600)
    copied = train.head(40).assign(number=synthetic["number"].iloc[:40].to_numpy())
    leaky = pd.concat([copied, synthetic.iloc[40:]])
    tables = prepare_tables(leaky, train, holdout)
    never = NeverRepeating.of(tables.train)
    found = never.labels if name in LABELS else never.measurements
    assert (found, never.left_out) == (("number",), (("number",),))
    assert identical_rows(Matches.of(*tables.all), 0.001).p_value == 1
    without = identical_rows(Matches.of(*tables.without(found).all), 0.001, found)
    assert (without.name, without.columns, without.value) == ("identical_without", found, 0.05)
    assert without.p_value is not None and without.p_value < 1e-5


def test_labels_are_left_out_first_and_measurements_with_them() -> None:
    rng = np.random.default_rng(0)
    train = pd.DataFrame(
        {"id": numbers_at_random(200, rng), "x": rng.random(200), "c": rng.integers(0, 5, 200)}
    ).astype({"id": float, "c": float})
    assert NeverRepeating.of(train).left_out == (("id",), ("id", "x"))


def test_something_always_remains_to_be_compared() -> None:
    rng = np.random.default_rng(0)
    numbers = pd.DataFrame(rng.random((200, 3)), columns=list("xyz"))
    assert NeverRepeating.of(numbers).left_out == ()
    assert NeverRepeating.of(numbers.assign(id=np.arange(200.0))).left_out == (("id",),)
    assert NeverRepeating.of(pd.DataFrame({"id": np.arange(200.0)})).left_out == ()


def test_values_that_repeat_are_nobodys_number(bank: pd.DataFrame) -> None:
    for table in (draw_people(1_000, 0), bank):
        never = NeverRepeating.of(prepare_tables(table, table, table).train)
        assert never == NeverRepeating((), ())
