"""Improve texts of synthetic rows with a language model of the reader's choice."""

from __future__ import annotations

from typing import Any

import pandas as pd

from synth_handson.synthesis.llm import LanguageModel
from synth_handson.synthesis.run import CancelToken, Progress, ProgressCallback, stop_if_cancelled

BATCH = 10
LONGEST = 2
"""Factor by which an answer may exceed its text before it is rejected."""

TASK = """\
You correct invented texts. Mend spelling, grammar and broken words, so that each reads as if a person had \
written it. Keep its language, its meaning and its tone, keep names, numbers and addresses as they are, and \
add nothing. Answer in JSON only, with as many texts as you were given, in their order."""


def refine(
    texts: pd.Series[str],
    model: LanguageModel,
    *,
    random_state: int = 0,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> pd.Series[str]:
    """Let a language model correct texts; where its answer is unusable, the text stays as it was.

    Parameters
    ----------
    texts
        Texts of synthetic rows; no others are sent.
    model
        Where they are sent.
    random_state
        Seed.
    on_progress, cancel
        As for :func:`~synth_handson.synthesis.training.train_generator`.

    Raises
    ------
    ServerError
        If the server fails.
    TrainingCancelled
        If cancelled.
    """
    refined = texts.astype(object).tolist()
    present = [row for row, text in enumerate(refined) if not pd.isna(text)]
    for first in range(0, len(present), BATCH):
        stop_if_cancelled(cancel)
        rows = present[first : first + BATCH]
        asked = {"texts": [refined[row] for row in rows]}
        answers = model.ask_list(TASK, asked, "texts", {"type": "string"}, len(rows), random_state + first)
        for row, answer in zip(rows, answers or [None] * len(rows), strict=True):
            if _usable(answer, refined[row]):
                refined[row] = answer
        if on_progress:
            on_progress(Progress("sampling", fraction=(first + len(rows)) / len(present)))
    return pd.Series(refined, texts.index, dtype="str")


def _usable(answer: Any, text: str) -> bool:
    return isinstance(answer, str) and bool(answer.strip()) and len(answer) <= LONGEST * len(text) + BATCH
