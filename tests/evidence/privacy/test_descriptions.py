"""Descriptions of single rows: by hand, and beside those that anonymeter makes."""

import numpy as np
import polars as pl
import pytest

from synth_handson.evidence.privacy.descriptions import BATCH, describe_single_rows
from synth_handson.metrics.boxes import rows_in_boxes


def test_descriptions_worked_by_hand() -> None:
    # A number, of which 0 to 2 are at most the median, and a category.
    codes = np.array([[0, 0], [1, 0], [2, 1], [3, 1], [4, 1], [-1, 0]])
    low, high = describe_single_rows(
        codes, np.array([True, False]), columns=2, most=9, attempts=BATCH, rng=np.random.default_rng(0)
    )
    endless = np.iinfo(codes.dtype).max
    found = {tuple(map(tuple, sides)) for sides in np.stack([low, high], axis=2).tolist()}
    # "At most 1, and 0" fits two rows, and so does "at least 3, and 1".
    assert found == {((0, 0), (0, 0)), ((0, 2), (1, 1)), ((4, endless), (1, 1)), ((-1, -1), (0, 0))}


def test_no_more_than_asked_for_are_made() -> None:
    codes = np.arange(20)[:, None]
    for most in (1, 2):
        low, high = describe_single_rows(
            codes, np.array([False]), columns=1, most=most, attempts=BATCH, rng=np.random.default_rng(0)
        )
        assert len(low) == len(high) == most


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_they_are_those_of_anonymeter(columns: int) -> None:
    from anonymeter.evaluators.singling_out_evaluator import multivariate_singling_out_queries

    draw = np.random.default_rng(columns)
    rows = draw.integers(0, [60, 40, 5, 3], (150, 4))
    rows[draw.random(150) < 0.1, 0] = -1
    codes = np.unique(rows, axis=0)
    numbers = np.array([True, True, False, False])
    options = {"n_queries": 80, "n_cols": columns, "max_attempts": 3 * BATCH}
    table = {
        f"c{i}": pl.Series([None if v < 0 else v for v in column.tolist()], dtype=pl.Int64)
        if numbers[i]
        else pl.Series(map(str, column.tolist()))
        for i, column in enumerate(codes.T)
    }
    frame = pl.DataFrame(table)
    queries = multivariate_singling_out_queries(df=frame, rng=np.random.default_rng(7), **options)
    low, high = describe_single_rows(
        codes,
        numbers,
        columns=columns,
        most=80,
        attempts=3 * BATCH,
        rng=np.random.default_rng(7),
    )
    assert len(low) == len(queries) > 0
    fits = frame.select(query.fill_null(False).alias(str(i)) for i, query in enumerate(queries)).to_numpy()
    boxes, fitting = rows_in_boxes(codes, low, high)
    assert boxes.tolist() == list(range(len(queries)))
    assert fitting.tolist() == fits.argmax(axis=0).tolist()
    # They fit the same other people, too.
    others = draw.integers(0, [60, 40, 5, 3], (400, 4))
    expected = pl.DataFrame(
        {f"c{i}": column if numbers[i] else column.astype(str) for i, column in enumerate(others.T)}
    ).select(query.alias(str(i)) for i, query in enumerate(queries))
    found = np.zeros((400, len(queries)), bool)
    boxes, fitting = rows_in_boxes(others, low, high)
    found[fitting, boxes] = True
    assert np.array_equal(found, expected.to_numpy())
