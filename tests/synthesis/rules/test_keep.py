"""Rules are kept, of any kind and dtype; what cannot be kept is said, and nothing goes on for ever."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruled_tables import KINDS, ruled

from synth_handson.errors import ArgumentError, TrainingError
from synth_handson.synthesis.archive import from_bytes, to_bytes
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.examples import stays
from synth_handson.tables.rules.find import find_rules
from synth_handson.tables.rules.parse import parse_rule, parse_rules


def trained(frame: pd.DataFrame, rules: object, engine: str = "copula") -> Generator:
    return train_generator(frame, rules=rules, engine=engine, keep=False)  # type: ignore[arg-type]


def broken(rule: str, rows: pd.DataFrame, train: pd.DataFrame) -> int:
    return int((~parse_rule(rule).holds(rows, train)).sum())


@given(st.sampled_from(KINDS), st.integers(0, 1_000), st.floats(0, 0.3))
def test_any_table_with_a_rule_keeps_what_was_found(kind: str, seed: int, missing: float) -> None:
    table, rule = ruled(kind, seed)
    first = parse_rule(rule).columns[0]
    if "missing" not in rule and missing:
        table[first] = table[first].mask(np.random.default_rng(seed).random(len(table)) < missing)
    generator = trained(table, [rule, *find_rules(table)])
    rows = generator.sample(200)
    assert all(one.holds(rows, table).all() for one in generator.rules.rules), kind
    assert (rows.dtypes == table.dtypes).all() or missing
    assert abs(rows[first].isna().mean() - table[first].isna().mean()) < 0.15


@pytest.mark.parametrize("engine", ["copula", "trees"])
def test_stays_are_kept_whole_and_stay_as_they_are(engine: str) -> None:
    table = stays()
    generator = trained(table, find_rules(table), engine)
    rows = generator.sample(1_000)
    assert all(rule.holds(rows, table).all() for rule in generator.rules.rules)
    assert rows.attrs["redrawn"] == 0
    assert list(rows.columns) == list(table.columns) and (rows.dtypes == table.dtypes).all()
    for name in ("nights", "rate", "total", "checkout"):
        synthetic, real = (column.quantile([0.1, 0.5, 0.9]) for column in (rows[name], table[name]))
        assert (
            abs(synthetic - real) <= 0.35 * (table[name].quantile(0.9) - table[name].quantile(0.1))
        ).all(), name
    # No clipping: as many stays last one night as before, and no more.
    assert abs((rows["nights"] == 1).mean() - (table["nights"] == 1).mean()) < 0.06


def test_a_generator_file_keeps_its_rules() -> None:
    table = stays()
    generator = trained(table, find_rules(table))
    again = from_bytes(to_bytes(generator))
    assert again.rules.rules == generator.rules.rules
    pd.testing.assert_frame_equal(again.sample(300), generator.sample(300))


def test_the_store_tells_rules_apart() -> None:
    table, rule = ruled("order", 1)
    plain = train_generator(table, engine="copula")
    ruled_one = train_generator(table, engine="copula", rules=rule)
    assert not ruled_one.from_store and not plain.rules
    assert train_generator(table, engine="copula", rules=rule).from_store


def test_rounding_never_breaks_a_strict_order() -> None:
    """SDV 2550: the end has fewer decimals than the start."""
    draw = np.random.default_rng(1)
    start = draw.random(500).round(3) * 3
    table = pd.DataFrame(
        {"start": start, "end": np.floor(start) + draw.integers(1, 4, 500), "v": draw.random(500)}
    )
    rows = trained(table, "start < end").sample(500)
    assert (rows["start"] < rows["end"]).all() and (rows["end"] % 1 == 0).all() and rows.attrs["redrawn"] == 0


@pytest.mark.parametrize("swapped", [False, True])
def test_dates_beside_moments_keep_their_order_by_the_day(swapped: bool) -> None:
    """SDV 2275."""
    draw = np.random.default_rng(2)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 300, 600), "D")
    minutes = draw.integers(0, 4 * 1440, 600)
    at = day + pd.to_timedelta(1439 - minutes if swapped else minutes, "min")
    table = pd.DataFrame({"day": day, "at": at, "v": draw.random(600)})
    rule = "at <= day" if swapped else "day <= at"
    table = table[parse_rule(rule).holds(table)]
    rows = trained(table, rule).sample(400)
    assert broken(rule, rows, table) == 0 and rows.attrs["redrawn"] == 0
    assert (rows["at"].dt.normalize() == rows["day"]).any()


def test_missing_values_in_a_rule_stay_as_frequent() -> None:
    """SDV 1393: the start, the end or both are missing."""
    table, rule = ruled("moments", 5, 900)
    draw = np.random.default_rng(0)
    table.loc[draw.random(900) < 0.2, "opened"] = None
    table.loc[draw.random(900) < 0.1, "closed"] = None
    rows = trained(table, rule).sample(900)
    assert broken(rule, rows, table) == 0 and rows.attrs["redrawn"] == 0
    for name in ("opened", "closed"):
        assert rows[name].isna().mean() == pytest.approx(table[name].isna().mean(), abs=0.05)


def test_a_rule_that_hardly_any_row_keeps_ends_with_an_error() -> None:
    """SDV 1419: rejection goes on for ever."""
    draw = np.random.default_rng(0)
    table = pd.DataFrame({"a": draw.normal(0, 1, 400), "b": draw.normal(0, 1, 400)})
    generator = trained(table, "a > -9")
    rare = replace(generator, rules=replace(generator.rules, rules=parse_rules("a * b > 9")))
    with pytest.raises(TrainingError, match=r"a \* b > 9"):
        rare.sample(200)


def test_what_no_step_keeps_is_drawn_again() -> None:
    draw = np.random.default_rng(0)
    table = pd.DataFrame(
        {"a": draw.integers(0, 10, 600), "b": draw.integers(0, 10, 600), "c": draw.random(600)}
    )
    table = table[table["a"] + table["b"] <= 12]
    rows = trained(table, "a + b <= 12").sample(500)
    assert (rows["a"] + rows["b"] <= 12).all() and 0 < rows.attrs["redrawn"] < 0.3


def test_training_rows_that_break_a_rule_are_left_out() -> None:
    table, rule = ruled("order", 1)
    table.loc[::20, "high"] = 0.0
    assert trained(table, rule).rules.left_out == 30
    with pytest.raises(ArgumentError, match="100 % of the training rows break"):
        trained(table, "high < low - 1000")


def test_what_fewer_than_eight_people_have_is_not_kept_in_the_generator() -> None:
    table, rule = ruled("decides", 1)
    table = pd.concat([table, table.head(5).assign(city="Rare Town", country="Rare Land")], ignore_index=True)
    generator = trained(table, [rule, "combinations(city, country)"])
    assert b"Rare" not in to_bytes(generator) and "Rare" not in str(generator.rules)
    assert "Rare Land" not in set(generator.sample(2_000)["country"])


def test_with_differential_privacy_only_what_was_stated_is_kept() -> None:
    table, _ = ruled("order", 1)
    for rules in (find_rules(table), ["group -> score"]):
        with pytest.raises(ArgumentError, match="not covered by differential privacy"):
            train_generator(table, rules=rules, engine="aim", epsilon=1.0)


def test_values_can_be_given_of_what_is_learned_and_of_what_a_rule_makes() -> None:
    table = stays()
    generator = trained(table, ["checkin < checkout", "city -> country"])
    rows = generator.sample(50, given={"city": "Kyoto"}, even_if_few=True)
    assert set(rows["country"]) == {"Japan"}
    assert (rows["checkin"] < rows["checkout"]).all()
    rows = generator.sample(50, given={"country": "Japan"})
    assert set(rows["country"]) == {"Japan"}
    assert set(rows["city"]) <= set(table["city"][table["country"] == "Japan"])
    assert (rows["checkin"] < rows["checkout"]).all()
    assert 0 < rows.attrs["acceptance_rate"] < 1


def test_names_and_dtypes_of_any_kind_are_kept() -> None:
    draw = np.random.default_rng(0)
    day = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 300, 500), "D"))
    city = draw.integers(0, 5, 500)
    table = pd.DataFrame(
        {
            0: day.dt.strftime("%Y/%m/%d"),
            1: (day + pd.to_timedelta(draw.integers(1, 9, 500), "D")).dt.strftime("%d.%m.%Y"),
            "Ort": pd.Categorical([f"o{i}" for i in city]),
            "大きい": pd.array(city > 2, dtype="boolean"),
            "since": day.dt.tz_localize("Europe/Berlin"),
            "until": (day + pd.to_timedelta(draw.integers(1, 9, 500), "h")).dt.tz_localize("Europe/Berlin"),
        }
    )
    rows = trained(table, ["`0` < `1`", "Ort -> 大きい", "since < until"]).sample(300)
    assert list(rows.columns) == list(table.columns) and (rows.dtypes == table.dtypes).all()
    for rule in parse_rules("`0` < `1`; Ort -> 大きい; since < until"):
        assert rule.holds(rows, table).all(), rule
