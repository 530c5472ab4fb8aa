"""Files as they come: what is understood of them, and what is said of those that cannot be read."""

import gzip
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from openpyxl import Workbook
from pyarrow import parquet

from synth_handson import ArgumentError
from synth_handson.tables.files import parquet as parquet_files
from synth_handson.tables.files.form import TableForm
from synth_handson.tables.files.reading import read_file, read_table

PEOPLE = "id,age,city\n1,34,Kyoto\n2,28,Osaka\n3,45,Kobe\n"
ROWS = [{"id": 1, "age": 34}, {"id": 2, "age": 28}]


READ = """
import os, resource, sys
from synth_handson.tables.files.reading import read_table

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

for path in sys.stdin:
    child = os.fork()
    if not child:
        before, outcome = peak(), "read"
        try:
            read_table(path.rstrip())
        except ValueError:
            outcome = "refused"
        print(outcome, peak() - before, flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print("died 0", flush=True)
"""
"""Reads each file in a process of its own, all of which begin with the same imports."""
Reader = Callable[[Path], tuple[str, int]]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Return what becomes of reading a file, and how many bytes of memory it takes at most."""
    command = [sys.executable, "-c", READ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def read(path: Path) -> tuple[str, int]:
            assert process.stdin is not None and process.stdout is not None
            print(path, file=process.stdin, flush=True)
            outcome, taken = process.stdout.readline().split()
            return outcome, int(taken)

        yield read


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
        # Packed as quickly as can be: nothing to be read is in it.
        zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("xl/worksheets/sheet2.xml", "w") as entry,
    ):
        for _ in range(1024):
            entry.write(b" " * 2**20)
    return content.getvalue()


NOISE = random.Random(0).randbytes(5_000)
WIDE = ",".join(f"c{i}" for i in range(10_000)) + "\n" + ",".join(["1"] * 10_000) + "\n"
LAUGHS = "- &a {x: 1}\n- &b [*a, *a]\n- [*b, *b]\n"

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "nothing": ("a.csv", lambda: b"", "is empty"),
    "blank lines": ("a.csv", lambda: b"\n\n  \n", "is empty"),
    "a mark and nothing": ("a.csv", lambda: b"\xef\xbb\xbf", "is empty"),
    "noise": ("a.csv", lambda: NOISE, "is not text"),
    "a picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not text"),
    "a program": ("a.tsv", lambda: b"\x7fELF\x02\x01\x01" + bytes(50), "is not text"),
    "too few fields": (
        "a.csv",
        lambda: b"a,b,c\n1,2,3\n4,5\n6,7,8\n",
        "line 3: fields found: 2; expected from the first row: 3",
    ),
    "too many fields": (
        "a.csv",
        lambda: b"a,b\n1,2\n3,4\n5,6,7\n",
        "line 4: fields found: 3; expected from the first row: 2",
    ),
    "a late line": ("a.csv", lambda: PEOPLE.encode() * 30_000 + b"x,y\n", "line 120001: fields found: 2"),
    "after a cell of two lines": ("a.csv", lambda: b'a,b\n"1\n2",3\n4,5\n6\n', "line 5: fields found: 1"),
    "titles that are wide": ("a.csv", lambda: b"Sales,May\n\nid,amount,x\n1,5,y\n2,7,z\n", "fields found: 3"),
    "an open quote": ("a.csv", lambda: b'a,b\n1,"x\n2,y\n3,z\n', "never be closed"),
    "the same name twice": ("a.csv", lambda: b"a,b,a\n1,2,3\n", "same name: a (1, 3)"),
    "10,000 columns": ("a.csv", WIDE.encode, "10,000 columns"),
    "a cell of 50 MB": (
        "a.csv",
        lambda: b"a,b\n1," + b"x" * 50 * 2**20 + b"\n",
        "line 2: the value in column 2",
    ),
    "a cell of 2 MB": ("a.csv", lambda: b"a,b\n" + b"x" * 2**21 + b",1\n", "line 2: the value in column 1"),
    "a zero byte": ("a.csv", lambda: b"a,b\n1,x\0y\n", "is not text"),
    "half of a packed file": (
        "a.csv.gz",
        lambda: gzip.compress(PEOPLE.encode() * 999)[:200],
        "truncated or dam",
    ),
    "a wrong sum": (
        "a.csv.gz",
        lambda: gzip.compress(PEOPLE.encode())[:-8] + bytes(8),
        "truncated or damaged",
    ),
    "not packed": ("a.json.gz", lambda: b"[", "line 1: this is not valid JSON"),
    "wrong encoding": (
        "a.csv",
        lambda: "a,b\n1,東京\n".encode("cp932") + b"\x81\n",
        "line 3: fields found: 1",
    ),
    "broken UTF-16": ("a.csv", lambda: "a,b\n1,x\n".encode("utf-16")[:-1], "cannot be read as utf-16"),
    "half of an array": ("a.json", lambda: json.dumps(ROWS)[:-5].encode(), "line 1: this is not valid JSON"),
    "a deep array": ("a.json", lambda: b"[" * 100_000, "not valid JSON"),
    "a deep object": (
        "a.json",
        lambda: b'[{"a": ' + b'{"b": ' * 5000 + b"1" + b"}" * 5001 + b"]",
        "not valid JSON",
    ),
    "a number": ("a.json", lambda: b"5", "no list of rows"),
    "numbers": ("a.json", lambda: b"[1, 2]", "entry 1 is not an object"),
    "lists in cells": ("a.json", lambda: b'[{"a": [1]}]', "“a” of entry 1 contains a list"),
    "objects in cells": ("a.jsonl", lambda: b'{"a": 1}\n{"a": {"b": 1}}\n', "“a” of entry 2 contains a list"),
    "infinity": ("a.json", lambda: b'[{"a": Infinity}]', "Infinity is no number"),
    "half of a character": ("a.json", lambda: b'[{"a": "\\ud83d!"}]', "half of a surrogate pair"),
    "a key twice": ("a.json", lambda: b'[{"a": 1, "a": 2}]', "twice: a"),
    "an array as lines": (
        "a.jsonl",
        lambda: json.dumps(ROWS, indent=1).encode(),
        "line 1: this is not valid JSON",
    ),
    "no rows": ("a.json", lambda: b"[]", "is empty"),
    "digits": ("a.json", lambda: b'[{"a": ' + b"9" * 10_000 + b"}]", "not valid JSON"),
    "aliases": ("a.yaml", LAUGHS.encode, "uses aliases"),
    "merged keys": ("a.yaml", lambda: b"- &a {x: 1}\n- {<<: *a}\n", "line 2: the file uses aliases"),
    "a Python object": ("a.yaml", lambda: b"- a: !!python/object/apply:os.system [ls]\n", "a.yaml"),
    "a tag": ("a.yaml", lambda: b"- a: !Secret 1\n", "line 1: this is not valid YAML"),
    "broken YAML": ("a.yaml", lambda: b'- a: 1\n- b: "x\n', "not valid YAML"),
    "a mapping": ("a.yaml", lambda: b"a: 1\nb: 2\n", "no list of rows"),
    "deep YAML": ("a.yaml", lambda: b"- a: {b: {c: 1}}\n", "contains a list"),
    "flow of brackets": ("a.yaml", lambda: b"[" * 50_000, "a.yaml"),
    "half of a workbook": ("a.xlsx", lambda: workbook(["a"], [1])[:900], "truncated or damaged"),
    "a bomb": ("a.xlsx", bomb, "when unpacked"),
    "an archive": ("a.xlsx", lambda: archive(readme=b"hello"), "not a workbook"),
    "an empty workbook": ("a.xlsx", lambda: archive(xl__workbook_xml=b""), "not a workbook"),
    "a broken sheet": (
        "a.xlsx",
        lambda: archive(**{"xl/workbook.xml": b"<x", "[Content_Types].xml": b"<y"}),
        "truncated or damaged",
    ),
    "formulas": ("a.xlsx", lambda: workbook(["a", "b"], [1, "=A2+1"]), "cell B2 contains a formula without"),
    "an empty sheet": ("a.xlsx", lambda: workbook(), "is empty"),
    "more cells than names": ("a.xlsx", lambda: workbook(["a"], [1, 2]), "line 2: fields found: 2"),
    "names twice": ("a.xlsx", lambda: workbook(["a", "a"], [1, 2]), "same name: a"),
    "an old workbook": ("a.xls", lambda: b"\xd0\xcf\x11\xe0" + bytes(99), "older than 2007, or is protected"),
    "half of a Parquet file": (
        "a.parquet",
        lambda: arrow(pa.table({"a": [1]}))[:-20],
        "truncated or damaged",
    ),
    "text as Parquet": ("a.parquet", lambda: PEOPLE.encode(), "truncated or damaged"),
    "lists in Parquet": (
        "a.parquet",
        lambda: arrow(pa.table({"a": [[1]]})),
        "“a” of entry 1 contains a list",
    ),
    "bytes in Parquet": (
        "a.parquet",
        lambda: arrow(pa.table({"a": [b"1"]})),
        "contains a list, a structure or b",
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


def packed(*parts: bytes, times: int) -> bytes:
    content = io.BytesIO()
    with gzip.open(content, "wb", compresslevel=1) as file:
        file.write(parts[0])
        for _ in range(times):
            file.write(parts[1])
    return content.getvalue()


def repeated(column: pa.Array, times: int) -> bytes:
    """Return a Parquet file with the same rows again and again, which says nothing of types of Arrow."""
    content, table = io.BytesIO(), pa.table({"a": column})
    with parquet.ParquetWriter(content, table.schema, compression="zstd", store_schema=False) as file:
        for _ in range(times):
            file.write_table(table)
    return content.getvalue()


def sheet(rows: bytes) -> bytes:
    """Return a workbook whose sheet has the names "a" and "b", and these rows as they are."""
    given, content = zipfile.ZipFile(io.BytesIO(workbook(["a", "b"]))), io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in given.namelist():
            part = given.read(name)
            packed.writestr(name, part.replace(b"</sheetData>", rows + b"</sheetData>"))
    return content.getvalue()


ONE_TEXT = pa.DictionaryArray.from_arrays(pa.array(np.zeros(10**6, "int32")), pa.array(["x" * 2**20]))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", lambda: repeated(ONE_TEXT, 1)),
        ("a.parquet", lambda: repeated(pa.nulls(10**7), 10)),
        ("a.parquet", lambda: repeated(pa.array([Decimal("1.25")] * 10**6), 10)),
        ("a.csv", lambda: b"a,b\n1," + b"x" * 50 * 2**20 + b"\n"),
        ("a.csv", lambda: b'a,b\n1,"' + b"x,1\n" * 10**6),
        ("a.csv.gz", lambda: packed(b"", b"x" * 2**20, times=80)),
        ("a.csv.gz", lambda: packed(b'a,b\n1,"', b"x\n" * 2**19, times=80)),
        ("a.xlsx", lambda: sheet(b"<x>" * 2**22)),
        ("a.xlsx", lambda: sheet(b"<row " + b" " * 2**26 + b"/>")),
        ("a.xlsx", lambda: sheet(b'<row><c t="str"><v>' + b"x" * 2**26 + b"</v></c></row>")),
        ("a.jsonl", lambda: b"".join(b'{"k%d": 1}\n' % i for i in range(4_999)) + b"{}\n" * 10**6),
        ("a.json", lambda: b"[" + b'{"a":1},' * 10**5 + b"]"),
        ("a.yaml", lambda: b"- {a: 1}\n" * 10**4 + b"- [1]\n"),
        pytest.param("a.jsonl", lambda: b'{"a":[[]' + b",[]" * 10**7 + b"]}", marks=pytest.mark.seldom),
        pytest.param("a.json", lambda: b'[{"a":[{}' + b",{}" * 10**7 + b"]}]", marks=pytest.mark.seldom),
        pytest.param("a.json", lambda: b'[{"a":"' + b"x" * 2**25 + b'"}]', marks=pytest.mark.seldom),
        pytest.param(
            "a.json",
            lambda: b'[{"k":1' + b"".join(b',"%x":1' % i for i in range(2 * 10**6)) + b"}]",
            marks=pytest.mark.seldom,
        ),
    ],
    ids=[
        "one long text in many rows",
        "empty rows without a type",
        "decimal numbers",
        "a large cell",
        "an open quote",
        "one line, packed",
        "an open quote, packed",
        "elements in each other",
        "a tag without an end",
        "a text in a sheet",
        "few of many keys",
        "objects",
        "mappings",
        "lists in a line",
        "objects in a row",
        "a long text",
        "a row of many keys",
    ],
)
def test_the_answer_to_a_hostile_file_takes_little_memory(
    name: str, content: Callable[[], bytes], tmp_path: Path, reader: Reader
) -> None:
    (tmp_path / name).write_bytes(content())
    outcome, taken = reader(tmp_path / name)
    assert outcome == "refused"
    assert taken < 400 * 2**20


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", lambda: '[{"a":"😀"},'.encode() + b" " * 2**26 + b'{"a":"x"}]'),
        ("a.jsonl", lambda: '{"a":"😀"}\n'.encode() + (b" " * 1_023 + b"\n") * 2**16 + b'{"a":"x"}\n'),
        ("a.yaml", lambda: '- {a: "😀"}\n'.encode() + b"#\n" * 2**25 + b"- {a: x}\n"),
    ],
    ids=["JSON", "lines", "YAML"],
)
def test_of_a_text_no_more_is_held_than_a_row_may_take(
    name: str, content: Callable[[], bytes], tmp_path: Path, reader: Reader
) -> None:
    (tmp_path / name).write_bytes(content())
    outcome, taken = reader(tmp_path / name)
    assert outcome == "read"
    assert taken < 200 * 2**20  # held as a whole, the 64 MB would take 320


def test_what_was_understood_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "zip,age,price,born,due,ok,word,gap,stray\n"
        + "01067,34,1.5,1980-02-01,01/02/2024,yes,x,,1\n" * 20
        + "10115,28,2,1990-12-13,02/01/2024,no,7 b,,NA\n10115,28,2,1990-12-13,02/01/2024,no,7 b,,2\n"
        + "10115,28,2,1990-12-13,02/01/2024,no,7 b,,x\n"
    )
    _, form = read_file(tmp_path / "a.csv")
    assert {column.name: (column.type, column.why()) for column in form.columns} == {
        "zip": ("text", "digits with leading zeros or signs, which a number would lose"),
        "age": ("whole", "all whole numbers"),
        "price": ("number", "all numbers"),
        "born": ("date", "all dates, as %Y-%m-%d"),
        "due": (
            "text",
            "dates in a format that can be read in two ways, or in several formats; specify which",
        ),
        "ok": ("boolean", "only “no” and “yes”"),
        "word": ("text", "words, or codes that are not numbers"),
        "gap": ("text", "no row has a value"),
        "stray": ("text", "numbers, except in some rows (1)"),
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
        ({"zip": "postcode"}, "“postcode”, specified for column “zip”, does not exist"),
        ({"zip": "text:%d"}, "does not exist"),
        ({"zap": "text"}, "no column “zap”"),
        ({"city": "whole"}, "line 3: 'Köln' in column “city” is not of the type “whole”"),
        ({"city": "boolean"}, "line 2: '7' in column “city” is not of the type “boolean”"),
        ({"day": "date"}, "“day” have no single format"),
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
        ("price;zip\n1;2\n", "do not match the schema. In the file: price, zip. In the schema: zip, price"),
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
    with pytest.raises(ArgumentError, match="is not a schema file"):
        TableForm.read(tmp_path / "schema.json")
    with pytest.raises(ArgumentError, match="could not be read"):
        TableForm.read(tmp_path / "none.json")


def test_parts_of_a_workbook_that_are_held_as_a_whole_have_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(["a", "b"], [1, 2]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/_rels/other.xml.rels", b"<r>" + b"<a/>" * 2**22 + b"</r>")
    with pytest.raises(ArgumentError, match="16 MB"):
        read_table(path)


def test_a_workbook_under_another_name_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(workbook(["a"], [1]))
    (tmp_path / "b.txt").write_bytes(arrow(pa.table({"a": [1]})))
    assert read_table(tmp_path / "a.csv").equals(read_table(tmp_path / "b.txt"))


def test_progress_is_told_in_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n" + "1\n" * 1000)
    told: list[int] = []
    read_table(tmp_path / "a.csv", on_rows=told.append)
    assert told[-1] == 1001


@pytest.mark.parametrize(
    ("name", "row"),
    [("a.csv", "{0},{1}"), ("a.jsonl", '{{"a": "w{0}", "b": {1}}}')],
)
def test_pieces_of_a_column_make_what_the_whole_makes(
    name: str, row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [row.format(i % 7, 2**40 + i) for i in range(50)]
    (tmp_path / name).write_text("\n".join(["a,b", *lines] if name == "a.csv" else lines))
    whole = read_table(tmp_path / name)
    monkeypatch.setattr("synth_handson.tables.files.levels.PIECE", 8)
    monkeypatch.setattr("synth_handson.tables.files.objects.PIECE", 8)
    pd.testing.assert_frame_equal(read_table(tmp_path / name), whole)


@pytest.mark.parametrize(
    "values",
    [
        ["x", None, "y"],
        [1.5, 2.5],
        [1, None, 3],
        [1, None, 2.5],
        [1, "x", True],
        [2**70, 1],
        [None, None],
        [True, None, False],
        [2**53 + 1, 2.5],
        [1, None, None, None, None, None, None, None],
    ],
    ids=str,
)
def test_cells_are_packed_without_a_change(
    values: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"n": i} if value is None else {"n": i, "a": value} for i, value in enumerate(values * 9)]
    (tmp_path / "a.json").write_text(json.dumps([{"n": -1, "a": values[0]}, *rows]))
    whole = read_table(tmp_path / "a.json")
    monkeypatch.setattr("synth_handson.tables.files.objects.PIECE", 4)
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.json"), whole)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", lambda: b"a\n" + b"7\n" * 10**7),
        (
            "a.csv",
            lambda: b"a\n" + b"".join(b"%07x\n" % (i * 2_654_435_761 % 2**28) for i in range(10**6)),
        ),
        ("a.jsonl", lambda: b"".join(b'{"a":"%07x"}\n' % i for i in range(10**6))),
    ],
    ids=["digits", "different words", "different texts in JSON"],
)
def test_reading_takes_no_more_than_thirteen_times_the_file(
    name: str, content: Callable[[], bytes], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content())
    program = """
import resource, sys
import numpy, pandas, pyarrow.csv, pyarrow.compute
from synth_handson.tables.files.reading import read_table
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_table(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / name], check=True, capture_output=True, text=True
    )
    assert int(done.stdout) * 1024 < 13 * (tmp_path / name).stat().st_size + 80 * 2**20


def test_a_parquet_file_that_holds_far_more_than_it_packs_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pd.DataFrame({"a": [0] * 1_000_000}).to_parquet(tmp_path / "a.parquet")
    assert len(read_table(tmp_path / "a.parquet")) == 1_000_000
    monkeypatch.setattr(parquet_files, "SURE", 2**20)
    with pytest.raises(ArgumentError, match="MB"):
        read_table(tmp_path / "a.parquet")


def test_columns_of_parquet_are_the_same_however_many_are_read_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.DataFrame({"a": range(9), "b": list("xyxyxyxyx"), "c": pd.Categorical(["u", "v", None] * 3)})
    table.to_parquet(tmp_path / "a.parquet")
    whole = read_table(tmp_path / "a.parquet")
    monkeypatch.setattr(parquet_files, "GROUP", 1)
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.parquet"), whole)
    monkeypatch.setattr(parquet_files, "MAX_RATIO", 0)
    monkeypatch.setattr(parquet_files, "SURE_COLUMN", 71)  # nine whole numbers of eight bytes
    with pytest.raises(ArgumentError, match="MB"):
        read_table(tmp_path / "a.parquet")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_window_over_a_text_shows_what_the_whole_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [json.dumps({"a": "x" * (i % 7), "b": i}) for i in range(50)]
    between, ends = (",\n  ", "[]") if name == "a.json" else ("\n", ("", ""))
    (tmp_path / name).write_text(ends[0] + between.join(rows) + ends[1])
    (tmp_path / f"b{name}").write_text(ends[0] + between.join([*rows[:30], "{1}", *rows]) + ends[1])
    whole = read_table(tmp_path / name)
    monkeypatch.setattr("synth_handson.tables.files.json_files.MAX_ROW", 64)
    monkeypatch.setattr("synth_handson.tables.files.json_files.AHEAD", 16)
    pd.testing.assert_frame_equal(read_table(tmp_path / name), whole)
    with pytest.raises(ArgumentError, match="line 31"):
        read_table(tmp_path / f"b{name}")


def test_rows_behind_an_array_are_not_left_out_silently(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"a": 1}]\n[{"a": 2}]\n')
    with pytest.raises(ArgumentError, match="line 2: this is not valid JSON"):
        read_table(tmp_path / "a.json")


def test_values_of_several_kinds_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, value in (("PIECE", 4), ("TOLD", 4), ("MAX_OBJECTS", 11)):
        monkeypatch.setattr(f"synth_handson.tables.files.objects.{setting}", value)
    (tmp_path / "a.json").write_text(json.dumps([{"a": "x"}, {"a": 1}] * 8))
    (tmp_path / "b.json").write_text(json.dumps([{"a": 1}, {"a": 2.5}] * 8))
    assert len(read_table(tmp_path / "b.json")) == 16
    with pytest.raises(ArgumentError, match="mix texts, numbers"):
        read_table(tmp_path / "a.json")


def test_cells_in_which_nothing_is_written_have_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.xlsx").write_bytes(sheet(b"<row>" + b"<c/>" * 30 + b"</row><row><c><v>1</v></c></row>"))
    assert len(read_table(tmp_path / "a.xlsx")) == 1
    monkeypatch.setattr("synth_handson.tables.files.sheet_xml.MAX_ELEMENTS", 30)
    with pytest.raises(ArgumentError, match="cells, including missing ones"):
        read_table(tmp_path / "a.xlsx")


def test_a_sheet_is_read_as_other_programs_write_it(tmp_path: Path) -> None:
    reading = '<rPh sb="0" eb="1"><t>やま</t></rPh>'
    rows = (
        f'<row><c t="inlineStr"><is><r><t>山</t></r><r><t>田</t></r>{reading}</is></c>'
        '<c t="str"><f>""</f><v></v></c></row>'
        '<row r="4"><c r="B4"><f>1+1</f><v>2</v></c><c r="A4" t="str"><v>x &amp; y</v></c></row>'
        '<row><c t="e"><v>#DIV/0!</v></c><c><v>3</v></c></row>'
    )
    (tmp_path / "a.xlsx").write_bytes(sheet(rows.encode()))
    read = read_table(tmp_path / "a.xlsx")
    assert read["a"].fillna("–").tolist() == ["山田", "x & y", "–"]
    assert read["b"].fillna(0).tolist() == [0, 2, 3]


@pytest.mark.parametrize(("wide", "digits"), [("true", "wide"), ("false", "")])
def test_a_schema_saved_when_digits_had_no_names_is_read(wide: str, digits: str, tmp_path: Path) -> None:
    schema = f'{{"format": "csv", "columns": [{{"name": "a", "type": "whole", "wide": {wide}}}]}}'
    (tmp_path / "schema.json").write_text(schema, encoding="utf-8")
    (column,) = TableForm.read(tmp_path / "schema.json").columns
    assert column.digits == digits
