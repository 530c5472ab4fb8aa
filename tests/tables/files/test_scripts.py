"""By what bytes spell, the encoding of tables from many places is found."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from faker import Faker
from faker.providers.address import it_IT

from synth_handson import ArgumentError
from synth_handson.tables.files.encodings import find_encoding
from synth_handson.tables.files.scripts import MIN_SENSE, likely_encodings

TABLES = 150
VENDORS = (
    "髙橋", "山﨑", "德田", "Ⅲ型", "3㎝", "①", "㈱山田", "10～20", "№5", "㍻", "濵田", "塚﨑", "髙島", "渡邉",
    "齋藤", "澤田", "ﾀﾛｳ", "ﾔﾏﾀﾞ", "ＡＢＣ", "㈲鈴木", "℡", "優", "○", "△", "×", "月", "火", "髙松㈱",
)  # fmt: skip
SIGNS = [
    "5 €",
    "25°C",
    "£3",
    "§ 4",
    "10 µm",
    "m²",
    "„Zitat“",
    "l’été",
    "1½",
    "São Tomé",
    "Ærø",
    "¿Qué?",
    "MÜLLER",
]


def tables(locale: str, seed: int, own: Sequence[str]) -> Callable[[], str]:
    """Return what makes random tables of names, places, companies and own words of a place."""
    faker, pick = Faker(locale), random.Random(f"{locale}{seed}")
    faker.seed_instance(seed)
    own_word = [lambda: pick.choice(own)] * 3 if own else []
    names: list[Callable[[], str]] = [faker.name, faker.last_name, faker.first_name, faker.company]
    kinds = [*names, faker.address, faker.city, faker.job, *own_word]

    def table() -> str:
        columns = pick.choices(kinds, k=pick.randint(1, 4))
        rows = pick.choice([5, 20, 60])
        lines = [[one().replace(",", " ").replace("\n", " ") for one in columns] for _ in range(rows)]
        return "\n".join(
            ",".join([*line, str(pick.randint(0, 99))]) for line in [["id"] * len(columns), *lines]
        )

    return table


def misread(
    locales: list[str], encodings: list[str], folder: Path, own: Sequence[str], count: int = TABLES
) -> tuple[int, int]:
    """Return how many tables are read as something else, and how many are refused."""
    makers = [tables(locale, seed, own) for seed, locale in enumerate(locales)]
    pick, wrong, refused, path = random.Random(0), 0, 0, folder / "a.csv"
    for number in range(count):
        encoding = encodings[number % len(encodings)]
        content = pick.choice(makers)().encode(encoding, "ignore") + "\n".encode(encoding)
        path.write_bytes(content)
        try:
            wrong += content.decode(find_encoding(path)) != content.decode(encoding)
        except ArgumentError:
            refused += 1
    return wrong, refused


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "eucjp_ms", "iso2022_jp_ms"])
def test_japanese_tables_are_read(encoding: str, tmp_path: Path) -> None:
    assert misread(["ja_JP"], [encoding], tmp_path, VENDORS, TABLES if encoding == "cp932" else 40) == (0, 0)


def test_western_tables_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Faker has them in a set, in another order in each process.
    monkeypatch.setattr(it_IT.Provider, "cities", sorted(it_IT.Provider.cities))
    places = ["de_DE", "fr_FR", "es_ES", "it_IT", "pt_PT", "sv_SE", "da_DK", "no_NO", "nl_NL", "fi_FI"]
    assert misread(places, ["cp1252", "latin-1"], tmp_path, SIGNS) == (0, 0)
    assert sum(misread(places, ["mac_roman", "cp850"], tmp_path, SIGNS, 60)) <= 4


@pytest.mark.parametrize(
    ("locale", "encoding"),
    [
        *(
            ("ru_RU", "cp1251"),
            ("ru_RU", "koi8_r"),
            ("uk_UA", "cp1251"),
            ("el_GR", "cp1253"),
            ("he_IL", "cp1255"),
        ),
        *(
            ("zh_CN", "gb18030"),
            ("zh_TW", "cp950"),
            ("ko_KR", "cp949"),
            ("th_TH", "cp874"),
            ("pl_PL", "cp1250"),
        ),
    ],
)
def test_tables_from_elsewhere_are_not_read_as_nonsense(locale: str, encoding: str, tmp_path: Path) -> None:
    wrong, _ = misread([locale], [encoding], tmp_path, [], 20)
    assert wrong <= 2


@pytest.mark.parametrize("word", ["京都", "髙﨑", "①", "㈱", "～", "ﾔﾏﾀﾞ", "髙橋,Ⅲ型,3㎝", "あ"])
def test_one_word_is_enough(word: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(f"id,x\n1,{word}\n".encode("cp932"))
    assert find_encoding(tmp_path / "a.csv") == "cp932"


@pytest.mark.parametrize(
    "word", ["Müller", "é", "5 €", "25°C", "Straße", "ÉCOLE", "naïve", "“so”", "Raúl", "û"]
)
def test_one_western_word_is_enough(word: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(f"id,x\n1,{word}\n".encode("cp1252"))
    assert find_encoding(tmp_path / "a.csv") == "cp1252"


@pytest.mark.parametrize(
    ("cells", "encoding"),
    [
        (["Rafał", "Gdańsk"], "cp1250"),
        (["Jiřina", "Škoda", "Blažena"], "iso8859_2"),
        (["Jovanović", "Pavlič"], "cp1250"),
        (["Tõnu", "Õunapuu"], "cp1257"),
        (["Stănescu", "Petrişor"], "cp1250"),
        (["Lüdenscheid"], "cp850"),
        (["Éric", "Élise"], "mac_roman"),
        (["Анна Иванова", "Пётр Яковлев"], "mac_cyrillic"),
        (["Анна Иванова", "Пётр Яковлев"], "cp1251"),
        (["5 m²", "7 km²", "12 cm³"], "cp1252"),
        (["£3", "£5"], "cp1252"),
        (["Zoë", "François", "Björn"], "cp1252"),
    ],
)
def test_a_few_cells_are_read_as_written(cells: list[str], encoding: str) -> None:
    content = [cell.encode(encoding) for cell in cells]
    found, sense = likely_encodings(content)[0]
    assert [cell.decode(found) for cell in content] == cells
    assert sense >= MIN_SENSE


def test_turkish_is_not_taken_for_words_of_three_other_languages() -> None:
    for words in (("soyadı", "Yılmaz", "Şahin", "Doğan"), ("Kılıç", "Işık", "Çığ")):
        cells = [word.encode("cp1254") for word in words]
        assert next(iter(likely_encodings(cells)))[0] == "cp1254"
