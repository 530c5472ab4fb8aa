"""Texts of synthetic rows, made to read better by a language model of the reader's choice."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from synth_handson.errors import TrainingCancelled
from synth_handson.synthesis.llm import LanguageModel, UnusableAnswerError
from synth_handson.synthesis.run import CancelToken, Progress, ProgressCallback

BATCH = 10
LONGEST = 2
"""An answer so many times as long as its text is not taken."""

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
    """Let a language model correct texts; what it answers otherwise than it should is left as it was.

    Parameters
    ----------
    texts
        Of synthetic rows: no others are sent.
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
        if cancel is not None and cancel.cancelled:
            raise TrainingCancelled("cancelled")
        rows = present[first : first + BATCH]
        answers = _asked([refined[row] for row in rows], model, random_state + first)
        for row, answer in zip(rows, answers, strict=True):
            if _usable(answer, refined[row]):
                refined[row] = answer
        if on_progress:
            on_progress(Progress("sampling", fraction=(first + len(rows)) / len(present)))
    return pd.Series(refined, texts.index, dtype="str")


def _asked(texts: list[str], model: LanguageModel, seed: int) -> list[Any]:
    count = len(texts)
    array = {"type": "array", "items": {"type": "string"}, "minItems": count, "maxItems": count}
    schema = {"type": "object", "properties": {"texts": array}, "required": ["texts"]}
    asked = json.dumps({"texts": texts}, ensure_ascii=False)
    messages = [{"role": "system", "content": TASK}, {"role": "user", "content": asked}]
    try:
        answer = model.ask(messages, schema, seed)
    except UnusableAnswerError:
        return [None] * count
    found = answer.get("texts") if isinstance(answer, dict) else None
    return found if isinstance(found, list) and len(found) == count else [None] * count


def _usable(answer: Any, text: str) -> bool:
    return isinstance(answer, str) and bool(answer.strip()) and len(answer) <= LONGEST * len(text) + BATCH
