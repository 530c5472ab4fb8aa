"""What the exercises show: markup of the reader's values stays text."""

import pandas as pd

from synth_handson.metrics.intervals import Estimate
from synth_handson.notebook.bundled import bundled_findings
from synth_handson.notebook.exercises.exercise import Question
from synth_handson.notebook.exercises.own_attack import Tried
from synth_handson.notebook.exercises.show import attack_table, hunt_table, options_list, person_list, ticks


def test_options_in_code_are_listed_with_their_meaning_unless_they_say_it_themselves() -> None:
    listed = options_list("hunt", [Question("table", {"A": "A"}), Question("how", {"a": "by <b>"})], "en")
    assert listed == "- Table: `A`\n- I know it: `a` by &lt;b&gt;"


def test_a_person_is_listed_column_by_column() -> None:
    table = pd.DataFrame({"<name>": ["a", "b"], "n": [1, 2]})
    shown = person_list(table, 1, "en")
    assert "<dt>&lt;name&gt;</dt><dd>b</dd>" in shown
    assert shown.count("<dt>") == 2


def test_what_was_found_is_ticked() -> None:
    shown = ticks({"fool_naive": True, "fool_distances": False}, "en")
    assert shown.count("☑") == shown.count("☐") == 1
    assert shown.index("☑") < shown.index("☐")


def test_the_three_tables_stand_beside_unseen_people() -> None:
    table = hunt_table(bundled_findings().hunt, "en")
    assert table.count("Table ") >= 3
    assert "unseen: 0.00" in table
    assert "0.202" in table


def test_an_attack_is_told_what_it_found_missed_and_accused_wrongly() -> None:
    tried = [
        Tried("copied", True, Estimate(0.9, 0.8, 1.0)),
        Tried("disguised", True, Estimate(0.5, 0.4, 0.6)),
        Tried("shuffled", False, Estimate(0.5, 0.4, 0.6)),
        Tried("synthetic", False, Estimate(0.6, 0.55, 0.65)),
    ]
    table = attack_table(tried, "en")
    assert [table.index(word) for word in ("finds it", "misses it", "stays quiet", "false alarm")] == sorted(
        table.index(word) for word in ("finds it", "misses it", "stays quiet", "false alarm")
    )
    scored = attack_table([Tried("copied", True, scores=(0.25, 0.5))], "en")
    assert "0.250 / 0.500" in scored
    assert "A score alone has no threshold" in scored
