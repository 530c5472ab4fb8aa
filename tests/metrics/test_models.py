"""How tables go into scikit-learn, by hand and for tables of odd shapes."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import issparse
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from synth_handson.metrics.models import LARGEST, MISSING, LinearEncoder, TreeEncoder


def text(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def dense(encoded: object) -> np.ndarray:
    return encoded.toarray() if hasattr(encoded, "toarray") else np.asarray(encoded)


def test_trees_get_numbers_as_they_are_and_categories_by_frequency() -> None:
    learned = pd.DataFrame({"n": [3.0, np.nan, -2.0, 7.0], "c": text("x", "y", "y", None)})
    other = pd.DataFrame({"n": [1e300, 0.5, np.nan, 1.0], "c": text("y", "x", "never seen", None)})
    expected = [[LARGEST, 0], [0.5, 1], [MISSING, -1], [1, -2]]
    assert TreeEncoder(learned).transform(other).tolist() == expected


def test_linear_models_get_standardised_numbers_and_a_mark_where_one_was_missing() -> None:
    learned = pd.DataFrame({"n": [0.0, 2.0, np.nan, 1.0]})
    # The median is 1, the mean with it 1, the standard deviation the root of 1/2; a mark has mean 1/4.
    encoded = dense(LinearEncoder(learned).transform(pd.DataFrame({"n": [2.0, np.nan]})))
    assert encoded[:, 0] == pytest.approx([np.sqrt(2), 0])
    assert encoded[:, 1] == pytest.approx(np.array([-0.25, 0.75]) / np.sqrt(3 / 16))


def test_linear_models_see_rare_and_unseen_categories_as_one() -> None:
    learned = pd.DataFrame({"c": text(*["a"] * 30, *["b"] * 20, "rare", "rarer")})
    encoded = dense(LinearEncoder(learned).transform(pd.DataFrame({"c": text("a", "b", "rare", "new")})))
    assert encoded.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]


@pytest.mark.parametrize("encoder", [TreeEncoder, LinearEncoder])
def test_odd_columns_become_finite_numbers(encoder) -> None:
    rng = np.random.default_rng(0)
    learned = pd.DataFrame(
        {
            "empty": np.full(3000, np.nan),
            "extreme": rng.choice([-1e308, 0, 1e308], 3000),
            "one": text(*["same"] * 3000),
            "no text": text(*[None] * 3000),
            "names": text(*[f"name {number}" for number in range(3000)]),
        }
    )
    other = learned.assign(empty=1.0, one="another", names="unknown").head(50)
    for table in (learned, other):
        encoded = dense(encoder(learned).transform(table))
        assert np.isfinite(encoded).all()
        assert encoded.shape[1] <= 110


@pytest.mark.parametrize("encoder", [TreeEncoder, LinearEncoder])
def test_what_is_encoded_beside_a_row_makes_no_difference(encoder) -> None:
    learned = pd.DataFrame({"n": [1.0, 2.0, 3.0] * 10, "c": text(*["a", "b", "b"] * 10)})
    row, far = learned.head(1), pd.DataFrame({"n": [1e6], "c": text("z")})
    fitted = encoder(learned)
    alone, beside = dense(fitted.transform(row)), dense(fitted.transform(pd.concat([row, far])))
    assert alone[0].tolist() == beside[0].tolist()


@pytest.mark.parametrize("levels", [2, 12, 300])
@pytest.mark.parametrize("kinds", ["numbers", "categories", "both"])
def test_the_encoding_for_linear_models_is_that_of_a_column_transformer(levels: int, kinds: str) -> None:
    rng = np.random.default_rng(levels)

    def drawn(rows: int, more: int) -> pd.DataFrame:
        numbers = pd.DataFrame(rng.normal(size=(rows, 2)), columns=["m", "n"])
        names = pd.DataFrame({name: rng.integers(0, levels + more, rows).astype(str) for name in "cd"})
        gaps = [part.mask(rng.random(part.shape) < 0.05) for part in (numbers, names)]
        return {"numbers": gaps[0], "categories": gaps[1], "both": pd.concat(gaps, axis=1)}[kinds]

    learned, other = drawn(900, 0), drawn(400, 3)
    names = [name for name in "mn" if name in learned], [name for name in "cd" if name in learned]
    imputer = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=10, max_categories=100)
    parts = [("numbers", make_pipeline(imputer, StandardScaler()), names[0]), ("names", one_hot, names[1])]
    expected = ColumnTransformer(parts).fit(learned)
    encoder = LinearEncoder(learned)
    for table in (learned, other):
        found, wanted = encoder.transform(table), expected.transform(table)
        assert issparse(found) == issparse(wanted)
        assert np.array_equal(dense(found), dense(wanted))
