"""What the name of a column says about personal data in it."""

from __future__ import annotations

import re

from synth_handson.pii.spans import Kind

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
        r"|^(顧客名|患者名|担当者名?|契約者名?|申込者名?)$",
    ),
)
"""Patterns for a column's name in small letters, with spaces between its words."""
BARE_NAME = re.compile(r"^names?$")
"""It may be the name of a product as well: the values decide."""


def hint(name: str) -> Kind | None:
    """Tell which kind of personal data a column's name promises."""
    words = " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-.]+", " ", name).lower().split())
    for kind, pattern in HINTS:
        if re.search(pattern, words):
            return None if kind == "birth_date" and "year" in words else kind
    return "name" if BARE_NAME.match(words) else None
