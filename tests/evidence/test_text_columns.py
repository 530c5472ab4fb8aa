"""Texts that somebody copied are noticed; texts of the same kind that nobody copied are not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synth_handson import assess
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.text_columns import (
    TEXT_FIDELITY,
    TEXT_PRIVACY,
    TextColumn,
    set_texts_apart,
    text_fidelity,
    text_privacy,
)
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables
from synth_handson.tables.interviews import make_interviews

LEVEL = 0.001


def texts(rows: int, seed: int) -> pd.Series:
    """Draw sentences that share words, but no long run of them."""
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("abcdefghijklmnop"), 6)) for _ in range(20)]
    rng = np.random.default_rng([seed, 1])
    vocabulary = np.array([*words, *(f"word{i}" for i in range(200))])
    return pd.Series([" ".join(rng.choice(vocabulary, 12)) for _ in range(rows)])


def column(synthetic: pd.Series, train: pd.Series, holdout: pd.Series) -> TextColumn:
    return TextColumn("remark", *(part.reset_index(drop=True) for part in (synthetic, train, holdout)))


@pytest.fixture(scope="module")
def everybody() -> pd.Series:
    return texts(1_200, 0)


def p_values(found: TextColumn) -> dict[str, float | None]:
    return {m.name: m.p_value for m in text_privacy(found, LEVEL, 0)}


def test_texts_that_nobody_copied_are_harmless(everybody: pd.Series) -> None:
    harmless = column(everybody[:400], everybody[400:800], everybody[800:])
    found = p_values(harmless)
    assert list(found) == list(TEXT_PRIVACY)
    assert all(p is not None and p > 0.01 for p in found.values())


def test_copied_texts_are_noticed(everybody: pd.Series) -> None:
    train = everybody[400:800]
    leaking = column(pd.concat([everybody[:360], train[:40]]), train, everybody[800:])
    measures = {m.name: m for m in text_privacy(leaking, LEVEL, 0)}
    assert measures["identical_texts"].value == 0.1
    assert measures["identical_texts"].p_value < 1e-9
    assert measures["text_attack_tpr"].value > 0.09


def test_copies_in_other_case_and_width_are_copies(everybody: pd.Series) -> None:
    train = everybody[400:800]
    disguised = train[:40].str.upper().str.replace(" ", "\u3000")
    leaking = column(pd.concat([everybody[:360], disguised]), train, everybody[800:])
    assert text_privacy(leaking, LEVEL, 0)[0].value == 0.1


def test_pieces_of_texts_are_found_by_the_attacker(everybody: pd.Series) -> None:
    train = everybody[400:800]
    pieces = [f"{a[:30]} and then {b[-40:]}" for a, b in zip(everybody[:100], train[:100], strict=True)]
    leaking = column(pd.concat([everybody[100:400], pd.Series(pieces)]), train, everybody[800:])
    measures = {m.name: m for m in text_privacy(leaking, LEVEL, 0)}
    assert measures["identical_texts"].value == 0
    assert measures["text_attack_tpr"].value > 0.2
    assert measures["text_attack_tpr"].p_value < 1e-3
    assert measures["text_attack_auc"].p_value < 1e-6


def test_false_alarms_are_as_rare_as_they_are_said_to_be() -> None:
    everybody, alarms = texts(9_000, 5), 0
    for number in range(60):
        part = everybody[number * 150 : (number + 1) * 150]
        found = text_privacy(column(part[:50], part[50:100], part[100:]), LEVEL, number)
        alarms += min(m.p_value for m in found if m.p_value is not None) < 0.05
    # Three tests at 5 %: nine in sixty on average at most; twenty would be a chance of one in a thousand.
    assert alarms < 20


def test_what_is_like_real_texts_measures_like_them(everybody: pd.Series) -> None:
    alike = text_fidelity(column(everybody[:400], everybody[400:800], everybody[800:]), 0)
    assert [m.name for m in alike] == list(TEXT_FIDELITY)
    for m in alike:
        assert m.value == pytest.approx(m.reference, abs=0.06)
        assert m.columns == ("remark",)


def test_one_text_again_and_again_is_no_diversity(everybody: pd.Series) -> None:
    same = pd.Series([everybody[0]] * 400)
    found = {m.name: m for m in text_fidelity(column(same, everybody[400:800], everybody[800:]), 0)}
    assert found["text_distinct"].value == 1 / 400
    assert found["text_self_similarity"].value == pytest.approx(1)


def test_lengths_worked_by_hand() -> None:
    train = pd.Series([letter * 10 for letter in "abcdefghijklmnopqrstuvwxyz"])
    other = pd.Series([letter * (10 if letter < "n" else 30) for letter in "abcdefghijklmnopqrstuvwxyz"])
    found = text_fidelity(column(other, train, train), 0)[0]
    # Half of the texts are longer than any in the training table.
    assert (found.value, found.reference) == (0.5, 0.0)


def test_too_few_texts_are_not_measured() -> None:
    few = column(pd.Series([], dtype="str"), texts(30, 0), texts(30, 1))
    for m in (*text_privacy(few, LEVEL, 0), *text_fidelity(few, 0)):
        assert m.value is None
        assert m.p_value is None
        assert m.missing is not None
        assert "fewer than 20" in m.missing.in_words("en")


@pytest.fixture(scope="module")
def tables() -> AssessedTables:
    frame = make_interviews(700, seed=3)[["plan", "visits", "satisfaction", "outcome", "interview"]]
    return prepare_tables(frame[:200], frame[200:500], frame[500:])


def test_the_training_table_decides_what_is_text(tables: AssessedTables) -> None:
    others, found = set_texts_apart(tables)
    assert [text.name for text in found] == ["interview"]
    assert list(others.train) == ["plan", "visits", "satisfaction", "outcome"]
    assert len(found[0].train) == 300


def test_texts_stay_where_too_few_other_columns_are(tables: AssessedTables) -> None:
    narrow = tables.without(["visits", "satisfaction", "outcome"])
    assert set_texts_apart(narrow) == (narrow, ())


@pytest.fixture(scope="module")
def evidence(tables: AssessedTables) -> Evidence:
    return assess(tables.synthetic, train=tables.train, holdout=tables.holdout)


def test_texts_are_part_of_the_evidence(evidence: Evidence) -> None:
    assert "interview" in evidence.columns
    assert {m.name for m in evidence.fidelity.texts} == set(TEXT_FIDELITY)
    assert [m.name for m in evidence.privacy.measures[-3:]] == list(TEXT_PRIVACY)
    assert not [m for m in evidence.fidelity.columns if "interview" in m.columns]
    assert Evidence.from_dict(evidence.to_dict()) == evidence
    assert evidence.verdict != "fail"


def test_copied_texts_fail_the_verdict(tables: AssessedTables) -> None:
    leaking = tables.synthetic.assign(interview=tables.train["interview"][:200])
    leak = assess(leaking, train=tables.train, holdout=tables.holdout)
    assert leak.verdict == "fail"
    assert any("own, word for word" in reason.in_words("en") for reason in leak.reasons)
    assert any("一字一句" in text or "そのまま" in text for text in (r.in_words("ja") for r in leak.reasons))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_report_tells_of_texts(evidence: Evidence, language: str) -> None:
    html = evidence.to_html(language)  # type: ignore[arg-type]
    assert html.count("interview") > 5
    none = replace(evidence, fidelity=replace(evidence.fidelity, texts=()))
    assert len(none.to_html(language)) < len(html)  # type: ignore[arg-type]
