"""Themes of feedback by TF-IDF and clustering, and which of them are rising."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synth_planning.errors import ArgumentError
from synth_planning.feedback import INSTALL, Feedback

FEWEST = 8
"""Texts below which there is no talk of themes."""
MOST_THEMES = 10
TERMS = 4
"""Words by which a theme is named."""
LEVEL = 0.05
"""Probability at most that chance alone makes any theme look as if it were rising."""
_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff々ー]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_CONTENT = ("名詞", "動詞", "形容詞", "形状詞")
_EMPTY = frozenset({"非自立可能", "数詞", "助数詞可能"})


@dataclass(frozen=True)
class Theme:
    """A topic of several users.

    Attributes
    ----------
    terms
        The words that weigh most in it, the heaviest first.
    feedback
        What belongs to it, the most typical first.
    """

    terms: tuple[str, ...]
    feedback: tuple[Feedback, ...]


@dataclass(frozen=True)
class Themes:
    """The themes of some feedback.

    Attributes
    ----------
    themes
        The largest first; empty where there are too few texts, or no two of them share a word.
    silhouette
        How well they are apart, from -1 to 1: above about .5 clearly, near 0 not at all. None without themes.
    """

    themes: tuple[Theme, ...]
    silhouette: float | None


@dataclass(frozen=True)
class Rise:
    """Frequency of a theme in a period, and in the equally long period before.

    Attributes
    ----------
    theme
        The theme.
    recent, before
        How often it came up.
    recent_total, before_total
        How much feedback there was at all.
    p_value
        Of a one-sided Fisher test that its share has not grown, corrected for the number of themes.
    """

    theme: Theme
    recent: int
    before: int
    recent_total: int
    before_total: int
    p_value: float

    @property
    def rising(self) -> bool:
        """Whether its share grows by more than chance."""
        return self.p_value <= LEVEL


def find_themes(feedback: Iterable[Feedback], random_state: int = 0) -> Themes:
    """Cluster feedback by its words; the number of clusters maximises the silhouette.

    Parameters
    ----------
    feedback
        Texts in English and Japanese; those of one meet those of the other only by words that both use.
    random_state
        Seed of the clustering; the same one gives the same themes.

    Raises
    ------
    ArgumentError
        If there is Japanese among them and the extra is not installed.

    Notes
    -----
    TF-IDF (K. Spärck Jones, 1972) on words, k-means on vectors of length 1, and the mean silhouette by cosine
    (P. Rousseeuw, 1987) to choose from 2 to 10 groups. Japanese is taken apart by Sudachi.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    given = list(feedback)
    # A word that stands in one text alone groups nothing.
    vectorizer = TfidfVectorizer(analyzer=list, min_df=2)
    apart = [words(one.text) for one in given]
    try:
        vectors = vectorizer.fit_transform(apart)
    except ValueError:
        return Themes((), None)
    some = np.flatnonzero(np.asarray(vectors.sum(axis=1)).ravel() > 0)
    vectors, given = vectors[some], [given[place] for place in some]
    distinct = len({tuple(row.indices) for row in vectors})
    if len(given) < FEWEST or distinct < 2:
        return Themes((), None)
    score, labels, centers = _cluster(vectors, min(MOST_THEMES, distinct, len(given) - 1), random_state)
    likeness = vectors @ (centers / np.linalg.norm(centers, axis=1, keepdims=True)).T
    names = vectorizer.get_feature_names_out()
    themes = []
    for group, center in enumerate(centers):
        members = np.flatnonzero(labels == group)
        if len(members) < 2:
            continue
        typical = members[np.argsort(-likeness[members, group], kind="stable")]
        heaviest = [place for place in np.argsort(-center, kind="stable")[:TERMS] if center[place] > 0]
        themes.append(Theme(tuple(map(str, names[heaviest])), tuple(given[place] for place in typical)))
    return Themes(tuple(sorted(themes, key=lambda theme: (-len(theme.feedback), theme.terms))), score)


def _cluster(
    vectors: Any, most: int, random_state: int
) -> tuple[float, NDArray[np.int32], NDArray[np.float64]]:
    """Return silhouette, clusters and their centres for the best number of clusters."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    tried = []
    for groups in range(2, most + 1):
        clustering = KMeans(groups, n_init=10, random_state=random_state).fit(vectors)
        score = float(silhouette_score(vectors, clustering.labels_, metric="cosine"))
        tried.append((score, clustering.labels_, clustering.cluster_centers_))
    return max(tried, key=lambda found: found[0])


def words(text: str) -> list[str]:
    """Split a text into English words without stop words, and Japanese content words.

    Raises
    ------
    ArgumentError
        If there is Japanese in it and the extra is not installed.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    japanese = _japanese_words(text) if _JAPANESE.search(text) else []
    rest = _WORD.findall(_JAPANESE.sub(" ", text).lower())
    return japanese + [word for word in rest if word not in ENGLISH_STOP_WORDS]


def _japanese_words(text: str) -> list[str]:
    return [
        token.normalized_form()
        for token in _tokenizer()(text)
        if _JAPANESE.search(token.surface())
        and token.part_of_speech()[0] in _CONTENT
        and not _EMPTY.intersection(token.part_of_speech())
    ]


@cache
def _tokenizer() -> Callable[[str], Sequence[Any]]:
    if not (find_spec("sudachipy") and find_spec("sudachidict_core")):
        raise ArgumentError("extra", module="sudachipy", install=INSTALL)
    from sudachipy import Dictionary

    tokenize: Callable[[str], Sequence[Any]] = Dictionary(dict="core").tokenizer().tokenize
    return tokenize


def find_rises(themes: Iterable[Theme], feedback: Iterable[Feedback], on: date, days: int = 30) -> list[Rise]:
    """Compare the frequency of each theme in the days up to one with that in as many days before.

    Parameters
    ----------
    themes
        From `find_themes`.
    feedback
        All feedback that they were found in.
    on
        The last day.
    days
        Length of each of the two periods, at least 1.

    Returns
    -------
    list of Rise
        The surest first. Few texts show no rise, however steep it looks.

    Raises
    ------
    ArgumentError
        If the number of days is no whole number of at least 1.

    Notes
    -----
    R. A. Fisher's exact test of a 2 × 2 table, with the correction of S. Holm (1979). The themes were found
    in the same texts that are counted here, which makes the probabilities approximate.
    """
    from scipy.stats import fisher_exact

    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise ArgumentError("days", days=days)

    def split(texts: Iterable[Feedback]) -> tuple[int, int]:
        ages = [(on - one.received_on).days for one in texts]
        return sum(0 <= age < days for age in ages), sum(days <= age < 2 * days for age in ages)

    recent_total, before_total = split(feedback)
    counted = []
    for theme in themes:
        recent, before = split(theme.feedback)
        table = [[recent, recent_total - recent], [before, before_total - before]]
        counted.append((float(fisher_exact(table, "greater").pvalue), theme, recent, before))
    counted.sort(key=lambda found: found[0])
    rises, highest = [], 0.0
    for place, (p_value, theme, recent, before) in enumerate(counted):
        highest = max(highest, min(1.0, p_value * (len(counted) - place)))
        rises.append(Rise(theme, recent, before, recent_total, before_total, highest))
    return rises
