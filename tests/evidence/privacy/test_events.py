"""People found by their events: counted by hand, labels exchanged, and where people were copied."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panels import draw_payments, joined, linked, on_new_days, planted, renumbered, some

from synth_handson import assess
from synth_handson.evidence.histories import Histories, by_person, of_linked
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.events import EVENT_MEASURES, EventCodes, key_matches, search_events
from synth_handson.tables.linked import LinkedTables

TRAIN, HOLDOUT, SYNTHETIC = (renumbered(draw_payments(300, seed), 1_000 * seed) for seed in (1, 2, 3))


def measured(synthetic: pd.DataFrame) -> dict[str, Measure]:
    tables = {"synthetic": synthetic, "train": TRAIN, "holdout": HOLDOUT}
    return {m.name: m for m in search_events(by_person(tables, "customer"), 0).measures}


@pytest.fixture(scope="module")
def honest() -> dict[str, Measure]:
    return measured(SYNTHETIC)


def test_people_never_seen_are_found_alike(honest: dict[str, Measure]) -> None:
    assert tuple(honest) == EVENT_MEASURES
    assert all(m.p_value is not None and m.p_value > 0.01 for m in honest.values())
    # People whose age and region are alike are one person where only these are looked at.
    assert all(m.rows == 600 or m.name == "profile_matches" for m in honest.values())
    assert all(m.reference is not None for m in honest.values())


LEAKS = {
    "copied": (20, TRAIN, ("event_matches", "event_matches_2", "history_attack_tpr", "event_attack_tpr")),
    "on new days": (30, on_new_days(TRAIN, 0), ("event_matches_2", "event_matches_3")),
    "two in one": (20, joined(TRAIN), ("event_matches", "event_matches_2")),
}


@pytest.mark.parametrize(("people", "rows", "names"), LEAKS.values(), ids=LEAKS)
def test_people_who_were_copied_are_found(people: int, rows: pd.DataFrame, names: tuple[str, ...]) -> None:
    found = measured(planted(SYNTHETIC, some(rows, people)))
    for name in names:
        assert found[name].p_value is not None
        assert found[name].p_value < 0.005, (name, found[name])


def three(
    synthetic: dict[int, list[str]], train: dict[int, list[str]], holdout: dict[int, list[str]]
) -> EventCodes:
    """Put few people's events into the shape that is counted, whatever their number."""

    def events(people: dict[int, list[str]], part: int) -> pd.DataFrame:
        rows = [(part + person, shop, i) for person, shops in people.items() for i, shop in enumerate(shops)]
        return pd.DataFrame(rows, columns=["who", "shop", "nr"])

    # A hundred people without anything in common with anybody fill each table.
    def padded(people: dict[int, list[str]], part: int, name: str) -> pd.DataFrame:
        filler = {100 + i: [f"{name}{i}", f"{name}{i}"] for i in range(100)}
        return events(people | filler, part)

    tables = {
        "synthetic": padded(synthetic, 10_000, "s"),
        "train": padded(train, 20_000, "t"),
        "holdout": padded(holdout, 30_000, "h"),
    }
    found: Histories = by_person(tables, "who")
    (kind,) = found.events
    return EventCodes.of(found.rows(kind), kind, found.sizes)


def test_one_event_and_several_by_hand() -> None:
    codes = three(
        {0: ["bank", "café"], 1: ["zoo"]},
        {0: ["bank", "café"], 1: ["bank"], 2: ["zoo"]},
        {0: ["café"], 1: ["zoo", "port"]},
    )
    subsets, counts = codes.one(0)
    by = dict(zip(subsets, counts.T.tolist(), strict=True))
    # Bank stands twice among real people, café twice, zoo twice, port in no synthetic row.
    assert by["shop",] == [0, 0]
    # A bank visit that comes first is two people's, a café that comes second only the first's.
    assert by["shop", "nr"] == [1, 0]
    together = {subset: codes.split(np.flatnonzero(shared.alone[:, 1])) for subset, shared in codes.shared}
    # Bank and café together are the first training person's alone, and stand in one synthetic person.
    assert together["shop",] == (1, 0)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_exchanging_labels_exchanges_counts(seed: int) -> None:
    tables = {"synthetic": planted(SYNTHETIC, some(TRAIN, 20)), "train": TRAIN, "holdout": HOLDOUT}
    there, back = (
        EventCodes.of(h.rows(h.events[0]), h.events[0], h.sizes)
        for h in (
            by_person(tables, "customer"),
            by_person({**tables, "train": HOLDOUT, "holdout": TRAIN}, "customer"),
        )
    )
    subsets, counts = there.one(seed)
    assert dict(zip(subsets, counts.T.tolist(), strict=True)) == {
        subset: pair[::-1]
        for subset, pair in zip(*(back.one(seed)[0], back.one(seed)[1].T.tolist()), strict=True)
    }


def with_one_event_each(moved: Callable[[pd.Series], pd.Series]) -> dict[str, Measure]:
    """Put an event of each of 30 training people, at another moment, in place of synthetic people's."""
    at = pd.to_timedelta(np.random.default_rng(0).integers(0, 86_400, 20_000), unit="s")
    train, holdout, synthetic = (
        frame.assign(day=frame["day"] + at[: len(frame)].to_numpy()) for frame in (TRAIN, HOLDOUT, SYNTHETIC)
    )
    firsts = [frame.index[~frame["customer"].duplicated()][:30] for frame in (train, synthetic)]
    own = ["day", "shop", "amount"]
    copied = train.loc[firsts[0], own]
    synthetic.loc[firsts[1], own] = copied.assign(day=moved(copied["day"])).to_numpy()
    tables = {"synthetic": synthetic, "train": train, "holdout": holdout}
    return {m.name: m for m in search_events(by_person(tables, "customer"), 0).measures}


@pytest.mark.parametrize(
    "moved",
    [lambda moments: moments.dt.floor("D"), lambda moments: moments + pd.Timedelta("1s")],
    ids=["to midnight", "by a second"],
)
def test_an_event_at_another_time_of_its_day_is_found(moved: Callable[[pd.Series], pd.Series]) -> None:
    found = with_one_event_each(moved)["event_matches"]
    assert found.p_value is not None
    assert found.p_value < 1e-4
    assert "day" in found.columns


def test_the_order_of_what_happened_is_found_whatever_the_dates_and_amounts_are() -> None:
    rng = np.random.default_rng(4)

    def visits(first: int, people: int = 200, each: int = 15) -> pd.DataFrame:
        who = np.repeat(np.arange(first, first + people), each)
        days = np.sort(rng.integers(0, 1_000, (people, each)), axis=1).ravel()
        return pd.DataFrame(
            {
                "who": who,
                "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D"),
                "ward": rng.integers(0, 25, len(who)).astype(str),
                "cost": rng.gamma(2, 50, len(who)).round(2),
            }
        )

    train, holdout, synthetic = visits(0), visits(1_000), visits(2_000)
    synthetic.loc[synthetic.index[: 15 * 15], "ward"] = train["ward"].to_numpy()[: 15 * 15]
    tables = {"synthetic": synthetic, "train": train, "holdout": holdout}
    found = {m.name: m for m in search_events(by_person(tables, "who"), 0).measures}["history_attack_tpr"]
    assert found.p_value is not None
    assert found.p_value < 0.001


def test_several_kinds_of_events_count_together() -> None:
    def tables(frame: pd.DataFrame, seed: int) -> LinkedTables:
        one = linked(frame)
        rng = np.random.default_rng(seed)
        rows = one.people["customer"].repeat(2)
        calls = pd.DataFrame({"customer": rows.to_numpy(), "seconds": rng.integers(1, 10_000, len(rows))})
        return LinkedTables(one.people, {**one.events, "calls": calls}, "customer")

    train, holdout, synthetic = tables(TRAIN, 1), tables(HOLDOUT, 2), tables(SYNTHETIC, 3)
    # Only calls are copied, under new keys.
    calls = synthetic.events["calls"].copy()
    calls.loc[calls.index[:40], "seconds"] = train.events["calls"]["seconds"].to_numpy()[:40]
    leaky = LinkedTables(synthetic.people, {**synthetic.events, "calls": calls}, "customer")
    found = {
        m.name: m
        for m in search_events(
            of_linked({"synthetic": leaky, "train": train, "holdout": holdout}), 0
        ).measures
    }
    assert found["event_matches_2"].columns == ("calls.seconds",)
    assert found["event_matches_2"].p_value is not None
    assert found["event_matches_2"].p_value < 0.001


def keys(*numbers: range) -> tuple[pd.Series, ...]:
    return tuple(pd.Series([str(n) for n in part]) for part in numbers)


def test_real_keys_are_found_and_numbers_from_one_are_none() -> None:
    copied = key_matches(keys(range(50, 150), range(300), range(300, 500)))
    assert (copied.value, copied.reference) == (100 / 300, 0.0)
    assert copied.p_value is not None
    assert copied.p_value < 1e-9
    everyone = np.random.default_rng(0).permutation(500)
    train, holdout = (pd.Series(part.astype(str)) for part in np.split(everyone, [300]))
    numbered = key_matches((pd.Series(np.arange(400).astype(str)), train, holdout))
    assert numbered.p_value is not None
    assert numbered.p_value > 0.05
    # New keys that keep clear of training people's are no sign of anything.
    avoided = key_matches(keys(range(300, 500), range(300), range(300, 500)))
    assert (avoided.p_value, avoided.avoided) == (1.0, None)


def test_people_are_found_by_what_belongs_to_them_whatever_their_events_are() -> None:
    rng = np.random.default_rng(0)

    def with_profile(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
        draw = np.random.default_rng(seed)
        people, who = pd.factorize(frame["customer"])
        own = {f"a{i}": draw.integers(0, 6, len(who)) for i in range(5)}
        return frame.assign(**{name: values[people] for name, values in own.items()})

    synthetic, train, holdout = (with_profile(f, i) for i, f in enumerate((SYNTHETIC, TRAIN, HOLDOUT)))
    columns = [f"a{i}" for i in range(5)]
    profiles = train.drop_duplicates("customer")[columns].to_numpy()[:40]
    copied = synthetic.copy()
    keys = synthetic["customer"].unique()[:40]
    position = copied["customer"].map(dict(zip(keys, range(40), strict=True)))
    copied.loc[position.notna(), columns] = profiles[position.dropna().astype(int)]
    # In disguise: only some of the rows of a person have the profile.
    mixed = copied.copy()
    some_rows = position.notna() & (copied.groupby("customer").cumcount() > 0)
    mixed.loc[position.notna() & ~some_rows, columns] = rng.integers(0, 6, (40, 5))
    for table in (copied, mixed):
        tables = {"synthetic": table, "train": train, "holdout": holdout}
        found = {m.name: m for m in search_events(by_person(tables, "customer"), 0).measures}[
            "profile_matches"
        ]
        assert found.p_value is not None
        assert found.p_value < 0.001


def test_a_text_of_one_event_finds_whoever_wrote_it() -> None:
    rng = np.random.default_rng(0)
    words = ["".join(rng.choice(list("abcdefghij"), 5)) for _ in range(400)]

    def visits(first: int, people: int) -> pd.DataFrame:
        owner = np.repeat(np.arange(first, first + people), 6)
        notes = [" ".join(rng.choice(words, 9)) for _ in owner]
        return pd.DataFrame({"id": owner, "day": np.tile(np.arange(6), people), "note": notes})

    train, holdout, synthetic = visits(0, 200), visits(200, 200), visits(400, 200)
    # A note of each of thirty people, under other people's names and among other notes.
    synthetic.loc[synthetic.index[::40][:30], "note"] = train["note"].iloc[::6].iloc[:30].to_numpy()
    leaking = assess(synthetic, train=train, holdout=holdout, person="id")
    found = next(m for m in leaking.privacy.measures if m.name == "event_texts")
    assert found.value is not None and found.reference is not None
    assert (found.value, found.reference) == (30 / 200, 0)
    assert leaking.verdict == "fail"


def test_copied_people_are_found_although_every_amount_was_moved() -> None:
    people = some(TRAIN, 30)
    amounts = people["amount"] + np.random.default_rng(0).normal(0, 0.02, len(people)) * TRAIN["amount"].std()
    found = measured(planted(SYNTHETIC, people.assign(amount=amounts)))
    # The nearest six of 600 people could show no more than .03: all six are trained on, on either side.
    assert found["event_attack_tpr"].p_value is not None
    assert found["event_attack_tpr"].p_value < 0.001
