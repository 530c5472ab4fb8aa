"""All privacy measures, each beside the same for people the generator never saw, and the verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synth_handson.evidence.measures import RISKS, Measure
from synth_handson.evidence.privacy.attribution import ATTRIBUTION_MEASURES, attribution_measures
from synth_handson.evidence.privacy.detection_power import find_limits
from synth_handson.evidence.privacy.events import FoundByEvents
from synth_handson.evidence.privacy.identical import identical_rows, training_matches
from synth_handson.evidence.privacy.membership import (
    CALIBRATED_MEASURES,
    CLASSIFIER_MEASURES,
    DISTANCE_MEASURES,
    SUBSET_MEASURES,
    Neighbours,
    membership_measures,
)
from synth_handson.evidence.privacy.random_split import split_measures
from synth_handson.evidence.privacy.row_order import row_order
from synth_handson.evidence.privacy.subsets import holdout_matches
from synth_handson.evidence.privacy.text_columns import (
    TEXT_PRIVACY,
    TextColumn,
    people_by_words,
    short_texts,
    text_hints,
    text_privacy,
)
from synth_handson.evidence.privacy.three_risks import MAX_SECRETS, three_risks
from synth_handson.evidence.privacy.transformed import transformed_matches
from synth_handson.evidence.verdict import TOLERATED_LEAK, Verdict, decide, in_people, single_level
from synth_handson.metrics.bins import DistanceShares, distance_shares
from synth_handson.metrics.intervals import Estimate


@dataclass(frozen=True)
class Privacy:
    """Whether anybody real can be found in the synthetic table.

    Attributes
    ----------
    measures
        "identical_rows", "subset_matches" and, where numbers have many values, "subset_matches_binned";
        "dcr_share", "dcr_ratio", "kernel_share", "attack_auc", "attack_tpr", "attack_tpr_03",
        "attack_tpr_01", "calibrated_attack_auc", "outlier_identical", "outlier_attack_auc",
        "classifier_attack_auc"; "transformed_matches" where columns tell people apart;
        "identical_without" where columns hardly ever repeat; "singling_out", "linkability", and "inference"
        once for each secret column; and for each column of free text "identical_texts", "rare_words",
        "text_attack_auc", "text_attack_tpr" and "text_similarity_auc"; "rare_words" for each column of
        categories most of which hardly repeat (names, titles, codes); "attribution" and
        "attribution_matched" where it was said which columns somebody may know. Where people have several
        rows, all of that of one row that sums up each person; and of their events those of `EVENT_MEASURES`,
        and "key_matches".
    checks
        Whether the holdout is what it should be: "split_auc" and "split_columns", whether it is a random part
        of the same people; "shared_people", where people have several rows, whether rows of the same people
        occur on both sides; and hints, "training_matches", whether more rows occur in the training table
        than reality puts there (only where the labels cannot decide that), "event_copies", the same of
        events, "holdout_matches", whether the
        generator may have known the holdout's people, and "row_order", whether rows are in the order of the
        training table.
    distances
        How the distances to the closest training row spread, of synthetic rows and of the holdout's.
    verdict
        What they say together.
    """

    measures: tuple[Measure, ...]
    checks: tuple[Measure, ...]
    distances: DistanceShares
    verdict: Verdict


@dataclass(frozen=True)
class OfPeople:
    """Measures on all rows, where people have several.

    Attributes
    ----------
    measures
        Those of `EVENT_MEASURES`, and "key_matches".
    shared
        "shared_people", if the same keys occur on both sides of the split.
    by_events
        What was found by events; None if nobody has several rows.
    """

    measures: tuple[Measure, ...]
    shared: Measure | None
    by_events: FoundByEvents | None = None

    @property
    def several(self) -> bool:
        """Whether anybody has several rows."""
        return self.by_events is not None

    def hints(self, level: float) -> tuple[Measure, ...]:
        """Return hints at copied events, where a single test counts below this level."""
        return self.by_events.hints(level) if self.by_events else ()


def assess_privacy(
    neighbours: Neighbours,
    real_auc: Estimate,
    texts: Sequence[TextColumn] = (),
    *,
    known: Sequence[str] = (),
    of_people: OfPeople | None = None,
    as_in_reality: bool = True,
    on_attacks: Callable[[], None] | None = None,
) -> Privacy:
    """Look for real people in a synthetic table, and decide what that shows.

    Identical rows are counted on all columns, and again without those whose values hardly ever repeat, if
    there are any: who was copied under another customer number is no identical row. The size of the leak that
    would have been noticed is that of people copied in everything but likely identifiers.

    Parameters
    ----------
    neighbours
        The tables, with the seed of samples, draws, bootstrap and attacks.
    real_auc
        How well a classifier tells holdout rows from training rows: the reference of "c2st_auc".
    texts
        Columns of free text, which are not among the tables'.
    known
        Columns that somebody may already know of a person, if any were named.
    of_people
        Measures on all rows, where ``neighbours`` has one row for each of the people who have several.
    as_in_reality
        Whether the synthetic rows are to be as often of each kind as real ones are. If not, nothing is
        concluded from how many of them match (`HINTS`).
    on_attacks
        Called once the distances are measured and the attacks begin.

    Returns
    -------
    Privacy
        The measures and the verdict.
    """
    tables, counts = neighbours.tables, neighbours.counts
    never = counts.never_repeating
    planned = _planned(tables.train.shape[1], len(never.left_out), sum(text.measurable for text in texts))
    short = short_texts(tables)
    planned += ("rare_words",) * len(short)
    moved = transformed_matches(tables, neighbours.random_state)
    transformed = (moved,) if moved else ()
    planned += tuple(measure.name for measure in transformed)
    planned += ATTRIBUTION_MEASURES if known else ()
    planned += tuple(measure.name for measure in of_people.measures) if of_people else ()
    level = single_level(planned)
    membership = membership_measures(neighbours)
    matches = {names: counts.matches(names) for names in never.left_out}
    without = (identical_rows(matches[names], names) for names in never.left_out)
    limits = find_limits(
        neighbours,
        matches.get(never.labels, neighbours.matches),
        level,
        TOLERATED_LEAK,
        never.labels,
        as_in_reality,
    )
    joined = {(): neighbours.matches, **matches}.items()
    hints = (
        *(hint for names, found in joined for hint in training_matches(found, level, names)),
        *(hint for text in texts for hint in text_hints(text, level)),
        *(of_people.hints(level) if of_people else ()),
    )
    same = of_people.shared if of_people else counts.shared_people
    order = None if neighbours.whole or of_people else row_order(tables)
    checks = (
        *((same,) if same else ()),
        *((order,) if order else ()),
        *split_measures(tables, real_auc, counts.split),
        *((*hints, holdout_matches(neighbours.joins, tables)) if as_in_reality else ()),
    )
    distances = distance_shares(neighbours.to_train, neighbours.holdout_to_train)
    if on_attacks:
        on_attacks()
    risks = three_risks(tables, random_state=neighbours.random_state)
    words = (
        *(measure for text in texts for measure in text_privacy(text, neighbours.random_state)),
        *(people_by_words(column, neighbours.random_state) for column in short),
    )
    told = attribution_measures(counts.attributions(known)) if known else ()
    by_events = of_people.measures if of_people else ()
    measures = (*membership, *transformed, *by_events, *without, *risks, *words, *told)
    verdict = decide(measures, limits, neighbours.matches.rows, checks, never)
    if of_people and of_people.several:
        verdict = in_people(verdict)
    return Privacy(measures, checks, distances, verdict)


def _planned(columns: int, without: int, texts: int) -> tuple[str, ...]:
    """List the measures to take, before any is taken."""
    singling_out, linkability, inference = RISKS
    return (
        *DISTANCE_MEASURES,
        *SUBSET_MEASURES,
        *CALIBRATED_MEASURES,
        *CLASSIFIER_MEASURES,
        *["identical_without"] * without,
        singling_out,
        linkability,
        *[inference] * min(MAX_SECRETS, columns),
        *TEXT_PRIVACY * texts,
    )
