"""What users speak of, in both languages, and what is rising beyond chance."""

from datetime import timedelta

import plans
import pytest
from plans import ON

from synth_planning import Feedback, find_rises, find_themes, themes
from synth_planning.errors import ArgumentError
from synth_planning.themes import words

SAID = {
    "training": [
        "Training is slow on my laptop",
        "The training took ten minutes, too slow",
        "Slow training again",
    ],
    "fonts": [
        "Japanese fonts are broken in the chart",
        "The chart's fonts are too small",
        "Wrong fonts in a chart",
    ],
    "excel": ["Upload of Excel fails", "I cannot upload my Excel file", "Excel upload fails with dates"],
    "学習": ["学習が遅い", "学習に時間がかかって遅い", "遅い学習で困る"],
}


def said(text: str, days: int = 0) -> Feedback:
    return plans.said(text, received_on=ON - timedelta(days=days))


FEEDBACK = [said(text) for texts in SAID.values() for text in texts]


def test_themes_are_found_again() -> None:
    found = find_themes(FEEDBACK)
    groups = {frozenset(one.text for one in theme.feedback) for theme in found.themes}
    assert groups == set(map(frozenset, SAID.values()))
    assert all(any(name in theme.terms for name in SAID) for theme in found.themes)
    assert found.silhouette is not None
    assert found.silhouette > 0.5
    assert find_themes(FEEDBACK) == found


def test_where_there_are_few_texts_or_no_word_twice_there_are_no_themes() -> None:
    assert find_themes(FEEDBACK[:7]).themes == ()
    assert find_themes([]).silhouette is None
    alone = "apple bridge candle desert engine forest garden harbour island jungle"
    assert find_themes(map(said, alone.split())).themes == ()
    assert find_themes([said("the same words")] * 20).themes == ()


def test_words_that_mean_something_are_kept_in_one_form() -> None:
    assert words("画面が遅かった。3つの表をダウンロードできない") == ["画面", "遅い", "表", "ダウンロード"]
    assert words("The Charts were NOT in my report") == ["charts", "report"]
    # By such a word a Japanese text meets English ones.
    assert words("Excelで開けない") == ["開ける", "excel"]


def test_a_rise_is_told_from_chance() -> None:
    slow = [said("Training is slow", days=days % 30) for days in range(30)]
    fonts = [said("The fonts of a chart are broken", days=30 + days % 30) for days in range(30)]
    few = [said("Upload of Excel fails", days=days) for days in (1, 2, 40)]
    every = slow + fonts + few
    found = find_themes(every)
    rises = {rise.theme.feedback[0].text: rise for rise in find_rises(found.themes, every, ON)}
    rise = rises["Training is slow"]
    assert (rise.recent, rise.recent_total, rise.before, rise.before_total) == (30, 32, 0, 31)
    assert rise.rising
    assert not rises["The fonts of a chart are broken"].rising
    assert not rises["Upload of Excel fails"].rising


def test_the_p_value_by_hand() -> None:
    theme = themes.Theme(("a",), tuple(said("a") for _ in range(3)))
    (rise,) = find_rises([theme], [*theme.feedback, *(said("b", days=30) for _ in range(3))], ON)
    # All three of the theme among the three recent of six: one of 20 ways.
    assert rise.p_value == pytest.approx(1 / 20)
    both = find_rises([theme, theme], [*theme.feedback, *(said("b", days=30) for _ in range(3))], ON)
    assert [one.p_value for one in both] == pytest.approx([1 / 10, 1 / 10])


def test_days_must_be_whole() -> None:
    with pytest.raises(ArgumentError, match="days"):
        find_rises([], [], ON, days=0)


def test_without_the_extra_english_still_has_themes(monkeypatch: pytest.MonkeyPatch) -> None:
    themes._tokenizer.cache_clear()
    monkeypatch.setattr(themes, "find_spec", lambda _: None)
    assert find_themes(FEEDBACK[:9]).themes
    with pytest.raises(ArgumentError, match=r"synth-handson\[planning\]"):
        find_themes(FEEDBACK)
