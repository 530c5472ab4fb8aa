"""Controls go on from what they were set to, whatever language they are built anew in."""

from copy import deepcopy

import marimo as mo

from synth_handson.locales import LANGUAGES
from synth_handson.notebook.page import controls
from synth_handson.notebook.page.controls import ENGINES, Memory


def test_the_slider_asks_for_rows_within_its_ends() -> None:
    asked: list[float | None] = []
    slider = controls.rows_slider(1_000, asked.append, "ja")
    assert slider.value == 1_000
    slider._update(2_000)
    assert asked == [2_000]
    assert controls.rows_slider(70, asked.append, "en").value == 100


def test_a_choice_is_remembered_by_what_it_means_not_by_its_label() -> None:
    memory = Memory()
    english = controls.engine_selector(memory, "en")
    assert english.value == ENGINES["mostly"]
    english._update(["Gaussian copula"])
    japanese = controls.engine_selector(memory, "ja")
    assert japanese.value == ENGINES["copula"]
    assert japanese.selected_key == "ガウスコピュラ"


def test_copies_of_a_control_share_their_memory() -> None:
    memory = Memory()
    assert deepcopy(memory) is memory
    _, sliders = controls.leaks(memory, "en")
    sliders.elements["planted"]._update(7)
    assert controls.leaks(memory, "ja")[1].value["planted"] == 7


def test_labels_are_in_the_readers_language_alone() -> None:
    labels = {}
    for language in LANGUAGES:
        memory = Memory()
        built = (
            controls.rows_slider(1_000, print, language),
            controls.engine_selector(memory, language),
            controls.person_button(memory, language),
        )
        labels[language] = [control._args.label for control in built]
    assert all(label.isascii() for label in labels["en"])
    assert not any(label.isascii() for label in labels["ja"])
    assert isinstance(controls.about_fields(Memory(), "en"), mo.ui.dictionary)
