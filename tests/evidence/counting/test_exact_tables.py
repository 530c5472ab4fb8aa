"""Tables too large for memory: what DuckDB counts on all rows is what is counted in memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import draw_people

from synth_handson import ArgumentError, TableError, assess
from synth_handson.errors import SynthHandsonError
from synth_handson.evidence import assessment
from synth_handson.evidence.counting import exact_tables as whole
from synth_handson.evidence.counting.exact_fidelity import on_all_rows
from synth_handson.evidence.counting.exact_tables import WholeTables, read_tables
from synth_handson.evidence.counting.rows import DiskRows
from synth_handson.evidence.fidelity.statistics import assess_fidelity, match_schema
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.identical import Matches, NeverRepeating
from synth_handson.evidence.privacy.membership import Neighbours
from synth_handson.evidence.privacy.random_split import count_split
from synth_handson.evidence.privacy.same_people import shared_people
from synth_handson.evidence.privacy.text_columns import set_texts_apart
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables
from synth_handson.metrics.bins import bin_column
from synth_handson.tables.large import AnyTable
from synth_handson.tables.people import find_several_rows

pytestmark = pytest.mark.usefixtures("one_model_throughout")

SAMPLE = 60

Three = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


@contextmanager
def counted(synthetic: AnyTable, train: AnyTable, holdout: AnyTable) -> Iterator[WholeTables]:
    with read_tables(synthetic, train, holdout, 0, rows=SAMPLE) as given:
        assert given.whole is not None
        yield given.whole


def agree(tables: Three) -> None:
    """Check every count against the one made in memory."""
    prepared = prepare_tables(*tables)
    neighbours = Neighbours.of(prepared, 0)
    with counted(*tables) as found:
        assert found.matches() == neighbours.matches
        first = prepared.train.columns[0]
        if prepared.train.shape[1] > 2:
            assert found.matches((first,)) == Matches.of(*prepared.without((first,)).all)
        for actual, expected in zip(found.joins, neighbours.joins, strict=True):
            assert (actual.subsets, actual.binned) == (expected.subsets, expected.binned)
            assert actual.found.people == expected.found.people
            assert actual.found.counts.tolist() == expected.found.counts.tolist()
            assert actual.holdout_found.tolist() == expected.holdout_found.tolist()
            assert actual.unique.tolist() == pytest.approx(expected.unique.tolist())
        agree_on_attributions(tables, neighbours)
        assert found.never_repeating == NeverRepeating.of(prepared.train)
        for name, counts in count_split(prepared).items():
            split = found.columns[name].split
            assert split[:, : counts.shape[1]].tolist() == counts.tolist()
            assert not split[:, counts.shape[1] :].any()
        agree_on_bins(found, prepared)
        sampled = prepared.sampled(SAMPLE, 0)
        for actual, expected in zip(found.sample.all, sampled.all, strict=True):
            pd.testing.assert_frame_equal(actual, expected)


def agree_on_attributions(tables: Three, neighbours: Neighbours) -> None:
    """Check whose secrets are told right."""
    for known in (tables[1].columns[:1], tables[1].columns[:-1]):
        with read_tables(*tables, 0, known=known, rows=SAMPLE) as given:
            assert given.whole is not None
            actual = given.whole.attributions(given.known)
        expected = neighbours.counts.attributions(given.known)
        assert (actual.known, actual.secrets) == (expected.known, expected.secrets)
        assert (actual.people, actual.matched) == (expected.people, expected.matched)
        assert actual.told.tolist() == expected.told.tolist()


def agree_on_bins(found: WholeTables, tables: AssessedTables) -> None:
    """Check the counts of columns and of a pair."""
    both = pd.concat([tables.synthetic, tables.holdout], ignore_index=True)
    for name, column in found.columns.items():
        binned = bin_column(tables.train[name], both[name])
        rows = binned.real, *np.split(binned.other, [len(tables.synthetic)])
        expected = [np.bincount(codes, minlength=len(binned.bins)) for codes in rows]
        counts = [np.bincount(column.binned, times, len(binned.bins)) for times in column.counts]
        # Which of several unseen values has a bin of its own may differ, if they are as frequent.
        assert [sorted(part) for part in counts] == [sorted(part) for part in expected]
    one, other = list(found.columns)[:2]
    pairs = found.pair_counts(one, other)
    assert pairs.sum(axis=(1, 2)).tolist() == [len(tables.train), len(tables.synthetic), len(tables.holdout)]
    assert (
        pairs[whole.TRAIN].sum(axis=1).tolist()
        == np.bincount(
            found.columns[one].coarse.others, found.columns[one].counts[whole.TRAIN], pairs.shape[1]
        ).tolist()
    )


VALUES = {
    "numbers": st.one_of(st.none(), st.sampled_from([0.0, -0.0, 1.5, 2.0, 1e300]), st.integers(-50, 50)),
    "whole": st.integers(-3, 3),
    "text": st.one_of(st.none(), st.text("xy1", min_size=1, max_size=2)),
    "dates": st.one_of(st.none(), st.datetimes(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-09"))),
    "truths": st.booleans(),
}


@st.composite
def three_tables(draw: st.DrawFn) -> Three:
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=2, max_size=4))
    base = {
        f"{kind}{i}": draw(st.lists(VALUES[kind], min_size=20, max_size=40)) for i, kind in enumerate(kinds)
    }
    rng = np.random.default_rng(draw(st.integers(0, 9)))

    def table(rows: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                name: pd.Series([values[i] for i in rng.integers(len(values), size=rows)]).infer_objects()
                for name, values in base.items()
            }
        )

    return table(draw(st.integers(100, 130))), table(150), table(110)


@pytest.mark.seldom
@settings(max_examples=30)  # half a second each
@given(three_tables())
def test_it_counts_as_is_counted_in_memory(tables: Three) -> None:
    if any(column.isna().all() for frame in tables for _, column in frame.items()):
        return
    agree(tables)


def people(rows: tuple[int, int, int] = (700, 1_500, 800)) -> Three:
    """Synthetic rows, a tenth of them copied with the income changed, training rows and holdout."""
    drawn = draw_people(sum(rows), 0).drop(columns=["constant", "code"])
    ends = np.cumsum(rows)
    synthetic, train, holdout = drawn[: ends[0]], drawn[ends[0] : ends[1]], drawn[ends[1] :]
    copied = train.head(rows[0] // 10).assign(income=synthetic["income"].iloc[: rows[0] // 10].to_numpy())
    return pd.concat([copied, synthetic.iloc[len(copied) :]]), train, holdout


def test_people_are_counted_as_in_memory() -> None:
    agree(people())


def test_values_in_another_type_are_the_same_values() -> None:
    rng = np.random.default_rng(0)
    train = pd.DataFrame(
        {"n": rng.integers(0, 99, 300), "d": pd.Timestamp("2024-01-01"), "c": "01", "b": True}
    )
    synthetic = pd.DataFrame({"n": train["n"].astype(str), "d": "2024-01-01", "c": 1, "b": "true"})
    holdout = train.assign(n=train["n"].astype("float32"), b=1)
    agree((synthetic, train, holdout))
    with counted(synthetic, train, holdout) as found:
        assert found.matches().found == (300, 300)


def paths_of(tables: Three, folder: Path, ending: str) -> tuple[Path, ...]:
    paths = tuple(folder / f"{name}{ending}" for name in ("synthetic", "train", "holdout"))
    for table, path in zip(tables, paths, strict=True):
        table.to_csv(path, index=False) if ending == ".csv" else table.to_parquet(path)
    return paths


@pytest.mark.seldom
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_files_are_counted_as_the_tables_they_hold(ending: str, tmp_path: Path) -> None:
    paths = paths_of(people(), tmp_path, ending)
    read = [pd.read_csv(path) if ending == ".csv" else pd.read_parquet(path) for path in paths]
    with counted(*read) as frames, counted(*paths) as found:
        assert found.matches() == frames.matches()
        for actual, expected in zip(found.joins, frames.joins, strict=True):
            assert actual.found.counts.tolist() == expected.found.counts.tolist()


@pytest.mark.parametrize("ending", [".csv", pytest.param(".parquet", marks=pytest.mark.seldom)])
def test_small_files_give_the_evidence_of_the_tables_that_pandas_reads(ending: str, tmp_path: Path) -> None:
    paths = paths_of(people((150, 240, 120)), tmp_path, ending)
    read = [pd.read_csv(path) if ending == ".csv" else pd.read_parquet(path) for path in paths]
    synthetic, train, holdout = read
    assert assess(paths[0], train=str(paths[1]), holdout=paths[2]) == assess(
        synthetic, train=train, holdout=holdout
    )


def test_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with counted(*people()):
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_where_there_is_no_room_it_says_so() -> None:
    with pytest.raises(SynthHandsonError, match="TMPDIR"), counted(*people()) as found:
        assert isinstance(found.rows, DiskRows)
        found.rows.connection.execute("SET memory_limit = '1MB'; SET max_temp_directory_size = '0B'")
        found.rows.connection.execute(
            "SELECT a.v0, b.v0, count(*) FROM rows a, rows b GROUP BY ALL"
        ).fetchall()


def test_a_target_that_is_not_there_is_named_before_anything_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whole, "_count", lambda *_: pytest.fail("it was counted"))
    with pytest.raises(ArgumentError, match="churned"), read_tables(*people(), 0, "churn", rows=SAMPLE):
        pass


def test_a_known_column_that_is_not_there_or_text_is_named_before_anything_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whole, "_count", lambda *_, **__: pytest.fail("it was counted"))
    told = pd.Series([f"They have been with us for {days} days." for days in range(1_500)])
    tables: Three = tuple(t.reset_index(drop=True).assign(told=told[: len(t)]) for t in people())  # type: ignore[assignment]
    for known, said in ((["regions"], "region"), (["region", "told"], "told")):
        with pytest.raises(ArgumentError, match=said), read_tables(*tables, 0, known=known, rows=SAMPLE):
            pass


def test_every_difference_of_the_tables_is_said_before_anything_is_counted() -> None:
    synthetic, train, holdout = people()
    with pytest.raises(TableError) as caught, counted(synthetic.drop(columns="size"), train, holdout.head(9)):
        pass
    assert [problem.key for problem in caught.value.problems] == [
        "errors.assess_columns",
        "errors.assess_few_rows",
    ]
    words = holdout.astype({"visits": object, "income": object})
    words.iloc[3, words.columns.get_loc("visits")] = "unknown"
    words.iloc[5, words.columns.get_loc("income")] = "a lot"
    with pytest.raises(TableError) as caught, counted(synthetic, train, words):
        pass
    assert [p.values["value"] for p in caught.value.problems] == ["'a lot'", "'unknown'"]
    assert "`holdout`" in caught.value.message("en")


@pytest.mark.parametrize(("shared", "gaps"), [(0, 0), (200, 0), (400, 0), (400, 2)])
def test_rows_of_the_same_people_are_found_of_whom_a_sample_has_hardly_two(shared: int, gaps: int) -> None:
    rng = np.random.default_rng(1)
    facts = pd.DataFrame({"born": rng.integers(1930, 2005, 900), "income": rng.gamma(3, 1_500, 900).round()})
    facts["patient"] = [f"P{i}" for i in range(900)]
    table = facts.loc[np.repeat(np.arange(900), 3)].reset_index(drop=True)
    visits = table.assign(bpm=rng.normal(80, 9, len(table)).round())
    visits["patient"] = visits["patient"].mask(np.arange(len(visits)) % 100 < gaps)
    # The first patients have two rows here and one there, the others all three on one side.
    of = np.repeat(np.arange(900), 3)
    here = np.where(of < shared, np.arange(len(of)) % 3 < 2, of < 650)
    train, holdout = visits[here], visits[~here]
    in_memory = shared_people(prepare_tables(train, train, holdout))
    assert shared_people(prepare_tables(train, train, holdout).sampled(SAMPLE, 0)) is None
    with counted(train, train, holdout) as found:
        assert found.shared_people == in_memory
    assert in_memory is not None
    assert in_memory.columns == ("patient",)
    assert in_memory.value == pytest.approx(shared / len(holdout), rel=0.05 if gaps else 1e-9)


def test_rows_that_stand_together_are_looked_at_where_a_sample_hardly_has_neighbours() -> None:
    rng = np.random.default_rng(1)
    each = pd.DataFrame({"grade": rng.integers(0, 9, 4_000), "team": rng.choice(list("abcdefgh"), 4_000)})
    table = each.loc[np.repeat(np.arange(4_000), 3)].reset_index(drop=True)
    visits = table.assign(bpm=rng.normal(80, 9, len(table)).round())
    train = visits.sample(frac=0.7, random_state=0).sort_index()
    with counted(train, train, visits.drop(train.index)) as found:
        assert find_several_rows(found.sample.train) is None
        assert found.shared_people is not None
        assert {*found.shared_people.columns} == {"grade", "team"}


def test_texts_are_measured_by_themselves() -> None:
    rng = np.random.default_rng(0)
    words = np.array([f"word{i}" for i in range(300)])
    remarks = pd.Series([" ".join(rng.choice(words, 12)) + "." for _ in range(3_000)])
    synthetic, train, holdout = (t.reset_index(drop=True) for t in people())
    train, holdout = train.assign(told=remarks[: len(train)]), holdout.assign(told=remarks[2_000:2_800].array)
    honest = synthetic.assign(told=[" ".join(rng.choice(words, 12)) + "." for _ in range(len(synthetic))])
    with read_tables(honest, train, holdout, 0, rows=SAMPLE) as given:
        assert given.whole is not None
        texts, tables = given.whole.texts, given.tables
        assert ("told",) in given.whole.joins[0].subsets
        without = [t.drop(columns="told") for t in (honest, train, holdout)]
        with counted(*without) as others:
            assert given.whole.matches() == others.matches()
            assert given.whole.never_repeating == others.never_repeating
    assert texts == ("told",)
    assert [text.name for text in set_texts_apart(tables)[1]] == ["told"]


@pytest.fixture(scope="module")
def tables() -> Three:
    return people((1_500, 3_000, 1_500))


@pytest.fixture(scope="module")
def evidence(tables: Three) -> assessment.Evidence:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assessment, "read_tables", lambda *given, **more: read_tables(*given, rows=500, **more))
        synthetic, train, holdout = tables
        return assess(synthetic, train=train, holdout=holdout, target="churned")


def measure(evidence: assessment.Evidence, name: str) -> Measure:
    measures = (*evidence.privacy.measures, *evidence.privacy.checks, *evidence.fidelity.columns)
    return next(m for m in (*measures, *evidence.fidelity.pairs) if m.name == name)


@pytest.mark.seldom
def test_it_says_how_many_rows_there_are_and_how_many_were_sampled(evidence: assessment.Evidence) -> None:
    assert evidence.rows == assessment.Sizes(1_500, 3_000, 1_500)
    assert evidence.measured == assessment.Sizes(500, 500, 500)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("identical_rows", 1_500),
        ("subset_matches", 4_500),
        ("subset_matches_binned", 4_500),
        ("split_columns", 4_500),
        ("column_tvd", 1_500),
        ("category_coverage", 1_500),
        ("cramers_v", 1_500),
        ("pair_tvd", 1_500),
        ("spearman_difference", 1_500),
        ("dcr_share", 500),
        ("attack_auc", 1_000),
        ("ks", 500),
    ],
)
def test_each_measure_says_on_how_many_rows_it_rests(
    evidence: assessment.Evidence, name: str, rows: int
) -> None:
    assert measure(evidence, name).rows == rows


def test_a_leak_that_the_sample_hardly_holds_is_found(evidence: assessment.Evidence) -> None:
    # A tenth of the rows is copied but for one value: of a sample of a third of 1,500 and a sixth of
    # 3,000 rows, eight such pairs are in both.
    assert evidence.verdict == "fail"
    found = measure(evidence, "subset_matches")
    assert found.p_value is not None and found.p_value < 1e-20


@pytest.mark.seldom
def test_the_limit_is_that_of_all_rows_without_the_attack_on_a_sample(
    evidence: assessment.Evidence, tables: Three
) -> None:
    everything = assess(tables[0], train=tables[1], holdout=tables[2]).privacy.verdict
    limit = evidence.privacy.verdict.smallest_detectable_leak
    assert limit is not None and everything.smallest_detectable_leak is not None
    assert everything.smallest_detectable_leak <= limit <= 2 * everything.smallest_detectable_leak


def test_the_schema_is_that_of_the_tables(evidence: assessment.Evidence, tables: Three) -> None:
    assert evidence.fidelity.schema == match_schema(tables[0], tables[1])


@pytest.mark.parametrize("rows", [1_000, 2_000])
def test_counts_of_all_rows_give_what_the_rows_themselves_give(rows: int) -> None:
    tables = people((rows, 3_000, 1_000))
    prepared = prepare_tables(*tables)
    schema = match_schema(tables[0], tables[1])
    nothing = Measure("c2st_auc", None, rows=0)
    in_memory = assess_fidelity(prepared, schema=schema, c2st=nothing, random_state=0)
    with counted(*tables) as found:
        sample = assess_fidelity(found.sample, schema=schema, c2st=nothing, random_state=0)
        on_all = on_all_rows(sample, found)
    pairs = zip((*on_all.columns, *on_all.pairs), (*in_memory.columns, *in_memory.pairs), strict=True)
    for actual, expected in pairs:
        assert (actual.name, actual.columns) == (expected.name, expected.columns)
        if actual.rows == SAMPLE:
            continue
        assert actual.rows == expected.rows == 1_000
        compared = zip(
            (actual.estimate, actual.expected), (expected.estimate, expected.expected), strict=True
        )
        for drawn, (counted_value, in_rows) in zip((rows > 1_000, False), compared, strict=True):
            assert counted_value is not None and in_rows is not None
            # Of the larger synthetic table, other rows are drawn; intervals are bootstrapped, always.
            assert drawn or counted_value.value == pytest.approx(in_rows.value)
            assert counted_value.low <= in_rows.high and in_rows.low <= counted_value.high
            assert counted_value.high - counted_value.low == pytest.approx(
                in_rows.high - in_rows.low, rel=0.5, abs=0.05
            )
