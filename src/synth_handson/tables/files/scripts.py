"""What bytes spell in an encoding: words of some language, or characters that make no words.

Each encoding is a simple model of the texts that are written in it: how likely each of its characters is, and
where it may stand. The one by which the bytes are most likely is taken, if it makes words of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import log
from unicodedata import category

from synth_handson.tables.files import vendor_codecs as vendor_codecs  # registers its codecs

ASCII = log(1 / 60)
MISPLACED = log(1 / 1000)
"""Log likelihood of a character that its language does not use at this place."""
FIRST = log(50)
"""Log prior odds of files from Japan and Western Europe against all others."""
KNOWN = log(20)
"""Log odds for a word that is a name of a person or place in some country that writes in Latin letters."""
MIN_SENSE = 0.7
"""Share of the non-ASCII characters that must be common and in plausible places."""
ALIKE = {"mac_cyrillic": "cp1251"}
"""Encodings in which every byte is a letter, and others with the same small letters: both must make sense."""
MAX_CELLS = 2_000
DIGITS = re.compile(rb"[0-9]+")

Judged = tuple[float, float]
"""Log likelihood of a character, and how common it is: from 1, everyday, to 0, never written."""


@dataclass(frozen=True)
class Script:
    """An encoding, how likely its characters are, and where they stand out of place."""

    encoding: str
    sign: Callable[[str], Judged]
    misplaced: Callable[[str], int]
    prior: float = 0.0

    def judge(self, cells: bytes) -> tuple[float, float] | None:
        """Return the cells' log likelihood and the share of characters with sense; None if impossible."""
        try:
            text = cells.decode(self.encoding)
        except UnicodeError:
            return None
        odd = [sign for sign in text if not sign.isascii()]
        if not odd or any(map(is_no_sign, odd)):
            return None
        judged = [self.sign(sign) for sign in odd]
        misplaced = self.misplaced(text)
        likely = self.prior + sum(one for one, _ in judged) + ASCII * (len(text) - len(odd))
        likely += KNOWN * len(_known_words() & set(_WORD.findall(text)))
        sense = (sum(common for _, common in judged) - misplaced) / len(odd)
        return likely + MISPLACED * misplaced, sense


def likely_encodings(cells: Iterable[bytes]) -> list[tuple[str, float]]:
    """Return possible encodings, the likeliest first, each with the share of characters that make sense.

    Parameters
    ----------
    cells
        Cells that are not plain ASCII.
    """
    # "No. 1" and "No. 2" are one word, and say no more than that.
    different = {DIGITS.sub(b"0", cell): cell for cell in sorted(set(cells), reverse=True)}
    joined = b"\n".join(sorted(different.values())[:MAX_CELLS])
    found = [(script.judge(joined), script.encoding) for script in SCRIPTS]
    senses = {encoding: judged[1] for judged, encoding in found if judged}
    doubted = {one for one, other in ALIKE.items() if senses.get(other, 0) < MIN_SENSE}
    able = [(judged, encoding) for judged, encoding in found if judged and encoding not in doubted]
    able.sort(key=lambda one: -one[0][0])
    return [(encoding, sense) for (_, sense), encoding in able]


@cache
def is_no_sign(sign: str) -> bool:
    """Tell whether it is a control character, for private use, or not assigned."""
    return category(sign) in ("Cc", "Co", "Cn")


# East Asia: two bytes a character, and a common half of the characters that is coded before the others. Those
# in
# Faker's names, places, companies, jobs and sentences are met most.


@cache
def _met(locale: str) -> frozenset[str]:
    """Return the characters in Faker's data."""
    signs: set[str] = set()
    for part in ("person", "address", "company", "job", "lorem", "date_time"):
        with suppress(ImportError):
            module = import_module(f"faker.providers.{part}.{locale}")
            signs.update(*_texts(list(vars(module.Provider).values())))
    return frozenset(sign for sign in signs if not sign.isascii())


@cache
def _known_words() -> frozenset[str]:
    """Return names of people and places of Faker with letters beyond ASCII, and these in capitals."""
    words: set[str] = set()
    for locale in _LATIN.split():
        for part in ("person", "address"):
            with suppress(ImportError):
                values = vars(import_module(f"faker.providers.{part}.{locale}").Provider).values()
                words.update(word for text in _texts(list(values)) for word in _WORD.findall(text))
    names = {word for word in words if len(word) >= MIN_KNOWN and not word.isascii()}
    return frozenset(names | {name.upper() for name in names})


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _texts(one)


_LATIN = """
az_AZ cs_CZ da_DK de_DE es_ES et_EE fi_FI fr_FR hr_HR hu_HU is_IS it_IT lt_LT lv_LV nl_NL no_NO pl_PL pt_BR
pt_PT ro_RO sk_SK sl_SI sv_SE tr_TR
"""
MIN_KNOWN = 3
"""Shortest name that is told from other letters."""
_KANJI = "\u3400-\u9fff\uf900-\ufaff"
_HALF = "\uff66-\uff9f"
_OUT_OF_PLACE = re.compile(
    # Western text has such a character in the middle of a word; Japanese ones do not stand between lower case
    # letters.
    rf"(?<=[a-z])[{_KANJI}]|[{_KANJI}](?=[a-z])|\xa0"
    "|(?<=[A-Za-z])[Ａ-Ｚａ-ｚ]|[Ａ-Ｚａ-ｚ](?=[A-Za-z])|(?<=[a-z])[ぁ-ヴ](?=[a-z])"
    rf"|(?<![ぁ-ヿ{_KANJI}])[ぁ-ヴ](?=[a-z]{{2}})"
    rf"|(?<![{_HALF}\d().・-])[{_HALF}](?![{_HALF}])|(?<=[A-Za-z])[{_HALF}]|[{_HALF}](?=[A-Za-z])"
    rf"|(?<=[{_KANJI}])[{_HALF}]|[{_HALF}](?=[{_KANJI}])"
    "|(?<=[A-Za-z])[\u2010-\u2312\u3001-\u3015](?=[a-z])"
    "|(?<![ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<![ﾊ-ﾎ])ﾟ|(?<![ｦ-ﾟ])[｡､｣･]|[｢](?![ｦ-ﾟ])"
)


def _out_of_place(text: str) -> int:
    return len(_OUT_OF_PLACE.findall(text))


@cache
def _japanese(sign: str) -> Judged:
    if "ぁ" <= sign <= "ヾ" or sign in "々〆〇":
        return log(0.4 / 180), 1.0
    if "｡" <= sign <= "ﾟ":
        return log(0.9 / 63), 1.0
    try:
        lead = sign.encode("euc_jp")[0]
    except UnicodeEncodeError:  # what vendors added: ㈱, Ⅲ, 髙, 﨑
        return log(0.02 / 450), 1.0
    if 0xB0 <= lead < 0xD0:
        return log(0.63 / 614 if sign in _met("ja_JP") else 0.27 / 2351), 1.0
    if lead >= 0xD0:
        return log(0.03 / 3390), 0.5
    if lead == 0x8F:
        return log(0.001 / 6000), 0.0
    return (log(0.03 / 350), 1.0) if lead < 0xA4 else (log(0.001 / 150), 0.0)


@cache
def _chinese(sign: str) -> Judged:
    code = sign.encode("gb18030")
    if len(code) == 4:
        return log(1e-9), 0.0
    if min(code) < 0xA1:
        return log(0.003 / 14000), 0.0
    if 0xB0 <= code[0] < 0xD8:
        return log(0.68 / 1300 if sign in _met("zh_CN") else 0.25 / 2455), 1.0
    if code[0] >= 0xD8:
        return log(0.035 / 3008), 0.5
    return (log(0.03 / 280), 1.0) if code[0] < 0xA4 else (log(0.001 / 400), 0.0)


@cache
def _traditional(sign: str) -> Judged:
    lead = sign.encode("cp950")[0]
    if 0xA4 <= lead < 0xC7:
        return log(0.68 / 1150 if sign in _met("zh_TW") else 0.25 / 4251), 1.0
    return (log(0.04 / 408), 1.0) if lead < 0xA4 else (log(0.03 / 7652), 0.5)


_FINALS = (0, 1, 4, 8, 16, 17, 19, 21)
_DOUBLED = (1, 4, 8, 10, 13)
_RARE_VOWELS = (3, 7, 10, 15, 17, 19)


@cache
def _korean(sign: str) -> Judged:
    if "가" <= sign <= "힣":
        place = ord(sign) - ord("가")
        usual = place % 28 in _FINALS and place // 28 % 21 not in _RARE_VOWELS
        if sign in _met("ko_KR"):
            return log(0.75 / 510), 1.0
        if usual and place // 588 not in _DOUBLED:
            return log(0.13 / 500), 1.0
        return (log(0.08 / 1450), 0.5) if min(sign.encode("cp949")) >= 0xA1 else (log(0.002 / 8800), 0.0)
    if sign in "·～（）":
        return log(0.03 / 900), 1.0
    return log(0.01 / 5800), 0.0


# Alphabets: one byte a letter.

_WESTERN = (
    "äöüßéèç", "àâæçéèêëîïôœùûüÿ", "áéíóúüñ", "áâãàçéêíóôõúü", "àèéìíîòóùú", "áéèêëïíóöúüç", "àçèéíïòóúü",
    "åäöéü", "æøåäöéèêóòâôü",
)  # fmt: skip
_ICELANDIC = ("áðéíóúýþæö", "áíóúýæøð")
_CENTRAL = (
    "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "ăâîşţșț", "čćđšž", "çë", "äöüß",
)  # fmt: skip
_TURKISH = ("çğıöşüâîûİ", "äöüß")
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")
_CYRILLIC = (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдеёжзійклмнопрстуўфхцчшыьэюя", "абвгдђежзијклљмнњопрстћуфхцчџш",
)  # fmt: skip
_GREEK = ("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",)
_HEBREW = ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)
_ARABIC = ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي",)
_THAI = ("".join(map(chr, [*range(0xE01, 0xE3B), *range(0xE40, 0xE4F)])),)
_ABOVE = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"

_L = "[^\\W\\d_¹²³½¼¾]"
_WORD = re.compile(f"(?:{_L}|[{_ABOVE}])+")
_IN_PLACE = re.compile(
    f"(?<!{_L})[€£¥¢¤§©®°±×÷«»„“”‘’‚…–—•†‡‰¿¡½¼¾²³¹·¶™\xa0№](?!{_L})"
    f"|(?<=\\d)[°\xa0€£¥–—](?={_L})|(?<!{_L})[§€£¥„“«‘‚¿¡\xa0](?={_L})"
    f"|(?<={_L})[”“»’…®™°\xa0–—·](?!{_L})|(?<={_L})[’·–—\xa0…](?={_L})"
    f"|(?<=(?<!{_L})m)[²³](?!{_L})|(?<=(?<!{_L})[cdkm]m)[²³](?!{_L})"
    f"|[{_ABOVE}]"
)
_NEVER = re.compile(
    "õ(?!e)|Õ(?!E)"  # Portuguese has it in "ões" alone, Hungarian ő is coded in its place
    "|ã(?![oeimsz]|\\b)|[ªº](?=[a-z])"  # Romanian has ă and ş there
    "|[ךםןףץ](?=[א-ת])"
    f"|(?<![\u0e01-\u0e2e{_ABOVE}])[{_ABOVE}]"
)


PRIORS = {_WESTERN: FIRST, _CYRILLIC: log(5)}


def _letters(alphabets: tuple[str, ...]) -> tuple[Callable[[str], Judged], Callable[[str], int]]:
    """Return how likely characters are in words of these alphabets, and how many stand out of place."""
    sets = [frozenset(alphabet + alphabet.upper()) for alphabet in alphabets]
    known = frozenset().union(*sets)
    latin = not known & set("аαאاก")
    likely = log(0.1 / 40) if latin else log(0.95 / len(sets[0]))

    @cache
    def sign(one: str) -> Judged:
        return (likely, 1.0) if one in known else (log(0.05 / 20), 1.0)

    def word(match: re.Match[str]) -> int:
        letters = match[0]
        if not latin and len(letters) == 1 and match.string[match.end() : match.end() + 1].isdigit():
            return 1  # £3 is no letter and a number
        odd = [letter for letter in letters if not letter.isascii() and letter not in "ªºµ"]
        if not odd:
            return 0
        fits = any(letters_of.issuperset(odd) for letters_of in sets) and _in_case(letters)
        if latin:
            rare = sum(letter not in "ıİ" for letter in odd)  # a vowel as frequent as others in Turkish
            fits = fits and (len(letters) == 1 or 2 * rare <= len(letters) + (len(letters) == 3))
        else:
            fits = fits and len(odd) == len(letters)
        return 0 if fits else len(odd)

    def misplaced(text: str) -> int:
        signs = sum(not one.isascii() and not one.isalpha() for one in text)
        signs -= len(_IN_PLACE.findall(text)) - (0 if alphabets is _BALTIC else len(_NEVER.findall(text)))
        # Yýlmaz would be Czech and Ţahin Romanian: a table of one language is likelier.
        odd = {one for one in text if one in known and not one.isascii()}
        several = latin and not any(letters_of >= odd for letters_of in sets)
        return sum(map(word, _WORD.finditer(text))) + max(0, signs) + several

    return sign, misplaced


def _in_case(word: str) -> bool:
    """Tell whether no letter beyond ASCII is large among small ones except for the first."""
    return (
        word[0] + word[1:].lower() == word
        or word.upper() == word
        or not any(letter.isupper() and not letter.isascii() for letter in word[1:])
    )


def _scripts() -> Iterable[Script]:
    for name in ("cp932", "euc_jp", "eucjp_ms"):
        yield Script(name, _japanese, _out_of_place, FIRST)
    for alphabets, *names in (
        (_WESTERN, "cp1252", "mac_roman", "cp850", "iso8859_15"),
        (_CENTRAL, "cp1250", "iso8859_2", "cp852"),
        (_TURKISH, "cp1254"),
        (_BALTIC, "cp1257"),
        ((*_WESTERN, *_ICELANDIC), "cp1252"),
        (_CYRILLIC, "cp1251", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic"),
        (_GREEK, "cp1253", "iso8859_7"),
        (_HEBREW, "cp1255"),
        (_ARABIC, "cp1256"),
        (_THAI, "cp874"),
    ):
        for name in names:
            yield Script(name, *_letters(alphabets), PRIORS.get(alphabets, 0.0))
    yield Script("gb18030", _chinese, _out_of_place)
    yield Script("cp950", _traditional, _out_of_place)
    yield Script("cp949", _korean, _out_of_place)


SCRIPTS = tuple(_scripts())
