"""Names of people in other places than plain cells: none is in anything that is written."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from synth_handson import ArgumentError
from synth_handson.pipeline.generate import GenerationSettings, synthesise
from synth_handson.pipeline.profile import profile_file
from synth_handson.pipeline.write import write_synthesised

NAMES = ["Emma Clarke", "Oliver Whitfield", "加藤美咲", "渡辺健太"]
ROWS = 220


def table() -> pd.DataFrame:
    """Return a table without anybody's name."""
    rng = np.random.default_rng(0)
    age = rng.integers(18, 80, ROWS)
    return pd.DataFrame(
        {
            "age": age,
            "income": age * 900 + rng.integers(0, 9_000, ROWS),
            "region": rng.choice(["north", "south"], ROWS),
        }
    )


def _categories(path: Path) -> None:
    frame = table()
    some = [*NAMES, *frame["region"].iloc[4:]]
    frame["region"] = pd.Categorical(some, categories=["north", "south", *NAMES, "Hannah Lindqvist"])
    frame.to_parquet(path)


def _index(path: Path) -> None:
    table().set_axis([NAMES[i % 4] for i in range(ROWS)]).to_parquet(path)


def _workbook(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Visits"
    sheet.append(["Prepared by Emma Clarke"])
    frame = table()
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([value.item() if hasattr(value, "item") else value for value in row])
    sheet["A4"].comment = Comment("ask Oliver Whitfield", "加藤美咲")
    book.create_sheet("渡辺健太").append(["x"])
    book.create_sheet("Staff").append(NAMES)
    book.properties.creator = "Emma Clarke"
    book.save(path)


def _beside_numbers(path: Path) -> None:
    frame = table()
    frame["day"] = [f"2024-03-{i % 9 + 1:02}" if i % 20 else "Emma Clarke" for i in range(ROWS)]
    frame["code"] = [f"INV/{('WHITFIELD', 'CLARKE', 'LINDQVIST')[i % 3]}/{i:04}" for i in range(ROWS)]
    frame["apart"] = [
        ("O l i v e r  W h i t f i e l d", "加 藤 美 咲", "Em\u200bma Clarke")[i % 3] for i in range(ROWS)
    ]
    frame.to_csv(path, index=False)


def _written(path: Path) -> str:
    """Return all that a file holds as text, without spaces and in small letters."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as parts:
            content = b"".join(map(parts.read, parts.namelist()))
    else:
        content = path.read_bytes()
    text = content.decode("utf-8", "replace").replace("\u200b", "")
    return "".join(text.casefold().split())


@pytest.mark.parametrize(
    ("suffix", "make"),
    [(".parquet", _categories), (".parquet", _index), (".xlsx", _workbook), (".csv", _beside_numbers)],
)
def test_no_name_is_in_what_is_written(tmp_path: Path, suffix: str, make: Callable[[Path], None]) -> None:
    source, output = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    make(source)
    profile = profile_file(source)
    made = synthesise(profile, GenerationSettings(engine="copula", texts=None))
    manifest = write_synthesised(made, source, output)
    said = [_written(output), manifest.to_json(), profile.form.to_json(), made.evidence.to_html("en")]
    in_codes = [f"INV/{name}" for name in ("WHITFIELD", "CLARKE", "LINDQVIST")]
    for name in [*NAMES, "Hannah Lindqvist", *in_codes]:
        bare = "".join(name.casefold().split())
        assert not any(bare in "".join(text.casefold().split()) for text in said), name


def test_names_of_two_rows_above_the_table_are_refused(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    frame = table()
    sheet.append(["", "Emma Clarke", "", ""])
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([value.item() if hasattr(value, "item") else value for value in row])
    book.save(tmp_path / "in.xlsx")
    assert profile_file(tmp_path / "in.xlsx").form.names == ["age", "income", "region"]
    frame.rename(columns={"income": "Emma Clarke income"}).to_csv(tmp_path / "in.csv", index=False)
    with pytest.raises(ArgumentError, match="Emma Clarke income"):
        profile_file(tmp_path / "in.csv")
