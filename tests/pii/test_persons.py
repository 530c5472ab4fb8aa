"""Made-up values of one row belong together: a name, its reading, the mail address, the gender."""

import random
import re
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from faker import Faker

from synth_handson.pii.detect import find_personal_data, find_spans
from synth_handson.pii.fakes import FIRST_BY_GENDER, LAST
from synth_handson.pii.originals import normal
from synth_handson.pii.persons import Person, find_persons, gender_of
from synth_handson.pii.replace import replace_personal_data
from synth_handson.pii.romaji import katakana, romaji, spellings
from synth_handson.pipeline.generate import GenerationSettings, draw
from synth_handson.pipeline.profile import profile_file, profile_table
from synth_handson.tables.files.reading import read_file
from synth_handson.tables.files.writing import write_table

KEY = b"a key of sixteen and more bytes"
READS = {kanji: kana for kanji, kana, _ in (*LAST, *FIRST_BY_GENDER["female"], *FIRST_BY_GENDER["male"])}
OF = {"女": "female", "男": "male", "F": "female", "M": "male"}


@pytest.mark.parametrize(
    ("kana", "latin", "also"),
    [
        ("ヤマダ", "yamada", "yamada"), ("おおの", "oono", "ohno"), ("ユウタ", "yuuta", "yuta"),
        ("ハットリ", "hattori", "hattori"), ("リョウコ", "ryouko", "ryoko"),
        ("シュンイチ", "shunichi", "shunichi"),
        ("マッチ", "matchi", "matchi"), ("ｼﾞｭﾝ", "jun", "jun"), ("ヒョウドウ", "hyoudou", "hyodo"),
    ],
)  # fmt: skip
def test_kana_are_spelled_as_people_spell_them(kana: str, latin: str, also: str) -> None:
    assert romaji(kana) == latin
    assert {latin, also} <= spellings(kana)


def japanese(rows: int = 120, seed: int = 2) -> pd.DataFrame:
    names = import_module("faker.providers.person.ja_JP").Provider
    draw_from = random.Random(seed)
    table = []
    for number in range(rows):
        gender = draw_from.choice("男女")
        pairs = names.first_name_male_pairs if gender == "男" else names.first_name_female_pairs
        last, first = draw_from.choice(list(names.last_name_pairs)), draw_from.choice(list(pairs))
        mail = [f"{first[2]}.{last[2]}{number}", f"{last[2][0]}{first[2]}_{number}", f"sunny{number}"][
            number % 3
        ]
        table.append(
            {
                "氏名": f"{last[0]} {first[0]}", "フリガナ": f"{last[1]}　{first[1]}", "性別": gender,
                "ローマ字氏名": f"{first[2]} {last[2]}", "メール": f"{mail.lower()}@mail.jp",
                "備考": f"{last[0]}様より連絡。", "点": number % 7, "組": "abc"[number % 3],
            }
        )  # fmt: skip
    return pd.DataFrame(table)


def western(rows: int = 120, seed: int = 2) -> pd.DataFrame:
    faker, draw_from = Faker("en_US"), random.Random(seed)
    faker.seed_instance(seed)
    table = []
    for number in range(rows):
        gender = draw_from.choice("MF")
        first = faker.first_name_male() if gender == "M" else faker.first_name_female()
        last = faker.last_name()
        mail = [f"{first}.{last}{number}", f"{first[0]}{last}{number}", f"sunny{number}"][number % 3]
        table.append(
            {
                "first_name": first, "last_name": last, "full_name": f"{first} {last}", "sex": gender,
                "email": f"{mail.lower()}@firm.example", "score": number % 7, "team": "abc"[number % 3],
            }
        )  # fmt: skip
    return pd.DataFrame(table)


def check_japanese(made: pd.DataFrame) -> None:
    for row in made.to_dict("records"):
        (last, first), (last_kana, first_kana) = row["氏名"].split(), row["フリガナ"].split()
        # Names in hiragana stay in hiragana.
        assert (READS.get(last, last), READS.get(first, katakana(first))) == (last_kana, first_kana)
        assert first_kana in {kana for _, kana, _ in FIRST_BY_GENDER[OF[row["性別"]]]}  # type: ignore[index]
        assert row["ローマ字氏名"] == f"{romaji(first_kana)} {romaji(last_kana)}".title()
        assert (
            romaji(first_kana) in row["メール"] or romaji(first_kana)[0] + romaji(last_kana) in row["メール"]
        )


def check_western(made: pd.DataFrame) -> None:
    names = import_module("faker.providers.person.en_US").Provider
    british = import_module("faker.providers.person.en_GB").Provider
    for row in made.to_dict("records"):
        assert row["full_name"] == f"{row['first_name']} {row['last_name']}"
        kind = f"first_names_{OF[row['sex']]}"
        known = {name.title() for name in (*getattr(names, kind), *getattr(british, kind))}
        assert row["first_name"] in known
        assert row["last_name"].lower() in row["email"]


def test_what_stands_for_one_person_belongs_together() -> None:
    for table, check in ((japanese(), check_japanese), (western(), check_western)):
        made = replace_personal_data(table, find_personal_data(table), KEY)
        check(made)
        assert made.filter(["性別", "sex", "点", "score"]).equals(
            table.filter(["性別", "sex", "点", "score"])
        )
        mails = next(name for name in made if name in ("メール", "email"))
        assert made[mails].is_unique
        for name in ("氏名", "フリガナ", "full_name", "メール", "email"):
            if name in made:
                assert not set(map(normal, made[name])) & set(map(normal, table[name]))


def test_the_same_person_is_the_same_in_a_note() -> None:
    table = japanese()
    made = replace_personal_data(table, find_personal_data(table), KEY)
    assert all(
        note.startswith(name.split()[0] + "様") for note, name in zip(made["備考"], made["氏名"], strict=True)
    )


def test_columns_of_parts_in_two_scripts_and_a_full_name_without_a_space() -> None:
    table = japanese()
    last, first = (table["氏名"].str.split(" ").str[n] for n in (0, 1))
    seki, mei = (table["フリガナ"].str.split("　").str[n] for n in (0, 1))
    parts = pd.DataFrame({"姓": last, "名": first, "セイ": seki, "メイ": mei, "氏名": last + first})
    made = replace_personal_data(parts, find_personal_data(parts), KEY)
    assert (made["姓"] + made["名"] == made["氏名"]).all()
    assert (made["姓"].map(READS) == made["セイ"]).all()
    assert (made["名"].map(lambda name: READS.get(name, katakana(name))) == made["メイ"]).all()


@pytest.mark.parametrize(("make", "check"), [(japanese, check_japanese), (western, check_western)])
def test_made_columns_of_a_synthetic_table_belong_together(make, check, tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_table(make(300).drop(columns="備考", errors="ignore"), tmp_path / "people.csv")
    frame, form = read_file(tmp_path / "people.csv")
    drawn = draw(profile_table(frame, form), GenerationSettings(engine="copula", texts=None, count=150))
    check(drawn.table)
    for name in drawn.table.columns.intersection(["氏名", "full_name", "メール", "email"]):
        assert not set(map(normal, drawn.table[name])) & set(map(normal, frame[name]))


def test_columns_of_another_person_stand_apart() -> None:
    table = western().assign(agent_name=lambda t: t["full_name"].to_numpy()[::-1])
    table = table.assign(agent_email=[f"{name.split()[1].lower()}@x.example" for name in table["agent_name"]])
    persons = find_persons(table, find_spans(table))
    assert persons == (
        Person({"first_name": "first", "last_name": "last", "full_name": "full"}, ("email",), "sex"),
        Person({"agent_name": "full"}, ("agent_email",), None),
    )
    made = replace_personal_data(table, find_personal_data(table), KEY)
    check_western(made)
    pairs = zip(made["agent_name"], made["agent_email"], strict=True)
    assert all(name.split()[1].lower() in mail for name, mail in pairs)


def test_an_address_in_two_columns_is_one_address(tmp_path: Path) -> None:
    table = western(250).assign(email_2=lambda t: t["email"])
    made = replace_personal_data(table, find_personal_data(table), KEY)
    assert (made["email"] == made["email_2"]).all()
    write_table(table, tmp_path / "people.csv")
    drawn = draw(profile_file(tmp_path / "people.csv"), GenerationSettings(engine="copula", count=60)).table
    assert (drawn["email"] == drawn["email_2"]).all()


def test_gaps_and_a_name_of_both_genders_stay_what_they_are() -> None:
    table = pd.DataFrame(
        {
            "name": ["Alex Kim", "Alex Kim", None, "Ann Lee", "Tom Baker"] * 4,
            "gender": ["female", "male", "female", None, "male"] * 4,
            "email": ["alex.kim@x.com", "kim.alex@y.com", "who@z.com", None, "tom@b.com"] * 4,
        }
    )
    made = replace_personal_data(table, find_personal_data(table), KEY)
    assert made.isna().equals(table.isna())
    assert made["name"][0] != made["name"][1]
    last = made["name"][0].split()[1].lower()
    assert made["email"][0] == f"{made['name'][0].split()[0].lower()}.{last}@example.com"
    assert re.fullmatch(rf"{last}\.[a-z]+\d*@example\.com", made["email"][1])


@pytest.mark.parametrize(
    ("value", "gender"), [("女性", "female"), ("Ｍ", "male"), ("Male", "male"), ("x", None)]
)
def test_genders_are_read(value: str, gender: str | None) -> None:
    assert gender_of(value) == gender


def test_hiragana_are_katakana_of_another_shape() -> None:
    assert katakana("さとう はなこ") == "サトウ ハナコ"


def test_a_table_whose_columns_share_a_name_is_replaced_column_by_column() -> None:
    table = pd.DataFrame([["Anna Kowalski", "Tom Baker"]] * 3, columns=["name", "name"])
    assert find_persons(table, find_spans(table)) == ()
