"""A few events that were copied, where too few people are found for their labels to decide."""

import numpy as np
import pandas as pd
import pytest
from panels import draw_payments, renumbered

from synth_handson import assess
from synth_handson.evidence.histories import by_person
from synth_handson.evidence.privacy.event_copies import EventCopies
from synth_handson.evidence.privacy.events import FoundByEvents, search_events
from synth_handson.evidence.privacy.people_found import PeopleFound
from synth_handson.evidence.three_tables import AssessedTables
from synth_handson.evidence.verdict import hint_speaks
from synth_handson.metrics.arrays import Integers

TRAIN, HOLDOUT, SYNTHETIC = (renumbered(draw_payments(300, seed), 1_000 * seed) for seed in (1, 2, 3))
OWN = ["day", "shop", "amount"]


def with_copies(people: int, each: int = 1) -> pd.DataFrame:
    """Put so many events of each of so many training people in place of synthetic people's."""
    leaky = SYNTHETIC.copy()
    several = TRAIN.groupby("customer").filter(lambda rows: len(rows) >= each)
    copied = several.groupby("customer").head(each).head(people * each)[OWN]
    if each == 1:
        places = leaky.index[~leaky["customer"].duplicated()][:people]
    else:
        places = leaky.groupby("customer").filter(lambda rows: len(rows) >= each).index[:each]
    leaky.loc[places, OWN] = copied.to_numpy()
    return leaky


def searched(synthetic: pd.DataFrame) -> FoundByEvents:
    tables = {"synthetic": synthetic, "train": TRAIN, "holdout": HOLDOUT}
    return search_events(by_person(tables, "customer"), 0)


def compared(synthetic: list[str], train: list[str], holdout: list[str]) -> EventCopies:
    """Compare events that are a character each; each text is a person."""
    owners = [np.repeat(np.arange(len(part)), [len(t) for t in part]) for part in (synthetic, train, holdout)]
    events = [pd.DataFrame({"what": list("".join(part))}) for part in (synthetic, train, holdout)]
    real: Integers = np.concatenate([owners[1], len(train) + owners[2]])
    codes = pd.factorize(pd.concat([*events[1:], events[0]])["what"])[0]
    tables = AssessedTables(*events)
    (found,) = EventCopies.of(tables, {"what": codes}, (real, owners[0]), len(train))
    return found


def test_it_is_counted_by_hand() -> None:
    found = compared(["ab", "aacx", "y"], ["abbd", "ce"], ["bd", "f"])
    assert found.columns == ("what",)
    # Of a, b, c, x and y, training people have a, b and c; b, too, is one of the holdout's.
    assert found.matches.distinct_copies == 3
    assert found.matches.distinct_rows == 5
    # Of a, b, c, d, e and f, real people have b and d twice; nobody's own repetition counts.
    assert (found.matches.different, found.matches.repeated) == (6, 2)
    assert found.found == (2, 1)
    # Two training people stand behind the three events, and two synthetic ones.
    assert found.copied == 2


def test_whoever_is_copied_with_many_events_counts_once() -> None:
    alone = "abcdefghij"
    assert compared([alone, "x"], [alone, "klm"], ["n"]).copied == 1
    assert compared([*alone, "x"], [alone, "klm"], ["n"]).copied == 1
    assert compared([*alone, "x"], [*alone, "klm"], ["n"]).copied == 10


def test_a_few_copied_events_are_a_hint_where_the_labels_decide_nothing() -> None:
    (honest,) = searched(SYNTHETIC).hints(0.0014)
    assert not hint_speaks(honest)
    (leaky,) = searched(with_copies(10)).hints(0.0014)
    assert leaky.columns == ("day", "shop", "amount")
    assert hint_speaks(leaky)
    (one,) = searched(with_copies(1, each=6)).hints(0.0014)
    assert not hint_speaks(one)


def test_where_the_labels_decide_it_is_not_taken() -> None:
    assert searched(with_copies(60)).hints(0.0014) == ()
    found = compared(["ab"], ["abc"] * 20, ["x"] * 20)
    decided, undecided = (PeopleFound.once(20, 0, people) for people in ((20, 20), (20, 1)))
    assert found.hints(decided, 0.01) == ()
    assert [m.name for m in found.hints(undecided, 0.01)] == ["event_copies"]


@pytest.mark.parametrize("seed", range(10))
def test_events_that_many_people_have_are_no_copies(seed: int) -> None:
    # A generator that has learned nothing from anybody: people like those of the training table.
    rng = np.random.default_rng(seed)
    tables = {
        part: pd.DataFrame(
            {
                "who": np.repeat(np.arange(200), 5),
                "plan": rng.choice(list("abcd"), 1_000),
                "paid": rng.integers(1, 40, 1_000),
            }
        )
        for part in ("synthetic", "train", "holdout")
    }
    found = search_events(by_person(tables, "who"), seed)
    assert not any(map(hint_speaks, found.hints(0.0014)))


def test_copies_under_new_payment_numbers_are_found() -> None:
    def numbered(frame: pd.DataFrame, first: int) -> pd.DataFrame:
        return frame.assign(payment=[f"P{first + 7 * i:06d}" for i in range(len(frame))])

    tables = {
        "synthetic": numbered(with_copies(10), 500_000),
        "train": numbered(TRAIN, 100_000),
        "holdout": numbered(HOLDOUT, 300_000),
    }
    hints = search_events(by_person(tables, "customer"), 0).hints(0.0014)
    assert [hint_speaks(hint) for hint in hints] == [False, True]
    assert "payment" not in hints[1].columns


def test_the_verdict_asks_a_person_to_look() -> None:
    evidence = assess(with_copies(10), train=TRAIN, holdout=HOLDOUT, person="customer")
    assert evidence.verdict == "review"
    assert evidence.reasons[0].key == "verdict.shown_event_copies"
    assert "day, shop, amount" in evidence.reasons[0].render("en")
