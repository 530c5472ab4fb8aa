"""How often honest texts are accused, and leaking ones found: interviews of phrases in common, and remarks.

uv run python benchmarks/texts.py
"""

import argparse
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from synth_handson.evidence.privacy.text_columns import TEXT_PRIVACY, TextColumn, text_privacy
from synth_handson.evidence.verdict import holm
from synth_handson.metrics.text_similarity import WORD
from synth_handson.tables.interviews import make_interviews

PEOPLE, HELD_OUT = 480, 120
ROWS = 600
SHARES = (0.02, 0.05, 0.1, 0.2, 0.8)
"""As of a test among twenty."""
WORDS = 2_000

Draw = Callable[[int, int], pd.Series]
Leak = Callable[[str, str, np.random.Generator], str]


def interviews(rows: int, seed: int) -> pd.Series:
    """Draw interviews in English and Japanese, in which everybody says their name first."""
    table = make_interviews(rows, seed=seed)
    english = table["language"] == "en"
    names = ("I am " + table["name"] + ". ").where(english, table["name"].str.replace(" ", "") + "です。")
    return names + table["interview"]


def remarks(rows: int, seed: int) -> pd.Series:
    rng = np.random.default_rng(seed)
    return pd.Series([" ".join(f"w{word}" for word in rng.zipf(1.3, 20) % WORDS) for _ in range(rows)])


def japanese(text: str) -> bool:
    return re.search("[ぁ-ん]", text) is not None


def words(text: str) -> list[str]:
    return re.findall(rf"(?:{WORD})\W*", text) if japanese(text) else re.findall(r"\S+\s*", text)


def sentences(text: str) -> list[str]:
    return re.findall(r".+?(?:\.\s+|。|$)", text)


def whole(text: str, other: str, rng: np.random.Generator) -> str:
    return text


def second_half(text: str, other: str, rng: np.random.Generator) -> str:
    return other[: len(other) // 2] + text[len(text) // 2 :]


def words_shuffled(text: str, other: str, rng: np.random.Generator) -> str:
    return ("" if japanese(text) else " ").join(rng.permutation([word.strip() for word in words(text)]))


def every_second_word_new(text: str, other: str, rng: np.random.Generator) -> str:
    theirs = words(other)
    return "".join(theirs[i % len(theirs)] if i % 2 else word for i, word in enumerate(words(text)))


def only_the_name(text: str, other: str, rng: np.random.Generator) -> str:
    return sentences(text)[0] + "".join(sentences(other)[1:])


def sentences_in_another_order(text: str, other: str, rng: np.random.Generator) -> str:
    return "".join(sentences(text)[::-1])


def capitals(text: str, other: str, rng: np.random.Generator) -> str:
    return text.upper()


def two_people_interleaved(text: str, other: str, rng: np.random.Generator) -> str:
    pairs = zip(sentences(text), sentences(other), strict=False)
    return "".join(sentence for pair in pairs for sentence in pair)


LEAKS: tuple[Leak, ...] = (
    *(whole, second_half, words_shuffled, every_second_word_new, only_the_name),
    *(sentences_in_another_order, capitals, two_people_interleaved),
)
OF_SENTENCES = (only_the_name, sentences_in_another_order, two_people_interleaved)


def share_noticed(draw: Draw, share: float, seeds: int, leak: Leak) -> dict[str, float]:
    """Return in which share of tables each test notices something, alone, and all of them together."""
    noticed = dict.fromkeys([*TEXT_PRIVACY, "together"], 0)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        train, holdout, rows = (
            draw(count, 3 * seed + part) for part, count in enumerate((PEOPLE, HELD_OUT, ROWS))
        )
        copies = min(round(share * ROWS), PEOPLE)
        rows[:copies] = [leak(text, other, rng) for text, other in zip(train[:copies], rows, strict=False)]
        measures = text_privacy(TextColumn("text", rows, train, holdout), seed)
        p_values = [1.0 if m.p_value is None else m.p_value for m in measures]
        for name, p in zip(noticed, [*p_values, min(holm(p_values))], strict=True):
            noticed[name] += p < 0.05
    return {name: count / seeds for name, count in noticed.items()}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    parser.add_argument("--leaks", nargs="+", default=[leak.__name__ for leak in LEAKS])
    asked = parser.parse_args()
    print(
        f"{PEOPLE} training people, {HELD_OUT} held out, {ROWS} synthetic rows, {asked.seeds} tables each\n"
    )
    print("| texts | leak | share of rows | " + " | ".join([*TEXT_PRIVACY, "together"]) + " |")
    print("|---" * (4 + len(TEXT_PRIVACY)) + "|")

    def row(draw: Draw, name: str, share: float, leak: Leak) -> None:
        cells = " | ".join(f"{value:.2f}" for value in share_noticed(draw, share, asked.seeds, leak).values())
        print(f"| {draw.__name__} | {name} | {share:.0%} | {cells} |", flush=True)

    for draw in (interviews, remarks):
        row(draw, "none", 0, whole)
        for leak in LEAKS:
            if leak.__name__ in asked.leaks and (draw is interviews or leak not in OF_SENTENCES):
                for share in asked.shares:
                    row(draw, leak.__name__.replace("_", " "), share, leak)


if __name__ == "__main__":
    main()
