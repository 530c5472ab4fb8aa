"""How an assessed table goes into scikit-learn: fitted on the rows that are learned from, and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

LARGEST = 1e30
"""Numbers are cut here: forests keep them as float32, and squares of what is larger overflow."""
MISSING = -1e31
"""What a missing number becomes for trees: below all others, so that one cut sets it apart."""
MAX_LEVELS = 100
MIN_LEVEL_ROWS = 10


def tree_encoder(learned: pd.DataFrame) -> Any:
    """Fit the encoding for trees and everything made of them.

    Numbers stay as they are, and missing ones become the smallest. Categories become their place in the order
    of frequency, so that one cut sets rare ones apart from frequent ones; unseen and missing ones have codes
    of their own. (NaN is not passed on: histogram gradient boosting of scikit-learn 1.9 cannot fit a column
    without values, which a fold may have even where the table has not.)

    Parameters
    ----------
    learned
        The rows to learn from: a table of an `AssessedTables`, or some of its columns.

    Returns
    -------
    sklearn.compose.ColumnTransformer
        Fitted; ``transform`` gives an array of shape (n_rows, n_columns), without NaN.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

    numbers, categories = _kinds(learned)
    codes = OrdinalEncoder(
        categories=[[*_by_frequency(learned[name]), np.nan] for name in categories],
        handle_unknown="use_encoded_value",
        unknown_value=-1,
        encoded_missing_value=-2,
    )
    encoder = ColumnTransformer(
        [("numbers", FunctionTransformer(_with_lowest), numbers), ("categories", codes, categories)]
    )
    return encoder.fit(learned)


def linear_encoder(learned: pd.DataFrame) -> Any:
    """Fit the encoding for linear models and distances.

    Missing numbers become the median, with a column that marks them; numbers are standardised. Categories
    become one column for each of at most 100 levels, of which one stands for all that are rarer than 10 rows
    or were not seen.

    Parameters
    ----------
    learned
        The rows to learn from: a table of an `AssessedTables`, or some of its columns.

    Returns
    -------
    sklearn.compose.ColumnTransformer
        Fitted; ``transform`` gives an array of shape (n_rows, n_features), sparse where most of it is 0.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    numbers, categories = _kinds(learned)
    scaled = make_pipeline(
        FunctionTransformer(bounded),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    levels = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=MIN_LEVEL_ROWS, max_categories=MAX_LEVELS
    )
    return ColumnTransformer([("numbers", scaled, numbers), ("categories", levels, categories)]).fit(learned)


def bounded(values: ArrayLike) -> NDArray[np.float64]:
    """Cut numbers at `LARGEST` on both sides; NaN stays."""
    return np.clip(np.asarray(values, np.float64), -LARGEST, LARGEST)


def _with_lowest(values: ArrayLike) -> NDArray[np.float64]:
    return np.nan_to_num(bounded(values), nan=MISSING)


def _kinds(table: pd.DataFrame) -> tuple[list[str], list[str]]:
    numbers = [name for name in table.columns if table[name].dtype == np.float64]
    return numbers, [name for name in table.columns if name not in set(numbers)]


def _by_frequency(column: pd.Series[str]) -> list[str]:
    """List the levels, the most frequent first, and equally frequent ones by name."""
    return list(column.value_counts().sort_index().sort_values(ascending=False, kind="stable").index)
