"""What a reader is told, word for word, in both languages."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import TrainingError
from synth_handson.evidence.fidelity.statistics import ColumnFidelity
from synth_handson.evidence.privacy.dcr import ClosestRecords, ColumnComparison, Comparison, MedianGap
from synth_handson.locales import LANGUAGES, Message, get_text
from synth_handson.pipeline.tables import Tables
from synth_handson.presentation.generate import (
    error_note,
    origin_note,
    phase_note,
    progress_view,
    protected_note,
    queue_note,
    settings_note,
)
from synth_handson.presentation.privacy import closest_sentence, distance_note, identical_note, person_table
from synth_handson.presentation.validate import fidelity_table
from synth_handson.synthesis.generator import Training
from synth_handson.synthesis.run import Progress

BANK = ("age", "job", "y")


def number(name: str, synthetic: float, real: float, unit: str | None = None) -> ColumnComparison:
    return ColumnComparison(name, synthetic, real, synthetic - real, unit, synthetic == real)


def category(name: str, synthetic: str | None, real: str | None) -> ColumnComparison:
    return ColumnComparison(name, synthetic, real, None, None, synthetic == real)


def compared(*columns: ColumnComparison) -> Comparison:
    """Compare two rows of the Bank Marketing table, whose columns have labels: it has a column y."""
    target = () if columns[-1].name == "y" else (category("y", "no", "no"),)
    return Comparison((*columns, *target), distance=0.1, index=0)


AGE_SAME = number("age", 41, 41, "years")
JOB_SAME = category("job", "services", "services")

SENTENCES: dict[str, tuple[Comparison, str, str]] = {
    "numbers, with their units": (
        compared(number("age", 38, 41, "years"), number("balance", 1512, 12, "euros"), JOB_SAME),
        "Even the closest real person differs by 3 years in age, 1,500 euros in balance.",
        "最も近い実在の人でさえ、年齢で 3 歳、残高で 1,500 ユーロの差があります。",
    ),
    "one of something is singular": (
        compared(number("age", 42, 41, "years"), number("campaign", 1, 2, "contacts")),
        "Even the closest real person differs by 1 year in age, 1 contact in this campaign.",
        "最も近い実在の人でさえ、年齢で 1 歳、今回の接触回数で 1 回の差があります。",
    ),
    "categories alone": (
        compared(AGE_SAME, category("job", "services", "student"), category("y", "no", "yes")),
        "Even the closest real person has a different value in: Job, Subscribed to a term deposit.",
        "最も近い実在の人でさえ、職業、定期預金の申し込みが異なります。",
    ),
    "numbers and categories": (
        compared(number("duration", 60, 90, "seconds"), category("loan", "no", "yes")),
        "Even the closest real person differs by 30 seconds in call duration; "
        "and has a different value in: Has a personal loan.",
        "最も近い実在の人でさえ、通話時間で 30 秒の差があります。また、個人ローンの有無が異なります。",
    ),
    "a missing value beside a value": (
        compared(ColumnComparison("age", None, 41, None, "years", False), JOB_SAME),
        "Even the closest real person has a different value in: Age (years).",
        "最も近い実在の人でさえ、年齢（歳）が異なります。",
    ),
    "a table it does not know, without labels or units": (
        compared(number("height", 1.8, 1.675), number("balance", 2, 1), category("job", "a", "b")),
        "Even the closest real person differs by 0.125 in height, 1 in balance; "
        "and has a different value in: job.",
        "最も近い実在の人でさえ、heightで 0.125、balanceで 1の差があります。また、jobが異なります。",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_the_sentence_says_in_what_even_the_closest_differs(case: str) -> None:
    comparison, english, japanese = SENTENCES[case]
    assert closest_sentence(comparison, "en") == english
    assert closest_sentence(comparison, "ja") == japanese


def test_the_sentence_about_an_identical_person_calls_it_identical_and_no_proof_of_a_leak() -> None:
    comparison = compared(AGE_SAME, JOB_SAME, ColumnComparison("y", None, None, None, None, True))
    english, japanese = (closest_sentence(comparison, language) for language in ("en", "ja"))
    assert english.startswith("**The closest real person is identical in all columns (3).** It can be chance")
    assert japanese.startswith(
        "**最も近い実在の人は、3 列すべてで一致しています。** 同じ値の人が多ければ偶然"
    )


def test_the_person_table_highlights_exactly_the_differences() -> None:
    table = person_table(compared(number("balance", 1512, 12, "euros"), JOB_SAME), "en")
    assert (
        '<tr class="sh-different"><th scope="row">Average yearly balance (euros)</th>'
        "<td>1,512</td><td>12</td><td>+1,500 euros</td></tr>\n"
        '<tr><th scope="row">Job</th><td>services</td><td>services</td><td>same</td></tr>'
    ) in table


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        (category("job", "services", None), "<td>services</td><td>–</td><td>different</td>"),
        (ColumnComparison("age", None, 41, None, "years", False), "<td>–</td><td>41</td><td>different</td>"),
        (ColumnComparison("age", None, None, None, "years", True), "<td>–</td><td>–</td><td>same</td>"),
        (number("age", 41, 42, "years"), "<td>41</td><td>42</td><td>−1 year</td>"),
        (number("height", 2, 1), "<td>2</td><td>1</td><td>+1</td>"),
        (
            ColumnComparison("vip", True, False, None, None, False),
            "<td>True</td><td>False</td><td>different</td>",
        ),
    ],
)
def test_a_row_of_the_person_table(column: ColumnComparison, cells: str) -> None:
    assert cells in person_table(compared(column), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_the_data_is_shown_as_text_not_as_html(language: Any) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    comparison = compared(ColumnComparison(hostile, hostile, "a & b", None, None, False))
    table = person_table(comparison, language)
    assert "<img" not in table
    assert "&lt;img src=x onerror=alert(1)&gt;" in table
    assert "a &amp; b" in table


def test_protected_values_are_counted_by_column() -> None:
    synthetic = pd.DataFrame(
        {"job": ["_RARE_", "services", "_RARE_"], "age": [41, 42, 43], "y": ["no", "_RARE_", "no"]}
    )
    english = protected_note(synthetic, "en")
    assert english is not None
    assert english.endswith("are replaced by `_RARE_`, in job (2), y (1).")
    assert "`_RARE_` に置き換えています（job (2), y (1)）" in str(protected_note(synthetic, "ja"))
    assert protected_note(synthetic[["age"]], "en") is None


def test_the_table_of_distances_begins_with_the_column_farthest_from_its_holdout() -> None:
    measured = [ColumnFidelity("age", 0.05, 0.06, 904), ColumnFidelity("job", 0.2, 0.1, 904)]
    table = fidelity_table([*measured, ColumnFidelity("y", 0.1, 0.1, 904)], "en")
    assert table.to_numpy().tolist()[::2] == [["Job", 0.2, 0.1], ["Age (years)", 0.05, 0.06]]
    assert list(fidelity_table(measured, "en")["column"]) == ["job", "age"]


def closest(distances: list[float], identical: int) -> ClosestRecords:
    return ClosestRecords(np.array(distances), np.zeros(len(distances), np.intp), identical)


def test_identical_rows_are_counted_beside_the_holdouts_own_rate() -> None:
    synthetic, holdout = closest([0, 0.1, 0.2, 0.3], 1), closest([0.1] * 8, 0)
    english = identical_note(synthetic, holdout, "en")
    assert "**1 of 4** synthetic rows (25.00 %)" in english
    assert "**0 of 8** (0.00 %)" in english
    japanese = identical_note(synthetic, holdout, "ja")
    assert "合成データでは 4 行中 **1 行**（25.00 %）" in japanese
    assert "ホールドアウトでは 8 人中 **0 人**（0.00 %）" in japanese


def test_a_median_is_called_closer_or_farther_only_where_sampling_cannot_have_made_the_gap() -> None:
    near, far = closest([0.1, 0.2, 0.3], 0), closest([0.3, 0.4, 0.5], 0)
    closer = distance_note(near, far, MedianGap(-0.2, -0.25, -0.15), "en")
    assert "is 0.200 for synthetic rows and 0.400 for people in the holdout" in closer
    assert "(95 % interval of the difference: −0.250 to −0.150)" in closer
    assert "**Synthetic rows are closer" in closer
    assert "are not closer" in distance_note(far, near, MedianGap(0.2, 0.15, 0.25), "en")
    assert "Sampling alone can explain" in distance_note(near, far, MedianGap(-0.2, -0.5, 0.1), "en")
    assert "**合成データの行は" in distance_note(near, far, MedianGap(-0.2, -0.25, -0.15), "ja")
    assert "中央値で見るかぎり" in distance_note(far, near, MedianGap(0.2, 0.15, 0.25), "ja")
    assert "標本の取り方だけでも" in distance_note(near, far, MedianGap(-0.2, -0.5, 0.1), "ja")


def test_an_error_is_shown_as_text_not_as_markup() -> None:
    error = TrainingError("engine_failed", reason="<img src=x onerror=alert(1)>")
    assert "<img" not in error_note(error, "en")
    assert "&lt;img src=x onerror=alert(1)&gt;" in error_note(error, "en")


TRAINING = Training(
    engine="mostly", engine_version="2.7.3", settings={}, value_protection=True,
    rows=3617, random_state=0, max_epochs=20, max_minutes=10, epochs=18, val_loss=18.3, seconds=27.2,
    stopped_by="early stopping",
)  # fmt: skip


def tables(**changes: Any) -> Tables:
    rows = pd.DataFrame({"age": range(1200)})
    return replace(Tables(rows, rows, rows, "trained", TRAINING), **changes)


def test_the_origin_of_a_table_is_said() -> None:
    assert origin_note(tables(), "en") == (
        "**Your generator drew these 1,200 rows.** It was trained on 3,617 real rows: 18 epochs in 27 s, "
        "stopped when the validation loss no longer improved."
    )
    assert "This table ships with the project" in origin_note(tables(origin="bundled"), "en")
    assert "no training was needed" in origin_note(tables(origin="store"), "en")
    assert "**これは同梱の合成データです。**" in origin_note(tables(origin="bundled"), "ja")
    assert "学習は行っていません" in origin_note(tables(origin="store"), "ja")


def test_where_nobody_chose_an_engine_it_is_said_why_it_is_this_one() -> None:
    why = Message("engines.few_rows", {"rows": 999, "few": 1_000})
    assert origin_note(tables(why=why), "en").endswith(why.render("en"))
    assert origin_note(tables(why=why), "ja").endswith(why.render("ja"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("origin", ["bundled", "placeholder", "trained", "store"])
@pytest.mark.parametrize("reason", ["epochs", "early stopping", "time", "cancelled"])
def test_every_origin_and_reason_has_its_words(language: Any, origin: str, reason: Any) -> None:
    note = origin_note(tables(origin=origin, training=replace(TRAINING, stopped_by=reason)), language)
    assert "{" not in note


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("engine", ["copula", "trees", "aim"])
def test_an_engine_without_epochs_is_named(language: Any, engine: str) -> None:
    training = replace(TRAINING, engine=engine, stopped_by="complete", epsilon=2.5, seconds=0.2)
    note = origin_note(tables(training=training), language)
    assert get_text(language, f"generate.engine_{engine}", epsilon=2.5) in note


def test_a_training_under_way_shows_epoch_loss_and_time() -> None:
    progress = Progress("training", epoch=3, val_loss=18.3851, elapsed=15.4, remaining=20.2, fraction=0.15)
    assert progress_view(progress, "en") == (
        '<div class="sh-progress"><progress max="1" value="0.150" aria-label="Training"></progress>'
        '<p><span>Training</span><span aria-live="off">epoch 3</span>'
        '<span aria-live="off">validation loss 18.385</span><span aria-live="off">15 s so far</span>'
        '<span aria-live="off">about 20 s left, often less</span></p></div>'
    )
    japanese = progress_view(progress, "ja")
    for words in (
        "学習中",
        "エポック 3",
        "検証損失 18.385",
        "経過 15 秒",
        "残り約 20 秒（早く終わることもあります）",
    ):
        assert f">{words}</span>" in japanese


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", ["waiting", "starting", "preparing", "sampling"])
def test_what_cannot_be_measured_is_shown_as_busy(phase: Any, language: Any) -> None:
    view = progress_view(Progress(phase, ahead=2), language)
    assert '<progress max="1" aria-label="' in view
    assert ("2" in view) == (phase == "waiting")


def test_a_wait_names_who_is_waited_for() -> None:
    assert phase_note(Progress("waiting", ahead=2), "en").endswith("(jobs ahead: 2)")
    assert phase_note(Progress("waiting"), "en") == "Waiting for the server"
    assert phase_note(Progress("waiting", ahead=2), "ja").endswith("（前に 2 件）")


def test_the_address_of_a_server_is_said_without_its_password() -> None:
    assert "stay on this machine" in settings_note(None, "en")
    note = settings_note("https://anna:secret@gpu-box:8080/", "en")
    assert "is sent to the MOSTLY AI server at gpu-box" in note
    assert "secret" not in note
    assert "MOSTLY AI サーバー（gpu-box）に送信され" in settings_note("http://gpu-box:8080", "ja")


def test_who_waits_is_told_about_how_long_where_that_is_known() -> None:
    waiting = Progress("waiting", ahead=1, remaining=24.6)
    assert queue_note(waiting, "en") == "Your turn in about 25 s, often sooner."
    assert queue_note(waiting, "ja") == "あと約 25 秒で順番が来ます（早まることもあります）。"
    assert "s left" not in progress_view(waiting, "en")
    assert queue_note(replace(waiting, remaining=None), "en") is None
    assert queue_note(Progress("training", remaining=5.0), "en") is None
