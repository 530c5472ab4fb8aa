"""Names of people in Japanese text: by a dictionary where it is installed, else by honorifics and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from synth_handson.pii.spans import JAPANESE, KANJI, Span

HONORIFIC = re.compile(
    r"\s?(?:さん|さま|様|氏|くん|君|ちゃん|先生|殿|先輩|部長|課長|社長|係長|主任|店長|専務|常務|会長|所長|院長"
    r"|教授|医師|弁護士|選手|議員|夫妻|夫人|一家|家の)"
)
OFFICE = re.compile(r"\s?(?:容疑者|被告|監督|コーチ|捕手|投手|記者|教諭|校長|園長|理事長|支配人|代表|主将)")
"""Titles and roles that follow names, but also other words."""
PLACE = re.compile(
    r"\s?(?:駅|店|市|町|村|区|県|川|山|通り|橋|公園|城|空港|港|湖|寺|神社|大学|高校|中学|小学校|病院|支店|本店"
    r"|銀行|工業|工務店|製作所|商事|商店|電機|自動車|建設|産業|食品|製薬|証券|組|班|屋|の店|の町|の街|地方|地区|方面|盆地|平野)"
)
FIRM = re.compile(r"組|班|屋|銀行|工業|商事|商店|電機|建設|産業|食品|製薬|証券")
"""Words that follow a last name and are not first names."""
COMPANY = re.compile(r"(?:株式会社|有限会社|\(株\)|㈱)\s?$")
LABEL = re.compile(
    r"(?:氏名|お?名前|姓名|フリガナ|ふりがな|担当者?|契約者|申込者|申請者|受付者|患者|顧客|紹介者|連絡先|代表者|代表取締役|保護者|宛名"
    r"|差出人|署名|記入者|作成者|起票者|入力者|振込人|依頼人|名義人?|予約名|宿泊者|搭乗者|乗客|利用者|入居者|被保険者|著者|講師|文責"
    r"|ローマ字表記|カナ氏名)(?:名|氏名)?(?:\s*[:=】〕」]\s*|[はが]、?|\s+)"
)
SELF = re.compile(r"(?:私は|わたしは|僕は|俺は|こちらは|申し込みの|予約の|担当の)、?")
HOME = re.compile(r"(?:宅|家|邸)(?![一-龥])")
SIGN = re.compile(rf"[{KANJI}々ヶぁ-んァ-ヴー]")
MAX_APART = 40
"""Longest text in which a last name between marks, digits or Latin letters counts: 佐藤(営業), 佐藤T."""
AS_PERSON = re.compile(
    r"[はがとにもへを、。,](?!いう)|から|より|まで|$|の(?:口座|家|夫|妻|父|母|件|電話|携帯|名義|カード|住所|奥|息子|娘)"
)
INTRODUCED = re.compile(r"\s?(?:と申し|といいます|と言います|と名乗|です|でした|でございます|と呼)")
_SIGNS = rf"[{KANJI}々ヶ]"
DIGITS_BEHIND = re.compile(rf"(?<={_SIGNS})[0-9０-９]+")
VARIANTS = str.maketrans("髙﨑濵栁𠮷𣘺槗黑瀨增淸橫彥鄕靑緖德曻", "高崎浜柳吉橋橋黒瀬増清横彦郷青緒徳昇")
"""Character variants in names, and the usual form that the dictionary has."""
FOREIGN = re.compile(r"([ァ-ヴー]{2,}(?:[・=][ァ-ヴー]{2,}){1,3})")
PAIR_IN_KANA = re.compile(r"(?<![ァ-ヴー])([ァ-ヴー]{2,6})[\s・]([ァ-ヴー]{2,6})(?![ァ-ヴー])")
ALL_KANA = re.compile(r"\s*((?:[ァ-ヴー]+|[A-Z]\.?)(?:[\s・=]?(?:[ァ-ヴー]+|[A-Z]\.?))*)\s*")
SCRIPT = re.compile(
    rf"(?:{_SIGNS}{{1,4}}[\s]?(?:{_SIGNS}|[ぁ-んァ-ヴー]){{1,4}}|[ァ-ヴー]{{2,6}}[\s・]?[ァ-ヴー]{{2,6}}|[ぁ-ん]{{2,5}}\s[ぁ-ん]{{2,5}})"
)
COMMON = re.compile(
    r"(?:お客|客|皆|みな|神|王|奥|娘|息子|お嬢|お孫|業者|店員|医者|看護師|患者|大家|職人|運転手|警官|隣|母|父"
    r"|兄|姉|弟|妹|子|孫|仏|殿|貴|俺|何|彼|誰|ご主人|主人|お父|お母|お兄|お姉|おじ|おば|赤|猫|犬|屋|各|両|同|両親"
    r"|担当|当|上|貴社|御社|会社|企業|各位|利用者|保護者|受付|係|司会|講師|相手|部下|上司|外国人|同)$"
)
MAX_CHARACTERS = 10_000
"""Characters passed to the tokenizer at a time; it takes up to 49,149 bytes."""

INSTALL = 'pip install "synth-handson[pii]"'


def has_dictionary() -> bool:
    """Tell whether the dictionary of the extra ``pii`` is installed."""
    return bool(find_spec("sudachipy") and find_spec("sudachidict_core"))


def find_japanese_names(text: str) -> Iterator[Span]:
    """Yield names in a text of `spans.plain` that are written in kanji or kana."""
    if not JAPANESE.search(text):
        return
    text = text.translate(VARIANTS)
    yield from _labelled(text)
    for match in FOREIGN.finditer(text):
        if _spoken(text, match.end()) or INTRODUCED.match(text, match.end()):
            yield Span(*match.span(), "name")
    if has_dictionary():
        yield from _in_kana(text)
        yield from _pairs_in_kana(text)
        for start in range(0, len(text), MAX_CHARACTERS):
            for span in _by_dictionary(text[start : start + MAX_CHARACTERS]):
                yield Span(span.start + start, span.end + start, span.kind, span.sure)
    else:
        yield from _by_rules(text)


@cache
def _dictionary() -> Any:
    from sudachipy import Dictionary

    return Dictionary(dict="core")


@cache
def _tokenizer() -> Any:
    return _dictionary().tokenizer()


@cache
def surnames() -> frozenset[str]:
    """Return frequent last names, in kanji and katakana."""
    pairs = import_module("faker.providers.person.ja_JP").Provider.last_name_pairs
    return frozenset(form for kanji, kana, _ in pairs for form in (kanji, kana))


def _by_dictionary(text: str) -> Iterator[Span]:
    # In 田中健一049, 一049 is no number.
    words = DIGITS_BEHIND.sub(lambda digits: " " * len(digits[0]), text)
    tokens = [(m.begin(), m.end(), m.part_of_speech()) for m in _tokenizer().tokenize(words)]
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


def _in_kana(text: str) -> Iterator[Span]:
    """Yield all of a text in katakana: a last name and another word, or names of which one is a person's."""
    whole = ALL_KANA.fullmatch(text)
    if whole is None:
        return
    speech = [m.part_of_speech() for m in _tokenizer().tokenize(text) if re.search("[ァ-ヴ]", m.surface())]
    proper = all(one[1] == "固有名詞" for one in speech) and any(one[2] == "人名" for one in speech)
    if (1 < len(speech) < 5 and (proper or speech[0][3] == "姓")) or _splits(whole[1]):
        yield Span(*whole.span(1), "name", False)


def _pairs_in_kana(text: str) -> Iterator[Span]:
    """Yield a last and a first name in katakana with a space between them."""
    for match in PAIR_IN_KANA.finditer(text):
        last, first = match.groups()
        if "姓" in _parts_of_speech(last) and ("名" in _parts_of_speech(first) or not is_known_word(first)):
            yield Span(*match.span(), "name", False)


def _parts_of_speech(word: str) -> set[str]:
    return {found.part_of_speech()[3] for found in _dictionary().lookup(word)}


def _splits(kana: str) -> bool:
    """Tell whether a text that is no word is a last name and a first name in katakana, without a space."""
    return not _dictionary().lookup(kana) and any(
        "姓" in _parts_of_speech(kana[:end]) and "名" in _parts_of_speech(kana[end:])
        for end in range(2, min(6, len(kana) - 1))
    )


def _run(text: str, tokens: list[Any], first: int) -> tuple[int, bool] | None:
    """Return the last token of a name that begins here, and whether it is a full one."""
    kinds = [_name_kind(text, tokens[first])]
    if kinds[0] is None:
        return None
    last = first
    for position in range(first + 1, min(first + 5, len(tokens))):
        start, end, _ = tokens[position]
        if (
            text[start:end] in (" ", "・", "=", ".", "_")
            and last == position - 1
            and position + 1 < len(tokens)
        ):
            continue
        kind = _name_kind(text, tokens[position])
        if kind not in ("名", "姓", "一般") and not (
            kinds[-1] == "姓" and _could_be_given(text, tokens, position)
        ):
            break
        turned = kinds == ["名"] and text[start - 1].isspace()
        if kinds[-1] == "名" and kind == "姓" and not turned:
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
        speech[0] in ("名詞", "形状詞")
        and 1 <= end - start <= 3
        and bool(re.fullmatch(_SIGNS + "+", text[start:end]))
        and bool(HONORIFIC.match(text, end) or INTRODUCED.match(text, end) or end == len(text))
        and not HONORIFIC.match(text, start)
        and not FIRM.match(text, start)
    )


def _spoken(text: str, end: int) -> bool:
    return bool(HONORIFIC.match(text, end) or OFFICE.match(text, end))


def _judged(text: str, start: int, end: int, full: bool, speech: Any) -> Span | None:
    if PLACE.match(text, end) or COMPANY.search(text[:start]):
        return None
    spoken = _spoken(text, end) or (bool(SELF.search(text[:start])) and bool(INTRODUCED.match(text, end)))
    alone = not re.search(r"\w", text[:start] + text[end:])
    if full or spoken or alone:
        return Span(start, end, "name")
    # A single word that is a name at times: kana and first names are words too often.
    if speech[3] == "姓" and re.fullmatch(_SIGNS + "{2,}", text[start:end]):
        apart = len(text) <= MAX_APART and not (SIGN.match(text, end) or SIGN.match(text[start - 1 : start]))
        if apart or AS_PERSON.match(text, end) or HOME.match(text, end):
            return Span(start, end, "name", False)
    return None


def _labelled(text: str) -> Iterator[Span]:
    for label in LABEL.finditer(text):
        match = SCRIPT.match(text, label.end())
        if match is None:
            continue
        strict = re.search("[:=】〕」]", label.group())
        apart = label.group()[-1].isspace() and re.search(r"\s", match.group())
        if strict or apart or INTRODUCED.match(text, match.end()):
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


def is_last_and_first(name: str) -> bool:
    """Tell whether a name has a last and a first name, both of them known as such to the dictionary.

    Without it, any name of two parts counts.
    """
    parts = [part for part, _ in name_parts(name) if part.strip(" 　・")]
    if len(parts) < 2 or not has_dictionary():
        return len(parts) > 1
    last, *_, first = (part.translate(VARIANTS) for part in parts)
    return "姓" in _parts_of_speech(last) and "名" in _parts_of_speech(first)


def reading(name: str) -> str | None:
    """Return how the dictionary reads a name, in katakana; None without it, or if it does not know."""
    if not has_dictionary():
        return None
    found = "".join(token.reading_form() for token in _tokenizer().tokenize(name))
    return found if re.fullmatch("[ァ-ヶー]+", found) else None


def is_known_word(text: str) -> bool:
    """Tell whether the dictionary has a text as a word that is no name of a person."""
    if not has_dictionary():
        return False
    return any(word.part_of_speech()[2] != "人名" for word in _dictionary().lookup(text))


def is_place(text: str) -> bool:
    """Tell whether the dictionary has a text as the name of a place."""
    return has_dictionary() and any(word.part_of_speech()[2] == "地名" for word in _dictionary().lookup(text))


def is_other_word(name: str) -> bool:
    """Tell whether a name of one word is a place, a brand or any other word as well."""
    if len(name) == 1 or not has_dictionary():
        return True
    return is_known_word(name.translate(VARIANTS))
