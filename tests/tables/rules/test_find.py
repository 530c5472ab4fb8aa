"""What is found: each kind of rule where one holds, and none where there is none."""

import numpy as np
import pandas as pd
import pytest
from ruled_tables import KINDS, ruled, unruled

from synth_handson.tables.examples import stays
from synth_handson.tables.rules.find import find_rules
from synth_handson.tables.rules.orders import is_enforced
from synth_handson.tables.rules.parse import parse_rule


def found(train: pd.DataFrame, holdout: pd.DataFrame | None = None) -> list[str]:
    return [str(one.rule) for one in find_rules(train, holdout)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_found(kind: str) -> None:
    for seed in range(3):
        table, rule = ruled(kind, seed)
        wanted = parse_rule(rule)
        again = [parse_rule(one) for one in found(table.head(480), table.tail(120))]
        assert any(one.kind == wanted.kind and set(one.columns) == set(wanted.columns) for one in again), (
            seed,
            again,
        )


def test_the_stays_are_read_as_their_script_states_them() -> None:
    assert set(found(stays())) == {
        "booked <= checkin", "checkin < checkout", "checkin <= paid", "nights = checkout - checkin",
        "price = nights * rate", "tax = floor(price * 0.1)", "total = price + tax", "city -> country",
        'missing(paid) iff status in ("cancelled", "open")',
    }  # fmt: skip


def test_tables_without_rules_have_none() -> None:
    proposed = [seed for seed in range(20) if find_rules(unruled(seed).iloc[::2], unruled(seed).iloc[1::2])]
    assert len(proposed) <= 1, proposed


def test_a_rule_has_to_hold_in_the_holdout() -> None:
    table, _ = ruled("order", 1)
    broken = table.assign(high=np.where(table.index % 40 == 0, 0.0, table["high"]))
    assert found(table.head(300), table.tail(300)) == ["low < high"]
    assert found(table.head(300), broken.tail(300)) == []


def test_an_order_is_strict_only_if_it_is_in_the_holdout() -> None:
    table, _ = ruled("order", 1)
    equal = table.assign(high=table["high"].where(table.index != 599, table["low"]))
    assert found(table.head(300), equal.tail(300)) == ["low <= high"]


def test_what_fewer_than_eight_people_have_is_no_rule() -> None:
    table, _ = ruled("missing if", 1)
    few = table.assign(note=pd.Series("x", table.index).where(table.index >= 7))
    assert not [rule for rule in found(few) if "note" in rule]
    # Each city is one of five people: who lives there would be published.
    villages = pd.DataFrame(
        {"v": [f"v{i // 5}" for i in range(500)], "area": [f"a{i // 100}" for i in range(500)]}
    )
    assert found(villages.assign(score=np.random.default_rng(0).random(500))) == []


def test_rows_of_one_person_count_once() -> None:
    draw = np.random.default_rng(3)
    people = pd.DataFrame(
        {"person_id": range(60), "born": draw.integers(1940, 2000, 60), "town": draw.choice(list("ABC"), 60)}
    )
    visits = people.loc[np.repeat(people.index, 12)].reset_index(drop=True)
    visits["bpm"] = draw.normal(80, 9, len(visits)).round()
    visits["end"] = visits["bpm"] + draw.integers(0, 9, len(visits))
    (order,) = [one for one in find_rules(visits) if str(one.rule) == "bpm <= end"]
    assert (order.people, order.rows) == (60, 720)


@pytest.mark.parametrize("rows", [200, 2_000])
def test_numbers_that_merely_lie_apart_are_no_order(rows: int) -> None:
    draw = np.random.default_rng(0)
    apart = [np.sort(draw.normal(9, 1, rows)) for _ in range(20)]
    assert sum(map(is_enforced, apart)) <= 4
    for enforced in (
        lambda: draw.exponential(1, rows),
        lambda: draw.random(rows) + 2,
        lambda: draw.geometric(0.3, rows) * 1.0,
        lambda: draw.lognormal(1, 0.5, rows),
    ):
        assert sum(is_enforced(enforced()) for _ in range(20)) >= 16


@pytest.mark.parametrize("broken", [False, True])
def test_an_order_goes_for_columns_named_alike(broken: bool) -> None:
    rng = np.random.default_rng(0)
    sizes = ("radius", "area", "width", "height")
    table = pd.DataFrame({f"mean {name}": rng.normal(10, 2, 400) for name in sizes})
    for name in sizes:
        # Nothing shows that a worst height is never below the mean one, but the other three.
        apart = np.clip(rng.normal(4, 0.8, 400), 0.5, None) if name == "height" else rng.exponential(2, 400)
        table[f"worst {name}"] = table[f"mean {name}"] + apart
    if broken:
        table.loc[0, "worst height"] = 0.0
    found = {str(one.rule) for one in find_rules(table)}
    assert {f"`mean {name}` < `worst {name}`" for name in sizes[:3]} <= found
    assert ("`mean height` < `worst height`" in found) != broken


def test_dates_alone_make_no_formula_but_an_order() -> None:
    draw = np.random.default_rng(0)
    begin = pd.Timestamp("2022-01-01") + pd.to_timedelta(draw.integers(0, 600, 400), "D")
    end = begin + pd.to_timedelta(draw.integers(1, 9, 400), "D")
    assert found(pd.DataFrame({"begin": begin, "end": end})) == ["begin < end"]


def test_columns_that_are_never_there_together_have_no_rule_but_that() -> None:
    draw = np.random.default_rng(0)
    first = np.arange(400) < 200
    table = pd.DataFrame({name: draw.normal(9, 2, 400).round(2) for name in ("a", "b")})
    table = table.assign(a=table["a"].where(first), b=table["b"].where(~first))
    assert found(table) == []


def test_text_of_sentences_and_lists_is_let_be() -> None:
    table, rule = ruled("sum", 0)
    table["said"] = [f"this is what customer number {i} had to say of it" for i in range(len(table))]
    table["tags"] = [["a"] for _ in range(len(table))]
    assert rule in found(table)
