"""Events, their order, and what varies within people, beside the holdout's people."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.fidelity.c2st import told_apart_by_events
from synth_handson.evidence.fidelity.events import next_to_each_other, with_events
from synth_handson.evidence.fidelity.statistics import Fidelity, SchemaMatch, compare_events
from synth_handson.evidence.histories import Histories, by_person
from synth_handson.evidence.measures import Measure

NOTHING = Fidelity(SchemaMatch(True, True, True, ()), (), (), (), 0, 0)


def draw_walks(people: int, random_state: int, keep: float = 0.9) -> pd.DataFrame:
    """Draw people who move from mood to mood, seldom if ``keep`` is high, and whose weight hardly changes."""
    rng = np.random.default_rng(random_state)
    steps = 6
    mood = np.empty((people, steps), int)
    mood[:, 0] = rng.integers(0, 3, people)
    for step in range(1, steps):
        stays = rng.random(people) < keep
        mood[:, step] = np.where(stays, mood[:, step - 1], rng.integers(0, 3, people))
    level = rng.normal(70, 10, people)[:, None]
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(people), steps),
            "month": np.tile(np.arange(steps), people),
            "mood": np.array(["low", "fair", "high"])[mood.ravel()],
            "weight": (level + rng.normal(0, 2, (people, steps))).ravel().round(2),
        }
    )


def histories(synthetic: pd.DataFrame) -> Histories:
    return by_person(
        {"synthetic": synthetic, "train": draw_walks(300, 1), "holdout": draw_walks(300, 2)}, "id"
    )


def of_events(synthetic: pd.DataFrame) -> dict[tuple[str, tuple[str, ...]], Measure]:
    found = with_events(NOTHING, histories(synthetic), 0)
    return {(m.name, m.columns): m for m in (*found.columns, *found.pairs, *found.joint)}


def certain(measure: Measure) -> bool:
    """Whether it is certainly worse than the holdout."""
    return (
        measure.low is not None
        and measure.reference_high is not None
        and measure.low > measure.reference_high
    )


def test_each_event_stands_beside_the_one_before_it() -> None:
    (events,) = histories(draw_walks(200, 3)).events
    steps, owners = next_to_each_other(events)
    assert list(steps.train) == [
        "month", "mood", "weight", "lag(month)", "lag(mood)", "lag(weight)",
        "month - lag(month)", "weight - lag(weight)",
    ]  # fmt: skip
    assert len(steps.train) == len(owners[1]) == 300 * 5
    first = draw_walks(300, 1).iloc[:6]
    assert steps.train["lag(mood)"][:5].tolist() == first["mood"][:5].tolist()
    assert steps.train["mood"][:5].tolist() == first["mood"][1:].tolist()
    assert steps.train["weight - lag(weight)"][:5].tolist() == pytest.approx(
        first["weight"].diff()[1:].tolist()
    )
    assert (steps.train["month - lag(month)"] == 1).all()


def test_good_people_keep_order_and_what_is_theirs() -> None:
    found = of_events(draw_walks(300, 3))
    assert not [key for key, m in found.items() if certain(m)]
    told = found["c2st_auc_events", ()]
    assert told.low is not None
    assert told.low < 0.55


def test_events_out_of_order_show_where_they_follow_each_other() -> None:
    mixed = draw_walks(300, 3, keep=0.0)
    found = of_events(mixed)
    assert not certain(found["column_tvd", ("mood",)])
    assert certain(found["cramers_v_difference", ("lag(mood)", "mood")])
    assert certain(found["c2st_auc_events", ()])


def test_people_whose_values_are_others_vary_too_much_within_them() -> None:
    mixed = draw_walks(300, 3)
    mixed["weight"] = np.random.default_rng(0).permutation(mixed["weight"].to_numpy())
    found = of_events(mixed)
    assert not certain(found["column_tvd", ("weight",)])
    within = found["intraclass_difference", ("weight",)]
    assert within.value is not None
    assert within.value > 0.8
    assert certain(within)
    assert certain(found["column_tvd", ("weight - lag(weight)",)])


def test_rows_of_a_person_are_no_independent_rows() -> None:
    """The interval of a mean of values that hardly vary within people is that of as many people, not rows."""
    some = histories(draw_walks(300, 3))
    (events,) = some.events
    widths = []
    for owners in (events.owners, tuple(np.arange(len(table)) for table in events.tables.all)):
        (_, _, _, mean, *_), _ = compare_events(events.tables, owners, ["weight"], [], 0)
        assert mean.name == "mean_difference"
        assert mean.value is not None
        widths.append(mean.high - mean.low)
    # 300 people with 6 rows each, whose intraclass correlation is nearly 1.
    assert widths[0] / widths[1] == pytest.approx(np.sqrt(6), rel=0.25)


@pytest.mark.seldom
def test_a_copied_history_does_not_make_events_easy_to_tell() -> None:
    copied = draw_walks(300, 1)
    some = histories(copied)
    (events,) = some.events
    area = told_apart_by_events(some.rows(events), events.owners, random_state=0).estimate
    assert area is not None
    assert area.low < 0.5 < area.high
