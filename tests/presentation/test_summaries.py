"""What sums up a person's events is said in words, in both languages."""

import pytest
from panels import draw_payments, renumbered

from synth_handson import assess
from synth_handson.presentation.labels import column_label
from synth_handson.presentation.summaries import in_words, sentences
from synth_handson.presentation.validate import lead_table, measure_table


@pytest.mark.parametrize(
    ("name", "english", "japanese"),
    [
        ("count(*)", "number of events", "出来事の数"),
        ("count(visits)", "number of visits", "visits の数"),
        ("first(day)", "first day", "最初の day"),
        ("last(payments.day)", "last payments.day", "最後の payments.day"),
        ("sum(income (EUR))", "sum of income (EUR)", "income (EUR) の合計"),
        ("string_agg(note)", "all texts of note", "note のすべての文章"),
        ("lag(shop) × shop", "shop of the event before × shop", "前回の shop × shop"),
        ("age × sum(amount)", "age × sum of amount", "age × amount の合計"),
        ("day - lag(day)", "change of day since the event before", "前回からの day の変化"),
        ("pdays (days)", "pdays (days)", "pdays (days)"),
    ],
)
def test_names_become_words(name: str, english: str, japanese: str) -> None:
    assert (in_words(name, "en"), in_words(name, "ja")) == (english, japanese)


def test_a_column_keeps_its_name_where_the_table_has_it() -> None:
    assert column_label("sum(amount)", "en", ["sum(amount)", "city"]) == "sum(amount)"
    assert column_label("sum(amount)", "en", ["amount", "day"]) == "sum of amount"


def test_no_sentence_about_people_shows_sql() -> None:
    parts = [renumbered(draw_payments(120, seed), 1_000 * seed) for seed in (1, 2, 3)]
    others = parts[0].assign(amount=parts[0]["amount"] * 9)
    evidence = assess(others, train=parts[1], holdout=parts[2], person="customer")
    named = [str(reason.values) for reason in evidence.usefulness.reasons]
    assert any("sum(amount)" in values or "lag(amount)" in values for values in named)
    reasons = (*evidence.reasons, *evidence.usefulness.reasons)
    for language in ("en", "ja"):
        shown = (lead_table(evidence, language), measure_table(evidence, language).to_string())
        said = " ".join([*sentences(reasons, evidence, language), *shown, evidence.to_html(language)])
        for sql in ("count(*)", "sum(amount)", "first(", "last(", "lag(", "string_agg"):
            assert sql not in said, sql
