"""What the name of a column says about personal data in it."""

from __future__ import annotations

import re

from synth_handson.pii.spans import Kind
from synth_handson.pii.words import LISTS

HINTS: tuple[tuple[Kind, str], ...] = (
    ("email", r"\be ?mail|メール|\bmail ?address"),
    ("my_number", r"my ?number|マイナンバー|個人番号"),
    ("ssn", r"\bssn\b|social security"),
    ("iban", r"\biban\b"),
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
    (
        "name",
        r"^(full|first|last|family|given|middle|maiden|sur|customer|client|patient|contact|employee|person"
        r"|staff|passenger|applicant|member|doctor|owner|holder|cardholder|guest|student|teacher|interviewee"
        r"|interviewer|respondent|participant|agent|advisor|adviser)('s)? ?names?$|^(sur|fore|given)name$"
        r"|^(氏名|お?名前|姓名|姓|名|漢字氏名|カナ氏名|氏名カナ|フリガナ|ふりがな)$"
        r"|^(顧客名|患者名|担当者名?|契約者名?|申込者名?)$"
        r"|^(staff|employee|customer|client|patient|contact|agent|rep|sales ?rep(resentative)?|owner|assignee"
        r"|(account |case )?manager|author|teacher|student|doctor|physician|nurse|driver|guest|passenger"
        r"|applicant|participant|person|member)s?$|^氏$"
        r"|(担当|医師|主治医|看護師|患者|顧客|社員|従業員|職員|講師|教員|生徒|学生|会員|利用者|店長|上司"
        r"|[当請付入成認任表護約込告]者)(氏名|名)?$",
    ),
)
"""Patterns for a column's name in lower case, with spaces between words."""


def _elsewhere(kind: str) -> re.Pattern[str]:
    """Return what columns of a kind are called in other languages."""
    return re.compile(rf"^(?:{'|'.join(LISTS[f'{kind}_columns'].split(chr(10))).strip('|')})$")


ELSEWHERE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("email", _elsewhere("email")),
    ("phone", _elsewhere("phone")),
    ("user_name", _elsewhere("user_name")),
    ("birth_date", _elsewhere("birth_date")),
    ("address", _elsewhere("address")),
    ("name", _elsewhere("name")),
    ("name", _elsewhere("person")),
)
BARE_NAME = re.compile(r"^names?$|^(?!.*name)[a-z ]+$|(?<!担当者|契約者|申込者)(?<=[^\x00-\x7f名姓氏ナな])$")
"""A name that may also be that of a product or another fact about a person: the values decide."""
CATEGORY = re.compile(
    r"\b(city|cities|town|county|state|province|prefecture|region|area|country|station|stop|line|brand|make|maker"
    r"|manufacturer|model|grade|rank|rating|level|weekday|day|month|season|colou?r|product|item|goods|category|type"
    r"|team|department|branch|store|shop|venue|school|course|subject|language|breed|flavou?r|company|vendor|supplier"
    r"|airline|hotel|restaurant|destination|origin|drug|medicine|medication|disease|diagnosis|title|book|movie|film"
    r"|song|album|game|character|dish|menu|sku|industry|sector|plan|job|occupation|profession)s?\b"
    r"|都道府県|曜日?|評価|評定|成績|等級|ランク|駅|路線|[市区町村県国]$|市区町村|地域|地区|エリア|支店|店舗|拠点|勤務地|会場|場所"
    r"|出身|メーカー|ブランド|銘柄|車種|色|カラー|[商製]品|品名|部署|部門|科目|学科|学校|季節|チーム|コース|分類|種別|種類"
    r"|航空|ホテル|旅館|薬|病名|疾患|診断|書名|作品|曲名|映画|料理|業種|職種|行き?先"
)
"""Names of columns whose words may also be names of people."""


def hint(name: str) -> Kind | None:
    """Tell which kind of personal data a column's name promises."""
    words = _words(name)
    for kind, pattern in HINTS:
        if re.search(pattern, words):
            return None if kind == "birth_date" and "year" in words else kind
    if words in ("name", "names"):
        return "name"
    return next((kind for kind, pattern in ELSEWHERE if pattern.search(words)), None)


def is_category(name: str) -> bool:
    """Tell whether a column is called like places, brands, grades or days."""
    return bool(CATEGORY.search(_words(name)))


def is_bare(name: str) -> bool:
    """Tell whether a column that is called like people may hold something else."""
    words = _words(name)
    return bool(BARE_NAME.search(words)) and not _elsewhere("name").search(words)


def _words(name: str) -> str:
    return " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-.]+", " ", name).lower().split())
