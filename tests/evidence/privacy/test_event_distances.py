"""How close synthetic people are: by hand, fair on people never seen, and near where people were copied."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import draw_payments, linked, planted, renumbered, some

from synth_handson.evidence.histories import Histories, by_person, of_linked
from synth_handson.evidence.privacy import events
from synth_handson.evidence.privacy.event_distances import nearest_events, nearest_histories
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.tables.linked import LinkedTables

TRAIN, HOLDOUT, SYNTHETIC = (renumbered(draw_payments(300, seed), 1_000 * seed) for seed in (1, 2, 3))


def histories(synthetic: pd.DataFrame) -> Histories:
    return by_person({"synthetic": synthetic, "train": TRAIN, "holdout": HOLDOUT}, "customer")


def moved(rows: pd.DataFrame, sd: float, random_state: int = 0) -> pd.DataFrame:
    """Move every amount and every day a little."""
    rng = np.random.default_rng(random_state)
    days = pd.to_timedelta(rng.integers(-3, 4, len(rows)), unit="D")
    return rows.assign(
        amount=rows["amount"] + rng.normal(0, sd, len(rows)) * rows["amount"].std(), day=rows["day"] + days
    )


def test_who_was_copied_is_at_no_distance_and_who_was_moved_is_closer_than_any_real_person() -> None:
    copied = nearest_histories(histories(planted(SYNTHETIC, some(TRAIN, 20))), 0)[0][0]
    assert copied[:20].tolist() == [0] * 20
    assert (copied[20:] > 0).all()
    near = nearest_histories(histories(planted(SYNTHETIC, moved(some(TRAIN, 20), 0.05))), 0)[0][0]
    assert np.median(near[:20]) < 0.5 < np.quantile(near[20:], 0.01)


def test_whole_histories_tell_those_moved_from_others_where_the_nearest_event_does_not() -> None:
    found = histories(planted(SYNTHETIC, moved(some(TRAIN, 20), 0.7)))

    def among_the_first(distances: np.ndarray) -> int:
        return int((np.argsort(distances)[:20] < 20).sum())

    (whole, _), _ = nearest_histories(found, 0)
    assert among_the_first(whole) >= 15
    assert among_the_first(nearest_events(found)[0]) <= 10


def test_the_reference_is_of_people_beside_others_who_play_the_synthetic_ones() -> None:
    (members, others), reference = nearest_histories(histories(SYNTHETIC), 0)
    assert (len(members), len(others)) == (300, 300)
    assert list(map(len, reference)) == [300, 150]
    # Real people are as close to other real people as to synthetic ones.
    for distances in (members, others, *reference):
        assert 0.8 < np.median(distances) < 1.3


def test_people_with_very_many_events_are_compared_by_the_first_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MAX_COMPARED", 900)
    monkeypatch.setattr(events, "MAX_ROWS", 900)
    rng = np.random.default_rng(0)
    tables = {}
    for number, part in enumerate(("train", "holdout", "synthetic")):
        who = np.repeat(np.arange(100), 60)
        tables[part] = pd.DataFrame(
            {"who": who + 1_000 * number, "day": np.tile(np.arange(60), 100), "paid": rng.normal(size=6_000)}
        )
    found = by_person(tables, "who")
    assert found.many_people(900, 0).sizes == (100, 100, 100)
    assert found.many_people(6_000, 0) is found
    measures = {m.name: m for m in events.search_events(found, 0).measures}
    assert measures["hausdorff_attack_auc"].rows == measures["event_attack_auc"].rows == 200


def test_events_that_nobody_synthetic_has_are_far_from_everybody() -> None:
    found = histories(SYNTHETIC)
    (kind,) = found.events
    nothing = AssessedTables(kind.tables.synthetic[:0], kind.tables.train, kind.tables.holdout)
    none = replace(kind, tables=nothing, owners=(kind.owners[0][:0], *kind.owners[1:]))
    gone = replace(found, events=(none,))
    for members, others in (nearest_events(gone), *nearest_histories(gone, 0)):
        assert np.isinf(members).all()
        assert np.isinf(others).all()


def two_kinds(rows: pd.DataFrame) -> LinkedTables:
    """Give the first 50 people no web payments at all, and put these in a table of their own."""
    tables = linked(rows)
    payments = tables.events["payments"]
    web = payments["shop"] == "web"
    first = payments["customer"].isin(tables.people["customer"].iloc[:50])
    return LinkedTables(tables.people, {"web": payments[web & ~first], "others": payments[~web]}, "customer")


@pytest.mark.parametrize("leak", [0, 20])
def test_of_several_kinds_of_events_the_smallest_rank_counts(leak: int) -> None:
    synthetic = planted(SYNTHETIC, some(TRAIN, leak)) if leak else SYNTHETIC
    tables = {"synthetic": two_kinds(synthetic), "train": two_kinds(TRAIN), "holdout": two_kinds(HOLDOUT)}
    (members, others), _ = nearest_histories(of_linked(tables), 0)
    assert 1 <= min(members.min(), others.min()) <= 20
    assert max(members.max(), others.max()) <= 600
    pays_elsewhere = TRAIN.loc[TRAIN["shop"] != "web", "customer"].unique()
    assert (members[:leak][np.isin(TRAIN["customer"].unique()[:leak], pays_elsewhere)] <= 20).all()
