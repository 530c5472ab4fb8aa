"""A small language model learns texts with what else is known of their rows, and writes others."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import TrainingCancelled
from synth_handson.pipeline.generate import DrawnTable, GenerationSettings, draw
from synth_handson.pipeline.profile import TableProfile, profile_file
from synth_handson.synthesis import store
from synth_handson.synthesis.mostly.text_model import (
    MAX_CHARACTERS,
    ContextCharacters,
    LearnedTexts,
    cut,
    train_texts,
)
from synth_handson.synthesis.run import CancelToken, Options, Progress, TrainingRun
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews

CONTEXT = pd.DataFrame({"language": ["en", "ja", "en"], "mood": ["good", "good", "bad"]})


def test_a_context_is_spelled_in_one_sign_a_column() -> None:
    signs = ContextCharacters.of(CONTEXT)
    begins = signs.before(CONTEXT)
    assert [len(begin) for begin in begins] == [2, 2, 2]
    assert len(set(begins)) == 3
    assert signs.split(f"{begins[1]} Hello ") == (begins[1], "Hello")
    assert signs.split("Hello") is None
    assert signs.split(begins[0][0]) is None


def test_without_a_context_a_sign_still_tells_where_a_text_begins() -> None:
    signs = ContextCharacters.of(CONTEXT[[]])
    assert len(set(signs.before(CONTEXT[[]]))) == 1
    assert signs.split(signs.before(CONTEXT[[]])[0] + " Hello") == (signs.before(CONTEXT[[]])[0], "Hello")


class Fixed:
    """Draws what it is told."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.asked = 0

    def draw(self, n: int, random_state: int) -> pd.DataFrame:
        self.asked += 1
        return pd.DataFrame({"t0": [self.texts[i % len(self.texts)] for i in range(n)]})


def a_run() -> TrainingRun:
    options: Options = {"max_epochs": 1, "max_minutes": 1, "random_state": 0, "epsilon": None}
    return TrainingRun(CONTEXT, options)


def test_a_model_that_has_not_learned_enough_is_not_asked_for_ever() -> None:
    signs = ContextCharacters.of(CONTEXT)
    drawn = Fixed(["junk", "junk", f"{signs.before(CONTEXT)[0]} good English"])
    written = LearnedTexts(drawn, signs, a_run()).write(CONTEXT, 0)  # type: ignore[arg-type]
    assert drawn.asked == 1
    assert written.notna().any(axis=None)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("short", "short"),
        ("A" * 300 + ". " + "B" * 300, "A" * 300 + "."),
        ("あ" * 300 + "。" + "い" * 300, "あ" * 300 + "。"),
        ("A. " + "B" * 600, ("A. " + "B" * 600)[:MAX_CHARACTERS]),
        ("A" * 299 + ".5 " + "B" * 600, ("A" * 299 + ".5 " + "B" * 600)[:MAX_CHARACTERS]),
    ],
)
def test_long_texts_are_cut_behind_a_sentence(text: str, kept: str) -> None:
    assert cut(text) == kept


def test_rows_get_texts_of_their_context_or_of_most_of_it() -> None:
    signs = ContextCharacters.of(CONTEXT)
    one, two, _ = signs.before(CONTEXT)
    drawn = Fixed([f"{one} good English", f"{two} gutes Japanisch", "junk", f"{one} "])
    model = LearnedTexts(drawn, signs, a_run())  # type: ignore[arg-type]
    written = model.write(CONTEXT, 0)[0].tolist()
    # Nobody drew a bad mood: English it is all the same.
    assert written[1] == "gutes Japanisch"
    assert {written[0], written[2]} <= {"good English", None}


@pytest.fixture(scope="module")
def interviews() -> pd.DataFrame:
    return make_interviews(500, seed=4)


@pytest.fixture(scope="module")
def profile(interviews: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> TableProfile:
    path = tmp_path_factory.mktemp("texts") / "interviews.csv"
    write_table(interviews, path)
    return profile_file(path)


@pytest.fixture(scope="module")
def reports() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def drawn(profile: TableProfile, reports: list[Progress]) -> DrawnTable:
    settings = GenerationSettings(engine="copula", texts=partial(train_texts, max_epochs=35), count=300)
    return draw(profile, settings, on_progress=reports.append)


@pytest.mark.engine
@pytest.mark.seldom
def test_texts_are_written_in_the_language_of_their_row(drawn: DrawnTable) -> None:
    texts = drawn.table["interview"]
    assert texts.notna().mean() > 0.9
    japanese = texts[texts.notna()].str.contains("[ぁ-んァ-ヶ一-龥]")
    assert (japanese == (drawn.table.loc[texts.notna(), "language"] == "ja")).mean() > 0.8


@pytest.mark.engine
@pytest.mark.seldom
def test_they_are_as_new_and_as_long_as_other_peoples(drawn: DrawnTable, interviews: pd.DataFrame) -> None:
    texts, others = drawn.table["interview"].dropna(), make_interviews(300, seed=9)["interview"]
    known = set(interviews["interview"])
    # Short ones put together of the same phrases are alike by chance.
    assert texts.isin(known).mean() < others.isin(known).mean() + 0.1
    assert texts.nunique() > 0.9 * len(texts)
    real = interviews["interview"].str.len().median()
    assert real / 2 < texts.str.len().median() < real * 2


@pytest.mark.engine
@pytest.mark.seldom
def test_nothing_personal_and_no_sign_is_left_in_them(drawn: DrawnTable, profile: TableProfile) -> None:
    texts = " ".join(drawn.table["interview"].dropna())
    assert not any(0xE000 <= ord(sign) <= 0xF8FF for sign in texts)
    marks = profile.marks["interview"]
    found = {
        text[span.start : span.end]
        for text, spans in marks.spans.items()
        for span in spans
        if span.kind in ("email", "card", "iban", "phone", "my_number")
    }
    assert len(found) > 100
    assert not [one for one in found if one in texts]
    assert "@example.com" in texts


@pytest.mark.engine
@pytest.mark.seldom
def test_progress_is_told(reports: list[Progress], drawn: DrawnTable) -> None:
    epochs = [report.epoch for report in reports if report.phase == "training"]
    assert epochs == sorted(epochs)
    assert epochs[-1] >= 1


@pytest.mark.engine
def test_a_training_can_be_cancelled(interviews: pd.DataFrame) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(TrainingCancelled):
        train_texts(interviews[["interview"]], interviews[["language"]], cancel=cancel)


@pytest.mark.engine
def test_the_same_texts_are_learned_once() -> None:
    texts = pd.DataFrame({"said": [f"the {word} one is here" for word in ("red", "blue") * 60]})
    context = pd.DataFrame({"colour": ["red", "blue"] * 60})
    told: list[Progress] = []

    def trained(**options: object) -> tuple[bool, LearnedTexts]:
        told.clear()
        model = train_texts(texts, context, max_epochs=2, on_progress=told.append, **options)  # type: ignore[arg-type]
        return any(report.phase == "training" for report in told), model

    (first, one), (again, two) = trained(), trained()
    assert (first, again) == (True, False)
    pd.testing.assert_frame_equal(one.write(context, 1), two.write(context, 1))
    assert trained(random_state=1)[0]
    assert trained(keep=False)[0]
    assert store.clear() == 2
    assert trained(keep=False)[0]
    assert store.clear() == 0


@pytest.mark.engine
def test_several_columns_are_learned_together() -> None:
    frame = pd.DataFrame(
        {
            "one": [f"the {word} one is here" for word in ("red", "blue") * 60],
            "two": [f"and the {word} one is there" for word in ("red", "blue") * 60],
        }
    )
    frame.loc[:9, "two"] = None
    model = train_texts(frame, frame[[]], max_epochs=15)
    written = model.write(pd.DataFrame(index=range(30)), 0)
    assert written.shape == (30, 2)
    assert written[1].notna().any()
    assert np.mean(written[0].fillna("").str.contains("one")) > 0.3
