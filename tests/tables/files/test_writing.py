"""Whatever is written is read back as it was, with and without its schema."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from synth_handson import ArgumentError
from synth_handson.tables.files.form import ColumnForm, Reading, TableForm
from synth_handson.tables.files.reading import read_file, read_table
from synth_handson.tables.files.writing import write_blocks, write_table

FORMATS = ["csv", "tsv", "csv.gz", "json", "jsonl", "json.gz", "yaml", "xlsx", "parquet"]

TABLE = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "zip": ["01067", "10115", None],
        "born": pd.to_datetime(["1980-02-01", None, "1990-12-13"]),
        "seen": pd.to_datetime(["2024-01-01T10:00:00+09:00", "2024-01-01T10:00:01+09:00", None]),
        "opens": [dt.time(9, 5), None, dt.time(21, 11)],
        "member": pd.Series([True, False, None], dtype="boolean"),
        "price": [1.5, 2.25, None],
        "visits": pd.Series([1, None, 5], dtype="Int64"),
        "country": ["NA", "null", "-"],
        "氏名": ["山田", "𠮷野", 'he said "hi",\nthen\tleft'],
    }
)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_table_is_read_back_as_it_was(ending: str, tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / f"table.{ending}")
    assert_frame_equal(read_table(tmp_path / f"table.{ending}"), TABLE)


@pytest.mark.parametrize("ending", FORMATS[:-2])
def test_what_needs_many_digits_keeps_them(ending: str, tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"big": [2**70, -1, 2], "precise": [Decimal("1.12345678901234567890"), Decimal("2.5"), None]}
    )
    write_table(table, tmp_path / f"table.{ending}")
    assert_frame_equal(read_table(tmp_path / f"table.{ending}"), table)


@pytest.mark.parametrize("ending", [e for e in FORMATS if e != "xlsx"])
def test_an_empty_text_is_no_missing_one(ending: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"note": ["", None, "x"]})
    write_table(table, tmp_path / f"table.{ending}")
    assert_frame_equal(read_table(tmp_path / f"table.{ending}"), table)


SPELLED = """\
id;zip;born;ok;price;seen;note;n
1;01067;01.02.1980;ja;1.234,50;2024-01-01T10:00:00+09:00;"";–
2;10115;13.12.1990;nein;12,00;2024-02-01T10:00:00+09:00;NA;5
3;99999;;ja;-0,25;;;-7
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_values_are_spelled_as_they_were(encoding: str, tmp_path: Path) -> None:
    source, target = tmp_path / "source.csv", tmp_path / "target.csv"
    source.write_bytes(SPELLED.replace("\n", "\r\n").encode(encoding))
    frame, form = read_file(source)
    write_table(frame, target, form=form)
    assert target.read_bytes().decode(encoding) == SPELLED


NEW = """\
at;day;era;named;big;short;code
9:05;2016/5/25;令和元年5月1日;31-OCT-2023;1.020;9:05 PM;4280525
21:11;2016/12/1;昭和64年1月7日;01-MAY-2024;950;12:30 AM;5010501
"""


def test_dates_times_and_thousands_are_spelled_as_they_were(tmp_path: Path) -> None:
    source, target = tmp_path / "source.csv", tmp_path / "target.csv"
    source.write_text(NEW, encoding="utf-8")
    frame, form = read_file(source, Reading({"code": "date"}))
    assert [column.type for column in form.columns] == [
        "time",
        "date",
        "date",
        "date",
        "whole",
        "time",
        "date",
    ]
    assert frame["code"].tolist() == [pd.Timestamp("2016-05-25"), pd.Timestamp("2019-05-01")]
    write_table(frame, target, form=form)
    assert target.read_text(encoding="utf-8") == NEW


def test_what_is_said_of_dates_and_times_is_how_they_are_written(tmp_path: Path) -> None:
    source, target = tmp_path / "source.csv", tmp_path / "target.csv"
    source.write_text("a,b,c\n1/2/2024,March 9,9:05\n3/4/2024,February 29,21:11\n", encoding="utf-8")
    frame, form = read_file(source, Reading({"a": "date:%d/%m/%Y", "b": "date:%B %d", "c": "text"}))
    assert frame["a"][0] == pd.Timestamp("2024-02-01")
    assert frame["c"].tolist() == ["9:05", "21:11"]
    write_table(frame, target, form=form)
    assert target.read_text(encoding="utf-8") == source.read_text(encoding="utf-8")


def test_the_form_of_a_table_is_kept_in_another_format(tmp_path: Path) -> None:
    source = tmp_path / "source.csv"
    source.write_text(SPELLED)
    frame, form = read_file(source)
    write_table(frame, tmp_path / "target.json", form=form)
    assert '"zip": "01067", "born": "01.02.1980", "ok": true, "price": 1234.5' in (
        tmp_path / "target.json"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize("ending", ["json", "jsonl", "yaml"])
def test_json_and_yaml_are_written_in_utf_8_whatever_they_were_read_in(
    ending: str, encoding: str, tmp_path: Path
) -> None:
    rows = {
        "json": '[{"職業": "会社員"}, {"職業": "学生"}]',
        "jsonl": '{"職業": "会社員"}\n{"職業": "学生"}\n',
    }
    text = rows.get(ending, "- 職業: 会社員\n- 職業: 学生\n")
    (tmp_path / f"a.{ending}").write_bytes(text.encode(encoding))
    frame, form = read_file(tmp_path / f"a.{ending}")
    frame.loc[1, "職業"] = "🎉"
    write_table(frame, tmp_path / f"b.{ending}", form=form)
    assert "\ufeff" not in (tmp_path / f"b.{ending}").read_text(encoding="utf-8")
    assert_frame_equal(read_table(tmp_path / f"b.{ending}"), frame)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "whole": st.integers(-(2**80), 2**80),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "date": st.datetimes(pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 1, 1)),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[pd.DataFrame, TableForm]:
    """Draw a table of any types, with its form."""
    rows = draw(st.integers(1, 6))
    names = draw(st.lists(TEXT.map(str.strip).filter(bool), min_size=1, max_size=4, unique=True))
    frame, forms = {}, []
    for name in names:
        kind = draw(st.sampled_from(sorted(VALUES)))
        values = draw(st.lists(st.one_of(st.none(), VALUES[kind]), min_size=rows, max_size=rows))
        dtypes = {"text": "str", "number": "float64", "boolean": "boolean", "date": "datetime64[us]"}
        frame[name] = pd.Series(values, dtype=dtypes.get(kind, object))
        forms.append(ColumnForm(name, kind, date_format="%Y-%m-%d %H:%M:%S.%f" if kind == "date" else None))
    return pd.DataFrame(frame), TableForm("csv", tuple(forms))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(tables(), st.sampled_from(["csv", "tsv", "json", "jsonl", "yaml"]))
def test_any_table_is_read_back_by_its_schema(
    tmp_path: Path, drawn: tuple[pd.DataFrame, TableForm], ending: str
) -> None:
    frame, form = drawn
    path = tmp_path / f"table.{ending}"
    write_table(frame, path, form=form, force=True)
    read, found = read_file(path, schema=form)
    assert found.names == form.names
    for name in frame:
        assert read[name].isna().tolist() == frame[name].isna().tolist()
        assert read[name].dropna().tolist() == frame[name].dropna().tolist()


def fail(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("wrong", [fail, KeyboardInterrupt])
def test_what_goes_wrong_leaves_nothing_behind(wrong: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("old")

    def stop(_: int) -> None:
        if isinstance(wrong, type):
            raise wrong
        wrong()

    with pytest.raises((ArgumentError, KeyboardInterrupt)):
        write_table(TABLE, tmp_path / "table.csv", force=True, on_rows=stop)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["table.csv"]
    assert (tmp_path / "table.csv").read_text() == "old"


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("old")
    with pytest.raises(ArgumentError, match="already exists"):
        write_table(TABLE, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text() == "old"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="could not be written"):
        write_table(TABLE, tmp_path / "nowhere" / "table.csv")


@pytest.mark.parametrize("ending", ["doc", "xlsx.gz", "parquet.gz", "csv.zip"])
def test_other_formats_are_refused_with_those_that_are_known(ending: str, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"ends in one of \.csv"):
        write_table(TABLE, tmp_path / f"table.{ending}")


def test_a_sign_that_an_encoding_lacks_is_named(tmp_path: Path) -> None:
    source = tmp_path / "source.csv"
    source.write_bytes("職業,y\n会社員,1\n学生,2\n".encode("cp932"))
    frame, form = read_file(source)
    frame.loc[0, "職業"] = "🎉"
    with pytest.raises(ArgumentError, match="'🎉' in column “職業” cannot be written in the encoding cp932"):
        write_table(frame, tmp_path / "target.csv", form=form)


def test_a_text_that_begins_like_a_formula_stays_text(tmp_path: Path) -> None:
    table = pd.DataFrame({"=1+1": ["=cmd()", "+1", "@x"]})
    write_table(table, tmp_path / "table.xlsx")
    assert_frame_equal(read_table(tmp_path / "table.xlsx"), table)


@pytest.mark.parametrize("value", ["x" * 40_000, "\x01", 2**60])
def test_what_a_sheet_cannot_hold_is_refused(value: object, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"A sheet cannot store .* in column “a”"):
        write_table(pd.DataFrame({"a": [value]}), tmp_path / "table.xlsx")


def test_values_of_several_types_are_refused_by_parquet(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="“a” have several types"):
        write_table(pd.DataFrame({"a": [1, "x"]}), tmp_path / "table.parquet")


def test_blocks_may_differ_in_categories_gaps_and_dtypes_that_hold_them(tmp_path: Path) -> None:
    first = pd.DataFrame(
        {"n": [1, 2], "kind": pd.Categorical(["a", "b"]), "yes": [True, False], "empty": None}
    )
    second = pd.DataFrame(
        {
            "n": pd.array([3, None], "Int64"),
            "kind": pd.Categorical(["c", None]),
            "yes": pd.array([None, True], "boolean"),
            "empty": ["x", None],
        }
    )
    first.attrs = {"asked": [1]}
    path = tmp_path / "rows.parquet"
    write_blocks(iter([first, second]), path)
    read, form = read_table(path), pd.read_parquet(path)
    assert read["n"].tolist()[:3] == [1, 2, 3] and read["n"].isna().tolist() == [False, False, False, True]
    assert read["kind"].tolist()[:3] == ["a", "b", "c"]
    assert read["yes"].tolist()[:2] == [True, False] and pd.isna(read["yes"][2])
    assert read["empty"].tolist()[2] == "x"
    assert form.attrs == {"asked": [1]}


def test_a_block_with_values_of_another_type_is_named_by_its_first_row(tmp_path: Path) -> None:
    blocks = [pd.DataFrame({"n": [1, 2]}), pd.DataFrame({"n": ["three"]})]
    with pytest.raises(ArgumentError, match="From row 3 on"):
        write_blocks(blocks, tmp_path / "rows.parquet")
    assert not list(tmp_path.iterdir())
