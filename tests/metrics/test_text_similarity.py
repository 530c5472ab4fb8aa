"""Texts are alike by what they are written with, whatever the language."""

import pytest

from synth_handson.metrics.text_similarity import TextSpace, folded, nearest_in_any_order

TEXTS = [
    "the branch is close",
    "my card was charged twice",
    "窓口で四十分も待たされました",
    "手数料の説明がありません",
]


def test_a_text_is_most_like_itself_and_unlike_others() -> None:
    found = TextSpace(TEXTS).nearest([TEXTS[0], TEXTS[2], "xyz"], TEXTS)
    assert found[:2] == pytest.approx([1, 1])
    assert found[2] == 0


def test_more_of_the_same_words_is_more_alike() -> None:
    near, far = TextSpace(TEXTS).nearest(["my card was charged", "my card is fine"], TEXTS)
    assert 1 > near > far > 0


def test_a_text_is_not_compared_with_itself_but_with_its_copy() -> None:
    space = TextSpace(TEXTS)
    assert space.nearest_other(TEXTS).max() < 0.2
    assert space.nearest_other([TEXTS[0], TEXTS[0], TEXTS[1]])[:2] == pytest.approx([1, 1])


def test_folding_leaves_what_is_said() -> None:
    assert folded("  Ｃａｒｄ\u3000No. 1\n") == "card no. 1"


@pytest.mark.parametrize("other", ["twice was charged card MY", "twice\u3000charged my card was"])
def test_the_order_of_words_does_not_matter(other: str) -> None:
    assert nearest_in_any_order(TEXTS, [other]) == pytest.approx([0, 1, 0, 0])


def test_words_and_characters_count_one_half_each() -> None:
    # Of one text with two words, one is there: the cosine is the root of one half, for either kind of vector.
    assert nearest_in_any_order(["abc def"], ["abc xyz"]) == pytest.approx([1 / 2**0.5])
    # The same runs of characters, but no word in common.
    near = nearest_in_any_order(["branch office"], ["branchy officer"])
    assert 0 < near[0] < 0.5
