"""Whether synthetic rows stand in the order of the training rows."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.row_order import row_order
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import hint_speaks


def draw(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, rows),
            "income": np.exp(rng.normal(10, 1, rows)).round(),
            "job": rng.choice(list("abcdef"), rows),
        }
    )


def measured(synthetic: pd.DataFrame, train: pd.DataFrame) -> Measure:
    found = row_order(prepare_tables(synthetic, train, draw(300, 9)))
    assert found is not None
    return found


TRAIN, FRESH = draw(600, 1), draw(500, 2)


def in_order_of(column: str, share: float = 1.0) -> pd.DataFrame:
    """Put rows of people never seen in the order that a column has in the training table."""
    rank = TRAIN[column][: len(FRESH)].rank(method="first").astype(int) - 1
    ordered = FRESH.sort_values(column).iloc[rank].reset_index(drop=True)
    kept = round(share * len(FRESH))
    return pd.concat([ordered[:kept], ordered[kept:].sample(frac=1, random_state=0)], ignore_index=True)


def test_rows_in_order_of_the_income() -> None:
    found = measured(in_order_of("income"), TRAIN)
    assert found.columns == ("income",)
    assert found.rows == 500
    # Rank by rank the same, where elsewhere there is no correlation.
    assert found.value == pytest.approx(1, abs=0.05)
    assert hint_speaks(found)


def test_rows_in_order_of_a_category() -> None:
    found = measured(in_order_of("job"), TRAIN)
    assert found.columns == ("job",)
    # Of six that are as often, one sixth agrees by chance.
    assert found.value == pytest.approx(1 - 1 / 6, abs=0.1)
    assert hint_speaks(found)


def test_part_of_the_rows_in_order() -> None:
    found = measured(in_order_of("income", 0.4), TRAIN)
    assert found.value == pytest.approx(0.4, abs=0.12)
    assert hint_speaks(found)


def coded(table: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    return table.assign(code=codes.astype("str"))


@pytest.mark.parametrize(("rows", "speaks"), [(500, True), (50, True), (20, False), (1, False)])
def test_codes_that_nobody_shares_in_the_same_places(rows: int, speaks: bool) -> None:
    numbers = pd.Series(range(600))
    codes = (numbers + 10_000).where(numbers >= rows, numbers)[:500]
    tables = (coded(FRESH, codes), coded(TRAIN, numbers), coded(draw(300, 9), numbers[:300] + 20_000))
    found = row_order(prepare_tables(*tables))
    # No code is in another place, so that the share of rows that agree is all excess.
    assert found is not None
    assert hint_speaks(found) is speaks
    assert not speaks or (found.columns == ("code",) and found.value == pytest.approx(rows / 500))


def test_people_never_seen_in_any_order_say_nothing() -> None:
    assert not any(hint_speaks(measured(draw(500, seed), TRAIN)) for seed in range(20, 60))


def test_both_tables_sorted_by_the_same_column_say_nothing() -> None:
    by_income = (table.sort_values("income", ignore_index=True) for table in (FRESH, TRAIN))
    assert not hint_speaks(measured(*by_income))


def test_too_few_rows_are_not_compared() -> None:
    assert row_order(prepare_tables(FRESH[:150], TRAIN, draw(300, 9))) is None
