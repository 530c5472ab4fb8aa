"""What the exercises show: markup of the reader's values stays text."""

import pandas as pd

from synth_handson.metrics.intervals import Estimate
from synth_handson.notebook.bundled import bundled_findings, bundled_tables
from synth_handson.notebook.exercises.generate import RealOrMade
from synth_handson.notebook.exercises.own_attack import Tried
from synth_handson.notebook.exercises.show import (
    Bar,
    attack_table,
    bars,
    hunt_table,
    labelled,
    sorted_rows,
    ticks,
)


def test_a_row_is_listed_column_by_column() -> None:
    row = pd.Series({"<name>": "b", "n": 2})
    shown = labelled(row, "en", "7", marked=("n",))
    assert "<b>7</b><span><small>&lt;name&gt;</small> b</span>" in shown
    assert "<span class=sh-marked><small>n</small> 2</span>" in shown


def test_the_ten_rows_are_told_apart_with_their_oddest_values_marked() -> None:
    shown = sorted_rows(RealOrMade.of(bundled_tables()), ("2", "3"), "en")
    assert shown.count("☑") == 2
    assert "☑ 2 · synthetic" in shown
    assert "☑ 3 · real" in shown
    assert shown.count("· synthetic") == shown.count("· real") == 5
    assert shown.count("sh-marked") == 20


def test_a_bar_is_as_long_as_its_share_and_one_to_be_guessed_is_not_told() -> None:
    shown = bars([Bar("<a>", 0.5, "red", "50 %"), Bar("c", None, "red", "7 %")])
    assert "<dt>&lt;a&gt;</dt>" in shown
    assert [part in shown for part in ("width:37.5%", "50 %", "width:0.0%", "7 %")] == [True] * 3 + [False]
    assert shown.count("?") == 1
    placed = bars([Bar("a", 0.4, "red", "3 – 5", start=0.2)])
    assert "margin-inline-start:15.0%;width:30.0%" in placed
    assert "3 – 5</dd>" in placed


def test_what_was_found_is_ticked() -> None:
    context = ticks({"fool_naive": True, "fool_distances": False}, "en")
    assert context.count("☑") == context.count("☐") == 1
    assert context.index("☑") < context.index("☐")


def test_the_three_tables_stand_beside_unseen_people() -> None:
    table = hunt_table(bundled_findings().hunt, "en")
    assert table.count("Table ") >= 3
    assert "holdout: 0.00" in table
    assert "0.202" in table
    assert table.count("by chance:") == 3 * 5


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
    assert "A single score has no threshold" in scored
