"""How much personal data is found in sentences, per kind: by hand-written ones and by generated ones.

uv run --all-extras python benchmarks/personal_data.py
uv run --all-extras --group dev --with presidio-analyzer python benchmarks/personal_data.py  # beside Presidio
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from faker import Faker
from scipy.stats import binomtest
from stdnum import luhn
from stdnum.jp import in_ as my_number

from synth_handson.pii.japanese import has_dictionary
from synth_handson.pii.scan import scan

SENTENCES = Path(__file__).parents[1] / "tests" / "pii" / "sentences"
MARK = re.compile(r"\[([a-z_]+):(.+?)\](?!\d)")
GENERATED = 300

TEMPLATES = {
    "en": [
        "My name is {name} and I have been with you since 2011.",
        "I spoke to {name} last week about the loan.",
        "Dear {name}, thank you for your answer.",
        "{name} told me that the fee would be waived.",
        "Please send the card to {address}.",
        "You can reach me on {phone} or at {email}.",
        "The charge on card {card} is not mine.",
        "Transfer it to {iban} before Friday.",
        "I was born on {birth_date}, so I am old enough.",
        "My social security number is {ssn}.",
        "Somebody logged in from {ip} at night.",
        "Write to {email}, not to the branch.",
        "Customer {name} asks for a new PIN.",
        "Regards, {name}",
        "The MAC address {mac} is unknown to me.",
        # Nothing personal in these.
        "I waited for 45 minutes in the branch in {city}.",
        "The order {order} never arrived.",
        "Interest rose from 1.25 to 2.75 percent in {month}.",
        "Your app, version 4.12.0.3, crashes every {weekday}.",
        "The invoice of {month} shows 1,234.56 dollars.",
    ],
    "ja": [
        "{name}と申します。口座の件でお電話しました。",
        "昨日、{name}さんに窓口で対応してもらいました。",
        "{name}様からのご紹介です。",
        "担当者：{name}、午前中のみ在席。",
        "書類は{address}に送ってください。",
        "電話番号は{phone}、メールは{email}です。",
        "カード番号{card}の請求に覚えがありません。",
        "マイナンバーは{my_number}です。",
        "生年月日は{birth_date}です。",
        "{ip}から不正なログインがありました。",
        "連絡は{email}までお願いします。",
        "夜間は{phone}におかけください。",
        "普通口座{bank_account}に振り込んでください。",
        "運転免許証の番号は{driving_licence}です。",
        # Nothing personal in these.
        "{city}の支店で四十分待ちました。",
        "注文番号{order}の商品が届きません。",
        "{month}の金利は1.25%から2.75%に上がりました。",
        "アプリのバージョン4.12.0.3が落ちます。",
        "手数料は1,234円でした。",
        "お客様の声をもっと聞いてください。",
    ],
}
NAME_LOCALES = {
    "en": ["en_US", "en_GB", "en_IN", "nl_NL", "pl_PL", "sv_SE", "fi_FI", "pt_BR"],
    "ja": ["ja_JP"],
}
"""Of the English ones, only the first two are among the lists that names are looked up in."""


_SINGLE = [unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF66, 0xFF9E)]
HALF_WIDTH = {" ": " "} | {
    unicodedata.normalize("NFC", sign + mark): chr(0xFF66 + place) + half
    for place, sign in enumerate(_SINGLE)
    for mark, half in (("", ""), ("\u3099", "ﾞ"), ("\u309a", "ﾟ"))
}
HALVES = {"tuned": 0, "judged": 1}
FILLINGS = 2
"""Each shape of a sentence is written out with so many sets of names."""


class Sentence(NamedTuple):
    """A text, and the personal data in it: first character, the one after the last, kind."""

    text: str
    marked: tuple[tuple[int, int, str], ...]


def read_sentence(line: str) -> Sentence:
    """Read a line in which personal data is marked as ``[kind:value]``."""
    text, marked, position = "", [], 0
    for mark in MARK.finditer(line):
        text += line[position : mark.start()]
        marked.append((len(text), len(text) + len(mark[2]), mark[1]))
        text, position = text + mark[2], mark.end()
    return Sentence(text + line[position:], tuple(marked))


def written(language: str, part: str) -> list[Sentence]:
    """Return the hand-written sentences that rules were tuned on ("tuned"), or those only "scored"."""
    lines = (SENTENCES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    wanted = 0 if part == "tuned" else 1
    return [read_sentence(line) for number, line in enumerate(lines) if number // 2 % 2 == wanted]


def generated(language: str, count: int = GENERATED, seed: int = 0) -> list[Sentence]:
    """Return sentences of templates with values by Faker."""
    draw = random.Random(seed)
    main = Faker({"en": ["en_US", "en_GB"], "ja": ["ja_JP"]}[language])
    named = [Faker(locale) for locale in NAME_LOCALES[language]]
    for faker in (main, *named):
        faker.seed_instance(draw.getrandbits(32))
    templates = islice(cycle(TEMPLATES[language]), count)
    return [read_sentence(_filled(template, language, main, named, draw)) for template in templates]


def _filled(template: str, language: str, faker: Faker, named: list[Faker], draw: random.Random) -> str:
    def digits(length: int) -> str:
        return "".join(draw.choices("123456789", k=length))

    def value(kind: str) -> str:
        if kind == "name":
            one = draw.choice(named)
            gap = " " if language == "en" else draw.choice(["", " ", "　"])
            names = (one.last_name(), one.first_name())
            return gap.join(names if language == "ja" else names[::-1])
        if kind == "card":
            body = "4" + digits(14)
            text = body + luhn.calc_check_digit(body)
            return draw.choice([text, " ".join(text[i : i + 4] for i in range(0, 16, 4))])
        if kind == "my_number":
            body = digits(11)
            return body + my_number.calc_check_digit(body)
        if kind == "birth_date":
            day = faker.date_of_birth(minimum_age=18)
            forms = ["%d %B %Y", "%Y-%m-%d", "%d/%m/%Y"] if language == "en" else ["%Y年%m月%d日", "%Y/%m/%d"]
            return day.strftime(draw.choice(forms))
        made: dict[str, Callable[[], str]] = {
            "address": lambda: faker.address().replace("\n", ", "),
            "phone": faker.phone_number,
            "email": faker.email,
            "iban": faker.iban,
            "ssn": lambda: f"{draw.randrange(100, 600)}-{draw.randrange(10, 99)}-{digits(4)}",
            "ip": faker.ipv4_public,
            "mac": faker.mac_address,
            "bank_account": lambda: digits(7),
            "driving_licence": lambda: digits(12),
        }
        return made[kind]()

    def put(place: re.Match[str]) -> str:
        kind = place[1]
        plain = {
            "city": lambda: faker.city(),
            "month": lambda: faker.month_name() if language == "en" else f"{draw.randrange(1, 13)}月",
            "weekday": lambda: faker.day_of_week(),
            "order": lambda: digits(draw.choice([8, 12, 16])),
        }
        return plain[kind]() if kind in plain else f"[{kind}:{value(kind)}]"

    return re.sub(r"\{(\w+)\}", put, template)


def half_of(shape: str) -> int:
    """Tell by a hash to which half a shape belongs: nobody chose which ones rules were tuned on."""
    return hashlib.sha256(shape.encode()).digest()[0] % 2


def shaped(language: str, half: str) -> list[Sentence]:
    """Return hand-written sentences of a half, with invented people; those without any are the second part.

    The halves have neither a sentence nor a name in common.
    """
    draw, number = random.Random(half), HALVES[half]
    names = _Names(number, draw)
    shapes = _lines(f"shapes.{language}.txt", number) * FILLINGS
    filled = [
        re.sub(r"\{(\w+)\}", lambda slot: f"[name:{names.of(slot[1], language)}]", shape) for shape in shapes
    ]
    return [read_sentence(line) for line in (*filled, *_lines(f"plain.{language}.txt", number))]


def _lines(file: str, half: int) -> list[str]:
    lines = (SENTENCES / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if half_of(line) == half]


class _Names:
    """Draws invented people from a half of the lists."""

    def __init__(self, half: int, draw: random.Random) -> None:
        lists = tomllib.loads((SENTENCES / "names.toml").read_text(encoding="utf-8"))
        western, japanese = lists["western"], lists["japanese"]
        self._first = western["first"].split()[half::2]
        self._last = re.split(r"[|\n]", western["last"].strip())[half::2]
        self._foreign = japanese["foreign"].split()[half::2]
        scripts = re.compile(r"([^ァ-ヴー]+)([ァ-ヴー]+)(\w+)")
        self._japanese = [
            [scripts.fullmatch(one).groups() for one in japanese[part].split()[half::2]]
            for part in ("last", "first")
        ]
        self._draw = draw

    def of(self, slot: str, language: str) -> str:
        """Return a name in the form that a slot asks for."""
        (kanji, kana, romaji), (kanji_first, kana_first, romaji_first) = map(
            self._draw.choice, self._japanese
        )
        first, last = self._draw.choice(self._first), self._draw.choice(self._last)
        if language == "ja" and slot in ("full", "last", "first"):
            return {"full": kanji + kanji_first, "last": kanji, "first": kanji_first}[slot]
        return {
            "full": f"{first} {last}",
            "first": first,
            "last": last,
            "FULL": f"{first} {last}".upper(),
            "FIRST": first.upper(),
            "LAST": last.upper(),
            "LASTFIRST": f"{last}, {first}".upper(),
            "lastfirst": f"{last}, {first}",
            "firstLAST": f"{first} {last.upper()}",
            "initial": f"{first[0]}. {last}",
            "latin": f"{first} {last}",
            "LATIN": f"{first} {last}".upper(),
            "latin_first": first,
            "latin_last": last,
            "spaced": f"{kanji}{self._draw.choice(' 　')}{kanji_first}",
            "kana": f"{kana}{self._draw.choice(' 　')}{kana_first}",
            "half": half_width(f"{kana} {kana_first}"),
            "hira": f"{hiragana(kana)} {hiragana(kana_first)}",
            "katakana_foreign": self._draw.choice(self._foreign),
            "romaji": " ".join(self._draw.sample([romaji, romaji_first], 2)),
            "ROMAJI": " ".join(self._draw.sample([romaji, romaji_first], 2)).upper(),
        }[slot]


def half_width(kana: str) -> str:
    """Write katakana in half width, as banks do."""
    return "".join(map(HALF_WIDTH.__getitem__, kana))


def hiragana(kana: str) -> str:
    """Write katakana as hiragana."""
    return "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in kana)


class Score(NamedTuple):
    """Of one kind: how many there are, how many are found as a whole, and how many finds are false."""

    there: int
    found: int
    false: int


Find = Callable[[str], list[tuple[int, int, str]]]


def ours(text: str) -> list[tuple[int, int, str]]:
    """Return what the library finds."""
    return [(span.start, span.end, span.kind) for span in scan(text)]


def score(sentences: list[Sentence], find: Find = ours) -> dict[str, Score]:
    """Count per kind; found is what no letter or digit is left of, by a find of any kind."""
    there: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for text, marked in sentences:
        finds = find(text)
        covered = {i for start, end, _ in finds for i in range(start, end)}
        for start, end, kind in marked:
            there[kind] += 1
            hit[kind] += all(i in covered for i in range(start, end) if text[i].isalnum())
        for start, end, kind in finds:
            false[kind] += not any(start < e and s < end for s, e, _ in marked)
    return {kind: Score(there[kind], hit[kind], false[kind]) for kind in sorted(there | false)}


def presidio(language: str) -> Find:
    """Return what Presidio's own patterns find; without a language model, it finds no names."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"en": spacy.blank("en"), "ja": spacy.blank("xx")}

        def load(self) -> None: ...

    registry = RecognizerRegistry(supported_languages=[language])
    registry.load_predefined_recognizers(languages=[language])
    engine = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=[language])
    return lambda text: [
        (result.start, result.end, result.entity_type)
        for result in engine.analyze(text, language)
        if result.score >= 0.4
    ]


def _rows(sets: dict[str, list[Sentence]], find: Find) -> Iterator[str]:
    for name, sentences in sets.items():
        scores = score(sentences, find)
        for kind, (there, found, false) in scores.items():
            yield f"| {name} | {kind} | {there} | {_share(found, there)} | {false} |"
        there, found, false = (sum(column) for column in zip(*scores.values(), strict=True))
        precision = _share(found, found + false)
        yield f"| {name} | **all** | {there} | {_share(found, there)} | {false} (precision {precision}) |"


def _share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    low, high = binomtest(part, whole).proportion_ci(method="wilson")
    return f"{part / whole:.2f} ({low:.2f}–{high:.2f})"


def main() -> None:
    """Print a table for each language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="scored", choices=["tuned", "scored"])
    part = parser.parse_args().part
    print("dictionary of Japanese:", has_dictionary())
    finders = {"ours": lambda language: ours}
    if find_spec("presidio_analyzer"):
        finders["presidio"] = presidio
    for who, make in finders.items():
        for language in ("en", "ja"):
            sets = {f"{part}, by hand": written(language, part), "generated": generated(language)}
            sets |= {f"shapes, {half}": shaped(language, half) for half in HALVES}
            print(f"\n{who}, {language}\n\n| sentences | kind | there | recall | false finds |")
            print("|---|---|---|---|---|")
            print("\n".join(_rows(sets, make(language))))


if __name__ == "__main__":
    main()
