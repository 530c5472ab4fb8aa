"""The bundled interviews are what their script makes."""

from synth_handson import read_table
from synth_handson.paths import bundled
from synth_handson.pii.detect import find_personal_data
from synth_handson.tables.files.writing import write_table
from synth_handson.tables.interviews import make_interviews


def test_the_bundled_file_is_what_the_script_makes(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_table(make_interviews(), tmp_path / "interviews.csv")
    assert (tmp_path / "interviews.csv").read_bytes() == bundled("interviews.csv").read_bytes()


def test_personal_data_of_many_kinds_stands_in_its_text() -> None:
    findings = find_personal_data(read_table(bundled("interviews.csv")))
    inside = {found.kind for found in findings if found.column == "interview"}
    assert inside >= {
        "name", "email", "phone", "address", "card", "birth_date", "iban", "ip", "user_name", "my_number",
        "bank_account",
    }  # fmt: skip


def test_content_goes_with_renewal() -> None:
    table = read_table(bundled("interviews.csv"))
    renewed = table.groupby("satisfaction")["outcome"].agg(lambda outcome: (outcome == "renewed").mean())
    assert renewed[5] > renewed[1] + 0.3
    assert set(table["language"]) == {"en", "ja"}
