"""Personal data with a fixed form: IP and mail addresses, and numbers with check digits."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import ean, iban, isbn, luhn
from stdnum.jp import in_ as my_number

from synth_handson.pii.spans import DIGIT, Span, near

EMAIL = re.compile(
    r"[\w.%+'-]*[\w%+-](?:@|\s?[\[(](?:at|アット)[\])]\s?)"
    r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\.[a-zA-Z]{2,24}(?![a-zA-Z])",
    re.ASCII,
)
WIDE_EMAIL = re.compile(
    r"[^\s@:;,<>()\[\]「」（）、。：ぁ-ん]+@[^\W_][\w-]*(?:\.[\w-]+)*\.[a-zA-Z]{2,24}(?![a-zA-Z])"
)
"""A mail address with non-ASCII letters (RFC 6531), but no hiragana: words without a space may precede it."""
_AT, _DOT = (
    r"(?:\s?[(\[{<]\s?at\s?[)\]}>]\s?|[ _-]at[ _-])",
    r"(?:\s?[(\[{<]\s?dot\s?[)\]}>]\s?|[ _-]dot[ _-]|\.)",
)
SPELLED_EMAIL = re.compile(
    rf"(?<![\w.+-])[A-Za-z0-9][\w.+-]*?{_AT}[A-Za-z0-9-]+(?:{_DOT}[A-Za-z0-9-]+)*?{_DOT}[a-z]{{2,24}}(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
SPACED_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]+(?: @ |@)[\w-]+(?:[.,][\w-]+)*[.,][a-z]{2,24}\b", re.ASCII | re.IGNORECASE
)
"""A mail address with spaces around its sign, or with a comma for a dot."""
LOCAL_EMAIL = re.compile(r"\s*[\w.+-]+@[A-Za-z][\w-]+\s*", re.ASCII)
"""All of a text that is an address at a machine of one's own network."""
USER_INFO = re.compile(r"\b[a-z][a-z0-9+.-]*://([^\s/@:]+(?::[^\s/@]*)?)@[^\s/]+\S*", re.IGNORECASE)
USER_PATH = re.compile(
    r"\bhttps?://(?:[^\s/]+/(?:~|@|u/|users?/|in/|profiles?/|people/|members?/)[\w.%+-]+"
    r"|(?:www\.|m\.)?(?:twitter|x|instagram|facebook|github|gitlab|tiktok|note|qiita|zenn)\.(?:com|dev)/@?[\w.-]+"
    r"|\S*[?&](?:user|username|uid|login|name|email)=[^\s&]+)[^\s,;)\]、。」』]*",
    re.IGNORECASE,
)
IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)", re.ASCII)
IPV6 = re.compile(r"(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", re.IGNORECASE | re.ASCII)
VERSION = re.compile(r"(?:\bv|versions?|ver\.?|release|build|バージョン|版)\s*$", re.IGNORECASE)
MAC = re.compile(
    r"(?<![\w:-])(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})(?![\w:-])",
    re.IGNORECASE | re.ASCII,
)
CARD = re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d{2,6}){2,4}(?![\w]|[.-]\d)", re.ASCII)
IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}", re.ASCII | re.IGNORECASE)
TWELVE = re.compile(r"(?<![\w.-])(?<!\d )\d{4}([ -]?)\d{4}\1\d{4}(?!\w|[ .-]\d)", re.ASCII)
SSN = re.compile(r"(?<![\w.-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w]|[.-]\d)", re.ASCII)
NINE = re.compile(r"(?<![\w.-])\d{9}(?![\w]|[.-]\d)", re.ASCII)
PASSPORT = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]{1,3}\d{6,8}|[A-Z]\d{2}[A-Z]{2}\d{4}|\d{9}|C[A-Z0-9]{8})(?![A-Za-z0-9])"
)
ACCOUNT = re.compile(r"(?<![\w.-])(?:\d{3}[ -])?\d{7,8}(?![\w]|[.-]\d)", re.ASCII)
HANDLE = re.compile(
    r"(?<![\w@./])@(?![\w.-]*\.(?:com|net|org|jp|io|de|uk|fr|info|dev|app)\b)[A-Za-z_][\w.]{1,28}\w(?![\w@])",
    re.ASCII,
)
PROFILE = re.compile(
    r"(?<![\w@./-])(?:https?://)?(?:www\.|m\.)?(?:t\.me/|line\.me/ti/p/~?"
    r"|(?:twitter|x|instagram|facebook|github|tiktok|linkedin|threads)\.(?:com|net)/(?:in/|@)?)[\w.@-]*\w",
    re.ASCII | re.IGNORECASE,
)
CALLED = re.compile(
    r"(?:user ?name|user ?id|login(?: name| id)?|account name|screen name|nickname|handle"
    r"|ユーザー?名|ユーザー?ID|ログインID|アカウント名|LINE ?ID"
    r"|\b(?:LINE|skype|telegram|wechat|discord|insta(?:gram)?|twitter|kakao)(?=\s?[:=：]))"
    r"(?: is|\s*[:=：は]|\s+)\s*['\"“「]?(?!is\b)"
    r"((?=[\w.-]*[\d_.-]\w)[A-Za-z][\w.-]*\w|[a-z][a-z0-9]{3,20}(?=['\"”」,.;)\sをでとにがの]|$))",
    re.IGNORECASE,
)

ORDER_WORDS = re.compile(
    r"order|invoice|ticket|tracking|parcel|article|serial|batch|reference|case n|part n|isbn|item"
    r"|注文|伝票|追跡|請求書|品番|型番|製造|受付|整理|管理番号|商品|問い合わせ番号",
    re.IGNORECASE,
)
MY_NUMBER_WORDS = re.compile(r"my ?number|individual number|マイナンバー|個人番号", re.IGNORECASE)
LICENCE_WORDS = re.compile(r"driv\w+.{0,3}licen[cs]e|運転免許|免許証", re.IGNORECASE)
PASSPORT_WORDS = re.compile(r"passport|パスポート|旅券", re.IGNORECASE)
SSN_WORDS = re.compile(r"\bssn\b|social security", re.IGNORECASE)
ACCOUNT_WORDS = re.compile(
    r"普(?![段及遍請])|当座|貯蓄|口座|預金|ゆうちょ|記号|account n|account:|bank account|a/c", re.IGNORECASE
)
PHONE_WORDS = re.compile(
    r"\btel|phone|call|mobile|cell|fax|reach|contact|whatsapp|電話|携帯|連絡|ファクス|おかけ", re.IGNORECASE
)

REGIONS = ("JP", "US", "GB", "DE", "FR", "KR")
GROUPED = ("BR", "IN", "CN", "PL", "TR", "AU", "IT", "ES", "NL", "SE", "CH", "MX")
"""Countries whose numbers are told by the groups that most of a column is written in."""
WHOLE = ("US", "CN")
"""Countries whose numbers are written in one, and that few other numbers look like."""
WHOLE_NUMBER = re.compile(r"[2-9]\d{9}|1[3-9]\d{9}", re.ASCII)
"""Ten digits in America, and those of a mobile telephone in China."""
WITHOUT_ZERO = re.compile(r"[789]0[1-9]\d{7}", re.ASCII)
"""A mobile number of Japan that lost its zero as a whole number."""
PHONE_LIKE = re.compile(
    r"(?:(?<![A-Za-z0-9_])(?<![A-Za-z0-9_]-)|(?<=tel-|fax-)|(?<=tel|fax))"
    r"[+(]?\d(?:[ ()./-]*\d){6,15}(?:\s?(?:x|ext\.?|内線)\s?\d{1,5})?(?![A-Za-z0-9_]|-[A-Za-z0-9])",
    re.ASCII | re.IGNORECASE,
)
"""A phone number that is not part of a longer code, such as a GUID, a hash or an order number."""
INSIDE = re.compile(r"[/=&?#]$")
"""Precedes a part of a URL."""
DECIMAL = re.compile(r"\d{1,3}\.\d+", re.ASCII)
TRUNK = re.compile(r"(?<!\d)0(?:\D*\d){4}", re.ASCII)
"""How numbers of most regions begin within their own; none has fewer digits."""
AMERICAN = 10
"""Digits of a number in North America, but for those of Canada that begin as the next one: 310-1234."""
CANADIAN = "310"
MIN_PHONE = 9
"""Fewest digits, in groups and beside a word such as "phone", that count as a phone number, valid or not."""


def find_codes(text: str) -> Iterator[Span]:
    """Yield mail addresses, IP addresses, card, account and document numbers, and user names.

    Parameters
    ----------
    text
        As of `spans.plain`.
    """
    if "@" in text or "at" in text.lower() or "アット" in text:
        yield from (Span(found.start(), found.end(), "email") for found in EMAIL.finditer(text))
        if not text.isascii():
            yield from (Span(found.start(), found.end(), "email") for found in WIDE_EMAIL.finditer(text))
        for pattern in (SPELLED_EMAIL, SPACED_EMAIL):
            yield from (Span(*found.span(), "email", False) for found in pattern.finditer(text))
        if LOCAL_EMAIL.fullmatch(text):
            yield Span(0, len(text), "email", False)
        yield from (Span(found.start(), found.end(), "user_name") for found in HANDLE.finditer(text))
    if "://" in text:
        for pattern in (USER_INFO, USER_PATH):
            yield from (Span(found.start(), found.end(), "url") for found in pattern.finditer(text))
    if "/" in text:
        yield from (Span(found.start(), found.end(), "url") for found in PROFILE.finditer(text))
    yield from (Span(*found.span(1), "user_name") for found in CALLED.finditer(text))
    if DIGIT.search(text):
        yield from _machines(text)
        yield from _numbers(text)
        yield from _phones(text)


def _machines(text: str) -> Iterator[Span]:
    for found in IPV4.finditer(text):
        if _is_address(found.group()) and not VERSION.search(text[: found.start()]):
            yield Span(*found.span(), "ip")
    for found in IPV6.finditer(text):
        if found.group().strip(":") and _is_address(found.group()):
            yield Span(*found.span(), "ip")
    yield from (Span(found.start(), found.end(), "mac") for found in MAC.finditer(text))


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast or int(address) < 2**16)


def _numbers(text: str) -> Iterator[Span]:
    for found in CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        article = len(digits) == 13 and ean.is_valid(digits)
        if 13 <= len(digits) <= 19 and luhn.is_valid(digits) and not (article or _ordered(text, found)):
            yield Span(*found.span(), "card")
    for found in IBAN.finditer(text):
        # What follows may be letters of the next word.
        for end in range(found.end(), found.start() + 14, -1):
            if iban.is_valid(text[found.start() : end]):
                yield Span(found.start(), end, "iban")
                break
    for found in TWELVE.finditer(text):
        if near(text, *found.span(), LICENCE_WORDS):
            yield Span(*found.span(), "driving_licence")
        elif my_number.is_valid(re.sub(r"\D", "", found.group())) and not _ordered(text, found):
            yield Span(*found.span(), "my_number", near(text, *found.span(), MY_NUMBER_WORDS))
        elif near(text, *found.span(), MY_NUMBER_WORDS):
            yield Span(*found.span(), "my_number")
    yield from (Span(*found.span(), "ssn") for found in SSN.finditer(text) if not _ordered(text, found))
    for pattern, words, kind in (
        (NINE, SSN_WORDS, "ssn"),
        (PASSPORT, PASSPORT_WORDS, "passport"),
        (ACCOUNT, ACCOUNT_WORDS, "bank_account"),
    ):
        for found in pattern.finditer(text):
            if near(text, *found.span(), words):
                yield Span(*found.span(), kind)  # type: ignore[arg-type]


def _ordered(text: str, found: re.Match[str]) -> bool:
    return bool(ORDER_WORDS.search(text[max(0, found.start() - 24) : found.start()]))


def _phones(text: str) -> Iterator[Span]:
    for candidate in PHONE_LIKE.finditer(text):
        start, shown = candidate.start(), candidate.group()
        named = near(text, *candidate.span(), PHONE_WORDS, reach=16)
        grouped = not shown.isdigit() or shown.startswith("0")
        other = _ordered(text, candidate) or INSIDE.search(text[:start]) or _no_phone(shown)
        if (other and not named) or not (named or grouped):
            continue
        if named and not shown.isdigit() and sum(map(str.isdigit, shown)) >= MIN_PHONE:
            yield Span(*candidate.span(), "phone")
            continue
        for region in _regions(shown):
            leniency = Leniency.VALID if named or region in (None, "JP") else Leniency.STRICT_GROUPING
            found = next(iter(PhoneNumberMatcher(shown, region, leniency=leniency)), None)
            if found is not None and _plausible(found, region):
                yield Span(start + found.start, start + found.end, "phone", named)
                break


def _regions(shown: str) -> tuple[str | None, ...]:
    """Return the regions of which it may be a number, so that a date is not looked up in all of them."""
    if shown.startswith("+"):
        return (None,)
    digits = re.sub(r"\D", "", shown)
    american = len(digits) >= AMERICAN or CANADIAN in digits
    others = TRUNK.search(shown)
    return tuple(region for region in REGIONS if (american if region == "US" else others))


def phone_regions(text: str) -> list[str]:
    """Name the countries of which a text as a whole is a telephone number, written in groups or whole."""
    if not PHONE_LIKE.fullmatch(text):
        return []
    if WITHOUT_ZERO.fullmatch(text):
        return ["JP"]
    if text.isdigit() and not WHOLE_NUMBER.fullmatch(text):
        return []
    regions = WHOLE if text.isdigit() else GROUPED
    leniency = Leniency.VALID if text.isdigit() else Leniency.STRICT_GROUPING
    return [
        r
        for r in regions
        if any(m.raw_string == text for m in PhoneNumberMatcher(text, r, leniency=leniency))
    ]


def _no_phone(shown: str) -> bool:
    return bool(DECIMAL.fullmatch(shown)) or isbn.is_valid(shown)


def _plausible(found: phonenumbers.PhoneNumberMatch, region: str | None) -> bool:
    """Reject numbers valid only by their digits: outside Japan and America, they begin with 0 or +."""
    shown = found.raw_string
    return region is None or shown.lstrip("(").startswith("0") or region == "US"
