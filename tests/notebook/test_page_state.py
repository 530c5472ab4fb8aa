"""What the page says, and does when rows cannot be drawn."""

from dataclasses import replace

import marimo as mo
import pandas as pd
import pytest
from marimo import MarimoStopError

from synth_handson.errors import TrainingError
from synth_handson.notebook.bundled import bundled_tables
from synth_handson.notebook.page import generator, state
from synth_handson.pipeline.tables import DrawnGenerator
from synth_handson.synthesis.generator import Generator


def test_lines_of_japanese_join_without_a_space() -> None:
    said = state.in_language("ja")("load", ja="# 題\n顧客の表を、\n**渡す**。\n\n*語*\nを読む。", en="")
    assert "題</h1>" in said.text
    assert "顧客の表を、<strong>渡す</strong>。" in said.text
    assert "<em>語</em>を読む。" in said.text


def test_rows_that_cannot_be_drawn_end_the_cell_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> Generator:
        raise TrainingError("worker_killed")

    shown: list[mo.Html] = []

    class StopError(Exception):
        """Stands for the way in which marimo ends a cell."""

    def stop(predicate: object, output: mo.Html) -> None:
        shown.append(output)
        raise StopError

    monkeypatch.setattr(mo, "stop", stop)
    monkeypatch.setattr(mo, "query_params", dict)
    drawn = pd.DataFrame({"a": [1, 2]})
    generator = DrawnGenerator(load, 0, 2, drawn)
    tables = state._on_page(replace(bundled_tables(), generator=generator))
    assert tables.generator is not None
    assert tables.generator.sample(2) is drawn
    with pytest.raises(StopError):
        tables.generator.sample(3)
    assert TrainingError("worker_killed").message("ja").split("。")[0] in shown[0].text


def test_while_nothing_was_trained_on_a_table_of_ones_own_no_rows_are_drawn() -> None:
    tables = state._bundled()
    assert generator(tables) is tables.generator
    with pytest.raises(MarimoStopError):
        generator(None)


def test_all_readers_share_the_bundled_tables() -> None:
    assert state._bundled() is state._bundled()
    assert state._bundled().synthetic is bundled_tables().synthetic
