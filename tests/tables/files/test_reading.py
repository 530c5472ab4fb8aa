"""Files as they come: what is understood of them, and what is said of those that cannot be read."""

import gzip
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from openpyxl import Workbook
from pyarrow import parquet

from synth_handson import ArgumentError
from synth_handson.tables.files.form import TableForm
from synth_handson.tables.files.reading import read_file, read_table

PEOPLE = "id,age,city\n1,34,Kyoto\n2,28,Osaka\n3,45,Kobe\n"
ROWS = [{"id": 1, "age": 34}, {"id": 2, "age": 28}]


def workbook(*rows: list[object]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(content)
    return content.getvalue()


def archive(**entries: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, entry in entries.items():
            packed.writestr(name.replace("__", "/"), entry)
    return content.getvalue()


def arrow(table: pa.Table) -> bytes:
    content = io.BytesIO()
    parquet.write_table(table, content)
    return content.getvalue()


def bomb() -> bytes:
    """Return a workbook whose one sheet unpacks to a gigabyte."""
    content = io.BytesIO(workbook(["a"], [1]))
    with (
        zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet2.xml", "w") as entry,
    ):
        for _ in range(1024):
            entry.write(b" " * 2**20)
    return content.getvalue()


NOISE = random.Random(0).randbytes(5_000)
WIDE = ",".join(f"c{i}" for i in range(10_000)) + "\n" + ",".join(["1"] * 10_000) + "\n"
LAUGHS = "- &a {x: 1}\n- &b [*a, *a]\n- [*b, *b]\n"

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "nothing": ("a.csv", lambda: b"", "nothing in"),
    "blank lines": ("a.csv", lambda: b"\n\n  \n", "nothing in"),
    "a mark and nothing": ("a.csv", lambda: b"\xef\xbb\xbf", "nothing in"),
    "noise": ("a.csv", lambda: NOISE, "holds no text"),
    "a picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "holds no text"),
    "a program": ("a.tsv", lambda: b"\x7fELF\x02\x01\x01" + bytes(50), "holds no text"),
    "too few fields": ("a.csv", lambda: b"a,b,c\n1,2,3\n4,5\n6,7,8\n", "line 3: there are 2 fields, but 3"),
    "too many fields": ("a.csv", lambda: b"a,b\n1,2\n3,4\n5,6,7\n", "line 4: there are 3 fields, but 2"),
    "a late line": ("a.csv", lambda: PEOPLE.encode() * 30_000 + b"x,y\n", "line 120001: there are 2 fields"),
    "after a cell of two lines": ("a.csv", lambda: b'a,b\n"1\n2",3\n4,5\n6\n', "line 5: there are 1 fields"),
    "titles": ("a.csv", lambda: b"Sales of May\n\nid,amount\n1,5\n2,7\n", "there are"),
    "an open quote": ("a.csv", lambda: b'a,b\n1,"x\n2,y\n3,z\n', "never be closed"),
    "the same name twice": ("a.csv", lambda: b"a,b,a\n1,2,3\n", "same name: a"),
    "10,000 columns": ("a.csv", WIDE.encode, "10,000 columns"),
    "a cell of 50 MB": (
        "a.csv",
        lambda: b"a,b\n1," + b"x" * 50 * 2**20 + b"\n",
        "line 2: the value in column 2",
    ),
    "a cell of 2 MB": ("a.csv", lambda: b"a,b\n" + b"x" * 2**21 + b",1\n", "line 2: the value in column 1"),
    "a zero byte": ("a.csv", lambda: b"a,b\n1,x\0y\n", "holds no text"),
    "half of a packed file": (
        "a.csv.gz",
        lambda: gzip.compress(PEOPLE.encode() * 999)[:200],
        "cut off or dam",
    ),
    "a wrong sum": ("a.csv.gz", lambda: gzip.compress(PEOPLE.encode())[:-8] + bytes(8), "cut off or damaged"),
    "not packed": ("a.json.gz", lambda: b"[", "line 1: this is not JSON"),
    "wrong encoding": (
        "a.csv",
        lambda: "a,b\n1,東京\n".encode("cp932") + b"\x81\n",
        "line 3: there are 1 fields",
    ),
    "broken UTF-16": ("a.csv", lambda: "a,b\n1,x\n".encode("utf-16")[:-1], "cannot be read as utf-16"),
    "half of an array": ("a.json", lambda: json.dumps(ROWS)[:-5].encode(), "line 1: this is not JSON"),
    "a deep array": ("a.json", lambda: b"[" * 100_000, "not JSON"),
    "a deep object": (
        "a.json",
        lambda: b'[{"a": ' + b'{"b": ' * 5000 + b"1" + b"}" * 5001 + b"]",
        "not JSON",
    ),
    "a number": ("a.json", lambda: b"5", "no list of rows"),
    "numbers": ("a.json", lambda: b"[1, 2]", "entry 1 is no object"),
    "lists in cells": ("a.json", lambda: b'[{"a": [1]}]', "“a” of entry 1 holds a list"),
    "objects in cells": ("a.jsonl", lambda: b'{"a": 1}\n{"a": {"b": 1}}\n', "“a” of entry 2 holds a list"),
    "infinity": ("a.json", lambda: b'[{"a": Infinity}]', "Infinity is no number"),
    "a key twice": ("a.json", lambda: b'[{"a": 1, "a": 2}]', "twice: a"),
    "an array as lines": ("a.jsonl", lambda: json.dumps(ROWS, indent=1).encode(), "line 1: this is not JSON"),
    "no rows": ("a.json", lambda: b"[]", "nothing in"),
    "digits": ("a.json", lambda: b'[{"a": ' + b"9" * 10_000 + b"}]", "not JSON"),
    "aliases": ("a.yaml", LAUGHS.encode, "uses aliases"),
    "merged keys": ("a.yaml", lambda: b"- &a {x: 1}\n- {<<: *a}\n", "line 2: the file uses aliases"),
    "a Python object": ("a.yaml", lambda: b"- a: !!python/object/apply:os.system [ls]\n", "a.yaml"),
    "a tag": ("a.yaml", lambda: b"- a: !Secret 1\n", "line 1: this is not YAML"),
    "broken YAML": ("a.yaml", lambda: b'- a: 1\n- b: "x\n', "not YAML"),
    "a mapping": ("a.yaml", lambda: b"a: 1\nb: 2\n", "no list of rows"),
    "deep YAML": ("a.yaml", lambda: b"- a: {b: {c: 1}}\n", "holds a list"),
    "flow of brackets": ("a.yaml", lambda: b"[" * 50_000, "a.yaml"),
    "half of a workbook": ("a.xlsx", lambda: workbook(["a"], [1])[:900], "cut off or damaged"),
    "a bomb": ("a.xlsx", bomb, "once it is unpacked"),
    "an archive": ("a.xlsx", lambda: archive(readme=b"hello"), "no workbook"),
    "an empty workbook": ("a.xlsx", lambda: archive(xl__workbook_xml=b""), "no workbook"),
    "a broken sheet": (
        "a.xlsx",
        lambda: archive(**{"xl/workbook.xml": b"<x", "[Content_Types].xml": b"<y"}),
        "cut off or damaged",
    ),
    "formulas": ("a.xlsx", lambda: workbook(["a", "b"], [1, "=A2+1"]), "cell B2 holds a formula without"),
    "an empty sheet": ("a.xlsx", lambda: workbook(), "nothing in"),
    "more cells than names": ("a.xlsx", lambda: workbook(["a"], [1, 2]), "line 2: there are 2 fields"),
    "names twice": ("a.xlsx", lambda: workbook(["a", "a"], [1, 2]), "same name: a"),
    "an old workbook": ("a.xls", lambda: b"\xd0\xcf\x11\xe0" + bytes(99), "before 2007, or protected"),
    "half of a Parquet file": ("a.parquet", lambda: arrow(pa.table({"a": [1]}))[:-20], "cut off or damaged"),
    "text as Parquet": ("a.parquet", lambda: PEOPLE.encode(), "cut off or damaged"),
    "lists in Parquet": ("a.parquet", lambda: arrow(pa.table({"a": [[1]]})), "“a” of entry 1 holds a list"),
    "bytes in Parquet": (
        "a.parquet",
        lambda: arrow(pa.table({"a": [b"1"]})),
        "holds a list, a structure or b",
    ),
    "another format": ("a.doc", lambda: b"hello", "is not known"),
}


@pytest.mark.parametrize(("name", "content", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_gets_an_answer(
    name: str, content: Callable[[], bytes], said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content())
    with pytest.raises(ArgumentError) as caught:
        read_table(tmp_path / name)
    assert said in str(caught.value)
    assert caught.value.message("ja")


def test_the_answer_to_a_large_cell_takes_little_memory(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n1," + b"x" * 50 * 2**20 + b"\n")
    program = """
import resource, sys
from synth_handson.tables.files.reading import read_table
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_table(sys.argv[1])
except ValueError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "a.csv"], check=True, capture_output=True, text=True
    )
    assert int(done.stdout) < 700 * 1024


def test_what_was_understood_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "zip,age,price,born,due,ok,word,gap,stray\n"
        + "01067,34,1.5,1980-02-01,01/02/2024,yes,x,,1\n" * 20
        + "10115,28,2,1990-12-13,02/01/2024,no,7 b,,NA\n10115,28,2,1990-12-13,02/01/2024,no,7 b,,2\n"
        + "10115,28,2,1990-12-13,02/01/2024,no,7 b,,x\n"
    )
    _, form = read_file(tmp_path / "a.csv")
    assert {column.name: (column.type, column.why()) for column in form.columns} == {
        "zip": ("text", "digits with zeros or signs in front, which a number would lose"),
        "age": ("whole", "whole numbers throughout"),
        "price": ("number", "numbers throughout"),
        "born": ("date", "dates throughout, as %Y-%m-%d"),
        "due": (
            "text",
            "dates in a format that can be read in two ways, or not in one throughout; "
            "say which, as date:%d/%m/%Y",
        ),
        "ok": ("truth", "nothing but “no” and “yes”"),
        "word": ("text", "words, or codes that are no numbers"),
        "gap": ("text", "no row has a value"),
        "stray": ("text", "numbers but for 1 rows"),
    }
    assert all(column.why("ja") for column in form.columns)


def test_types_that_are_said_count_more_than_those_found(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("zip,day,code\n10115,01/02/2024,1\n20095,03/02/2024,2\n")
    frame = read_table(tmp_path / "a.csv", types={"zip": "text", "day": "date:%d/%m/%Y", "code": "number"})
    assert frame["zip"].tolist() == ["10115", "20095"]
    assert frame["day"].tolist() == [pd.Timestamp("2024-02-01"), pd.Timestamp("2024-02-03")]
    assert frame["code"].dtype == "float64"


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ({"zip": "postcode"}, "“postcode”, asked for column “zip”, is no type"),
        ({"zip": "text:%d"}, "is no type"),
        ({"zap": "text"}, "no column “zap”"),
        ({"city": "whole"}, "line 3: 'Köln' in column “city” is not of the type “whole”"),
        ({"city": "truth"}, "line 2: '7' in column “city” is not of the type “truth”"),
        ({"day": "date"}, "“day” follow no single format"),
        ({"day": "date:%Y-%m-%d"}, "line 2: '01/02/2024' in column “day” is not of the type “date”"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_types_that_do_not_fit_are_refused(
    types: dict[str, str], said: str, ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{ending}"
    rows = [
        {"zip": "10115", "day": "01/02/2024", "city": "7"},
        {"zip": "x", "day": "03/02/2024", "city": "Köln"},
    ]
    if ending == "csv":
        path.write_text("zip,day,city\n10115,01/02/2024,7\nx,03/02/2024,Köln\n", encoding="utf-8")
    else:
        path.write_text(json.dumps(rows))
        said = said.replace("line 2", "line 1").replace("line 3", "line 2")
    with pytest.raises(ArgumentError) as caught:
        read_table(path, types=types)
    assert said in str(caught.value)


def test_a_schema_is_saved_and_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("zip;price\n01067;1,50\n10115;2,25\n")
    frame, form = read_file(tmp_path / "a.csv")
    (tmp_path / "schema.json").write_text(form.to_json(), encoding="utf-8")
    assert TableForm.read(tmp_path / "schema.json") == form
    (tmp_path / "b.csv").write_text("zip;price\n10115;2\n")
    read = read_table(tmp_path / "b.csv", schema=tmp_path / "schema.json")
    assert read.dtypes.tolist() == frame.dtypes.tolist()
    assert read["zip"].tolist() == ["10115"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("zip;other\n1;2\n", "no column “price”"),
        ("price;zip\n1;2\n", "not those of the schema. There: price, zip. In the schema: zip, price"),
        ("zip;price\n1;x\n", "'x' in column “price” is not of the type “number”"),
    ],
)
def test_a_file_that_differs_from_its_schema_is_refused(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("zip;price\n01067;1,50\n10115;2,25\n")
    _, form = read_file(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(content)
    with pytest.raises(ArgumentError) as caught:
        read_table(tmp_path / "b.csv", schema=form)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": "csv"}', '{"format": "doc", "columns": []}'])
def test_what_is_no_schema_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text(content)
    with pytest.raises(ArgumentError, match="is no schema file"):
        TableForm.read(tmp_path / "schema.json")
    with pytest.raises(ArgumentError, match="could not be read"):
        TableForm.read(tmp_path / "none.json")


def test_a_workbook_under_another_name_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(workbook(["a"], [1]))
    (tmp_path / "b.txt").write_bytes(arrow(pa.table({"a": [1]})))
    assert read_table(tmp_path / "a.csv").equals(read_table(tmp_path / "b.txt"))


def test_progress_is_told_in_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n" + "1\n" * 1000)
    told: list[int] = []
    read_table(tmp_path / "a.csv", on_rows=told.append)
    assert told[-1] == 1001
