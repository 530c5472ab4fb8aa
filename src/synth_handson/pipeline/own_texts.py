"""The free text of the reader's own table: learned and written beside the rows of the hands-on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd

from synth_handson.errors import LeakError
from synth_handson.pii.leaks import find_originals, name_cells, shared_values
from synth_handson.pii.replace import by_years, originals
from synth_handson.pipeline.own_table import OwnTable
from synth_handson.pipeline.text_writer import TextWriter, TrainTexts, learn_texts
from synth_handson.synthesis.mostly.text_model import train_texts
from synth_handson.synthesis.run import CancelToken, ProgressCallback
from synth_handson.tables.columns import Column

FORGETFUL = partial(train_texts, keep=False)
"""Keeps no model in the store of this machine."""


@dataclass(frozen=True, eq=False)
class OwnTexts:
    """Writes the texts of an own table, and looks for personal data of the original in all that was drawn.

    Attributes
    ----------
    own
        The table.
    writer
        What has learned its texts; None leaves their columns out.
    """

    own: OwnTable
    writer: TextWriter | None = None

    @classmethod
    def learn(
        cls,
        own: OwnTable,
        train: pd.DataFrame,
        learn: TrainTexts = FORGETFUL,
        *,
        random_state: int = 0,
        on_progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
    ) -> OwnTexts:
        """Learn the texts of the training rows, as ``synth-handson synthesise`` does.

        Parameters
        ----------
        own, train
            The table, and its training rows. If the texts are not among their columns, none are learned.
        learn
            Makes the model.
        random_state, on_progress, cancel
            As for :func:`~synth_handson.synthesis.training.train_generator`.
        """
        texts = [name for name in own.texts if name in train]
        if not texts:
            return cls(own)
        real = own.profile.frame.loc[train.index, texts]
        about = by_years(train.drop(columns=texts), own.profile.moved)
        writer = learn_texts(
            real, own.profile.marks, about, learn,
            random_state=random_state, on_progress=on_progress, cancel=cancel,
        )  # fmt: skip
        return cls(own, writer)

    def complete(self, drawn: pd.DataFrame, random_state: int) -> pd.DataFrame:
        """Return drawn rows with their texts, in the order of the original.

        Raises
        ------
        LeakError
            If personal data of the original occurs in them.
        """
        profile, texts = self.own.profile, dict[str, Column]()
        known = originals(profile.marks)
        if self.writer:
            about = by_years(drawn, profile.moved)
            texts = self.writer.write(about, self.own.fakes, known, random_state)
        rows = drawn.reset_index(drop=True)
        columns = {name: rows[name] for name in map(str, rows)} | texts
        order = [name for name in map(str, self.own.frame) if name in columns]
        completed = pd.DataFrame({name: columns[name] for name in order})
        completed.attrs = drawn.attrs
        leaks = find_originals(completed, known, shared_values(profile.frame, profile.marks))
        if leaks:
            raise LeakError("own_leaks", count=len(leaks), where=name_cells(leaks))
        return completed
