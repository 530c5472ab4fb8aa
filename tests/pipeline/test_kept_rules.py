"""Which rules are kept: none of those that were found, unless somebody says so."""

from pathlib import Path

import pytest

from synth_handson.errors import ArgumentError
from synth_handson.pipeline.kept_rules import as_kept, choose_rules
from synth_handson.tables.examples import stays
from synth_handson.tables.rules.find import FoundRule, find_rules

PROPOSED = find_rules(stays()[["checkin", "checkout", "nights", "city", "country"]])


def test_what_was_found_is_kept_only_if_somebody_says_so() -> None:
    assert choose_rules(PROPOSED) == ()
    assert choose_rules(PROPOSED, source="found") == PROPOSED
    kept = choose_rules(PROPOSED, ["nights > 0"], "found", ["city -> country"])
    assert [str(getattr(one, "rule", one)) for one in kept] == [
        "checkin < checkout", "nights = checkout - checkin", "nights > 0",
    ]  # fmt: skip


def test_a_file_gives_rules_too(tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text("a < b\nb < c\n", encoding="utf-8")
    kept = choose_rules(PROPOSED, source=str(tmp_path / "rules.txt"), dropped=["b < c"])
    assert list(map(str, kept)) == ["a < b"]
    with pytest.raises(ArgumentError, match="There is no rule x < y"):
        choose_rules(PROPOSED, source="found", dropped=["x < y"])


def test_it_stays_known_which_were_found() -> None:
    kept = as_kept([PROPOSED[0], "nights > 0"])
    assert isinstance(kept[0], FoundRule) and str(kept[1]) == "nights > 0"
    assert as_kept("a < b < c") == as_kept(["a < b", "b < c"])
