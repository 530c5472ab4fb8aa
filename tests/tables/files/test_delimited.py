"""Delimited text of any kind."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from synth_handson import ArgumentError
from synth_handson.tables.files import delimited
from synth_handson.tables.files.form import Reading
from synth_handson.tables.files.reading import read_file, read_table

PEOPLE = [("name", "price"), ("Müller", "1,50"), ("Meier", "2,75")]


@pytest.mark.parametrize(
    ("content", "delimiter", "header", "columns", "rows"),
    [
        ("name;price\nMüller;1,50\nMeier;2,75\n", ";", True, ["name", "price"], 2),
        ("a\tb\n1\t2\n3\t4\n", "\t", True, ["a", "b"], 2),
        ("a|b|c\n1|2|3\n", "|", True, ["a", "b", "c"], 1),
        ('name,city\nAnn,Bonn\nBob,"Köln, Deutz"\n', ",", True, ["name", "city"], 2),
        ("1,2,3\n4,5,6\n", ",", False, ["column 1", "column 2", "column 3"], 2),
        ("Ann,3,x\nBob,5,y\n", ",", False, ["column 1", "column 2", "column 3"], 2),
        ("name\nAnn\nBob\n", ",", True, ["name"], 2),
        ("氏名,年齢\n山田太郎,34\n佐藤花子,28\n", ",", True, ["氏名", "年齢"], 2),
        ("name,quote\nO'Brien,it's\nD'Arcy,that's 'it'\n", ",", True, ["name", "quote"], 2),
        ("a,b\n'x, y',2\n'z',3\n", ",", True, ["a", "b"], 2),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";", True, ["a", "b"], 2),
        ("a,b\n", ",", True, ["a", "b"], 0),
        ("59 2 32.1\n48 1 21.6\n", " ", False, ["column 1", "column 2", "column 3"], 2),
        (",age\n0,34\n1,28\n", ",", True, ["column 1", "age"], 2),
        ("\n\na,b\n1,2\n\n3,4\n", ",", True, ["a", "b"], 2),
        ("a,b\r\n1,2\r\n3,4\r\n", ",", True, ["a", "b"], 2),
        ("a,b\r1,2\r3,4\r", ",", True, ["a", "b"], 2),
    ],
)
def test_how_a_file_is_delimited_is_found(
    content: str, delimiter: str, header: bool, columns: list[str], rows: int, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(content.encode())
    frame, form = read_file(tmp_path / "a.csv")
    assert (form.delimiter, form.header, list(frame), len(frame)) == (delimiter, header, columns, rows)


def test_what_is_said_of_a_file_is_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("x:y\n1:é\n".encode("latin-1"))
    frame = read_table(tmp_path / "a.csv", delimiter=":", header=False, encoding="latin-1")
    assert frame.to_numpy().tolist() == [["x", "y"], ["1", "é"]]


def test_text_keeps_its_spaces_and_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('a,b\n" x ","one\ntwo"\n\' y\',"say ""hi"""\n')
    frame = read_table(tmp_path / "a.csv")
    assert frame.to_numpy().tolist() == [[" x ", "one\ntwo"], ["' y'", 'say "hi"']]


def test_missing_values_of_one_column_are_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n\n3\n")
    assert read_table(tmp_path / "a.csv")["a"].tolist() == [1, pd.NA, 3]


def test_a_packed_text_may_take_less_memory_than_a_plain_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("a\n" + "1\n" * 10_000)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    assert read_table(tmp_path / "a.csv.gz").equals(read_table(tmp_path / "a.csv"))
    monkeypatch.setattr(delimited, "SURE_PACKED", 2**15)
    assert len(read_table(tmp_path / "a.csv")) == 10_000
    with pytest.raises(ArgumentError, match="gunzip"):
        read_table(tmp_path / "a.csv.gz")


def test_more_text_than_memory_holds_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" + "1,2\n" * 1000)
    monkeypatch.setattr(delimited, "MAX_MEMORY", 1000)
    with pytest.raises(ArgumentError, match="when unpacked"):
        read_table(tmp_path / "a.csv")


def test_a_table_written_in_parts_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "CHUNK", 7)
    (tmp_path / "a.csv").write_text("a;b\n" + "01;x\n" * 20)
    frame, form = read_file(tmp_path / "a.csv")
    from synth_handson.tables.files.writing import write_table

    told: list[int] = []
    write_table(frame, tmp_path / "b.csv", form=form, on_rows=told.append)
    assert (tmp_path / "b.csv").read_text() == (tmp_path / "a.csv").read_text()
    assert told == [7, 14, 20]


def test_lines_of_notes_are_no_rows_and_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"2024-03-{i:02},{i}\n" for i in range(1, 29))
    half = rows.index("2024-03-15")
    begin = f"# made by us, today, at noon\nday,n\n{rows[:half]}# second half\n"
    text = f"{begin}{rows[half:]}合計,406\n* estimated\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    frame, form = read_file(tmp_path / "a.csv")
    assert (frame.shape, form.columns[0].type, form.rows_left_out) == ((28, 2), "date", 4)
    (tmp_path / "a.csv").write_text(text.replace(",28\n", ",x\n"), encoding="utf-8")
    with pytest.raises(ArgumentError, match="line 31"):
        read_file(tmp_path / "a.csv", Reading({"n": "whole"}))


@pytest.mark.parametrize(
    "first", ["mia@example.org", "+44 20 7946 0958", "090-1111-2222", "https://example.org/x"]
)
def test_what_names_no_column_is_data(first: str, tmp_path: Path) -> None:
    rows = f"Nagoya,{first}\n" + "Kobe,x\nOtsu,y\n" * 20
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    assert read_table(tmp_path / "a.csv").shape == (41, 2)
    (tmp_path / "a.csv").write_text("day,2024-01-31\n" + "a,1\nb,2\n" * 20, encoding="utf-8")
    assert list(read_table(tmp_path / "a.csv")) == ["day", "2024-01-31"]
