"""One grammar: what is read, what is written back, and where it is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.errors import ArgumentError
from synth_handson.tables.rules.expressions import Arithmetic, Name, Number, Rounded
from synth_handson.tables.rules.find import FoundRule
from synth_handson.tables.rules.parse import as_rules, parse_rule, parse_rules, read_rules
from synth_handson.tables.rules.rule import (
    Combinations,
    Comparison,
    Determines,
    MissingIf,
    MissingTogether,
    Rule,
    Within,
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a < b", Comparison(left=Name(column="a"), sign="<", right=Name(column="b"))),
        ("開始 ≦ 終了", Comparison(left=Name(column="開始"), sign="<=", right=Name(column="終了"))),
        ("city -> country", Determines(by=("city",), column="country")),
        ("combinations(size, `main colour`)", Combinations(of=("size", "main colour"))),
        ("missing(a) iff missing(b)", MissingTogether(first="a", second="b")),
        ('missing(a) iff s in ("x", 3)', MissingIf(column="a", by="s", values=("x", 3.0))),
        ("missing(a) iff s = 'it''s'", MissingIf(column="a", by="s", values=("it's",))),
        ("lat within ward", Within(column="lat", by="ward")),
        ("payments: lat within ward", Within(table="payments", column="lat", by="ward")),
        ("`card payments`：a -> b", Determines(table="card payments", by=("a",), column="b")),
    ],
)
def test_each_kind_is_read_and_written_back(text: str, rule: Rule) -> None:
    assert parse_rule(text) == rule
    assert parse_rule(str(rule)) == rule


def test_products_come_before_sums_and_brackets_before_both() -> None:
    a, b, c = (Name(column=name) for name in "abc")
    product = Arithmetic(operator="*", left=b, right=c)
    assert parse_rule("x = a + b * c").right == Arithmetic(operator="+", left=a, right=product)
    both = Arithmetic(operator="+", left=a, right=b)
    assert parse_rule("x = (a + b) * c").right == Arithmetic(operator="*", left=both, right=c)
    assert str(parse_rule("x = a - (b - c)")) == "x = a - (b - c)"


def test_rounding_takes_digits() -> None:
    right = parse_rule("x = round(a * 1.1, 2)").right
    factor = Arithmetic(operator="*", left=Name(column="a"), right=Number(value=1.1))
    assert right == Rounded(how="round", part=factor, digits=2)
    assert str(parse_rule("x = floor(a, -3)")) == "x = floor(a, -3)"


def test_one_line_may_say_several_things() -> None:
    assert parse_rules("a <= b < c; x -> y, z  # both\n\n# nothing") == (
        parse_rule("a <= b"), parse_rule("b < c"), parse_rule("x -> y"), parse_rule("x -> z"),
    )  # fmt: skip
    assert parse_rules("visits: a <= b < c") == parse_rules("visits: a <= b; visits: b < c")
    with pytest.raises(ArgumentError, match="says 2 things"):
        parse_rule("a < b < c")


@pytest.mark.parametrize(
    ("text", "position", "found"),
    [
        ("a < < b", 5, "<"),
        ("a ! b", 3, "!"),
        ("a < b c", 7, "c"),
        ("missing(a) iff 3", 16, "3"),
        ("1 < 2", 1, "1 < 2"),
        ("a: b: c > 0", 5, ":"),
    ],
)
def test_what_is_wrong_is_named_by_its_position(text: str, position: int, found: str) -> None:
    with pytest.raises(ArgumentError) as error:
        parse_rule(text)
    assert (error.value.key, error.value.details["position"]) == ("rule_syntax", position)
    assert error.value.details["found"] == found


def test_what_is_missing_is_missing_at_the_end() -> None:
    with pytest.raises(ArgumentError) as error:
        parse_rule("a <")
    assert (error.value.key, error.value.details["position"]) == ("rule_ends", 4)


def test_rules_come_from_files_text_and_what_was_found(tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text("\ufeffa < b\nx -> y\n", encoding="utf-8")
    rules = read_rules(tmp_path / "rules.txt")
    assert rules == parse_rules("a < b; x -> y")
    found = FoundRule(rules[0], 50, 50, 0, {})
    assert as_rules([found, "a < b", rules[1]]) == rules
    with pytest.raises(ArgumentError, match="could not be read"):
        read_rules(tmp_path / "none.txt")
    with pytest.raises(ArgumentError, match="is no rule"):
        as_rules(3)  # type: ignore[arg-type]


NAMES = st.text(min_size=1, max_size=8).filter(lambda name: "\n" not in name and name.isprintable())


@given(st.lists(NAMES, min_size=2, max_size=3, unique=True), st.sampled_from(["<", "<=", "=", "!="]))
def test_columns_of_any_name_survive(names: list[str], sign: str) -> None:
    for rule in (
        Comparison(left=Name(column=names[0]), sign=sign, right=Name(column=names[1])),
        Determines(by=tuple(names[:-1]), column=names[-1]),
        MissingIf(column=names[0], by=names[1], values=(names[-1], 2.5)),
    ):
        assert parse_rule(str(rule)) == rule
