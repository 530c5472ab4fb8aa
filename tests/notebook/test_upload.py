"""A table that a reader brings along."""

from dataclasses import replace
from pathlib import Path

import pytest
from panels import draw_payments, some

from synth_handson.errors import ArgumentError
from synth_handson.notebook.upload import VARIABLE, Upload, check_size, upload_limit
from synth_handson.paths import bundled
from synth_handson.tables.files.form import Reading
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews
from synth_handson.tables.rules.parse import as_rules
from synth_handson.tables.split import split_holdout


@pytest.fixture
def interviews(tmp_path: Path) -> Upload:
    write_table(make_interviews(300, seed=8), tmp_path / "in.csv")
    return Upload("interviews.csv", (tmp_path / "in.csv").read_bytes())


def test_it_is_read_understood_and_started_and_nothing_stays_on_the_disk(
    interviews: Upload, home: Path
) -> None:
    upload = interviews.read()
    assert upload.error is None
    assert upload.profile is not None
    assert "email" not in upload.profile.named("learned")
    started = replace(upload, target="outcome", left_out=frozenset({"visits"}), known=("born",)).start()
    assert started.table is not None
    assert (started.table.name, started.table.target) == ("interviews.csv", "outcome")
    assert started.table.known == ("born",)
    gone = replace(upload, left_out=frozenset({"visits"}), known=("visits",)).start()
    assert gone.error is not None and "visits" in str(gone.error)
    assert started.table.learned == ["born", "language", "plan", "satisfaction", "outcome"]
    assert started.table.texts == ("interview",)
    silent = replace(upload, left_out=frozenset({"interview"})).start()
    assert silent.table is not None and silent.table.texts == ()
    assert list(home.iterdir()) == []


def test_what_the_reader_knows_better_counts(interviews: Upload) -> None:
    upload = replace(interviews, reading=Reading({"visits": "text"})).read()
    assert upload.profile is not None
    assert next(form.type for form in upload.profile.form.columns if form.name == "visits") == "text"


def test_an_error_keeps_what_was_there(interviews: Upload, home: Path) -> None:
    upload = interviews.read()
    wrong = replace(upload, reading=Reading({"language": "number"})).read()
    assert wrong.error is not None
    assert wrong.profile is upload.profile
    too_small = Upload("in.csv", b"a,b\n" + b"1,x\n2,y\n" * 75).read().start()
    assert too_small.table is None
    assert too_small.error is not None
    assert "150 rows" in too_small.error.message("en")
    assert list(home.iterdir()) == []


def test_a_target_that_is_no_longer_learned_is_forgotten(interviews: Upload) -> None:
    assert replace(interviews, target="email").read().target is None
    with pytest.raises(AssertionError):
        interviews.start()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.parquet", b"no"),
        ("x.xlsx", b"no"),
        ("x.json", b"no"),
        ("x.csv", b"town,amount\nM\x81nchen\x8d,1\nK\x81ln\x8d,2\n"),
        ("x.csv", b"a,b\n1,2\n3,4,5\n"),
    ],
)
def test_a_file_that_is_no_table_says_so_by_its_own_name(name: str, content: bytes, home: Path) -> None:
    error = Upload(name, content).read().error
    assert error is not None
    assert name in error.message("en")
    assert str(home) not in error.message("en")


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
    with pytest.raises(ArgumentError, match=r"a\.csv has 2\.1 MB; at most 2 MB"):
        check_size("a.csv", 2_100_000, 2.0)


def test_rules_are_kept_that_the_reader_chose_or_wrote() -> None:
    upload = Upload("stays.csv", bundled("stays.csv").read_bytes()).read()
    chosen = replace(upload, rules=("checkin < checkout", "none of them"), stated="guests <= 4").start()
    assert chosen.table is not None
    assert list(map(str, as_rules(chosen.table.rules))) == ["checkin < checkout", "guests <= 4"]
    assert upload.start().table.rules == ()  # type: ignore[union-attr]
    wrong = replace(upload, stated="gusts <= 4").start()
    assert wrong.error is not None and "guests" in wrong.error.message("en")


def test_people_with_several_rows_are_proposed_and_learned_with_all_of_them() -> None:
    payments = draw_payments(220, 3)
    upload = Upload("payments.csv", payments.to_csv(index=False).encode()).read()
    assert upload.profile is not None
    assert (upload.profile.person, upload.profile.proposed_person) == (None, "customer")
    by_person = replace(upload, person="customer", stated="amount > 0").read()
    assert by_person.profile is not None
    assert (by_person.profile.size, by_person.profile.proposed_person) == (220, None)
    table = by_person.start().table
    assert table is not None
    assert (table.person, "customer" in table.frame) == ("customer", True)
    assert list(map(str, as_rules(table.rules))) == ["amount > 0"]
    train, holdout = split_holdout(table.frame, table.fraction, person=table.person)
    assert holdout["customer"].nunique() == 100
    assert not set(train["customer"]) & set(holdout["customer"])
    few = replace(upload, content=some(payments, 150).to_csv(index=False).encode(), person="customer").read()
    stopped = few.start().error
    assert stopped is not None and "150 people" in stopped.message("en")
