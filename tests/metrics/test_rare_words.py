"""Words that one text alone has are counted where they stand together."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_handson.metrics.rare_words import rare_words_together
from synth_handson.metrics.text_similarity import WORD

TEXTS = ["the tall cat sleeps", "the dog sleeps", "The dog sleeps"]
WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6).map(" ".join)


@pytest.mark.parametrize(
    ("others", "together"),
    [
        # Of the first alone are: tall, cat, the tall, tall cat, cat sleeps.
        (["the TALL cat sleeps"], 5),
        (["a cat", "a tall man"], 1),
        (["cat tall"], 2),
        (["the dog sleeps"], 0),
        ([], 0),
    ],
)
def test_by_hand(others: list[str], together: int) -> None:
    assert rare_words_together(TEXTS, [*others, "nothing"]).tolist() == [together, 0, 0]


def test_japanese_is_cut_where_its_script_changes() -> None:
    text = "佐々木さんのカードは2枚"
    assert re.findall(WORD, text) == ["佐々木", "さんの", "カード", "は", "2", "枚"]
    # The name, and the name with the two kana that follow.
    assert rare_words_together([text, "田中さんのカードは3枚"], ["佐々木さんのアプリ"]).tolist() == [2, 0]


@given(st.lists(WORDS, min_size=2, max_size=8), st.lists(WORDS, min_size=1, max_size=5), st.randoms())
def test_the_order_of_people_does_not_matter(texts: list[str], others: list[str], random: Random) -> None:
    order = list(range(len(texts)))
    random.shuffle(order)
    found = rare_words_together(texts, others)
    assert rare_words_together([texts[i] for i in order], others).tolist() == found[order].tolist()


@given(st.lists(WORDS, min_size=1, max_size=8, unique=True), WORDS)
def test_more_people_make_fewer_words_rare(texts: list[str], another: str) -> None:
    alone, among = rare_words_together(texts, texts), rare_words_together([*texts, another], texts)
    assert (among[:-1] <= alone).all()
