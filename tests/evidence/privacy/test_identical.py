"""Identical rows: who stands in whose table by chance, and who under another number."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from people import draw_people
from scipy.stats import fisher_exact

from synth_handson.evidence.privacy.identical import (
    Matches,
    NeverRepeating,
    hints,
    identical_rows,
    labels_decide,
    training_matches,
)
from synth_handson.evidence.three_tables import prepare_tables


class TestIdenticalRows:
    def matches(self, synthetic: str, train: str, holdout: str) -> Matches:
        frames = (pd.DataFrame({"c": list(rows)}) for rows in (synthetic, train, holdout))
        return Matches.of(*frames)

    def test_everyone_found_is_counted_on_both_sides(self) -> None:
        matches = self.matches(synthetic="aabx", train="abcc", holdout="axy")
        # a, a, b of four synthetic rows; a of three holdout rows.
        assert matches.copies == (3, 1)
        # a, b of four training people; a, x of three holdout people.
        assert matches.found == (2, 2)
        # Each of a and b once; x is nobody's repetition.
        assert (matches.distinct_copies, matches.distinct_rows) == (2, 3)
        # a, b, c, x, y, of which two people each are a and c: 10 pairs, as 2.5 rows beside four have.
        assert (matches.different, matches.repeated, matches.repeating, matches.rows_compared) == (5, 2, 4, 2)
        # b and a stand once in the training table; a is in the holdout as well.
        assert matches.alone == 1

    def test_a_table_that_avoids_its_training_people_is_noticed(self) -> None:
        found = identical_rows(self.matches("abc" * 30, "d" * 400 + "a" * 8, "d" * 50 + "abc" * 20))
        assert found.p_value is not None and found.p_value < 1e-9
        assert found.attributable.value == 0
        assert found.avoided is not None and found.avoided.low > 0.9

    def test_a_generator_that_prefers_common_rows_is_not_accused(self) -> None:
        # Twice as many synthetic as holdout rows match, but people inside are found as often as outside.
        synthetic = "a" * 1_000
        train, holdout = "ab" * 400, "ab" * 100
        matches = self.matches(synthetic, train, holdout)
        assert identical_rows(matches).p_value == 1
        assert labels_decide(sum(matches.found), matches.people, 0.01)

    def test_whoever_is_found_for_being_copied_is_told_from_chance(self) -> None:
        # 3 of 4 training people and 1 of 5 others: 1 - .2 / .75 of those found are there by no chance.
        matches = self.matches("a" * 100, "a" * 300 + "c" * 100, "a" * 20 + "c" * 80)
        found = identical_rows(matches).attributable
        assert found is not None and found.value == pytest.approx(1 - 0.2 / 0.75)
        assert 0 < found.low < found.value < found.high < 1


class TestTrainingMatches:
    def test_it_compares_different_rows_with_pairs_of_real_ones(self) -> None:
        synthetic, train, holdout = "abc" + "0123456", "abcdefghijklmnopqrst", "tuvw"
        (found,) = training_matches(TestIdenticalRows().matches(synthetic, train, holdout), 0.0001)
        # Of 23 * 22 / 2 pairs of different real rows, as 12.65 rows beside 20 have, t is one that matches.
        assert found.p_value == pytest.approx(fisher_exact([[3, 7], [1, 12]], alternative="greater").pvalue)
        assert (found.value, found.reference) == (pytest.approx(0.3), pytest.approx(1 / 13))

    def test_a_few_copies_are_a_hint_where_the_labels_decide_nothing(self) -> None:
        people = draw_people(2_500, 0)
        synthetic, train, holdout = people.head(500), people.iloc[500:2_400], people.tail(100)
        copied = Matches.of(pd.concat([synthetic.iloc[20:], train.iloc[:20]]), train, holdout)
        assert not labels_decide(sum(copied.found), copied.people, 0.0025)
        assert hints(copied.distinct_copies, copied.distinct_rows, copied.rows_alike, copied.rows_compared)
        # One honest row drawn many times is one coincidence.
        often = Matches.of(pd.concat([synthetic.iloc[20:], train.iloc[[7] * 20]]), train, holdout)
        (once,) = training_matches(often, 0.0025)
        assert once.p_value is not None and once.p_value > 0.05

    @pytest.mark.parametrize("seed", range(5))
    def test_few_rows_that_meet_what_many_people_have_are_no_copies(self, seed: int) -> None:
        # A fifth of all people have one of 200 rows; nobody else is like anybody. A few draws meet many.
        rng = np.random.default_rng(seed)
        rows = np.where(rng.random(10_400) < 0.2, rng.integers(0, 200, 10_400), 1_000 + np.arange(10_400))
        synthetic, train, holdout = (
            pd.DataFrame({"c": part.astype(str)}) for part in np.split(rows, [300, 10_300])
        )
        matches = Matches.of(synthetic, train, holdout)
        assert matches.distinct_copies > 20
        assert not hints(
            matches.distinct_copies, matches.distinct_rows, matches.rows_alike, matches.rows_compared
        )

    def test_where_the_labels_decide_it_is_not_taken(self) -> None:
        assert training_matches(TestIdenticalRows().matches("a" * 9, "a" * 400, "ab" * 50), 0.01) == ()


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
    assert identical_rows(Matches.of(*tables.all)).p_value == 1
    without = identical_rows(Matches.of(*tables.without(found).all), found)
    assert (without.name, without.columns, without.value) == ("identical_without", found, 0.05)
    assert without.p_value is not None and without.p_value < 1e-3


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
