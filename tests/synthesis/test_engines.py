"""What holds for every engine, whatever the table."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import draw_people

from synth_handson.errors import ArgumentError, TrainingCancelled
from synth_handson.synthesis import store
from synth_handson.synthesis.archive import from_bytes, to_bytes, unpack
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.run import CancelToken, Progress
from synth_handson.synthesis.schema import PROTECTED_TOKEN
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.texts import MIN_KEPT_ROWS

INSTANT = ["copula", "trees"]
# The two extras have tests of their own, with a training each.
ENGINES = [
    *INSTANT,
    pytest.param("mostly", marks=pytest.mark.engine),
    *(pytest.param(name, marks=[pytest.mark.engine, pytest.mark.seldom]) for name in ("ctgan", "aim")),
]
TOLD: dict[str, dict[str, Any]] = {"aim": {"epsilon": 20.0}}

pytestmark = pytest.mark.filterwarnings("ignore::synth_handson.errors.LicenceNotice")


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Numbers, categories, dates, missing values, and one column of every further kind."""
    rng = np.random.default_rng(0)
    return (
        draw_people(600, 0)
        .drop(columns="code")
        .assign(
            vip=rng.random(600) < 0.3,
            grade=pd.Categorical(rng.choice(["low", "mid", "top"], 600), ["low", "mid", "top"], ordered=True),
            children=pd.array([None, *rng.integers(0, 4, 599)], dtype="Int64"),
            since=pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 400, 600), unit="D"),
            written=(
                pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 90, 600), unit="D")
            ).strftime("%d.%m.%Y"),
            town=["Ulm"] * 590 + ["Bonn"] * 10,
            island=["Main"] * 598 + ["Sylt"] * 2,
        )
    )


def for_engine(engine: str, people: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns where an engine takes minutes for all."""
    return (
        people[["income", "children", "churned", "since", "written", "island"]] if engine == "aim" else people
    )


def train(table: pd.DataFrame, engine: str, **options: Any) -> Generator:
    return train_generator(table, engine=engine, max_epochs=1, **TOLD.get(engine, {}), **options)


@pytest.fixture(scope="module", params=ENGINES)
def trained(request: pytest.FixtureRequest, people: pd.DataFrame) -> Generator:
    return train(for_engine(request.param, people), request.param, target="churned")


def test_a_drawn_table_has_the_originals_columns_dtypes_and_values(
    trained: Generator, people: pd.DataFrame
) -> None:
    people = for_engine(trained.training.engine, people)
    rows = trained.sample(500)
    assert rows.columns.tolist() == people.columns.tolist()
    assert rows.dtypes.astype(str).to_dict() == people.dtypes.astype(str).to_dict()
    days = rows["since"].dropna()
    assert (days == days.dt.normalize()).all()
    assert pd.to_datetime(rows["written"].dropna(), format="%d.%m.%Y").notna().all()
    assert set(rows.get("grade", [])) <= {*people.get("grade", []), PROTECTED_TOKEN}
    if trained.training.epsilon is None:  # With differential privacy, nobody may know where the ends are.
        for name in ["since", *people.select_dtypes("number")]:
            assert rows[name].dropna().between(people[name].min(), people[name].max()).all(), name


def test_what_few_people_have_is_not_shown(trained: Generator) -> None:
    rows = trained.sample(2_000)
    assert "Sylt" not in set(rows["island"])
    assert set(rows["island"]) <= {"Main", PROTECTED_TOKEN}
    assert trained.training.value_protection


def test_the_same_seed_gives_the_same_rows_and_another_one_others(trained: Generator) -> None:
    pd.testing.assert_frame_equal(trained.sample(100, random_state=1), trained.sample(100, random_state=1))
    assert not trained.sample(100, random_state=1).equals(trained.sample(100, random_state=2))


def test_it_survives_as_a_file_without_rows(trained: Generator, people: pd.DataFrame) -> None:
    archive = to_bytes(trained)
    pd.testing.assert_frame_equal(from_bytes(archive).sample(50), trained.sample(50))
    exact = people["income"].dropna().astype(str)
    held = b"".join(unpack(archive).values())
    shown = [value for value in exact[exact.str.len() > 6].unique() if value.encode() in held]
    assert len(shown) < 0.5 * exact.nunique()


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_given_values_hold_in_every_row(trained: Generator, data: st.DataObject) -> None:
    seen = trained.sample(200)
    names = [name for name in ("churned", "children", "island", "town", "member") if name in seen]
    asked = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    row = seen.iloc[data.draw(st.integers(0, len(seen) - 1))]
    values = {name: None if pd.isna(row[name]) else row[name] for name in asked}
    rows = trained.sample(30, 5, values, even_if_few=True)
    assert len(rows) == 30
    for name, value in values.items():
        assert (rows[name].isna() if value is None else rows[name] == value).all(), name
    assert rows.columns.equals(seen.columns)
    pd.testing.assert_frame_equal(rows, trained.sample(30, 5, values, even_if_few=True))


def test_one_of_several_values_and_the_shares_of_a_column_hold_too(trained: Generator) -> None:
    rows = trained.sample(40, given={"children": [1, 2]})
    assert set(rows["children"]) == {1, 2}
    rows = trained.sample(40, given={"children": [0, 1, 2, 3]}, shares={"churned": {"yes": 0.35, "no": 0.65}},
                          even_if_few=True)  # fmt: skip
    assert rows["churned"].value_counts().to_dict() == {"no": 26, "yes": 14}
    assert rows["children"].notna().all()
    table = pd.DataFrame({"churned": ["yes", "no"] * 20, "island": ["Main"] * 40})
    rows = trained.sample(40, given=table, even_if_few=True)
    assert rows[["churned", "island"]].astype("str").equals(table.astype("str"))


def test_few_people_are_refused_before_anything_is_drawn(trained: Generator) -> None:
    with pytest.raises(ArgumentError, match="children = 7"):
        trained.sample(10, given={"children": 7})
    with pytest.raises(ArgumentError, match=r"at least 100.*even_if_few"):
        trained.sample(10, given={"children": 1, "churned": "yes"})


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_training_is_found_in_the_store(engine: str, people: pd.DataFrame) -> None:
    people = people[["children", "churned", "island"]]
    first = train(people, engine)
    again = train(people, engine)
    assert (first.from_store, again.from_store) == (False, True)
    pd.testing.assert_frame_equal(first.sample(50), again.sample(50))
    # To some engines the target is a column like any other.
    alike = engine in ("ctgan", "aim")
    assert train(people, engine, target="churned").from_store == alike
    assert store.clear() == (1 if alike else 2)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cancelled_training_leaves_nothing(engine: str, people: pd.DataFrame) -> None:
    token = CancelToken()

    def cancel(progress: Progress) -> None:
        if progress.phase in ("preparing", "training"):
            token.cancel()

    with pytest.raises(TrainingCancelled):
        train(people, engine, cancel=token, on_progress=cancel)
    assert store.clear() == 0


@pytest.mark.parametrize("engine", INSTANT)
def test_progress_goes_forward_and_says_how_it_ended(engine: str, people: pd.DataFrame) -> None:
    seen: list[Progress] = []
    training = train(people, engine, on_progress=seen.append).training
    assert list(dict.fromkeys(p.phase for p in seen)) == ["starting", "preparing", "training", "done"]
    assert [p.fraction for p in seen] == sorted(p.fraction for p in seen)
    assert (training.stopped_by, training.epochs, training.val_loss) == ("complete", 0, None)


N = 120
MIXED = np.arange(N) * 37 % 101
ODD: dict[str, dict[Any, Any]] = {
    "numbers only": {"a": MIXED * 0.1, "b": MIXED**2},
    "categories only": {"a": ["x", "y", "z"] * (N // 3), "b": ["u", "v"] * (N // 2)},
    "one value": {"a": [1] * N, "b": ["x"] * N, "c": MIXED},
    "hardly a value": {"a": [1.5] + [np.nan] * (N - 1), "b": MIXED},
    "huge and tiny": {"a": 10.0 ** (MIXED * 0.3 - 15), "b": MIXED * 10**15},
    "whole numbers as names": {0: MIXED, "__x": ["x", "y"] * (N // 2)},
    "the same column twice": {"a": MIXED, "b": MIXED, "c": -MIXED},
    "names of another script": {"年齢": MIXED, "職業": ["会社員", "学生"] * (N // 2)},
    "zoned dates": {
        "a": pd.Timestamp("2024-03-30", tz="Europe/Berlin") + pd.to_timedelta(MIXED, unit="h"),
        "b": MIXED,
    },
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("engine", INSTANT)
def test_odd_tables_are_learned_too(engine: str, name: str) -> None:
    table = pd.DataFrame(ODD[name])
    for target in (None, table.columns[0], table.columns[-1]):
        rows = train(table, engine, target=target).sample(40)
        assert rows.columns.tolist() == table.columns.tolist()
        for column in table:
            assert rows[column].isna().all() or table[column].notna().any(), column
            if table[column].notna().sum() >= MIN_KEPT_ROWS:
                assert rows[column].notna().any(), column


ALONE = """
import json, os, sys
import pandas as pd

opened = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise SystemExit("a connection")
    if event == "open" and isinstance(arguments[0], str) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        opened.append(arguments[0])

frame = pd.read_csv(sys.argv[1])
sys.addaudithook(watch)
from synth_handson import train_generator
rows = train_generator(frame, engine=sys.argv[2]).sample(20)
print(json.dumps({"rows": rows.to_csv(index=False), "opened": opened, "torch": "torch" in sys.modules}))
"""


@pytest.mark.parametrize("engine", INSTANT)
def test_it_needs_no_network_and_writes_no_row(
    engine: str, bank: pd.DataFrame, tmp_path: Path, home: Path
) -> None:
    path = tmp_path / "train.csv"
    bank.head(500).to_csv(path, index=False)
    # Bytecode is no row.
    command = [sys.executable, "-B", "-W", "ignore", "-c", ALONE, str(path), engine]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert said["rows"] == train_generator(pd.read_csv(path), engine=engine).sample(20).to_csv(index=False)
    # Nothing but the store's own: its lock, and the generator.
    written = {Path(name).suffix for name in said["opened"]}
    assert written == {".lock", ".unfinished"}
    assert {Path(name).parent for name in said["opened"]} == {home / "generators"}
    assert not said["torch"]


SITECUSTOMIZE = """
import os, sys

record = os.open(os.environ["RECORD"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        if getattr(arguments[0], "family", None) != 1:  # AF_UNIX
            os.write(record, f"{event} {arguments}\\n".encode())
            raise OSError("no network here")
    if event == "import" and arguments[0] in ("ctgan", "mbi"):
        os.write(record, b"watched\\n")

sys.addaudithook(watch)
"""

IN_A_WORKER = """
import sys
import pandas as pd
from synth_handson import train_generator
epsilon = 20.0 if sys.argv[2] == "aim" else None
frame = pd.read_csv(sys.argv[1])
print(train_generator(frame, engine=sys.argv[2], max_epochs=1, epsilon=epsilon).sample(20).shape)
"""


@pytest.mark.engine
@pytest.mark.seldom
@pytest.mark.parametrize("engine", ["ctgan", "aim"])
def test_its_worker_needs_no_network_and_leaves_no_row(
    engine: str, bank: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A home that this process does not know, as workers of other tests may start in its own at any moment.
    home = tmp_path / "alone"
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE)
    table, record = tmp_path / "table.csv", tmp_path / "record"
    bank[["age", "y"]].head(500).to_csv(table, index=False)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IN_A_WORKER, str(table), engine],
        env=os.environ
        | {"PYTHONPATH": str(tmp_path), "RECORD": str(record), "SYNTH_HANDSON_HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "(20, 2)"
    assert set(record.read_text().splitlines()) == {"watched"}
    # Of the worker's folder nothing is left, and the store holds one generator.
    assert [path for path in (home / "work").rglob("*") if path.is_file()] == [], done.stderr
    monkeypatch.setenv("SYNTH_HANDSON_HOME", str(home))
    assert store.clear() == 1
