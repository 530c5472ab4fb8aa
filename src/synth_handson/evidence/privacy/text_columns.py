"""Columns of free text: how similar they are to real ones, and whether they contain anybody's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.evidence.privacy.identical import Matches, identical_rows, training_matches
from synth_handson.evidence.privacy.membership import FALSE_POSITIVE_RATES, accused, attack_area, attack_hits
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.three_tables import AssessedTables, halves
from synth_handson.locales import Message
from synth_handson.metrics.arrays import Floats, one_of_each
from synth_handson.metrics.counts import ks_distance
from synth_handson.metrics.intervals import (
    Estimate,
    bootstrap_interval,
    exact_share,
)
from synth_handson.metrics.rare_words import rare_words_together
from synth_handson.metrics.runs import longest_runs
from synth_handson.metrics.text_similarity import TextSpace, folded, nearest_in_any_order
from synth_handson.tables.checks import MIN_COLUMNS
from synth_handson.tables.columns import Column
from synth_handson.tables.texts import is_text, present_texts

MAX_TEXTS = 2_000
MAX_CHARACTERS = 1_000_000
"""Limits on the texts, and on their characters, that are compared from each table."""
MAX_COUNTED_TEXTS = 10_000
MAX_COUNTED_CHARACTERS = 2_000_000
"""Limits on the texts, and on their characters, whose words are counted in each table."""
MIN_TEXTS = 20
"""Fewest texts in a table for anything to be measured."""
ONCE = 0.1
"""Share of values that occur once, beyond which the words of a column may identify people."""
REPLICATES = 200
HITS = "attack_tpr"

TEXT_FIDELITY = ("text_length", "text_similarity", "text_self_similarity", "text_distinct")
TEXT_PRIVACY = ("identical_texts", "rare_words", "text_attack_auc", "text_attack_tpr", "text_similarity_auc")


def set_texts_apart(tables: AssessedTables) -> tuple[AssessedTables, tuple[TextColumn, ...]]:
    """Split the columns of free text from three tables; the training table decides what is text.

    Parameters
    ----------
    tables
        The tables. Without two columns that are no text, they stay as they are.
    """
    names = columns_of_text(list(tables.train.columns), tables.train.__getitem__)
    if not names:
        return tables, ()
    return tables.without(names), tuple(
        TextColumn(name, *(present_texts(table[name]) for table in tables.all)) for name in names
    )


def columns_of_text(names: Sequence[str], column: Callable[[str], Column]) -> list[str]:
    """Choose the columns of free text, given each training column; none if hardly any other is left."""
    found = [name for name in names if is_text(column(name))]
    return found if len(names) - len(found) >= MIN_COLUMNS else []


def short_texts(tables: AssessedTables) -> tuple[TextColumn, ...]:
    """Find the columns of categories whose words may identify people: names, titles, remarks, codes.

    They are no free text, and stay among the columns; but whose words are put in another order, or written in
    another way, is found by no join. Each text also stands there as one word, without signs in between.
    """
    found = (
        TextColumn(name, *(present_texts(table[name]).map(_and_as_one_word) for table in tables.all))
        for name in tables.categories
    )
    return tuple(column for column in found if column.measurable and column.hardly_repeats)


def _and_as_one_word(text: str) -> str:
    return " ".join([text, re.sub(r"\W", "", text)])


@dataclass(frozen=True, eq=False)
class TextColumn:
    """The texts of one column that are not empty.

    Attributes
    ----------
    name
        Name of the column.
    synthetic, train, holdout
        Its texts in the three tables.
    """

    name: str
    synthetic: pd.Series[str]
    train: pd.Series[str]
    holdout: pd.Series[str]

    @property
    def measurable(self) -> bool:
        """Whether there are enough texts in all tables."""
        return min(len(self.synthetic), len(self.train), len(self.holdout)) >= MIN_TEXTS

    @property
    def hardly_repeats(self) -> bool:
        """Whether many training people have a text of their own, with words in it."""
        once = self.train[~self.train.duplicated(keep=False)]
        return int(once.str.contains(r"\w").sum()) > max(ONCE * len(self.train), MIN_TEXTS)

    @property
    def real(self) -> list[str]:
        """The texts of training people, then those of the holdout."""
        return [*self.train, *self.holdout]

    def people(self, random_state: int) -> TextColumn:
        """Count real people whose texts are equal, ignoring case, width and white space, as one.

        The one who stays is drawn from all of them, so that labels remain as random as those of the rest.
        """
        numbers = pd.factorize(pd.Series(self.real).map(folded))[0]
        kept = one_of_each(numbers, np.random.default_rng(random_state))
        train, holdout = np.split(kept, [len(self.train)])
        return replace(
            self,
            train=self.train[train].reset_index(drop=True),
            holdout=self.holdout[holdout].reset_index(drop=True),
        )

    def sampled(self, random_state: int, most: int = MAX_TEXTS, signs: int = MAX_CHARACTERS) -> TextColumn:
        """Draw from tables with more texts, or characters, than can be compared."""
        tables = (self.synthetic, self.train, self.holdout)
        return TextColumn(self.name, *(_sample(texts, most, signs, random_state) for texts in tables))

    def reference(self, random_state: int) -> TextColumn:
        """Use one half of the holdout as synthetic table, and the other as holdout."""
        first, second = halves(self.holdout.to_frame(), random_state)
        return TextColumn(self.name, first.iloc[:, 0], self.train, second.iloc[:, 0])

    @cached_property
    def matches(self) -> Matches:
        """Who wrote whose text, ignoring case, width and white space."""
        tables = (self.synthetic, self.train, self.holdout)
        return Matches.of(*(texts.map(folded).to_frame(self.name) for texts in tables))

    @cached_property
    def distances(self) -> tuple[Floats, Floats]:
        """Share of each training and holdout text outside its longest run in a synthetic text, 0 to 1.

        The longest run of characters that a text has in common with any synthetic one, as a share of the
        text: K. Lee et al., "Deduplicating training data makes language models better", ACL 2022.
        """
        texts = list(map(folded, self.real))
        runs = longest_runs(texts, list(map(folded, self.synthetic)))
        lengths = np.array([max(len(text), 1) for text in texts])
        train, holdout = np.split(1 - runs / lengths, [len(self.train)])
        return train, holdout

    @cached_property
    def dissimilarities(self) -> tuple[Floats, Floats]:
        """Dissimilarity of each training and holdout text to the most similar synthetic text, 0 to 1.

        One minus `nearest_in_any_order`. How much words weigh is decided by all real texts alike.
        """
        similarities = nearest_in_any_order(self.real, list(self.synthetic))
        train, holdout = np.split(1 - similarities, [len(self.train)])
        return train, holdout


def _sample(texts: pd.Series[str], most: int, signs: int, random_state: int) -> pd.Series[str]:
    mean = max(float(texts.str.len().mean()), 1.0) if len(texts) else 1.0
    rows = min(len(texts), most, max(int(signs / mean), MIN_TEXTS))
    return texts.sample(rows, random_state=random_state).reset_index(drop=True)


def text_privacy(column: TextColumn, random_state: int) -> tuple[Measure, ...]:
    """Look for training people's own words in a column.

    Parameters
    ----------
    column
        The texts.
    random_state
        Seed of samples and bootstrap.

    Returns
    -------
    tuple of Measure
        Those of `TEXT_PRIVACY`. Texts that are identical except for case, width and white space are counted
        on all of them. For all others, people with the same text are one person. One attacker takes those
        people for training people of whose text the most stands in one piece in a synthetic one, another
        those to whose text a synthetic one is most similar.
    """
    if not column.measurable:
        return _missing(column, TEXT_PRIVACY)
    identical = replace(identical_rows(column.matches), name="identical_texts", columns=(column.name,))
    people = column.people(random_state)
    if not people.measurable:
        return identical, *_missing(column, TEXT_PRIVACY[1:])
    return (
        identical,
        people_by_words(people, random_state),
        *_attacks(people.sampled(random_state), random_state),
    )


def text_hints(column: TextColumn, level: float) -> tuple[Measure, ...]:
    """Compute `training_matches` of a column's texts; parameters as there."""
    return training_matches(column.matches, level, (column.name,)) if column.measurable else ()


def people_by_words(column: TextColumn, random_state: int) -> Measure:
    """Compute `rare_words` of as many texts as can be counted; people with the same text are one person."""
    people = column.people(random_state)
    return rare_words(people.sampled(random_state, MAX_COUNTED_TEXTS, MAX_COUNTED_CHARACTERS))


def rare_words(column: TextColumn) -> Measure:
    """Count the people whose rare words occur in the synthetic texts.

    Rare are words, and pairs of neighbouring words, that exactly one real person wrote. A person is found if
    a synthetic text holds at least 1, 2, 4, 8, … of theirs: by the number that shows most.

    Parameters
    ----------
    column
        The texts, no two real people's alike.

    Returns
    -------
    Measure
        "rare_words": share of the training people found, beside the share of the holdout people, 0 to 1; low
        is good. The test is that of `PeopleFound`.
    """
    sizes = len(column.train), len(column.holdout)
    together = rare_words_together(column.real, list(column.synthetic))
    least = 2 ** np.arange(max(int(together.max()).bit_length(), 1))
    parts = np.split(together, [sizes[0]])
    found = PeopleFound(np.array([(part[:, None] >= least).sum(axis=0) for part in parts]), sizes)
    return found.measure("rare_words", (column.name,))


def _attacks(column: TextColumn, random_state: int) -> tuple[Measure, ...]:
    """Measure both attacks, with half of the holdout as synthetic table for the reference."""
    reference = column.reference(random_state)
    people = len(column.train) + len(column.holdout)

    def area(name: str, parts: tuple[Floats, Floats], expected: tuple[Floats, Floats]) -> Measure:
        auc, p_value = attack_area(*parts)
        return Measure(
            name, auc, attack_area(*expected)[0], rows=people, columns=(column.name,), p_value=p_value
        )

    hits = Measure(
        "text_attack_tpr",
        attack_hits(*column.distances, random_state)[HITS],
        attack_hits(*reference.distances, random_state)[HITS],
        rows=people, columns=(column.name,), **accused(*column.distances, FALSE_POSITIVE_RATES[HITS]).tested,
    )  # fmt: skip
    return (
        area("text_attack_auc", column.distances, reference.distances),
        hits,
        area("text_similarity_auc", column.dissimilarities, reference.dissimilarities),
    )


def text_fidelity(column: TextColumn, random_state: int) -> tuple[Measure, ...]:
    """Compare the texts of a column with the training table's, beside the holdout's.

    Parameters
    ----------
    column
        The texts.
    random_state
        Seed of samples and bootstrap.

    Returns
    -------
    tuple of Measure
        Those of `TEXT_FIDELITY`, measured on as many texts of the synthetic table as of the holdout.
    """
    if not column.measurable:
        return _missing(column, TEXT_FIDELITY)
    column = column.sampled(random_state)
    rows = min(len(column.synthetic), len(column.holdout))
    synthetic, holdout = (
        texts.sample(rows, random_state=random_state).tolist() for texts in (column.synthetic, column.holdout)
    )
    train = column.train.tolist()
    space = TextSpace(train)
    rng = np.random.default_rng(random_state)
    longest = max(map(len, [*synthetic, *holdout, *train]))
    known = np.bincount([len(text) for text in train], minlength=longest + 1)

    def both(name: str, of: Callable[[list[str]], Estimate]) -> Measure:
        return Measure(name, of(synthetic), of(holdout), rows=rows, columns=(column.name,))

    def mean(name: str, values: Floats) -> Estimate:
        replicates = [float(rng.choice(values, len(values)).mean()) for _ in range(REPLICATES)]
        return bootstrap_interval(float(values.mean()), replicates, *DEFINITIONS[name].ends)

    def length(texts: list[str]) -> Estimate:
        found = np.array([len(text) for text in texts])
        drawn = np.vstack([found, rng.choice(found, (REPLICATES, rows))])
        counts = np.array([np.bincount(lengths, minlength=longest + 1) for lengths in drawn])
        value, *replicates = ks_distance(counts, known)
        return bootstrap_interval(float(value), replicates, *DEFINITIONS["text_length"].ends)

    return (
        both("text_length", length),
        both("text_similarity", lambda texts: mean("text_similarity", space.nearest(texts, train))),
        both("text_self_similarity", lambda texts: mean("text_self_similarity", space.nearest_other(texts))),
        both("text_distinct", lambda texts: exact_share(len(set(map(folded, texts))), rows)),
    )


def _missing(column: TextColumn, names: tuple[str, ...]) -> tuple[Measure, ...]:
    why = Message("measures.missing_texts", {"column": column.name, "minimum": MIN_TEXTS})
    return tuple(Measure(name, None, rows=0, columns=(column.name,), missing=why) for name in names)
