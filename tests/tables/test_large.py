"""Tables from files: small ones as pandas reads them, large ones column by column with the same values."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson import ArgumentError
from synth_handson.tables import large
from synth_handson.tables.columns import as_canonical
from synth_handson.tables.large import FrameTable, LargeTable, open_table

ROWS = 60


def every_kind() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    hours = pd.to_timedelta(rng.integers(0, 9, ROWS), unit="h")
    return pd.DataFrame(
        {
            "whole": rng.integers(0, 9, ROWS),
            "whole with gaps": pd.array(rng.choice([1, 2, None], ROWS), dtype="Int64"),
            "number": rng.choice([0.5, np.nan, -0.0, 3.25, 1e300], ROWS),
            "narrow": rng.random(ROWS).astype("float32"),
            "text": rng.choice(["a", "b", None, "01", "NaN of it", "日本"], ROWS),
            "category": pd.Categorical(rng.choice(["x", "y"], ROWS), categories=["unused", "x", "y"]),
            "code": pd.Categorical(rng.integers(0, 3, ROWS)),
            "date": pd.Timestamp("2024-01-01") + hours,
            "zoned": pd.Timestamp("2024-01-01", tz="Asia/Tokyo") + hours,
            "duration": hours,
            "boolean": rng.choice([True, False], ROWS),
            "truth with gaps": pd.array(rng.choice([True, False, None], ROWS), dtype="boolean"),
            "nothing": np.full(ROWS, np.nan),
        },
        index=np.arange(ROWS) * 2,
    )


def decoded(table: LargeTable, name: Any) -> pd.Series:
    values, codes = table.encode(name)
    assert set(codes) == set(range(len(values)))
    return values.iloc[codes].reset_index(drop=True)


def opened(path: Path, folder: Path) -> LargeTable:
    table = open_table(path, "train", ROWS - 1, folder)
    assert not isinstance(table, pd.DataFrame)
    assert len(table) == ROWS
    return table


@pytest.mark.parametrize("name", every_kind().columns)
def test_a_column_of_parquet_has_the_values_and_dtype_that_pandas_reads(name: str, tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    every_kind().to_parquet(path, row_group_size=7)
    read, table = pd.read_parquet(path), opened(path, tmp_path)
    assert list(table.columns) == list(read.columns)
    pd.testing.assert_series_equal(
        decoded(table, name), read[name].reset_index(drop=True), check_names=False, check_categorical=False
    )


def test_values_that_cannot_be_kept_once_are_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pd.DataFrame({"list": [[1], [2, 3]] * 30}).to_parquet(path)
    assert list(decoded(opened(path, tmp_path), "list")[:3]) == ["[1]", "[2 3]", "[1]"]


def test_a_folder_of_parquet_files_is_one_table(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    frame = every_kind().reset_index(drop=True)
    frame.iloc[:20].to_parquet(folder / "0.parquet")
    frame.iloc[20:].to_parquet(folder / "1.parquet")
    assert decoded(opened(folder, tmp_path), "text").equals(frame["text"])


@pytest.mark.parametrize("name", every_kind().columns)
@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_a_column_of_csv_has_the_values_that_pandas_reads(
    name: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "CHUNK", 7)
    path = tmp_path / f"table{ending}"
    every_kind().to_csv(path, index=False)
    read = as_canonical(pd.read_csv(path)[name])
    found = as_canonical(decoded(opened(path, tmp_path), name))
    pd.testing.assert_series_equal(found, read, check_names=False)


@pytest.mark.parametrize(
    ("chunks", "dtype"),
    [
        ((["1"] * 7, ["2"] * 7), "int64"),
        ((["1"] * 7, [""] * 7), "float64"),
        ((["1"] * 7, ["2.5"] * 7), "float64"),
        ((["01"] * 7, ["x"] * 7), "str"),
        (([""] * 7, ["x"] * 7), "str"),
        ((["True"] * 7, ["False"] * 7), "bool"),
        ((["True"] * 7, ["1"] * 7), "str"),
    ],
)
def test_what_a_csv_column_holds_is_decided_by_all_of_its_chunks(
    chunks: tuple[list[str], ...], dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "CHUNK", 7)
    path = tmp_path / "table.csv"
    written = [value for chunk in chunks for value in chunk]
    path.write_text("c,d\n" + "".join(f"{value},1\n" for value in written))
    table = open_table(path, "train", 3, tmp_path)
    assert not isinstance(table, pd.DataFrame)
    values, codes = table.encode("c")
    assert values.dtype == dtype
    if dtype == "str":
        assert [value if isinstance(value, str) else "" for value in values.iloc[codes]] == written


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_small_file_is_the_table_that_pandas_reads(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"table{ending}"
    frame = draw_people(ROWS, 0)
    frame.to_csv(path, index=False) if ending == ".csv" else frame.to_parquet(path)
    read = pd.read_csv(path) if ending == ".csv" else pd.read_parquet(path)
    for given in (path, str(path)):
        table = open_table(given, "train", ROWS, tmp_path)
        assert isinstance(table, pd.DataFrame)
        pd.testing.assert_frame_equal(table, read)


def test_a_large_frame_keeps_each_value_once() -> None:
    frame = every_kind().assign(mixed=[1, "a", None] * 20, large=[2**70, 3] * 30)
    table = FrameTable(frame)
    for name in every_kind().columns:
        pd.testing.assert_series_equal(
            decoded(table, name),
            frame[name].reset_index(drop=True),
            check_names=False,
            check_categorical=False,
        )
    assert list(table.encode("mixed")[0].dropna()) == ["1", "a"]
    assert list(table.encode("large")[0]) == [2**70, 3]


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("absent.csv", None, "file_missing"),
        ("table.xlsx", b"", "file_format"),
        ("broken.parquet", b"no parquet", "file_unreadable"),
        ("empty.csv", b"", "file_unreadable"),
        ("uneven.csv", b"a,b\n1,2\n1,2,3\n", "file_unreadable"),
        ("shift_jis.csv", "名前,年齢\n山田,3\n".encode("cp932"), "file_unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(
    name: str, content: bytes | None, key: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArgumentError) as caught:
        open_table(path, "holdout", 10, tmp_path)
    assert caught.value.key == key
    for language in ("en", "ja"):
        assert name in caught.value.message(language) and "`holdout`" in caught.value.message(language)


def test_a_large_csv_file_that_breaks_off_is_said_to_be_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "CHUNK", 7)
    path = tmp_path / "table.csv"
    path.write_text("a,b\n" + "1,2\n" * 30 + "1,2,3\n")
    with pytest.raises(ArgumentError) as caught:
        open_table(path, "train", 10, tmp_path)
    assert caught.value.key == "file_unreadable"
