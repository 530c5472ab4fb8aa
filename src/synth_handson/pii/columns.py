"""What a column's name says about personal data in it."""

from __future__ import annotations

import re
import unicodedata

from synth_handson.pii.national_ids import WORDS as NATIONAL
from synth_handson.pii.spans import KANJI, Kind
from synth_handson.pii.words import any_line

HINTS: tuple[tuple[Kind, str], ...] = (
    ("email", r"\be ?mail|メール|\bmail ?address"),
    ("my_number", r"my ?number|マイナンバー|個人番号"),
    ("ssn", r"\bssn\b|social security"),
    ("iban", r"\biban\b"),
    (
        "national_id",
        rf"{NATIONAL.pattern}|\b(licen[cs]e|number|registration) ?plate|^plates?$"
        r"|\bplate (no|num)|kennzeichen|ナンバープレート|車両番号|車のナンバー|^ナンバー$",
    ),
    (
        "card",
        r"(credit|debit|card) ?(card)? ?(no|num|number)|^(credit|debit)? ?card$|カード番号|クレジットカード",
    ),
    ("passport", r"passport|パスポート|旅券"),
    ("driving_licence", r"driv\w+ ?licen[cs]e|免許証?番号|運転免許"),
    ("bank_account", r"(bank )?account ?(no|num|number)|口座番号|^口座$"),
    ("phone", r"phone|\btel\b|mobile|cell(ular)? ?(no|num)?\b|\bfax\b|電話|携帯|ファクス"),
    ("ip", r"\bip( ?addr(ess)?)?\b|ipアドレス"),
    ("mac", r"\bmac( ?addr(ess)?)?\b|macアドレス"),
    ("url", r"(profile|personal) ?(url|link|page)"),
    ("user_name", r"user ?name|user ?id|login|nick ?name|screen ?name|ユーザー?名|ログインid|ニックネーム"),
    ("birth_date", r"birth ?da(y|te)|date of birth|\bdob\b|\bborn\b|生年月日|誕生日"),
    (
        "address",
        r"^(home|street|postal|mailing|billing|shipping)? ?address( ?line)? ?\d?$|^street$|住所|番地",
    ),
)
"""Patterns for a column's name in lower case, with spaces between words."""


ELSEWHERE: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"^(?:{any_line(f'{kind}_columns')})$"))
    for kind in ("email", "phone", "user_name", "birth_date", "address")
)
"""Column names in languages other than English and Japanese."""

_OF = "full|first|last|family|given|middle|maiden|legal|birth|preferred|real"
_PEOPLE = rf"(?:\w+ )?(?:{any_line('persons', 'people_columns')})"
_JAPANESE = rf"[ごお]?(?:{any_line('japanese_staff', 'japanese_people')})の?"
CERTAIN = re.compile(
    rf"^(?:{_PEOPLE}s?(?:['’]s?)? )?(?:{_OF})? ?names?$(?<!^name)(?<!^names)|^(?:sur|fore|given)name$"
    rf"|^(?:(?:{_OF}) )?names? of (?:the |an? )?{_PEOPLE}$"
    r"|(?:氏名|姓名|芳名)(?:漢字|カナ|かな|ローマ字|英字)?$"
    rf"|^(?:{_JAPANESE})(?:名|氏)$|^(?:ご?芳名|お?名前|(?:漢字|カナ|かな)名前|姓|名|氏|苗字|名字|フリガナ|ふりがな|セイ|メイ|せい|めい|シメイ|しめい)$"
    rf"|^(?:担当|契約|申込)者$|^(?:{any_line('name_columns')})$"
)
"""Names that only columns of names have."""
POSSIBLE = re.compile(
    rf"^{_PEOPLE}s?$|^(?:{any_line('by_columns')}) (?:by|to|for)$|^(?:.* )?names?$|^{_JAPANESE}$"
    rf"|^(?:{any_line('person_columns')})$"
)
"""Names that columns of names share with others: the values decide."""
STAFF = re.compile(rf"^(?:{any_line('japanese_staff')})$")
"""Those of people even where they begin with a place: 支店担当."""
THING = re.compile(rf"\b(?:{any_line('things')})s? names?$")
CATEGORY = re.compile(
    r"\b(city|cities|town|county|state|province|prefecture|region|area|country|station|stop|line|brand|make|maker"
    r"|manufacturer|model|grade|rank|rating|level|weekday|day|month|season|colou?r|product|item|goods|category|type"
    r"|team|department|branch|store|shop|venue|school|course|subject|language|breed|flavou?r|company|vendor|supplier"
    r"|airline|hotel|restaurant|destination|origin|drug|medicine|medication|disease|diagnosis|title|book|movie|film"
    r"|song|album|game|character|dish|menu|sku|industry|sector|plan|job|occupation|profession)s?\b"
    r"|都道府県|曜日?|評価|評定|成績|等級|ランク|駅|路線|[市区町村県国]$|市区町村|地域|地区|エリア|支店|店舗|拠点|勤務地|会場|場所"
    r"|出身|メーカー|ブランド|銘柄|車種|色|カラー|[商製]品|品名|部署|部門|科目|学科|学校|季節|チーム|コース|分類|種別|種類"
    r"|航空|ホテル|旅館|薬|病名|疾患|診断|書名|作品|曲名|映画|料理|業種|職種|行き?先"
    rf"|\b(?:{any_line('thing_columns')})s?\b|{any_line('japanese_thing_columns')}"
)
"""Names of columns whose words may also be names of people."""


INDEX = re.compile(r"__index_level_\d+__")
"""What Parquet files of pandas call an index without a name."""


def hint(name: str) -> Kind | None:
    """Return the kind of personal data that a column's name suggests."""
    words = _words(name)
    for kind, pattern in HINTS:
        if re.search(pattern, words):
            return None if kind == "birth_date" and "year" in words else kind
    for kind, called in ELSEWHERE:
        if called.search(words):
            return kind
    return "name" if _called(CERTAIN, name) or _may_be_names(name) else None


def is_category(name: str) -> bool:
    """Tell whether a column's name refers to places, brands, grades or days."""
    return bool(CATEGORY.search(_words(name)))


def is_bare(name: str) -> bool:
    """Tell whether a column named like people may hold something else."""
    return not _called(CERTAIN, name)


def _may_be_names(name: str) -> bool:
    if _called(STAFF, name):
        return True
    return not (is_category(name) or THING.search(_words(name))) and _called(POSSIBLE, name)


def _called(pattern: re.Pattern[str], name: str) -> bool:
    """Tell whether a column's name matches, ignoring parts in brackets, a number or a language."""
    words = _words(name)
    bare = re.sub(r"\s*[([{【〔].*?[)\]}】〕]\s*|\s*\d+$|(?<=name) (?:en|ja|jp|local|native)$", "", words)
    return any(pattern.search(form) for form in (words, bare))


def _words(name: str) -> str:
    """Return a column's name in small letters, with spaces between its words."""
    text = unicodedata.normalize("NFKC", INDEX.sub("", name)).replace("İ", "i")
    words = " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-.]+", " ", text).lower().split())
    return re.sub(rf"(?<=[{KANJI}ぁ-ヿ]) (?=[{KANJI}ぁ-ヿ])", "", words)
