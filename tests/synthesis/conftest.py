"""What several tests of trainings learn from."""

import pandas as pd
import pytest


@pytest.fixture
def table(bank: pd.DataFrame) -> pd.DataFrame:
    """Return a table that trains in a second."""
    return bank[["age", "job", "balance", "y"]].head(400)
