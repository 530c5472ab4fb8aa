"""Where a table begins: below titles, above units, on another sheet."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from synth_handson import ArgumentError, read_table, write_table
from synth_handson.errors import SynthHandsonError
from synth_handson.tables.files.form import Reading
from synth_handson.tables.files.heading import find_heading, rows_below, without_rows_below
from synth_handson.tables.files.reading import read_file

ROWS = [[str(i), str(i * 7 % 5), "xy"[i % 2]] for i in range(6)]
TABLE = "".join(",".join(row) + "\n" for row in ROWS)


@pytest.mark.parametrize(
    ("above", "row", "names", "below"),
    [
        ([["id", "amount", "city"]], 0, ["id", "amount", "city"], 0),
        ([["Sales of May"], [], ["id", "amount", "city"]], 2, ["id", "amount", "city"], 0),
        ([["Sales", "", ""], ["id", "amount", "city"]], 1, ["id", "amount", "city"], 0),
        ([["id", "重さ", "city"], ["", "(kg)", "-"]], 0, ["id", "重さ", "city"], 1),
        ([["id", "amount", "city"], ["番号", "金額", "市"]], 0, ["id", "amount", "city"], 1),
        ([["", "2023", ""], ["id", "sales", "sales"]], 1, ["id", "2023 sales", "2023 sales"], 0),
        ([["", "May", "June"], ["id", "n", "n"]], 0, ["id", "May n", "June n"], 1),
        ([["", "amount", "city"]], 0, ["", "amount", "city"], 0),
        # A row of data is no header, and a first value that is missing no unit.
        ([["note"], ["1", "2", "x"]], 0, ["note"], 0),
        ([["id", "amount", "city"], ["-", "-", "-"]], 0, ["id", "amount", "city"], 0),
        ([["id", "amount", "city"], ["x", "NA", "y"]], 0, ["id", "amount", "city"], 0),
    ],
)
def test_the_row_that_names_the_columns_is_found(
    above: list[list[str]], row: int, names: list[str], below: int
) -> None:
    found = find_heading([*above, *ROWS])
    assert (found.row, list(found.names), found.below) == (row, names, below)


@pytest.mark.parametrize(
    ("above", "row", "left_out"),
    [
        ("id,amount,city\n", 1, 0),
        ("\n\nid,amount,city\n", 3, 0),
        ("Sales of May\nprinted on Monday\n\nid,amount,city\n", 4, 2),
        ("Sales of May,,\n,,\nid,amount,city\n", 3, 1),
        ("id,amount,city\n,円,\n", 1, 1),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-16"])
def test_titles_above_a_text_are_left_out_and_told(
    above: str, row: int, left_out: int, ends: str, encoding: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes((above + TABLE + "7,1,京都\n").replace("\n", ends).encode(encoding))
    frame, form = read_file(tmp_path / "a.csv")
    assert list(frame) == ["id", "amount", "city"]
    assert frame["amount"].tolist() == [0, 2, 4, 1, 3, 0, 1]
    assert (form.header_row, form.rows_left_out, form.encoding) == (row, left_out, encoding)
    said = [found.render() for found in form.found]
    assert len(said) == 1 + (row > 1 or left_out > 0) and all(found.render("ja") for found in form.found)
    write_table(frame, tmp_path / "b.csv", form=form)
    again, _ = read_file(tmp_path / "b.csv", schema=form)
    assert again.equals(frame)
    assert read_file(tmp_path / "a.csv", form.reading, form)[0].equals(frame)


def test_one_column_below_blank_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n\ncity\n" + "Nara\nOtsu\n" * 100)
    assert read_table(tmp_path / "a.csv")["city"].tolist() == ["Nara", "Otsu"] * 100


def test_a_line_that_is_wrong_is_named_as_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Sales\n\nid,amount,city\n" + TABLE + "1,2\n")
    with pytest.raises(ArgumentError, match="line 10: fields found: 2"):
        read_table(tmp_path / "a.csv")


def test_the_row_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\nid,amount\n1,2\n3,4\n")
    assert list(read_table(tmp_path / "a.csv", header_row=2)) == ["id", "amount"]
    with pytest.raises(ArgumentError, match="Row 9 of"):
        read_table(tmp_path / "a.csv", header_row=9)
    (tmp_path / "a.json").write_text('[{"a": 1}]')
    for said in ({"header_row": 1}, {"sheet": "x"}):
        with pytest.raises(ArgumentError, match="out"):
            read_table(tmp_path / "a.json", **said)  # type: ignore[arg-type]


def book(path: Path, **sheets: list[list[object]]) -> Path:
    made = Workbook()
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del made["Sheet"]
    made.save(path)
    return path


NUMBERS: list[list[object]] = [[i, i * 2.5, "xy"[i % 2]] for i in range(6)]


def test_the_first_sheet_with_a_table_is_read(tmp_path: Path) -> None:
    titled: list[list[object]] = [["Visits"], [], ["id", "amount", "city"], *NUMBERS]
    path = book(tmp_path / "a.xlsx", readme=[["Read me"], ["first"]], visits=titled, more=[["a"], [1]])
    frame, form = read_file(path)
    assert (form.sheet, form.other_sheets) == ("visits", ("readme", "more"))
    assert (form.header_row, form.rows_left_out) == (3, 1)
    assert list(frame) == ["id", "amount", "city"]
    assert read_table(path, sheet="more")["a"].tolist() == [1]
    with pytest.raises(ArgumentError, match="readme, visits, more"):
        read_table(path, sheet="none")
    write_table(frame, tmp_path / "b.xlsx", form=form)
    assert read_file(tmp_path / "b.xlsx", schema=form)[0].equals(frame)


def test_a_far_cell_that_is_coloured_is_not_of_the_table(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in [["a", "b"], *([i % 9, "xy"[i % 2]] for i in range(200))]:
        sheet.append(row)
    sheet.cell(1_048_576, 16_384).fill = PatternFill("solid", fgColor="FFFF00")
    made.save(tmp_path / "far.xlsx")
    assert read_table(tmp_path / "far.xlsx").shape == (200, 2)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "json", "jsonl", "yaml", "xlsx", "parquet"])
def test_reading_ends_when_it_is_told_to(ending: str, tmp_path: Path) -> None:
    frame = read_table(small(tmp_path))
    write_table(frame, tmp_path / f"b.{ending}", force=True)

    def stop(rows: int) -> None:
        raise SynthHandsonError("cancelled")

    with pytest.raises(SynthHandsonError, match="cancelled"):
        read_file(tmp_path / f"b.{ending}", Reading(), on_rows=stop)


def small(folder: Path) -> Path:
    (folder / "a.csv").write_text("id,amount,city\n" + TABLE)
    return folder / "a.csv"


@pytest.mark.parametrize(
    ("last", "left_out"),
    [
        ([["合計", 45]], 1),
        ([["Grand total:", 45]], 1),
        ([[None, None], ["総計", 45], ["※速報値", None]], 3),
        ([["Source: city hall", ""], ["", ""]], 2),
        ([["", ""]], 0),
        ([["Total", None]], 0),
        ([["※速報値"]], 1),
        ([["Nagoya", 45]], 0),
    ],
)
def test_totals_and_notes_below_a_table_are_left_out(last: list[list[object]], left_out: int) -> None:
    data: list[list[object]] = [[f"town {i}", i] for i in range(12)]
    assert rows_below([*data, *last]) == left_out
    read: list[int] = []
    kept = list(without_rows_below(enumerate([*data, *last]), read))
    assert (len(kept), read) == (len(data) + len(last) - left_out, [left_out])


def test_a_total_is_a_row_where_others_are_called_so_or_the_table_is_small() -> None:
    groups: list[list[object]] = [[name, i] for i in range(9) for name in ("men", "women", "total")]
    assert rows_below(groups) == 0
    assert rows_below([["a", 1], ["b", 2], ["total", 3]]) == 0
    assert rows_below([*([f"#{i}", 1] for i in range(20)), ["#20", None]]) == 0


@pytest.mark.parametrize(
    ("rows", "names", "below"),
    [
        ([["店", "2023年"], [None, "客数", "額"]], ["店", "2023年 客数", "2023年 額"], 1),
        (
            [["店", "2023年"], [None, "客数", "額"], [None, "(人)", "(円)"]],
            ["店", "2023年 客数", "2023年 額"],
            2,
        ),
        ([["shop", 2022, 2023]], ["shop", "2022", "2023"], 0),
    ],
)
@pytest.mark.parametrize("title", [[], [["年報"]]])
def test_years_name_groups_and_columns(
    rows: list[list[object]], names: list[str], below: int, title: list[list[object]]
) -> None:
    data = [["甲乙"[i % 2], i, i * 100] for i in range(9)]
    heading = find_heading([*title, *rows, *data])
    assert (heading.row, list(map(str, heading.names)), heading.below) == (len(title), names, below)
