"""Names of people in Japanese text: by a dictionary where it is installed, else by honorifics and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from synth_handson.pii.spans import JAPANESE, Span

HONORIFIC = re.compile(
    r"\s?(?:さん|さま|様|氏|くん|君|ちゃん|先生|殿|先輩|部長|課長|社長|係長|主任|店長|専務|常務|会長|所長|院長"
    r"|教授|医師|弁護士|選手|議員|夫妻|夫人|一家|家の)"
)
PLACE = re.compile(
    r"\s?(?:駅|店|市|町|村|区|県|川|山|通り|橋|公園|城|空港|港|湖|寺|神社|大学|高校|中学|小学校|病院|支店|本店"
    r"|銀行|工業|製作所|商事|商店|電機|自動車|建設|産業|食品|製薬|証券|の店|の町|の街|地方|地区|方面|盆地|平野)"
)
COMPANY = re.compile(r"(?:株式会社|有限会社|\(株\)|㈱)\s?$")
LABEL = re.compile(
    r"(?:氏名|お?名前|姓名|フリガナ|ふりがな|担当者?|契約者|申込者|患者|顧客|紹介者|連絡先|代表者|保護者|宛名"
    r"|差出人|署名|記入者)(?:名)?(?:\s*[:=]\s*|は、?|\s+)"
)
SELF = re.compile(r"(?:私は|わたしは|僕は|俺は|こちらは|申し込みの|予約の|担当の)、?")
AS_PERSON = re.compile(
    r"[はがとにもへを、。,](?!いう)|から|より|まで|$|の(?:口座|家|夫|妻|父|母|件|電話|携帯|名義|カード|住所|奥|息子|娘)"
)
INTRODUCED = re.compile(r"\s?(?:と申し|といいます|と言います|と名乗|です|でした|でございます|と呼)")
_SIGNS = r"[一-龥々ヶ]"
SCRIPT = re.compile(
    rf"(?:{_SIGNS}{{1,4}}[\s]?(?:{_SIGNS}|[ぁ-んァ-ヴー]){{1,4}}|[ァ-ヴー]{{2,6}}[\s・]?[ァ-ヴー]{{2,6}}|[ぁ-ん]{{2,5}}\s[ぁ-ん]{{2,5}})"
)
COMMON = re.compile(
    r"(?:お客|客|皆|みな|神|王|奥|娘|息子|お嬢|お孫|業者|店員|医者|看護師|患者|大家|職人|運転手|警官|隣|母|父"
    r"|兄|姉|弟|妹|子|孫|仏|殿|貴|俺|何|彼|誰|ご主人|主人|お父|お母|お兄|お姉|おじ|おば|赤|猫|犬|屋|各|両|同|両親"
    r"|担当|当|上|貴社|御社|会社|企業|各位|利用者|保護者|受付|係|司会|講師|相手|部下|上司|外国人|同)$"
)
MAX_CHARACTERS = 10_000
"""The tokeniser takes texts of up to 49,149 bytes."""

INSTALL = 'pip install "synth-handson[pii]"'


def has_dictionary() -> bool:
    """Tell whether the dictionary of the extra ``pii`` is installed."""
    return bool(find_spec("sudachipy") and find_spec("sudachidict_core"))


def find_japanese_names(text: str) -> Iterator[Span]:
    """Yield names in a text of `spans.plain` that are written in kanji or kana."""
    if not JAPANESE.search(text):
        return
    yield from _labelled(text)
    if has_dictionary():
        for start in range(0, len(text), MAX_CHARACTERS):
            for span in _by_dictionary(text[start : start + MAX_CHARACTERS]):
                yield Span(span.start + start, span.end + start, span.kind, span.sure)
    else:
        yield from _by_rules(text)


@cache
def _tokenizer() -> Any:
    from sudachipy import Dictionary

    return Dictionary(dict="core").tokenizer()


@cache
def surnames() -> frozenset[str]:
    """Return frequent last names, in kanji and katakana."""
    pairs = import_module("faker.providers.person.ja_JP").Provider.last_name_pairs
    return frozenset(form for kanji, kana, _ in pairs for form in (kanji, kana))


def _by_dictionary(text: str) -> Iterator[Span]:
    tokens = [(m.begin(), m.end(), m.part_of_speech()) for m in _tokenizer().tokenize(text)]
    position = 0
    while position < len(tokens):
        run = _run(text, tokens, position)
        if run is None:
            position += 1
            continue
        last, full = run
        start, end = tokens[position][0], tokens[last][1]
        span = _judged(text, start, end, full, tokens[position][2])
        if span:
            yield span
        position = last + 1


def _run(text: str, tokens: list[Any], first: int) -> tuple[int, bool] | None:
    """Return the last token of a name that begins here, and whether it is a full one."""
    kinds = [_name_kind(text, tokens[first])]
    if kinds[0] is None:
        return None
    last = first
    for position in range(first + 1, min(first + 5, len(tokens))):
        start, end, _ = tokens[position]
        if text[start:end] in (" ", "・") and last == position - 1 and position + 1 < len(tokens):
            continue
        kind = _name_kind(text, tokens[position])
        if kind not in ("名", "姓", "一般") and not (
            kinds[-1] == "姓" and _could_be_given(text, tokens, position)
        ):
            break
        if kinds[-1] == "名" and kind == "姓":
            break
        kinds.append(kind or "名")
        last = position
        if len(kinds) == 3:
            break
    return last, len(kinds) > 1


def _name_kind(text: str, token: Any) -> str | None:
    start, end, speech = token
    if speech[1] == "固有名詞" and speech[2] == "人名":
        return str(speech[3])
    # A place before an honorific is somebody who is called like it.
    if speech[1] == "固有名詞" and speech[2] == "地名" and HONORIFIC.match(text, end):
        return "姓"
    known = text[start:end] in surnames() and HONORIFIC.match(text, end)
    return "姓" if known else None


def _could_be_given(text: str, tokens: list[Any], position: int) -> bool:
    """Tell whether a word after a last name is read as a first name: a short noun before an honorific."""
    start, end, speech = tokens[position]
    return (
        speech[0] == "名詞"
        and 1 <= end - start <= 3
        and bool(re.fullmatch(_SIGNS + "+", text[start:end]))
        and bool(HONORIFIC.match(text, end) or INTRODUCED.match(text, end) or end == len(text))
        and not HONORIFIC.match(text, start)
    )


def _judged(text: str, start: int, end: int, full: bool, speech: Any) -> Span | None:
    if PLACE.match(text, end) or COMPANY.search(text[:start]):
        return None
    spoken = bool(HONORIFIC.match(text, end)) or (
        bool(SELF.search(text[:start])) and bool(INTRODUCED.match(text, end))
    )
    alone = start == 0 and end == len(text)
    if full or spoken or alone:
        return Span(start, end, "name")
    # A single word that is a name at times: kana and first names are words too often.
    if speech[3] == "姓" and re.fullmatch(_SIGNS + "{2,}", text[start:end]) and AS_PERSON.match(text, end):
        return Span(start, end, "name", False)
    return None


def _labelled(text: str) -> Iterator[Span]:
    for label in LABEL.finditer(text):
        match = SCRIPT.match(text, label.end())
        strict = ":" in label.group() or "=" in label.group()
        if match and (strict or INTRODUCED.match(text, match.end())):
            end = match.end()
            shortened = re.search(r"(?:さん|さま|様|氏|です|でした|と申|といい)", match.group())
            if shortened and shortened.start() > 1:
                end = match.start() + shortened.start()
            yield Span(match.start(), end, "name")


def _by_rules(text: str) -> Iterator[Span]:
    for match in re.finditer(rf"({_SIGNS}{{1,5}}|[ァ-ヴー]{{2,10}})(?={HONORIFIC.pattern})", text):
        if not COMMON.search(match.group(1)) and not re.search("[0-9]", match.group(1)):
            yield Span(*match.span(1), "name")
    for name in surnames():
        for match in re.finditer(
            rf"{re.escape(name)}[\s]?({_SIGNS}{{2,3}})(?=[はがとにもへをの、。\s]|$)", text
        ):
            if not PLACE.match(text, match.start(1)):
                yield Span(*match.span(), "name", False)


def name_parts(name: str) -> list[tuple[str, bool]]:
    """Split a name into last name, what is between, and first name; tell of each whether it is the latter."""
    parts = re.split(r"([\s　・]+)", name)
    if len(parts) > 1:
        return [(part, position > 0) for position, part in enumerate(parts)]
    if has_dictionary():
        tokens = [(m.surface(), m.part_of_speech()[3]) for m in _tokenizer().tokenize(name)]
        if len(tokens) > 1 and tokens[0][1] == "姓":
            last = tokens[0][0]
            return [(last, False), (name[len(last) :], True)]
        return [(name, len(tokens) == 1 and tokens[0][1] == "名")]
    last = next((last for last in sorted(surnames(), key=len, reverse=True) if name.startswith(last)), name)
    return [(last, False), (name[len(last) :], True)] if last != name else [(name, False)]
