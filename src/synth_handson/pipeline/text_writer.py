"""Free text: learned without its personal data, and written for the rows of a synthetic table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from synth_handson.locales import Message
from synth_handson.pii.detect import PersonalDataSpans
from synth_handson.pii.fakes import Fakes
from synth_handson.pii.leaks import holds_originals
from synth_handson.pii.originals import Originals
from synth_handson.pii.placeholders import Placeholders
from synth_handson.pipeline.text_context import TextContext, choose_context
from synth_handson.synthesis.mostly.text_model import MAX_CHARACTERS
from synth_handson.synthesis.mostly.text_process import MODEL
from synth_handson.synthesis.run import CancelToken, ProgressCallback
from synth_handson.tables.alignment import as_text

ATTEMPTS = 3
"""Attempts to generate values that do not read like an original."""
MANY_MISSING = 0.1
"""Share of missing texts, beyond the original's, that is worth a notice."""


class TextModel(Protocol):
    """A model that writes texts: a small one that has learned them, or a large one with examples."""

    @property
    def name(self) -> str:
        """Name of the model."""

    def write(self, context: pd.DataFrame, random_state: int) -> pd.DataFrame:
        """Write texts for the rows of a context: one column for each learned one, numbered from 0."""


class TrainTexts(Protocol):
    """Makes a model of columns of text, and of the context of their rows."""

    def __call__(
        self,
        texts: pd.DataFrame,
        context: pd.DataFrame,
        *,
        random_state: int,
        on_progress: ProgressCallback | None,
        cancel: CancelToken | None,
    ) -> TextModel:
        """Train the model."""


@dataclass(frozen=True, eq=False)
class TextWriter:
    """Writes the texts of a table.

    Attributes
    ----------
    columns
        Names of the columns of text.
    hidden
        What stood in them, by placeholder.
    context
        By what they are written.
    model
        What has learned them.
    """

    columns: tuple[str, ...]
    hidden: Mapping[str, Placeholders]
    context: TextContext
    model: TextModel

    def write(
        self, table: pd.DataFrame, fakes: Fakes, known: Originals, random_state: int
    ) -> dict[str, pd.Series[str]]:
        """Write texts for the rows of a synthetic table, with made-up values for personal data.

        Parameters
        ----------
        table
            The rows.
        fakes
            Makes the values.
        known
            What no value may happen to make, together with what stands beside it.
        random_state
            Seed.
        """
        written = self.model.write(self.context.of(table), random_state)
        draw = np.random.default_rng(random_state)

        def filled(name: str, row: int, text: str) -> str:
            for attempt in range(ATTEMPTS):
                made = self.hidden[name].fill(text, fakes.another(row * ATTEMPTS + attempt), draw)
                if not holds_originals(made, known):
                    break
            return made

        return {
            name: pd.Series(
                [
                    None if pd.isna(text) else filled(name, row, text)
                    for row, text in enumerate(written.iloc[:, position])
                ],
                dtype="str",
            )
            for position, name in enumerate(self.columns)
        }


def learn_texts(
    originals: pd.DataFrame,
    marks: Mapping[str, PersonalDataSpans],
    table: pd.DataFrame,
    train: TrainTexts,
    *,
    random_state: int = 0,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> TextWriter:
    """Learn columns of text, with placeholders for the personal data in them.

    Parameters
    ----------
    originals
        The columns of text, as they are.
    marks
        Where personal data stands in them.
    table
        The columns of the same rows that may tell what a text is about, without personal data.
    train
        Makes the model.
    random_state, on_progress, cancel
        As for :func:`~synth_handson.synthesis.training.train_generator`.
    """
    hidden = {str(name): Placeholders() for name in originals}
    masked = {name: _hidden(originals[name], marks.get(name), places) for name, places in hidden.items()}
    texts = pd.DataFrame(masked, index=originals.index)
    context = choose_context(_joined(texts), table, random_state)
    model = train(texts, context.of(table), random_state=random_state, on_progress=on_progress, cancel=cancel)
    return TextWriter(tuple(hidden), hidden, context, model)


def _hidden(column: pd.Series[str], found: PersonalDataSpans | None, places: Placeholders) -> pd.Series[str]:
    spans = found.spans if found else {}
    texts = as_text(column)
    return texts.map(lambda text: places.hide(text, spans.get(text, ())), na_action="ignore").astype("str")


def _joined(texts: pd.DataFrame) -> Sequence[str]:
    return texts.fillna("").agg(" ".join, axis=1).tolist()


def text_notes(
    written: Sequence[str], model: str | None, table: pd.DataFrame, original: pd.DataFrame
) -> tuple[Message, ...]:
    """Say what wrote the texts of a table, which are missing, and which were cut; nothing without any.

    Parameters
    ----------
    written, model
        The columns of text, and what wrote them.
    table, original
        The synthetic rows, and the real ones.
    """
    if not written:
        return ()
    learned = model == MODEL
    told = {"columns": ", ".join(written), "model": model}
    notes = [Message("commands.texts_learned" if learned else "commands.texts_shown", told)]
    for name in written:
        missing, before = (rows[name].isna().mean() for rows in (table, original))
        if missing > before + MANY_MISSING:
            why = "commands.texts_missing" if learned else "commands.texts_unusable"
            notes.append(Message(why, {"column": name, "share": missing}))
        if learned and original[name].str.len().max() > MAX_CHARACTERS:
            notes.append(Message("commands.texts_cut", {"column": name, "signs": MAX_CHARACTERS}))
    return tuple(notes)
