"""Three tables are brought into one shape, or it is said what is wrong with them."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from synth_handson.errors import TableError
from synth_handson.evidence.three_tables import halves, prepare_tables, sample_rows

ROWS = 120


def table(**columns: object) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"n": rng.normal(size=ROWS), "c": rng.choice(["x", "y"], ROWS)})
    return frame.assign(**columns)


def problems(synthetic: object, train: object, holdout: object) -> str:
    with pytest.raises(TableError) as caught:
        prepare_tables(synthetic, train, holdout)  # type: ignore[arg-type]
    assert caught.value.message("ja")
    return str(caught.value)


def test_columns_follow_the_training_table() -> None:
    prepared = prepare_tables(table()[["c", "n"]], table(), table().set_index(np.arange(ROWS) + 5))
    assert list(prepared.synthetic.columns) == list(prepared.holdout.columns) == ["n", "c"]
    assert list(prepared.holdout.index) == list(range(ROWS))
    assert prepared.numbers == ("n",)
    assert prepared.categories == ("c",)


def test_dates_become_days_booleans_text_and_missing_values_nan() -> None:
    days = pd.Series(pd.to_datetime("1970-01-01") + pd.to_timedelta(np.arange(ROWS) / 2, unit="D"))
    flags = pd.Series([True, None] * (ROWS // 2), dtype="boolean")
    frame = table(d=days, b=flags, z=days.dt.tz_localize("UTC"), s=days - days[0])
    prepared = prepare_tables(frame, frame, frame).train
    assert (
        prepared["d"].tolist()[:3] == prepared["z"].tolist()[:3] == prepared["s"].tolist()[:3] == [0, 0.5, 1]
    )
    assert prepared["b"].iloc[0] == "True"
    assert prepared["b"].isna().iloc[1]


def test_a_column_in_another_dtype_is_converted_where_its_values_allow_it() -> None:
    as_text = table(n=table()["n"].map("{:.3f}".format))
    assert prepare_tables(as_text, table(), table()).synthetic["n"].dtype == np.float64
    dates = table(n=pd.Timestamp("2026-01-01"))
    text = table(n="2026-01-02")
    prepared = prepare_tables(text, dates, dates)
    assert prepared.synthetic["n"].iloc[0] - prepared.train["n"].iloc[0] == 1


def test_equal_values_in_another_type_are_equal_in_all_three_tables() -> None:
    whole = np.arange(ROWS) % 7
    prices, moments = whole / 10, pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(whole, unit="D"))
    dresses: list[tuple[object, ...]] = [
        (prices, prices.astype("float32"), pd.Series([Decimal(int(n)) / 10 for n in whole], dtype=object)),
        (whole > 3, (whole > 3).astype(float), (whole > 3).astype(str)),
        (moments, moments.dt.date, moments.dt.strftime("%Y-%m-%d"), moments.astype("timestamp[ms][pyarrow]")),
        ([f"{n:03d}" for n in whole], whole, whole.astype(float)),
    ]
    for train, *others in dresses:
        for other in others:
            prepared = prepare_tables(table(c=other), table(c=train), table(c=other))
            assert prepared.synthetic["c"].equals(prepared.train["c"])
            assert prepared.holdout["c"].equals(prepared.train["c"])


def test_names_that_read_the_same_are_refused_and_others_become_text() -> None:
    frame = table().rename(columns={"n": 1, "c": "self"})
    assert list(prepare_tables(frame, frame, frame).train.columns) == ["1", "self"]
    twice = table().rename(columns={"n": 1, "c": "1"})
    assert "same name: 1." in problems(twice, twice, twice)


def test_an_empty_column_stays_empty() -> None:
    frame = table(e=np.nan, o=pd.Series([None] * ROWS, dtype=object))
    assert prepare_tables(frame, frame, frame).train[["e", "o"]].isna().all(axis=None)


def test_a_value_of_another_type_is_named() -> None:
    message = problems(table(n=["oops", *table()["n"][1:]]), table(), table())
    assert "“n”" in message
    assert "'oops'" in message
    assert "`synthetic`" in message


def test_an_infinite_number_is_named() -> None:
    assert "inf" in problems(table(), table(), table(n=[np.inf, *table()["n"][1:]]))


def test_other_columns_are_named() -> None:
    message = problems(table().rename(columns={"c": "k"}), table(), table())
    assert "missing: c;" in message
    assert "additional: k)" in message


def test_every_problem_is_listed_at_once() -> None:
    twice = pd.concat([table(), table()[["c"]]], axis=1)
    message = problems(table().head(99), table(), twice)
    assert "99 rows" in message
    assert "at least 100" in message
    assert "same name" in message
    assert problems(table()[["n"]], table()[["n"]], table()[["n"]]).count("columns") >= 1
    assert "list" in problems([1], table(), table())


def test_a_sample_is_without_replacement_and_in_order() -> None:
    frame = pd.DataFrame({"n": np.arange(50)})
    drawn = sample_rows(frame, 20, 0)["n"]
    assert len(set(drawn)) == 20
    assert drawn.is_monotonic_increasing
    assert sample_rows(frame, 50, 0) is frame


def test_halves_share_no_row_and_are_the_whole() -> None:
    frame = pd.DataFrame({"n": np.arange(51)})
    first, second = halves(frame, 0)
    assert (len(first), len(second)) == (25, 26)
    assert set(first["n"]) | set(second["n"]) == set(range(51))
