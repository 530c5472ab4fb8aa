"""Texts by a large language model on the reader's own machine, from examples without personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from synth_handson.errors import ServerError
from synth_handson.metrics.text_similarity import folded
from synth_handson.pii.placeholders import as_marks, as_signs
from synth_handson.pipeline.text_writer import TrainTexts
from synth_handson.synthesis.llm import LanguageModel
from synth_handson.synthesis.run import CancelToken, Progress, ProgressCallback, stop_if_cancelled

BATCH = 5
"""Rows requested at a time: small models lose count of more."""
EXAMPLES = 5
TRIES = 3
MAX_REFUSED = 0.1
"""Share of rows that may be refused in all attempts; beyond it, and a batch, the model is not suitable."""
LONGEST = 4
"""Factor by which a text may exceed its intended length before it is refused."""

TASK = """\
You write free text for the rows of an invented table, as people would have written it.
- Write each text in the language, tone and style of the examples, about the same kind of things.
- Let it fit what is known of its row, and have about the length in characters that is asked for.
- Invent: repeat no sentence of the examples.
- Where a name, a number, an address or a date of a person would stand, write a mark in double brackets as \
the examples do, such as [[name_1]]; the same mark for the same person.
Answer in JSON only."""


def written_by(model: LanguageModel) -> TrainTexts:
    """Return a training that lets a language model write texts instead of learning them.

    Parameters
    ----------
    model
        Its server is sent examples of texts, in which marks stand in place of personal data.
    """

    def show(
        texts: pd.DataFrame,
        context: pd.DataFrame,
        *,
        random_state: int,
        on_progress: ProgressCallback | None,
        cancel: CancelToken | None,
    ) -> ShownTexts:
        return ShownTexts(model, texts, context, on_progress or (lambda _: None), cancel)

    return show


@dataclass(frozen=True, eq=False)
class ShownTexts:
    """Writes texts with a language model that is shown examples.

    Attributes
    ----------
    model
        The language model.
    texts, context
        Texts of real rows with placeholders for personal data, and what else is known of the rows.
    on_progress, cancel
        As for :func:`~synth_handson.synthesis.training.train_generator`.
    """

    model: LanguageModel
    texts: pd.DataFrame
    context: pd.DataFrame
    on_progress: ProgressCallback
    cancel: CancelToken | None
    known: set[str] = field(init=False)
    """What no text may be: those of real people, and those that were written already."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", {folded(str(text)) for text in self.texts.stack()})

    @property
    def name(self) -> str:
        """Name of the model, as its server knows it."""
        return self.model.model

    def write(self, context: pd.DataFrame, random_state: int) -> pd.DataFrame:
        """Ask for the texts of rows, a few rows at a time; ask again for what cannot be used.

        Returns
        -------
        DataFrame
            A column of text for each that is to be written, numbered from 0; None where a text is missing.

        Raises
        ------
        ServerError
            If the server fails, or too much of what the model writes cannot be used.
        TrainingCancelled
            If cancelled.
        """
        random = np.random.default_rng(random_state)
        rows = context.reset_index(drop=True)
        found: dict[int, list[str]] = {}
        for first in range(0, len(rows), BATCH):
            stop_if_cancelled(self.cancel)
            wanted = list(range(first, min(first + BATCH, len(rows))))
            for _ in range(TRIES):
                left = [row for row in wanted if row not in found]
                if left:
                    found |= self._asked(rows, left, random)
            self._check(refused=first + len(wanted) - len(found), rows=len(rows))
            self.on_progress(Progress("training", fraction=(first + len(wanted)) / len(rows)))
        return self._with_gaps([found.get(row) for row in range(len(rows))], random)

    def _check(self, refused: int, rows: int) -> None:
        if refused > max(MAX_REFUSED * rows, BATCH):
            raise ServerError("llm_unusable", address=self.model.url, model=self.model.model, rows=refused)

    def _asked(
        self, rows: pd.DataFrame, wanted: list[int], random: np.random.Generator
    ) -> dict[int, list[str]]:
        """Ask once for some rows, and return those whose texts can be used."""
        lengths = [self._length(rows.iloc[row], random) for row in wanted]
        asked = self._prompt(rows.iloc[wanted], lengths, random)
        seed = int(random.integers(2**31))
        texts = self.model.ask_list(TASK, asked, "rows", self._schema(), len(wanted), seed)
        if texts is None:
            return {}
        usable = {}
        for row, one, length in zip(wanted, texts, lengths, strict=True):
            found = self._usable(one, length)
            if found:
                usable[row] = found
                self.known.update(map(folded, found))
        return usable

    def _prompt(
        self, rows: pd.DataFrame, lengths: Sequence[int], random: np.random.Generator
    ) -> dict[str, Any]:
        examples = [
            {"known": self._named(row), "texts": self._marked(number)}
            for number, row in self._alike(rows, random).iterrows()
        ]
        asked = [
            {"known": self._named(row), "length": length}
            for (_, row), length in zip(rows.iterrows(), lengths, strict=True)
        ]
        return {"examples": examples, "rows": asked}

    def _named(self, row: pd.Series[str]) -> dict[str, str]:
        return {str(name): str(value) for name, value in row.items()}

    def _marked(self, number: Any) -> dict[str, str]:
        texts = self.texts.loc[number].dropna()
        return {str(name): as_marks(text) for name, text in texts.items()}

    def _alike(self, rows: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
        """Draw real rows as examples, with the contexts of the requested rows where possible."""
        same = self.context.merge(rows.drop_duplicates(), how="left", indicator=True)["_merge"] == "both"
        chosen = np.flatnonzero(same.to_numpy()) if rows.shape[1] else np.arange(0)
        if len(chosen) < EXAMPLES:
            chosen = np.arange(len(self.context))
        return self.context.iloc[random.choice(chosen, min(EXAMPLES, len(chosen)), replace=False)]

    def _length(self, row: pd.Series[str], random: np.random.Generator) -> int:
        """Draw the length of a real row's texts, with the same context if possible."""
        alike = (self.context == row).all(axis=1).to_numpy()
        lengths = self.texts.fillna("").map(len).sum(axis=1).to_numpy()
        lengths = lengths[alike & (lengths > 0)] if (alike & (lengths > 0)).any() else lengths[lengths > 0]
        return int(random.choice(lengths))

    def _schema(self) -> dict[str, Any]:
        texts = {str(name): {"type": "string"} for name in self.texts}
        return {"type": "object", "properties": texts, "required": list(texts), "additionalProperties": False}

    def _usable(self, answer: Any, length: int) -> list[str] | None:
        """Return the texts of a row; None if one is missing, far too long, broken, or a repetition."""
        if not isinstance(answer, dict):
            return None
        given = (answer.get(str(name)) for name in self.texts)
        texts = [text.strip() for text in given if isinstance(text, str) and text.strip()]
        if len(texts) < self.texts.shape[1]:
            return None
        signs = list(map(as_signs, texts))
        too_long = sum(map(len, signs)) > LONGEST * length
        refused = any("[[" in text or folded(text) in self.known for text in signs)
        return None if too_long or refused else signs

    def _with_gaps(self, found: list[list[str] | None], random: np.random.Generator) -> pd.DataFrame:
        """Leave out as many texts as are missing in the real rows."""
        columns = self.texts.shape[1]
        rows: list[list[str] | list[None]] = [row or [None] * columns for row in found]
        table = pd.DataFrame(rows, columns=range(columns), dtype=object)
        missing = random.random(table.shape) < self.texts.isna().mean().to_numpy()
        return table.mask(missing, None)
