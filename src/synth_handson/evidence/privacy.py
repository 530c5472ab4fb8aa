"""Can anybody real be found in it? Every measure beside the same for people the generator never saw."""

from collections.abc import Callable
from dataclasses import dataclass

from synth_handson.evidence.attacks import MAX_SECRETS, three_risks
from synth_handson.evidence.identical import Matches, copies_needed
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.membership import closest_distances, membership_measures
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.evidence.verdict import FAMILYWISE_LEVEL, Verdict, decide
from synth_handson.metrics.bins import DistanceShares


@dataclass(frozen=True)
class Privacy:
    """Whether anybody real can be found in the synthetic table.

    Attributes
    ----------
    measures
        "identical_rows", "dcr_share", "dcr_ratio", "attack_auc", "attack_tpr", "outlier_identical",
        "outlier_attack_auc", "singling_out", "linkability", and "inference" once for each secret column.
    distances
        How the distances to the closest training row spread, of synthetic rows and of the holdout's.
    verdict
        What they say together.
    """

    measures: tuple[Measure, ...]
    distances: DistanceShares
    verdict: Verdict


def assess_privacy(
    tables: AssessedTables, *, random_state: int, on_attacks: Callable[[], None] | None = None
) -> Privacy:
    """Look for real people in a synthetic table, and decide what that shows.

    Parameters
    ----------
    tables
        Prepared tables.
    random_state
        Seed of samples, draws, bootstrap and attacks.
    on_attacks
        Called once the distances are measured and the attacks begin.

    Returns
    -------
    Privacy
        The measures and the verdict.
    """
    tests = 8 + min(MAX_SECRETS, tables.train.shape[1])
    level = FAMILYWISE_LEVEL / tests
    membership = membership_measures(tables, level=level, random_state=random_state)
    distances = closest_distances(tables, random_state)
    matches = Matches.of(tables.synthetic, tables.train, tables.holdout)
    copies = copies_needed(matches, level, random_state)
    if on_attacks:
        on_attacks()
    measures = (*membership, *three_risks(tables, random_state=random_state))
    return Privacy(measures, distances, decide(measures, copies, len(tables.synthetic)))
