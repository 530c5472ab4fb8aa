"""Rows on demand are measured among the people who have what was asked for; few people are never passed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from people import draw_people

from synth_handson.errors import ArgumentError
from synth_handson.evidence import asked as asked_rows
from synth_handson.evidence import assessment
from synth_handson.evidence.asked import Asked, all_alike, in_memory, read_asked, what_was_asked
from synth_handson.evidence.assessment import Evidence, assess
from synth_handson.evidence.counting.exact_tables import read_tables
from synth_handson.evidence.privacy.few_alike import Commonest
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import Verdict
from synth_handson.synthesis.generator import Generator
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.large import ParquetTable
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.segment import Segment

pytestmark = pytest.mark.usefixtures("one_model_throughout")

COLUMNS = ["income", "visits", "region", "size", "score", "churned"]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return {"train": draw_people(2_400, 1)[COLUMNS], "holdout": draw_people(1_200, 2)[COLUMNS]}


@pytest.fixture(scope="module")
def generator(tables: dict[str, pd.DataFrame]) -> Generator:
    return train_generator(tables["train"], engine="trees", keep=False)


@pytest.fixture(scope="module")
def drawn(generator: Generator) -> pd.DataFrame:
    return generator.sample(600, given={"churned": "yes"})


@pytest.fixture(scope="module")
def honest(drawn: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> Evidence:
    return assess(drawn, **tables)


HALF = {"churned": {"yes": 0.5, "no": 0.5}}


@pytest.fixture(scope="module")
def halved(generator: Generator, tables: dict[str, pd.DataFrame]) -> Evidence:
    return assess(generator.sample(600, shares=HALF), **tables, target="churned")


def planted(drawn: pd.DataFrame, train: pd.DataFrame, copies: int) -> pd.DataFrame:
    """Put real people of the segment in the place of some of its rows."""
    people = train[train["churned"] == "yes"].sample(copies, random_state=0)
    rows = pd.concat([people, drawn.iloc[copies:]], ignore_index=True)
    rows.attrs = drawn.attrs
    return rows


def test_they_are_compared_with_whom_they_are_about(
    honest: Evidence, tables: dict[str, pd.DataFrame]
) -> None:
    people = [int((table["churned"] == "yes").sum()) for table in tables.values()]
    assert (honest.rows.train, honest.rows.holdout) == tuple(people)
    asked = honest.asked
    assert asked is not None
    assert asked.enough
    assert (asked.choices, asked.train, asked.holdout) == (("churned = yes",), (people[0],), (people[1],))
    assert honest.verdict == "pass"
    said = [reason.render("en") for reason in honest.reasons]
    assert any(f"among the {people[0]:,} training people and the {people[1]:,} people" in s for s in said)
    # How large a leak would have been noticed is said of these people, too.
    leak = honest.privacy.verdict.smallest_detectable_leak
    assert leak is not None
    assert any(f"can concern up to {leak * 600 / people[0]:.0%}".replace("%", " %") in s for s in said), said
    assert Evidence.from_dict(honest.to_dict()) == honest


@pytest.mark.parametrize(
    ("shares", "train", "rows", "once_each", "outcome"),
    [
        # 28 copies are noticed; 5 % of 560 rows are 28, of 559 fewer.
        (None, (600,), 560, 560, "pass"),
        (None, (600,), 559, 559, "review"),
        # Of 410 people, 5 % are 20.5, however many rows are drawn.
        (None, (410,), 5_000, 410, "review"),
        (None, (560,), 5_000, 560, "pass"),
        # Half of 1,000 rows are about 410 people, and half about more people than rows.
        ((0.5, 0.5), (410, 3_000), 1_000, 910, "pass"),
    ],
)
def test_more_rows_than_people_make_no_leak_easier_to_tolerate(
    shares: tuple[float, ...] | None, train: tuple[int, ...], rows: int, once_each: float, outcome: str
) -> None:
    leak = 28 / rows
    verdict = Verdict("pass", (), 20, 0.001, 0.05, leak, leak, None, 0.05, None, None)
    asked = Asked(("y",) * len(train), shares, train, train, enough=True)
    assert asked.once_each(rows) == once_each
    assert asked.cap(verdict, rows).outcome == outcome
    # Nothing makes a worse verdict better.
    assert asked.cap(replace(verdict, outcome="fail"), rows).outcome == "fail"
    few = replace(asked, enough=False)
    assert [few.cap(replace(verdict, outcome=o), rows).outcome for o in ("pass", "review", "fail")] == [
        "review", "review", "fail",
    ]  # fmt: skip


def test_a_leak_inside_the_segment_is_found_at_the_size_that_is_said(
    honest: Evidence, drawn: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    smallest = honest.privacy.verdict.smallest_detectable_leak
    assert smallest is not None
    copies = round(2 * smallest * len(drawn))
    assert assess(planted(drawn, tables["train"], copies), **tables).verdict != "pass"
    assert assess(planted(drawn, tables["train"], 200), **tables).verdict == "fail"


def test_few_people_are_never_passed(generator: Generator, tables: dict[str, pd.DataFrame]) -> None:
    given = {"churned": "yes", "size": "L"}
    train, few = tables["train"], tables["train"].query("churned == 'yes' and size == 'L'")
    rows = generator.sample(600, given=given, even_if_few=True)
    evidence = assess(rows, **tables)
    assert evidence.asked is not None
    assert (evidence.asked.enough, evidence.asked.train) == (False, (len(few),))
    assert len(few) < 100
    assert evidence.verdict == "review"
    assert f"met by {len(few)} training people" in evidence.reasons[0].render("en")
    # Among all people a leak is still one.
    assert evidence.rows.train == len(train)
    leaked = pd.concat([few, rows.iloc[len(few) :]], ignore_index=True)
    assert assess(leaked, **tables, given=given).verdict == "fail"


def in_part(patch: pytest.MonkeyPatch, rows: int) -> None:
    """Take tables of more than so many rows for large ones."""
    patch.setattr(assessment, "read_tables", lambda *given, **more: read_tables(*given, rows=rows, **more))


def test_rows_that_are_all_alike_are_noticed_though_nobody_says_what_was_asked(
    generator: Generator, tables: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"churned": "yes", "size": "L"}
    rows = generator.sample(300, 0, given, even_if_few=True)
    # A table that lost what was asked is judged so, too, and a few rows that were not asked for hide nothing.
    rows.attrs.clear()
    rows.loc[:5, "churned"] = "no"
    verdict = Verdict("pass", (), 20, 0.001, 0.05, 0.01, 0.01, None, 0.05, None, None)
    common = Commonest({"size": "L", "churned": "yes"}, 294, 40, (300, 2_400))
    found = all_alike(common, verdict)
    assert found.outcome == "review"
    assert "98 % of the rows have size = L, churned = yes" in found.reasons[0].render("en")
    assert all_alike(common, replace(verdict, outcome="fail")).outcome == "fail"
    assert all_alike(replace(common, people=300), verdict) == verdict
    small = assess(rows, **tables)
    in_part(monkeypatch, 100)
    large = assess(rows, **tables)
    for evidence in (small, large):
        assert evidence.verdict == "review"
        assert "verdict.few_alike" in [reason.key for reason in evidence.reasons]


def test_what_was_asked_hides_nothing_else_that_all_rows_have(
    generator: Generator, tables: dict[str, pd.DataFrame]
) -> None:
    given = {"churned": "yes", "size": "L"}
    rows = generator.sample(300, 0, given, even_if_few=True)
    rows.attrs.clear()
    evidence = assess(rows, **tables, given={"churned": "yes"})
    assert evidence.asked is not None and evidence.asked.enough
    assert evidence.verdict == "review"


def test_many_rows_of_few_people_are_judged_by_how_many_they_are(
    generator: Generator, tables: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = generator.sample(2_000, given={"churned": "yes"})
    in_part(monkeypatch, 300)
    evidence = assess(rows, **tables)
    assert (evidence.rows.synthetic, evidence.measured.synthetic) == (2_000, 300)
    keys = ("verdict.of_asked", "verdict.asked_blind")
    said = next(reason for reason in evidence.reasons if reason.key in keys)
    assert said.values["rows"] == 2_000


def test_shares_are_compared_with_real_rows_in_these_shares(
    generator: Generator, halved: Evidence, tables: dict[str, pd.DataFrame]
) -> None:
    evidence = halved
    assert evidence.verdict == "pass"
    # Everybody is looked for; fidelity and use are those of the mix.
    assert evidence.rows.train == len(tables["train"])
    (churned,) = (
        m for m in evidence.fidelity.columns if m.name == "column_tvd" and m.columns == ("churned",)
    )
    assert churned.value is not None
    assert churned.value == pytest.approx(0, abs=0.01)
    declared = generator.sample(100, shares=HALF)
    undeclared = pd.DataFrame(declared.to_dict("list"))
    assert what_was_asked(undeclared, None, HALF) == what_was_asked(declared, None, None) is not None


def test_which_people_stand_behind_a_table_of_values(tables: dict[str, pd.DataFrame]) -> None:
    table = pd.DataFrame({"churned": ["yes", "no", "no", "no"] * 50, "size": ["S"] * 200})
    segment = Segment.of(table, None, COLUMNS)
    train = tables["train"]
    rows = draw_people(200, 4)[COLUMNS].assign(**table)
    asked = read_asked(segment, rows, **tables, random_state=0)
    assert asked.asked.train == tuple(
        int(((train["churned"] == churned) & (train["size"] == "S")).sum()) for churned in ("yes", "no")
    )
    assert asked.asked.shares == (0.25, 0.75)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"given": {"churned": "no"}}, "600 rows of the synthetic table do not have what was asked for"),
        ({"given": {"chrned": "no"}}, "no column 'chrned'"),
        ({"train": "train.csv"}, "give the training table and the holdout as DataFrames"),
        ({"given": {"churned": "yes"}, "person": "region"}, "not with person="),
    ],
)
def test_what_was_not_asked_is_refused(
    drawn: pd.DataFrame, tables: dict[str, pd.DataFrame], change: dict[str, Any], words: str
) -> None:
    with pytest.raises(ArgumentError, match=words):
        assess(drawn, **{**tables, **change})


def test_people_with_events_are_refused(tables: dict[str, pd.DataFrame]) -> None:
    people = pd.DataFrame({"id": range(3)})
    linked = LinkedTables(people, {"visits": pd.DataFrame({"id": [0, 1], "x": [1, 2]})}, "id")
    with pytest.raises(ArgumentError, match="linked tables"):
        assess(linked, train=linked, holdout=linked, given={"x": 1})


def test_tables_given_away_one_after_the_other_are_one(tables: dict[str, pd.DataFrame]) -> None:
    train, holdout = (tables[name].head(400) for name in ("train", "holdout"))
    weeks = [draw_people(150, seed)[COLUMNS] for seed in (5, 6, 7)]
    together = assess(weeks, train=train, holdout=holdout)
    assert together == assess(pd.concat(weeks, ignore_index=True), train=train, holdout=holdout)
    assert together.rows.synthetic == 450
    assert "asked" not in together.to_dict()
    # The same person in every week is one person found.
    week = pd.concat([train.head(40), weeks[0].iloc[40:]], ignore_index=True)
    once, thrice = (
        Neighbours.of(prepare_tables(pd.concat([week] * times), train, holdout), 0).subsets
        for times in (1, 3)
    )
    assert [m.value for m in once] == [m.value for m in thrice]


def test_tables_that_do_not_belong_together_are_refused(
    drawn: pd.DataFrame, tables: dict[str, pd.DataFrame]
) -> None:
    for several, words in (
        ([], "at least one"),
        (["out.csv"], "list of DataFrames"),
        ([drawn, drawn.drop(columns="size")], "different columns"),
        ([drawn, draw_people(100, 1)[COLUMNS]], "different values or shares"),
    ):
        with pytest.raises(ArgumentError, match=words):
            assess(several, **tables)  # type: ignore[arg-type]


def test_a_file_says_itself_what_was_asked_and_is_measured_as_its_rows(
    generator: Generator,
    halved: Evidence,
    tables: dict[str, pd.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "half.parquet"
    generator.write(path, 600, shares=HALF)
    assert assess(path, **tables, target="churned") == halved
    # A large one is not read as a whole.
    monkeypatch.setattr(asked_rows, "MAX_ROWS", 400)
    opened = in_memory(path)
    assert isinstance(opened, ParquetTable)
    segment = what_was_asked(opened, None, None)
    assert segment == what_was_asked(generator.sample(600, shares=HALF), None, None)
    assert segment is not None
    large = read_asked(segment, opened, *tables.values(), random_state=0)
    small = read_asked(segment, pd.read_parquet(path), *tables.values(), random_state=0)
    assert large.asked == small.asked
    assert large.mixed is not None
    assert len(large.mixed.synthetic) == 400
    wrong = Segment.of({"churned": "no"}, None, list(tables["train"]))
    with pytest.raises(ArgumentError, match="300 rows"):
        read_asked(wrong, opened, *tables.values(), random_state=0)


def test_real_rows_with_filled_gaps_are_refused_as_a_file_too(
    tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    generator = train_generator(tables["train"], engine="copula", keep=False)
    (filled,) = generator.fill(tables["train"].head(300))
    filled.to_parquet(tmp_path / "filled.parquet")
    with pytest.raises(ArgumentError, match="real rows whose gaps were filled"):
        assess(tmp_path / "filled.parquet", **tables)
