"""From linked files to synthetic ones: new keys, the original's form, and checked by person."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from synth_handson.commands import app
from synth_handson.errors import ArgumentError
from synth_handson.paths import bundled
from synth_handson.pipeline.generate import GenerationSettings, draw
from synth_handson.pipeline.linked import Source, profile_linked
from synth_handson.pipeline.profile import profile_file
from synth_handson.tables.examples import card_payments
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.linked import LinkedTables
from synth_handson.tables.split import split_holdout

KEY = "customer_id"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Linked files of 400 people, who have names, and the sheets of one workbook."""
    path = tmp_path_factory.mktemp("linked")
    cards = card_payments(people=400)
    names = [f"{first} {last}" for first in ("Ann", "Ben", "Eva", "Tom") for last in ("Hall", "Shaw")] * 50
    people = cards.people.assign(name=names)
    people.to_csv(path / "people.csv", index=False)
    cards.events["payments"].to_csv(path / "payments.csv", index=False)
    with pd.ExcelWriter(path / "shop.xlsx") as book:
        people.to_excel(book, sheet_name="Customers", index=False)
        cards.events["payments"].head(2_000).to_excel(book, sheet_name="Payments", index=False)
    return path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["synthesise", *map(str, arguments), "--engine", "trees"])
    return result.exit_code, result.output


def test_a_preview_shows_each_table_and_a_few_synthetic_people(folder: Path) -> None:
    linked = ("--people", folder / "people.csv", "--events", folder / "payments.csv", "--person", KEY)
    shown = CliRunner().invoke(app, ["preview", *map(str, linked), "--language", "en", "--count", "2"])
    assert shown.exit_code == 0, shown.output
    assert "The table “people”" in shown.output and "The table “payments”" in shown.output
    assert shown.output.count("Synthetic rows from a quick engine (2)") == 2
    real = pd.read_csv(folder / "people.csv")
    assert not any(name in shown.output for name in {*real["name"], *real[KEY]})
    refused = CliRunner().invoke(app, ["preview", *map(str, linked), "--save-schema", "schema.json"])
    assert isinstance(refused.exception, ArgumentError) and refused.exception.key == "linked_option"


def test_linked_files_become_a_folder_of_the_same_files(folder: Path, tmp_path: Path) -> None:
    status, told = run(
        "--people", folder / "people.csv", "--events", f"payments={folder / 'payments.csv'}",
        "--person", KEY, tmp_path / "out", "--language", "en",
    )  # fmt: skip
    assert status in (0, 4), told
    people = pd.read_csv(tmp_path / "out" / "people.csv")
    payments = pd.read_csv(tmp_path / "out" / "payments.csv")
    real = pd.read_csv(folder / "people.csv")
    made = LinkedTables(people, {"payments": payments}, KEY)
    assert list(people) == list(real)
    assert len(made.people) == 400
    assert not people[KEY].isin(real[KEY]).any()
    assert not people["name"].isin(real["name"]).any()
    assert people["name"].notna().all()
    about = json.loads((tmp_path / "out" / "linked.manifest.json").read_text("utf-8"))
    assert (about["person"], about["people"], about["drawn"]) == (KEY, 400, 400)
    assert about["learned"]["payments"] == [KEY, "paid_on", "amount", "shop", "online", "points"]


@pytest.mark.seldom
def test_sheets_of_a_workbook_become_sheets(folder: Path, tmp_path: Path) -> None:
    status, told = run(
        folder / "shop.xlsx", tmp_path / "out.xlsx", "--people", "Customers", "--events",
        "payments=Payments", "--person", KEY,
    )  # fmt: skip
    assert status in (0, 4), told
    read = pd.read_excel(tmp_path / "out.xlsx", sheet_name=None)
    assert list(read) == ["Customers", "Payments"]
    assert read["Payments"][KEY].isin(read["Customers"][KEY]).all()


def test_one_table_is_drawn_person_by_person(folder: Path, tmp_path: Path) -> None:
    cards = card_payments(people=400)
    names = [f"{first} {last}" for first in ("Ann", "Ben", "Eva", "Tom") for last in ("Hall", "Shaw")] * 50
    table = LinkedTables(cards.people.assign(name=names), cards.events, KEY).to_frame()
    table.to_csv(tmp_path / "visits.csv", index=False)
    profile = profile_file(tmp_path / "visits.csv", person=KEY)
    assert "400 people" in profile.notices[0].render("en")
    made = draw(profile, GenerationSettings(engine="trees", keep=False, count=150)).table
    assert list(made) == list(table)
    assert made[KEY].nunique() == 150
    of_person = made.groupby(KEY)
    assert (of_person[["name", "born", "region", "card", "since"]].nunique() == 1).all(axis=None)
    assert not made["name"].isin(names).any()


def test_what_does_not_fit_together_is_said(folder: Path, tmp_path: Path) -> None:
    people, payments = Source(folder / "people.csv"), Source(folder / "payments.csv")
    with pytest.raises(ArgumentError, match="no column “id”"):
        profile_linked(people, {"payments": payments}, "id")
    with pytest.raises(ArgumentError, match="repeated values"):
        profile_linked(payments, {"holders": people}, KEY)
    with pytest.raises(ArgumentError, match="called “people”"):
        profile_linked(people, {"people": payments}, KEY)
    with pytest.raises(ArgumentError, match="'id'"):
        profile_file(folder / "people.csv", person="id")
    status, told = run("--people", folder / "people.csv", "--person", KEY, tmp_path / "out")
    assert status == 2
    assert "--events" in told


def test_what_ships_is_linked() -> None:
    read = {name: read_file(bundled(f"{name}.csv"))[0] for name in ("cardholders", "payments")}
    tables = LinkedTables(read["cardholders"], {"payments": read["payments"]}, KEY)
    assert tables.counts("payments").min() == 1


def validated(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["validate", *map(str, arguments), "--language", "en"])
    return result.exit_code, result.output


@pytest.mark.seldom
def test_linked_files_are_validated_as_they_were_made_and_after_a_leak(folder: Path, tmp_path: Path) -> None:
    linked = ("--people", folder / "people.csv", "--events", folder / "payments.csv", "--person", KEY)
    status, _ = run(*linked, tmp_path / "out", "--seed", 3)
    about = json.loads((tmp_path / "out" / "linked.manifest.json").read_text("utf-8"))
    again, told = validated(*linked, "--synthetic", tmp_path / "out")
    assert again == status, told
    assert "The table “payments”" in told
    plain = json.loads(validated(*linked, "--synthetic", tmp_path / "out", "--json")[1])
    assert plain["together"]["evidence"]["privacy"]["verdict"]["outcome"] == about["verdict"]
    # People that were learned from, with other keys: nothing is synthetic about them, nor are their names.
    real = {name: pd.read_csv(folder / f"{name}.csv") for name in ("people", "payments")}
    tables = LinkedTables(real["people"], {"payments": real["payments"]}, KEY)
    seen, _ = split_holdout(tables, about["fraction"], about["seed"])
    for name, frame in (("people", seen.people), ("payments", seen.events["payments"])):
        frame.assign(**{KEY: "Z" + frame[KEY]}).to_csv(tmp_path / "out" / f"{name}.csv", index=False)
    status, told = validated(*linked, "--synthetic", tmp_path / "out", "--json")
    plain = json.loads(told)
    assert (status, plain["met"]) == (1, False)
    assert plain["together"]["evidence"]["privacy"]["verdict"]["outcome"] == "fail"
    assert len(plain["tables"]["people"]["leaks"]) == len(seen.people)


def test_of_somebody_elses_linked_files_no_privacy_is_claimed_without_a_holdout(
    folder: Path, tmp_path: Path
) -> None:
    cards = card_payments(people=200, seed=9)
    cards.people.assign(name="–").to_csv(tmp_path / "people.csv", index=False)
    cards.events["payments"].to_csv(tmp_path / "payments.csv", index=False)
    linked = ("--people", folder / "people.csv", "--events", folder / "payments.csv", "--person", KEY)
    plain = json.loads(validated(*linked, "--synthetic", tmp_path, "--json")[1])
    assert plain["together"]["evidence"] is None
    assert plain["together"]["checks"][0]["met"] is None
    refused = CliRunner().invoke(
        app, ["validate", *map(str, linked), "--synthetic", str(tmp_path), "--sheet", "1"]
    )
    assert isinstance(refused.exception, ArgumentError) and refused.exception.key == "linked_option"


@pytest.fixture(scope="module")
def stays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Linked files of 300 people, with rules in each table and between the two."""
    path, rng = tmp_path_factory.mktemp("stays"), np.random.default_rng(4)
    people = pd.DataFrame({"id": [f"P-{n:04d}" for n in rng.permutation(10_000)[:300]]})
    people["city"] = rng.choice([*"ABCDEF"], 300)
    people["country"] = people["city"].map(dict(zip("ABCDEF", "XXYYZZ", strict=True)))
    people["joined"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 300, 300), unit="D")
    visits = people.loc[np.repeat(np.arange(300), rng.integers(1, 6, 300)), ["id", "joined"]]
    start = visits.pop("joined") + pd.to_timedelta(rng.integers(0, 200, len(visits)), unit="D")
    visits["checkin"] = start
    visits["checkout"] = start + pd.to_timedelta(rng.integers(1, 9, len(visits)), unit="D")
    people["wish"] = [
        f"Asked for room {n} with a view of the harbour, and a late breakfast." for n in range(300)
    ]
    people.to_csv(path / "guests.csv", index=False)
    visits.to_csv(path / "visits.csv", index=False)
    return path


def test_rules_of_linked_files_are_found_kept_and_checked_again(stays: Path, tmp_path: Path) -> None:
    linked = ("--people", stays / "guests.csv", "--events", stays / "visits.csv", "--person", "id")
    profile = profile_linked(Source(stays / "guests.csv"), {"visits": Source(stays / "visits.csv")}, "id")
    proposed = {str(found.rule): found.people for found in profile.proposed}
    assert {"people: city -> country", "visits: checkin < checkout", "visits: joined <= checkin"} == {
        *proposed
    }
    assert set(proposed.values()) == {300}
    status, told = run(
        *linked, tmp_path / "out", "--language", "en", "--rules", "found",
        "--drop-rule", "people: city -> country", "--rule", "visits: checkout >= 2023-01-02",
    )  # fmt: skip
    assert status in (0, 4), told
    assert "Rules kept in all rows of all people: 3" in told
    assert "Columns left empty: wish." in told
    made = {name: pd.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("guests", "visits")}
    beside = made["visits"].merge(made["guests"], on="id")
    assert (beside["joined"] <= beside["checkin"]).all() and (beside["checkin"] < beside["checkout"]).all()
    about = json.loads((tmp_path / "out" / "linked.manifest.json").read_text("utf-8"))
    kept = ["visits: checkin < checkout", "visits: joined <= checkin", "visits: checkout >= 2023-01-02"]
    assert sorted(about["rules"]) == sorted(kept)
    _, told = validated(*linked, "--synthetic", tmp_path / "out", "--rule", "visits: checkin >= 1", "--json")
    evidence = json.loads(told)["together"]["evidence"]
    stated = {rule["rule"] for rule in evidence["rules"] if rule["stated"]}
    assert stated == {"checkin < checkout", "joined <= checkin", "checkout >= 2023-01-02", "checkin >= 1"}


def test_two_files_of_one_name_are_refused_at_once(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "people.csv").write_bytes((folder / "payments.csv").read_bytes())
    events = f"payments={tmp_path / 'more' / 'people.csv'}"
    asked = ["synthesise", "--people", str(folder / "people.csv"), "--events", events, "--person", KEY]
    refused = CliRunner().invoke(app, [*asked, str(tmp_path / "out")])
    assert isinstance(refused.exception, ArgumentError)
    assert refused.exception.key == "linked_one_name"
    assert not (tmp_path / "out").exists()


def test_the_column_that_tells_people_apart_is_not_left_out(folder: Path) -> None:
    profile = profile_file(folder / "payments.csv", person=KEY)
    with pytest.raises(ArgumentError, match="identifies people"):
        profile.without([KEY])
