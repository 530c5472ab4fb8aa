"""How tables go into scikit-learn, by hand and for tables of odd shapes."""

import numpy as np
import pandas as pd
import pytest

from synth_handson.metrics.models import LARGEST, MISSING, TreeEncoder, linear_encoder


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
    encoded = dense(linear_encoder(learned).transform(pd.DataFrame({"n": [2.0, np.nan]})))
    assert encoded[:, 0] == pytest.approx([np.sqrt(2), 0])
    assert encoded[:, 1] == pytest.approx(np.array([-0.25, 0.75]) / np.sqrt(3 / 16))


def test_linear_models_see_rare_and_unseen_categories_as_one() -> None:
    learned = pd.DataFrame({"c": text(*["a"] * 30, *["b"] * 20, "rare", "rarer")})
    encoded = dense(linear_encoder(learned).transform(pd.DataFrame({"c": text("a", "b", "rare", "new")})))
    assert encoded.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]


@pytest.mark.parametrize("encoder", [TreeEncoder, linear_encoder])
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


@pytest.mark.parametrize("encoder", [TreeEncoder, linear_encoder])
def test_what_is_encoded_beside_a_row_makes_no_difference(encoder) -> None:
    learned = pd.DataFrame({"n": [1.0, 2.0, 3.0] * 10, "c": text(*["a", "b", "b"] * 10)})
    row, far = learned.head(1), pd.DataFrame({"n": [1e6], "c": text("z")})
    fitted = encoder(learned)
    alone, beside = dense(fitted.transform(row)), dense(fitted.transform(pd.concat([row, far])))
    assert alone[0].tolist() == beside[0].tolist()
