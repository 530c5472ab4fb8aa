"""A small language model that learns the texts of one table, in a worker process of this machine.

The context, what else is known of a row, is written in special characters before the text and learned with
it. Texts are drawn with their contexts, and given to rows that have the same one: a model so small forgets by
what it was asked to write, but goes on as it has begun.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from math import ceil
from zipfile import BadZipFile

import numpy as np
import pandas as pd

from synth_handson.synthesis import store
from synth_handson.synthesis.archive import pack, unpack
from synth_handson.synthesis.mostly import MAX_MINUTES
from synth_handson.synthesis.mostly.text_process import MODEL
from synth_handson.synthesis.run import CancelToken, Options, ProgressCallback, TrainingRun
from synth_handson.synthesis.worker import WorkerPool
from synth_handson.synthesis.worker_training import WorkerModel, train_in_worker

MAX_EPOCHS = 50.0
MAX_LEARNED = 20_000
"""Rows that are learned from at most."""
MAX_CHARACTERS = 500
"""Characters learned from a text at most: by then, so small a model has forgotten how the text began."""
SENTENCE_END = re.compile(r"[。．！？!?.](?=\s|$)|[。！？\n]")
SEEDS = 2**32
CHUNK = 200
"""Rows drawn at a time, so that progress can be reported."""
FIRST_CHARACTER = 0xE400
"""First of the characters that stand for contexts: Unicode's private use area, beyond those used in texts."""
SPARE = 1.25
"""Factor by which more texts are drawn than are missing."""
MOST_DRAWN = 3
"""Most texts drawn in all, as a multiple of the rows: a model that learned too little would never finish."""

POOL = WorkerPool("synth_handson.synthesis.mostly.text_process")


def train_texts(
    texts: pd.DataFrame,
    context: pd.DataFrame,
    *,
    random_state: int = 0,
    max_epochs: float = MAX_EPOCHS,
    max_minutes: float = MAX_MINUTES,
    on_progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
    keep: bool | store.GeneratorStore = True,
) -> LearnedTexts:
    """Train a language model from scratch on texts and the context of their rows.

    The same texts, contexts, options and engine find the model of an earlier training in the store.

    Parameters
    ----------
    texts
        Columns of text; a missing one counts as an empty one.
    context
        Columns of categories for the same rows, the most important first.
    random_state
        Seed, 0 to 2**32 - 1.
    max_epochs, max_minutes
        How long it may train at most; it ends before when it learns no more.
    on_progress, cancel, keep
        As for :func:`~synth_handson.synthesis.training.train_generator`.

    Raises
    ------
    TrainingCancelled
        If cancelled.
    TrainingError
        If the training failed.
    """
    options: Options = {
        "max_epochs": max_epochs, "max_minutes": max_minutes, "random_state": random_state, "epsilon": None,
    }  # fmt: skip
    run = TrainingRun(texts, options, on_progress or (lambda _: None), cancel)
    chosen = np.random.default_rng(random_state).permutation(len(texts))[:MAX_LEARNED]
    context_characters = ContextCharacters.of(context)
    learned = texts.iloc[chosen].fillna("").map(cut).reset_index(drop=True)
    learned = learned.set_axis([f"t{number}" for number in range(learned.shape[1])], axis=1)
    before = context_characters.before(context.iloc[chosen])
    learned["t0"] = [f"{begin} {text}" for begin, text in zip(before, learned["t0"], strict=True)]
    run.begin()
    return LearnedTexts(
        _find_or_train(learned, run, store if keep is True else keep or None), context_characters, run
    )


def _find_or_train(
    learned: pd.DataFrame, run: TrainingRun, generators: store.GeneratorStore | None
) -> TextModel:
    about = {"model": MODEL, "engine_version": version("mostlyai-engine")}
    key = store.key(learned, {**run.options, **about})
    if generators and (archive := generators.load(key)) is not None:
        with suppress(BadZipFile):
            return TextModel(unpack(archive))
    asked = {name: value for name, value in run.options.items() if name != "epsilon"}
    model = TextModel(train_in_worker(run, POOL, lambda: {"texts": learned, **asked}))
    if generators and run.stopped_by != "cancelled":
        generators.save(key, pack(model.files))
    return model


def cut(text: str) -> str:
    """Cut a long text after the last sentence that fits, or at the limit."""
    if len(text) <= MAX_CHARACTERS:
        return text
    ends = [found.end() for found in SENTENCE_END.finditer(text[:MAX_CHARACTERS])]
    return text[: ends[-1]] if ends and ends[-1] > MAX_CHARACTERS / 2 else text[:MAX_CHARACTERS]


class TextModel(WorkerModel):
    """A language model of the MOSTLY AI engine."""

    @property
    def pool(self) -> WorkerPool:
        """The workers with the engine imported."""
        return POOL


@dataclass(frozen=True)
class ContextCharacters:
    """Writes the context of a row in special characters, one for each category.

    Attributes
    ----------
    characters
        For each column, the character of each category.
    """

    characters: tuple[dict[str, str], ...]

    @classmethod
    def of(cls, context: pd.DataFrame) -> ContextCharacters:
        """Assign a character to every category."""
        number = FIRST_CHARACTER
        characters = []
        for name in context:
            categories = sorted(set(context[name].astype("str")))
            characters.append({category: chr(number + i) for i, category in enumerate(categories)})
            number += len(categories)
        # Even without context, a character marks where the text begins.
        return cls(tuple(characters) or ({"": chr(number)},))

    def before(self, context: pd.DataFrame) -> list[str]:
        """Return the prefix of each row's text; unknown values count as the first category."""
        if not context.shape[1]:
            return [next(iter(self.characters[0].values()))] * len(context)
        spelled = [
            context[name].astype("str").map(characters).fillna(next(iter(characters.values())))
            for name, characters in zip(context, self.characters, strict=True)
        ]
        return list(map("".join, zip(*spelled, strict=True)))

    def split(self, text: str) -> tuple[str, str] | None:
        """Split a prefix from its text; None if it does not begin as it should."""
        begin, rest = text[: len(self.characters)], text[len(self.characters) :]
        known = len(begin) == len(self.characters) and all(
            character in characters.values()
            for character, characters in zip(begin, self.characters, strict=True)
        )
        return (begin, rest.strip()) if known else None


@dataclass(frozen=True)
class LearnedTexts:
    """Texts that a model has learned with their contexts."""

    model: TextModel
    context_characters: ContextCharacters
    run: TrainingRun

    @property
    def name(self) -> str:
        """Name of the model, by which the engine knows it."""
        return MODEL

    def write(self, context: pd.DataFrame, random_state: int) -> pd.DataFrame:
        """Draw texts, and give each row one with the same context, or with most of it.

        Returns
        -------
        DataFrame
            A column of text for each that was learned, numbered from 0; None where a text is empty.
        """
        wanted = dict(enumerate(self.context_characters.before(context)))
        given: dict[int, list[str]] = {}
        spare: dict[str, list[list[str]]] = defaultdict(list)
        left = MOST_DRAWN * len(wanted)
        while len(given) < len(wanted) and left > 0:
            self.run.stop_if_cancelled()
            missing = len(wanted) - len(given)
            count = min(max(ceil(SPARE * missing), CHUNK // 2), left, CHUNK)
            usable = self._taken_apart(self.model.draw(count, (random_state + left) % SEEDS))
            left = left - count if len(usable) > count / 2 else 0
            for begin, texts in usable:
                spare[begin].append(texts)
            self._give(wanted, given, spare, len(self.context_characters.characters))
            self.run.advance(phase="sampling", fraction=len(given) / len(wanted), remaining=None)
        for known in reversed(range(len(self.context_characters.characters))):
            self._give(wanted, given, spare, known)
        columns = max((len(texts) for texts in given.values()), default=1)
        rows = [given.get(row, [""] * columns) for row in wanted]
        return pd.DataFrame(
            [[text or None for text in texts] for texts in rows], columns=range(columns), dtype=object
        )

    def _taken_apart(self, drawn: pd.DataFrame) -> list[tuple[str, list[str]]]:
        found = []
        for first, *others in drawn.fillna("").astype("str").itertuples(index=False, name=None):
            parts = self.context_characters.split(first)
            if parts:
                found.append((parts[0], [parts[1], *others]))
        return found

    @staticmethod
    def _give(
        wanted: dict[int, str], given: dict[int, list[str]], spare: dict[str, list[list[str]]], known: int
    ) -> None:
        """Give rows without texts those whose contexts begin with the same characters, ``known`` of them."""
        by_begin: dict[str, list[list[list[str]]]] = defaultdict(list)
        for begin, texts in spare.items():
            by_begin[begin[:known]].append(texts)
        for row, begin in wanted.items():
            if row not in given:
                filled = [texts for texts in by_begin[begin[:known]] if texts]
                if filled:
                    given[row] = filled[0].pop()
