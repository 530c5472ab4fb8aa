"""Small files that stand for huge ones, and tables beyond the limits, are refused before they cost much."""

import gzip
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from synth_handson.errors import ArgumentError
from synth_service.bounds import check_packed, check_rows, check_table
from synth_service.settings import Settings

SMALL = {"max_rows": 1_000, "max_columns": 5, "max_unpacked": 1_000_000, "max_cell": 100}
small = pytest.mark.parametrize("given", [SMALL])


def refused(path: Path, settings: Settings) -> str:
    with pytest.raises(ArgumentError) as caught:
        check_packed(path, settings)
    return caught.value.key


@small
def test_what_is_within_the_limits_passes(settings: Settings, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": range(1_000), "b": ["text"] * 1_000})
    frame.to_csv(tmp_path / "t.csv.gz", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    for path in tmp_path.glob("t.*"):
        check_packed(path, settings)
    check_table(frame, settings)


@small
def test_a_gzip_bomb(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 10_000_000))
    assert path.stat().st_size < 100_000
    assert refused(path, settings) == "service_unpacked"


@small
def test_a_zip_bomb(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 50_000_000)
    assert path.stat().st_size < 100_000
    assert refused(path, settings) == "service_unpacked"


@small
def test_a_parquet_file_that_says_in_its_footer_how_many_rows_it_stands_for(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"a": pa.array([1]).take(pa.array([0] * 5_000_000))}), path)
    assert path.stat().st_size < 100_000
    assert refused(path, settings) == "service_rows"


@small
@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ({"a": pa.DictionaryArray.from_arrays(pa.array([0] * 1_000), pa.array(["x" * 390]))}, None),
        (
            {
                name: pa.DictionaryArray.from_arrays(pa.array([0] * 1_000), pa.array(["x" * 390]))
                for name in "abc"
            },
            "service_unpacked",
        ),
        (
            {"a": pa.DictionaryArray.from_arrays(pa.array([0] * 1_000), pa.array(["x" * 50_000]))},
            "service_cell",
        ),
        ({name: pa.array([1]) for name in "abcdef"}, "service_columns"),
    ],
    ids=["much", "too much in all", "too long", "too many columns"],
)
def test_a_parquet_file_whose_dictionary_holds_one_text_for_many_rows(
    settings: Settings, tmp_path: Path, columns: dict[str, Any], key: str | None
) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.table(columns), path)
    assert path.stat().st_size < 100_000
    if key is None:
        check_packed(path, settings)
    else:
        assert refused(path, settings) == key


@small
@pytest.mark.parametrize("name", ["t.csv.gz", "t.xlsx", "t.parquet"])
def test_a_damaged_file(settings: Settings, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    starts = {"t.csv.gz": b"\x1f\x8b", "t.xlsx": b"PK\x03\x04", "t.parquet": b"PAR1"}
    path.write_bytes(starts[name] + b"nothing")
    assert refused(path, settings) == "file_damaged"


@small
@pytest.mark.parametrize(
    ("frame", "key"),
    [
        (pd.DataFrame({"a": range(1_001)}), "service_rows"),
        (pd.DataFrame({name: [1] for name in "abcdef"}), "service_columns"),
        (pd.DataFrame({"a": ["x" * 101]}), "service_cell"),
    ],
)
def test_a_table_beyond_the_limits(settings: Settings, frame: pd.DataFrame, key: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        check_table(frame, settings)
    assert caught.value.key == key


@small
def test_rows_are_counted_while_they_are_read(settings: Settings) -> None:
    check_rows(1_000, settings)
    with pytest.raises(ArgumentError, match="MAX_ROWS"):
        check_rows(1_001, settings)
