"""Texts that somebody copied are noticed; texts of the same kind that nobody copied are not."""

from collections.abc import Callable
from dataclasses import replace
from math import comb

import numpy as np
import pandas as pd
import pytest

from synth_handson import assess
from synth_handson.evidence import assessment
from synth_handson.evidence.assessment import Evidence
from synth_handson.evidence.counting.exact_tables import read_tables
from synth_handson.evidence.privacy.text_columns import (
    TEXT_FIDELITY,
    TEXT_PRIVACY,
    TextColumn,
    people_by_words,
    rare_words,
    set_texts_apart,
    short_texts,
    text_fidelity,
    text_privacy,
)
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables
from synth_handson.tables.interviews import make_interviews

pytestmark = pytest.mark.usefixtures("one_model_throughout")


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
    return {m.name: m.p_value for m in text_privacy(found, 0)}


def test_texts_that_nobody_copied_are_harmless(everybody: pd.Series) -> None:
    harmless = column(everybody[:400], everybody[400:800], everybody[800:])
    found = p_values(harmless)
    assert list(found) == list(TEXT_PRIVACY)
    assert all(p is not None and p > 0.01 for p in found.values())


def test_copied_texts_are_noticed(everybody: pd.Series) -> None:
    train = everybody[400:800]
    leaking = column(pd.concat([everybody[:360], train[:40]]), train, everybody[800:])
    measures = {m.name: m for m in text_privacy(leaking, 0)}
    assert measures["identical_texts"].value == 0.1
    assert measures["identical_texts"].p_value < 1e-9
    assert measures["text_attack_tpr"].value > 0.09


def test_copies_in_other_case_and_width_are_copies(everybody: pd.Series) -> None:
    train = everybody[400:800]
    disguised = train[:40].str.upper().str.replace(" ", "\u3000")
    leaking = column(pd.concat([everybody[:360], disguised]), train, everybody[800:])
    assert text_privacy(leaking, 0)[0].value == 0.1


def test_pieces_of_texts_are_found_by_the_attacker(everybody: pd.Series) -> None:
    train = everybody[400:800]
    pieces = [f"{a[:30]} and then {b[-40:]}" for a, b in zip(everybody[:100], train[:100], strict=True)]
    leaking = column(pd.concat([everybody[100:400], pd.Series(pieces)]), train, everybody[800:])
    measures = {m.name: m for m in text_privacy(leaking, 0)}
    assert measures["identical_texts"].value == 0
    assert measures["text_attack_tpr"].value > 0.2
    assert measures["text_attack_tpr"].p_value < 1e-3
    assert measures["text_attack_auc"].p_value < 1e-6


def shuffled(text: str, other: str) -> str:
    return " ".join(np.random.default_rng(len(text)).permutation(text.split()))


def every_second_word_new(text: str, other: str) -> str:
    return " ".join(
        word for pair in zip(text.split()[::2], other.split()[1::2], strict=True) for word in pair
    )


def one_letter_in_each_word_changed(text: str, other: str) -> str:
    return " ".join(f"{word[:3]}z{word[4:]}" for word in text.split())


@pytest.mark.parametrize("changed", [shuffled, every_second_word_new, one_letter_in_each_word_changed])
def test_texts_in_disguise_are_found_by_similarity(
    everybody: pd.Series, changed: Callable[[str, str], str]
) -> None:
    train = everybody[400:800]
    disguised = pd.Series([changed(*pair) for pair in zip(train[:200], everybody[:200], strict=True)])
    leaking = column(pd.concat([everybody[200:400], disguised]), train, everybody[800:])
    found = {m.name: m for m in text_privacy(leaking, 0)}
    assert found["identical_texts"].value == 0
    assert found["text_similarity_auc"].value > 0.6
    assert found["text_similarity_auc"].p_value < 1e-6


NAMES = pd.Series(
    [f"{first}{second}" for first in "田中村山川林森石木水" for second in "井藤原島崎口野本上下"]
)


@pytest.mark.parametrize("sentence", ["{}さんの電話を待っていました。{}", "I am {}. {}"])
def test_names_alone_are_found(everybody: pd.Series, sentence: str) -> None:
    words = everybody[:300].reset_index(drop=True)
    train, holdout, synthetic = (
        pd.Series([sentence.format(name, text) for name, text in zip(names, part, strict=True)])
        for names, part in (
            (NAMES[:50], words[:50]),
            (NAMES[50:], words[50:100]),
            (NAMES[:50], words[100:150]),
        )
    )
    found = rare_words(column(synthetic, train, holdout))
    assert found.value == 1
    assert found.reference < 0.2
    assert found.p_value < 1e-9
    assert found.attributable.low > 0.5


def test_people_found_by_rare_words_worked_by_hand() -> None:
    # Everybody has one word alone; those of three training people and of one of the holdout are there.
    train, holdout = (pd.Series([f"so {name} says" for name in names]) for names in ("abcd", "efgh"))
    found = rare_words(column(pd.Series(["a", "b", "c e"]), train, holdout))
    assert (found.value, found.reference, found.rows) == (0.75, 0.25, 8)
    # Of four found, at least three are of one kind: 2 · (4 · 4 + 1) ways of 70. All four: two ways.
    assert found.p_value == pytest.approx(34 / 70)
    assert found.least_p_value == pytest.approx(2 / 70)
    # The others' rate is a third of theirs.
    assert found.attributable.value == pytest.approx(2 / 3)


def test_more_words_in_one_text_find_fewer_people_more_surely() -> None:
    train = pd.Series([f"{n}a {n}b {n}c" for n in range(30)])
    holdout = pd.Series([f"{n}a {n}b {n}c" for n in range(30, 60)])
    # One word of everybody stands somewhere; all of them only of ten training people.
    synthetic = pd.concat([train[:10], pd.Series([f"{n}b" for n in range(60)])])
    found = rare_words(column(synthetic, train, holdout))
    assert (found.value, found.reference) == (1 / 3, 0)
    # All ten of thirty and thirty in either direction, corrected for two or four and more words: those by one
    # word show nothing.
    alone = comb(50, 20) / comb(60, 30)
    assert found.p_value == pytest.approx(4 * alone)


@pytest.mark.parametrize("name", ["rare_words", "text_similarity_auc"])
def test_exchanging_training_people_and_holdout_turns_the_evidence_around(
    everybody: pd.Series, name: str
) -> None:
    synthetic, first, second = everybody[:200], everybody[200:400], everybody[400:600]
    one, other = (
        {m.name: m for m in text_privacy(column(synthetic, *pair), 0)}[name]
        for pair in ((first, second), (second, first))
    )
    if name == "text_similarity_auc":
        assert one.value + other.value == pytest.approx(1)
        assert one.p_value == pytest.approx(other.p_value)
    else:
        assert one.least_p_value == pytest.approx(other.least_p_value)


def test_people_with_the_same_text_are_one(everybody: pd.Series) -> None:
    train, holdout = everybody[:40], everybody[40:80]
    again = column(
        everybody[:40], pd.concat([train, train[:10].str.upper()]), pd.concat([holdout, train[:5]])
    )
    people = again.people(0)
    assert len(people.train) + len(people.holdout) == 80
    # Whose text stands on both sides is one of either, by chance.
    assert set(people.holdout) >= set(holdout)
    assert 35 <= len(people.train) <= 40


def test_of_texts_that_are_all_alike_only_copies_are_counted(everybody: pd.Series) -> None:
    same = pd.Series([everybody[0]] * 100)
    identical, *others = text_privacy(column(same, everybody[:100], same), 0)
    assert identical.value == 1
    assert [m.name for m in others] == list(TEXT_PRIVACY[1:])
    for m in others:
        assert (m.value, m.p_value) == (None, None)
        assert "fewer than 20 distinct ones" in m.missing.render("en")


def test_false_alarms_are_as_rare_as_they_are_said_to_be() -> None:
    everybody, alarms = texts(9_000, 5), 0
    for number in range(60):
        part = everybody[number * 150 : (number + 1) * 150]
        found = text_privacy(column(part[:50], part[50:100], part[100:]), number)
        alarms += min(m.p_value for m in found if m.p_value is not None) < 0.05
    # Five tests at 5 %: fifteen in sixty on average at most; 27 would be a chance of one in a thousand.
    assert alarms < 27


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
    for m in (*text_privacy(few, 0), *text_fidelity(few, 0)):
        assert m.value is None
        assert m.p_value is None
        assert m.missing is not None
        assert "fewer than 20" in m.missing.render("en")


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
    assert [m.name for m in evidence.privacy.measures[-len(TEXT_PRIVACY) :]] == list(TEXT_PRIVACY)
    assert not [m for m in evidence.fidelity.columns if "interview" in m.columns]
    assert Evidence.from_dict(evidence.to_dict()) == evidence
    assert evidence.verdict != "fail"


def test_copied_texts_fail_the_verdict(tables: AssessedTables) -> None:
    leaking = tables.synthetic.assign(interview=tables.train["interview"][:200])
    leak = assess(leaking, train=tables.train, holdout=tables.holdout)
    assert leak.verdict == "fail"
    assert any("word for word" in reason.render("en") for reason in leak.reasons)
    assert any("一字一句" in text or "そのまま" in text for text in (r.render("ja") for r in leak.reasons))


def test_texts_of_large_tables_in_disguise_are_found_in_a_sample(
    tables: AssessedTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        assessment, "read_tables", lambda *given, **more: read_tables(*given, rows=150, **more)
    )
    told = [shuffled(text, "") for text in tables.train["interview"][:200]]
    leak = assess(tables.synthetic.assign(interview=told), train=tables.train, holdout=tables.holdout)
    assert leak.measured.synthetic == 150
    assert {m.name for m in leak.fidelity.texts} == set(TEXT_FIDELITY)
    assert leak.verdict == "fail"


def short(rows: int, seed: int) -> pd.DataFrame:
    """Draw names, and codes, that nobody else has; and a category."""
    rng = np.random.default_rng(seed)
    parts = rng.choice(list("abcdefghijklmnop"), (rows, 2, 5))
    return pd.DataFrame(
        {
            "name": [" ".join(map("".join, name)) for name in parts],
            "code": [f"C-{number:06d}-{number % 7}" for number in rng.choice(10**6, rows, replace=False)],
            "plan": rng.choice(["a b", "b c", "c d"], rows),
        }
    )


def test_names_and_codes_are_short_texts_and_categories_are_not() -> None:
    tables = AssessedTables(short(100, 0), short(200, 1), short(100, 2))
    assert [column.name for column in short_texts(tables)] == ["name", "code"]


@pytest.mark.parametrize(
    ("name", "rewritten"),
    [
        ("name", lambda name: ", ".join(reversed(name.split()))),
        ("name", str.upper),
        ("code", lambda code: code.replace("-", " ")),
        ("code", lambda code: code.replace("-", "")),
    ],
)
def test_names_and_codes_written_in_another_way_are_found(name: str, rewritten: Callable[[str], str]) -> None:
    synthetic, train, holdout = short(300, 0), short(300, 1), short(300, 2)
    leaking = synthetic.assign(**{name: [*train[name].map(rewritten)[:100], *synthetic[name][100:]]})

    def found(table: pd.DataFrame) -> dict[str, float | None]:
        columns = short_texts(prepare_tables(table, train, holdout))
        return {column.name: people_by_words(column, 0).p_value for column in columns}

    assert min(p for p in found(synthetic).values() if p is not None) > 0.01
    p_value = found(leaking)[name]
    assert p_value is not None and p_value < 1e-20


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_report_tells_of_texts(evidence: Evidence, language: str) -> None:
    html = evidence.to_html(language)  # type: ignore[arg-type]
    assert html.count("interview") > 5
    none = replace(evidence, fidelity=replace(evidence.fidelity, texts=()))
    assert len(none.to_html(language)) < len(html)  # type: ignore[arg-type]
