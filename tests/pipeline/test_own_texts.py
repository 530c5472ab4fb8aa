"""A reader's own free text: learned and written as the commands do, and searched for originals."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from synth_handson.errors import LeakError
from synth_handson.pipeline.own_table import OwnTable, read_own_table
from synth_handson.pipeline.own_texts import OwnTexts
from synth_handson.pipeline.tables import Tables, draw_tables
from synth_handson.presentation.generate import texts_note
from synth_handson.synthesis.mostly.text_process import MODEL
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews
from synth_handson.tables.split import split_holdout


@dataclass
class Parrot:
    """Says one sentence after the other, and remembers what it was shown."""

    shown: list[pd.DataFrame] = field(default_factory=list)
    says: str = "Said {number} times."
    name: str = MODEL

    def train(self, texts: pd.DataFrame, context: pd.DataFrame, **_: Any) -> "Parrot":
        self.shown.append(texts)
        return self

    def write(self, context: pd.DataFrame, random_state: int) -> pd.DataFrame:
        return pd.DataFrame({0: [self.says.format(number=number) for number in range(len(context))]})


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> OwnTable:
    path = tmp_path_factory.mktemp("own") / "interviews.csv"
    write_table(make_interviews(300, seed=8), path)
    return read_own_table(path, "outcome")


def drawn(own: OwnTable, parrot: Parrot | None) -> Tables:
    train, holdout = split_holdout(own.frame, own.fraction)
    generator = own.learning(train_generator)(train, engine="copula", keep=False)
    texts = OwnTexts.learn(own, train, parrot.train) if parrot else OwnTexts(own)
    return draw_tables(generator, train, holdout, rows=150, random_state=0, texts=texts)


def test_what_is_learned_is_the_texts_of_training_rows_without_personal_data(own: OwnTable) -> None:
    parrot = Parrot()
    tables = drawn(own, parrot)
    (texts,) = parrot.shown
    assert list(texts.index) == list(tables.train.index)
    originals = own.profile.frame.loc[texts.index, "interview"]
    spans = own.profile.marks["interview"].spans
    for shown, text in zip(texts["interview"], originals, strict=True):
        for span in spans.get(text, ()):
            assert text[span.start : span.end] not in shown


def test_rows_have_their_texts_where_the_original_has_them(own: OwnTable) -> None:
    tables = drawn(own, Parrot())
    assert list(tables.synthetic) == list(own.frame)
    assert tables.synthetic["interview"].tolist() == [f"Said {number} times." for number in range(150)]
    assert "interview: written by a small language model." in texts_note(tables, "en")[0]
    assert tables.generator is not None
    assert tables.generator.sample(20)["interview"].tolist()[-1] == "Said 19 times."


def test_rows_are_compared_without_texts_and_assessed_with_them(own: OwnTable) -> None:
    tables = drawn(own, Parrot())
    for table in (tables.compared.train, tables.compared.holdout, tables.alike.synthetic):
        assert list(table) == own.learned
    measured = tables.with_real_texts(own.profile.frame)
    for table in (measured.train, measured.holdout):
        assert table["interview"].equals(own.profile.frame.loc[table.index, "interview"])
        assert not table["interview"].equals(own.frame.loc[table.index, "interview"])
        pd.testing.assert_frame_equal(table[own.learned], own.frame.loc[table.index, own.learned])


def test_a_text_may_be_called_self(own: OwnTable) -> None:
    tables, name = drawn(own, Parrot()), {"interview": "self"}
    train, holdout, synthetic = (
        table.rename(columns=name) for table in (tables.train, tables.holdout, tables.synthetic)
    )
    called = replace(tables, train=train, holdout=holdout, synthetic=synthetic, texts=("self",))
    measured = called.with_real_texts(own.profile.frame.rename(columns=name))
    assert measured.train["self"].equals(own.profile.frame.loc[train.index, "interview"])


def test_texts_of_people_with_several_rows_stand_in_their_rows(tmp_path: Path) -> None:
    visits = make_interviews(450, seed=8)[["plan", "satisfaction", "interview"]]
    visits.insert(0, "customer", [f"C{number // 2:04}" for number in range(len(visits))])
    write_table(visits, tmp_path / "visits.csv")
    own = read_own_table(tmp_path / "visits.csv", person="customer")
    train, holdout = split_holdout(own.frame, own.fraction, person="customer")
    generator = own.learning(train_generator)(train, engine="trees", person="customer", keep=False)
    texts = OwnTexts.learn(own, train, Parrot().train)
    tables = draw_tables(generator, train, holdout, rows=30, random_state=0, texts=texts)
    assert list(tables.synthetic) == list(own.frame) == ["customer", "plan", "satisfaction", "interview"]
    assert tables.synthetic["interview"].tolist() == [
        f"Said {n} times." for n in range(len(tables.synthetic))
    ]
    assert list(tables.compared.synthetic) == ["plan", "satisfaction"]


def test_a_table_without_texts_says_why_and_is_assessed_without_the_real_ones(own: OwnTable) -> None:
    tables = drawn(own, None)
    assert list(tables.synthetic) == own.learned
    measured = tables.with_real_texts(own.profile.frame)
    assert list(measured.train) == list(measured.holdout) == own.learned
    assert "it was not learned" in texts_note(measured, "en")[0]
    assert "follows" in texts_note(replace(tables, origin="placeholder"), "en")[0]
    private = replace(tables.training, reached_epsilon=3.0)
    assert "no text is covered by differential" in texts_note(replace(tables, training=private), "en")[0]


def test_without_its_column_no_text_is_learned(own: OwnTable) -> None:
    train, _ = split_holdout(own.frame[own.learned], own.fraction)
    assert OwnTexts.learn(own, train, Parrot().train).writer is None


def test_personal_data_of_the_original_is_never_shown(own: OwnTable) -> None:
    email = own.profile.frame["email"].iloc[0]
    with pytest.raises(LeakError, match="with personal data"):
        drawn(own, Parrot(says=f"Write to {email}, please."))
