"""Tables most of whose rows have what few training people have, however many rows there are."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.counting.exact_tables import read_tables
from synth_handson.evidence.privacy.few_alike import Commonest
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.three_tables import prepare_tables


def common(rows: int, people: int, sizes: tuple[int, int] = (100, 1_000)) -> Commonest:
    return Commonest({"town": "A"}, rows, people, sizes)


@pytest.mark.parametrize(
    ("rows", "people", "sizes", "gives_away"),
    [
        (100, 99, (100, 1_000), True),
        (100, 100, (100, 1_000), False),
        (51, 7, (100, 1_000), True),
        # Twice as often in the rows as among people, and fewer than that: 80 % beside 40 %, 78 % beside 40 %.
        (80, 80, (100, 200), True),
        (78, 80, (100, 200), False),
    ],
)
def test_fewer_than_100_people_who_are_far_more_often_in_the_rows(
    rows: int, people: int, sizes: tuple[int, int], gives_away: bool
) -> None:
    assert common(rows, people, sizes).gives_away is gives_away


def people(rows: int, seed: int = 0) -> pd.DataFrame:
    """3 % of them come from Ely, a tenth are retired, whatever else they are."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(20, 90, rows),
            "town": rng.choice(["Ely", "Bath", "York", "Hull"], rows, p=[0.03, 0.37, 0.3, 0.3]),
            "work": rng.choice(["retired", "employed"], rows, p=[0.1, 0.9]),
            "born": pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 9_000, rows), unit="D"),
            "phone": np.where(rng.random(rows) < 0.02, None, "yes"),
        }
    )


TRAIN, HOLDOUT = people(2_000, 1), people(1_000, 2)
ELY = int((TRAIN["town"] == "Ely").sum())
RETIRED_IN_ELY = int(TRAIN.eval("town == 'Ely' and work == 'retired'").sum())


def found(synthetic: pd.DataFrame) -> Commonest:
    """Look at all rows, in memory and on the disk: what is found is the same."""
    in_memory = Neighbours.of(prepare_tables(synthetic, TRAIN, HOLDOUT), 0).counts.commonest
    with read_tables(synthetic, TRAIN, HOLDOUT, 0, rows=100) as given:
        assert given.whole is not None
        on_disk = given.whole.commonest
    assert str(on_disk) == str(in_memory)
    return in_memory


def test_columns_are_put_together_as_far_as_anybody_has_them() -> None:
    rows = people(400)
    alike = found(rows.assign(town="Ely", work="retired"))
    assert dict(alike.values) == {"town": "Ely", "work": "retired"}
    assert (alike.rows, alike.people) == (400, RETIRED_IN_ELY)
    # A value that nobody has does not hide the others.
    invented = found(rows.assign(town="Ely", work="asleep"))
    assert (dict(invented.values), invented.people) == ({"town": "Ely"}, ELY)
    assert alike.gives_away and invented.gives_away


@pytest.mark.parametrize(
    ("share", "rows", "gives_away"), [(0.85, 1_000, True), (0.85, 100, True), (0.99, 100, False)]
)
def test_one_row_again_and_again_is_seen_though_each_of_its_values_is_common(
    share: float, rows: int, gives_away: bool
) -> None:
    has = np.random.default_rng(0).random((120, 200)) < share
    has = has[:, :25] if share < 0.9 else has
    alone = [Commonest({f"{i}": 1}, rows, int(one.sum()), (rows, 120)) for i, one in enumerate(has.T)]
    alike = Commonest.together(alone, lambda names: (rows, int(has[:, [*map(int, names)]].all(axis=1).sum())))
    assert alike.gives_away is gives_away


def test_a_few_other_rows_hide_nothing() -> None:
    rows = people(400).assign(town="Ely")
    alike = found(rows.assign(town=rows["town"].where(rows.index >= 40, "York")))
    assert (alike.rows, alike.people, alike.gives_away) == (360, ELY, True)


def test_gaps_that_few_people_have_are_alike() -> None:
    alike = found(people(400).assign(phone=None))
    assert "phone" in alike.values
    assert 0 < alike.people <= TRAIN["phone"].isna().sum()
    assert alike.gives_away


@pytest.mark.parametrize("seed", range(3, 13))
def test_honest_rows_are_about_many(seed: int) -> None:
    assert not found(people(150, seed)).gives_away


def test_classes_drawn_alike_are_about_many() -> None:
    rows = people(400)
    assert not found(rows.assign(work=["retired", "employed"] * 200)).gives_away
    # Two hundred training people are retired.
    assert not found(rows.assign(work="retired")).gives_away
