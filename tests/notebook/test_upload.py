"""A table that a reader brings along."""

from dataclasses import replace
from pathlib import Path

import pytest

from synth_handson.errors import ArgumentError
from synth_handson.notebook.upload import VARIABLE, Upload, check_size, upload_limit
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews


@pytest.fixture
def interviews(tmp_path: Path) -> Upload:
    write_table(make_interviews(300, seed=8), tmp_path / "in.csv")
    return Upload("interviews.csv", (tmp_path / "in.csv").read_bytes())


def test_it_is_read_understood_and_started_and_nothing_stays_on_the_disk(
    interviews: Upload, home: Path
) -> None:
    upload = interviews.read()
    assert upload.error is None
    assert upload.understood is not None
    assert "email" not in upload.understood.named("learned")
    started = replace(upload, target="outcome", left_out=frozenset({"visits"}), known=("born",)).start()
    assert started.table is not None
    assert (started.table.name, started.table.target) == ("interviews.csv", "outcome")
    assert started.table.known == ("born",)
    gone = replace(upload, left_out=frozenset({"visits"}), known=("visits",)).start()
    assert gone.error is not None and "visits" in str(gone.error)
    assert list(started.table.frame) == ["born", "language", "plan", "satisfaction", "outcome"]
    assert list(home.iterdir()) == []


def test_what_the_reader_knows_better_counts(interviews: Upload) -> None:
    upload = replace(interviews, types={"visits": "text"}).read()
    assert upload.understood is not None
    assert next(form.type for form in upload.understood.form.columns if form.name == "visits") == "text"


def test_an_error_keeps_what_was_there(interviews: Upload, home: Path) -> None:
    upload = interviews.read()
    wrong = replace(upload, types={"language": "number"}).read()
    assert wrong.error is not None
    assert wrong.understood is upload.understood
    too_small = Upload("in.csv", b"a,b\n" + b"1,x\n2,y\n" * 75).read().start()
    assert too_small.table is None
    assert too_small.error is not None
    assert "150 rows" in too_small.error.message("en")
    assert list(home.iterdir()) == []


def test_a_target_that_is_no_longer_learned_is_forgotten(interviews: Upload) -> None:
    assert replace(interviews, target="email").read().target is None
    with pytest.raises(AssertionError):
        interviews.start()


def test_a_file_that_is_no_table_says_so() -> None:
    assert Upload("x.parquet", b"no").read().error is not None


def test_visitors_bring_tables_only_where_the_operator_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert upload_limit(shared=True) is None
    assert upload_limit(shared=False) == 100.0
    monkeypatch.setenv(VARIABLE, "2.5")
    assert upload_limit(shared=True) == upload_limit(shared=False) == 2.5
    for wrong in ("0", "-1", "many", "inf", "nan"):
        monkeypatch.setenv(VARIABLE, wrong)
        with pytest.raises(ArgumentError, match=VARIABLE):
            upload_limit(shared=True)


def test_what_is_too_large_is_refused_with_both_sizes() -> None:
    check_size("a.csv", 2_000_000, 2.0)
    with pytest.raises(ArgumentError, match=r"a\.csv has 2\.1 MB; up to 2 MB"):
        check_size("a.csv", 2_100_000, 2.0)
