"""How often honest texts are accused, and copied ones found: interviews of phrases in common, and remarks.

uv run python benchmarks/texts.py
"""

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd

from synth_handson.evidence.text_columns import TEXT_PRIVACY, TextColumn, text_privacy
from synth_handson.evidence.verdict import holm
from synth_handson.tables.interviews import make_interviews

PEOPLE, HELD_OUT = 480, 120
ROWS = 600
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1)
LEVEL = 0.05 / 20
"""As of a test among twenty."""
WORDS = 2_000

Draw = Callable[[int, int], pd.Series]


def interviews(rows: int, seed: int) -> pd.Series:
    return make_interviews(rows, seed=seed)["interview"]


def remarks(rows: int, seed: int) -> pd.Series:
    rng = np.random.default_rng(seed)
    return pd.Series([" ".join(f"w{word}" for word in rng.zipf(1.3, 20) % WORDS) for _ in range(rows)])


def half_copied(text: str, other: str) -> str:
    """Put the second half of a text behind the first half of another one."""
    return other[: len(other) // 2] + text[len(text) // 2 :]


def share_noticed(
    draw: Draw, share: float, seeds: int, change: Callable[[str, str], str]
) -> dict[str, float]:
    """Return in which share of tables each test notices something, alone, and all three together."""
    noticed = dict.fromkeys([*TEXT_PRIVACY, "together"], 0)
    for seed in range(seeds):
        train, holdout, rows = (
            draw(count, 3 * seed + part) for part, count in enumerate((PEOPLE, HELD_OUT, ROWS))
        )
        copies = round(share * ROWS)
        rows[:copies] = [change(text, other) for text, other in zip(train[:copies], rows, strict=False)]
        p_values = [
            m.p_value or 0.0 for m in text_privacy(TextColumn("text", rows, train, holdout), LEVEL, seed)
        ]
        for name, p in zip(noticed, [*p_values, min(holm(p_values))], strict=True):
            noticed[name] += p < 0.05
    return {name: count / seeds for name, count in noticed.items()}


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    seeds = parser.parse_args().seeds
    print(f"{PEOPLE} training people, {HELD_OUT} held out, {ROWS} synthetic rows, {seeds} tables each\n")
    print("| texts | copied | share | " + " | ".join([*TEXT_PRIVACY, "together"]) + " |")
    print("|---|---|---|---|---|---|---|")
    for draw in (interviews, remarks):
        for name, change in (("whole", lambda text, _: text), ("half of each", half_copied)):
            for share in SHARES if name == "whole" else SHARES[1:]:
                found = share_noticed(draw, share, seeds, change)
                cells = " | ".join(f"{value:.2f}" for value in found.values())
                print(f"| {draw.__name__} | {name} | {share:.0%} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
