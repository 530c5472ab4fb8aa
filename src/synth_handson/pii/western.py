"""Names of people in Latin letters, by titles, context and lists of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from faker.providers.address.en import Provider
from faker.providers.person.vi_VN import Provider as Vietnamese

from synth_handson.pii.japanese import HONORIFIC, LABEL
from synth_handson.pii.name_lists import (
    NOT_NAMES,
    PLAIN_ROMAJI,
    bare,
    chinese_last_names,
    common,
    is_declined_first,
    is_declined_last,
    is_first,
    is_last,
    is_word,
    stands_alone,
)
from synth_handson.pii.spans import KANJI, Span
from synth_handson.pii.words import any_line, any_word

PLACE_WORDS = (
    "Queen Granny Hurricane Typhoon "
    "Saint St San Santa Santo Los Las Port Lake Mount Fort New North South East West Upper Lower Great"
)
ORGANISATION = re.compile(rf"(?:&|\b(?:{PLACE_WORDS.replace(' ', '|')}))\.?\s*$")
"""Precedes the name of a place or a company."""
NO_OPENING = NOT_NAMES | PLAIN_ROMAJI | frozenset(PLACE_WORDS.lower().split())
"""Words that do not begin a name."""
NO_ROMAJI = PLAIN_ROMAJI | frozenset({"san", "santa", "santo"})
"""Words that sound Japanese but are not part of Japanese names."""


COMPANIES = frozenset(any_line("companies").split("|")) | {country.lower() for country in Provider.countries}
"""Companies, brands and countries with names like those of people."""

PLACES = re.compile(rf"\s+(?:&|and Sons\b|and Co\b|(?:{any_line('places')})\b)")

_LETTERS = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_UPPER = "A-Z" + "".join(filter(str.isupper, _LETTERS))
_LOWER = "a-z" + "".join(filter(str.islower, _LETTERS))
_WORD = f"[{_UPPER}][{_LOWER}]+"
_PART = rf"(?:(?:Mc|Mac|[ODLdl]['’]|De|Di|Du|La|Le|Van|Fitz)?{_WORD}(?:[-'’]{_WORD})*)"
_LINKS = any_word("links")
_LINK = rf"(?:(?:{_LINKS})\s+){{0,2}}"
_MORE = rf"\s+(?:[A-Z]\.(?:\s?[A-Z]\.)?\s*)?{_LINK}(?:Ó\s|Ní\s)?{_PART}"
_FULL = rf"{_LINK}(?:Ó\s|Ní\s)?{_PART}(?:{_MORE}){{0,3}}"
_PAIR = rf"{_LINK}{_PART}(?:{_MORE}){{1,3}}"
PART = re.compile(rf"(?<![\w@./#-]){_PART}(?![{_UPPER}{_LOWER}0-9_@]|\.\w|-\d)")
GAP = re.compile(rf"\s(?:[A-Z]\.\s?){{0,2}}{_LINK}(?:Ó\s|Ní\s)?")
CAPITALS = re.compile(
    rf"(?<![\w@./#-])[{_UPPER}]{{2,}}(?:['’-][{_UPPER}]+)*(?!\w|[@]|\.\w)|(?<![\w@./#-])[OD]['’][{_UPPER}]{{2,}}(?!\w)"
)
TWO_LETTERS = ("An", "Do", "My", "So", "To")
"""Names that are common short words in other languages."""
MIN_HANDLE = 2
MIN_CAPITALS = 4
"""Shortest word in capitals that can be a name; shorter ones are abbreviations, unless beside another
name."""
LINKS = frozenset(_LINKS.split("|"))
VIETNAMESE = frozenset(map(bare, Vietnamese.last_names))
TITLED = re.compile(rf"\b(?:{any_line('titles')})\b\.?\s+({_FULL})")
INITIAL = re.compile(rf"(?<![\w.])([A-Z]\.\s?(?:[A-Z]\.\s?)?{_LINK}{_PART})(?!\w)")
NAMED = re.compile(
    rf"(?:\b[Nn]ame(?:\s+is|['’]s|\s*[:=])|\b(?:{any_line('naming')})"
    rf"|\bSigned(?: by)?[:,]?|\b[Aa]ttn[.:]?)\s+({_FULL})"
)
INTRODUCED = re.compile(rf"\b(?i:{any_line('introducing')}),?\s+({_FULL})")
BEHIND = (
    (re.compile(rf":\s*({_PAIR})"), re.compile(rf"(?i:\b(?:{any_line('labels')})(?:\s?\(\w+\))?\s?)$")),
    (re.compile(rf"\b(?:[Bb]y|to|To|By)\s+({_PAIR})"), re.compile(rf"(?i:\b(?:{any_line('doing')})\s+)$")),
    (re.compile(rf",\s+({_PAIR})(?=[,.;]|$)"), re.compile(rf"(?i:\b(?:{any_line('persons')}))$")),
)
"""Words that a name follows: labels, verbs with a person as object or agent, relations."""
REACH = 30
AGED = re.compile(rf"({_PAIR})(?=,\s(?:aged|age)\s\d)")
CAPITAL = re.compile(f"[{_UPPER}]")
BOUNDARY = re.compile(f"[ぁ-ゟァ-ヿ{KANJI}々]")
FULL, PAIR = re.compile(rf"(?<![\w@./-]){_FULL}(?!\w)"), re.compile(_PAIR)
SMALL = re.compile(r"(?<![\w@./-])[a-z]{3,}(?!\w)")
ALL_SMALL = re.compile(rf"[{_LOWER}'’-]{{2,}}(?:,?\s[{_LOWER}'’-]{{2,}}){{1,2}}")
"""Two or three words in lower case and nothing else, as typed into web forms."""
POLITE = re.compile(r"\s?(?:さん|さま|様|氏|くん|君|ちゃん|先生|殿|先輩)")
"""Honorifics, which follow names but not abbreviations."""
ACTING = re.compile(
    rf"(?<![\w@./-])(?<!the\s)(?<!The\s)({_PART}\s+{_LINK}{_PART})(?=\s(?:{any_line('acting')})\b)"
)
BEGINNING = re.compile(rf"(?:^|[.!?]\s)({_PART})(?=\s(?:{any_line('acting')})\b)")
"""A first or last name that begins a sentence."""
LAST_FIRST = re.compile(
    rf"(?<![\w@./-])({_LINK}(?:Ó\s|Ní\s)?{_PART}(?:\s{_PART})?),\s({_PART})(?:\s[{_UPPER}]\b\.?)*(?!\w)"
)
COUPLE = re.compile(
    rf"(?<![\w@./-])({_PART})\s(?:&|and|und|et|e|y|i|og|och|ja|en)\s({_PART})\s({_PART})(?!\w)"
)
LAST_INITIALS = re.compile(rf"\s*({_LINK}{_PART},?\s(?:[{_UPPER}]\.?[\s-]?){{1,3}})\s*")
"""A last name followed by initials, and nothing else."""
BEFORE_INITIALS = re.compile(rf"(?<![\w@./-])({_PART}),?\s([{_UPPER}]\.(?:[\s-]?[{_UPPER}]\.)?)(?!\w)")
AFTER_LABEL = re.compile(r"(?:^|[:;(\[]\s*|\b[Bb]y\s)$")
HANDLE_WORD = re.compile(rf"[{_UPPER}]?[{_LOWER}]+|[{_UPPER}]+(?![{_LOWER}])")
BETWEEN = re.compile(r"[._+-]|%20|")
"""What joins a first and a last name in user names, paths and links: emma.clarke, EmmaClarke."""
NUMBER = re.compile(r"\d{1,4}")
SHORT_HANDLE = re.compile(r"\s*(?:[a-z][._-]([a-z]{4,})|([a-z]{4,})[._-][a-z])\d{0,4}\s*")
"""All of a text that is an initial and a last name: e.clarke."""
NUMBERED = re.compile(r"([a-z]{3,})[._-]?(?:[a-z]?[._-])?\d{1,4}")
"""A first name with a number behind it, perhaps with an initial between them: emma2001, emma_c_77."""
PAYER = re.compile(r"\b(?:FROM|TO|BY|FOR)\s([A-Z]\s(?:[A-Z]\s)?([A-Z]{3,}(?:[-'][A-Z]+)*))(?![\w-])")
"""Initials and a last name in the lines of a bank."""
_SAN = r"[- ](?:san|sama|sensei|kun|chan)\b|\s(?:Bey|Hanım|Hanim)\b"
SAN, BEFORE_SAN = re.compile(_SAN), re.compile(rf"(?<![\w@./-])({_PART})(?={_SAN})")

_SYLLABLE = (
    r"(?:(?:k|s|t|n|h|m|y|r|w|g|z|d|b|p|j|f|ch|sh|ts|ky|sy|ny|hy|my|ry|gy|by|py|jy)?[aeiou]"
    r"|n(?![aeiouy])|(?=([kstp])\1)[kstp])"
)
CHINESE_SYLLABLE = (
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    r"(?:i?ang?|i?ong|u?ang?|u?eng?|i?eng?|i?ng?|iao|uai|[aeou]|ai|ao|ei|ou|ia|ie|iu|ua|ue|ui|uo|un|i))"
)
CHINESE = re.compile(rf"{CHINESE_SYLLABLE}(?:['-]?{CHINESE_SYLLABLE})?", re.IGNORECASE)
"""One or two syllables of Chinese in Latin letters."""
IN_VIETNAM = re.compile(rf"(?<![\w@./-])([{_UPPER}][{_LOWER}]+)(?:\s[{_UPPER}][{_LOWER}]*){{2,3}}(?!\w)")
TONES = re.compile("[\u1ea0-\u1ef9ăđơưĂĐƠƯ]")
"""Letters of no other language, of which a Vietnamese name of three words or more has one at least."""
KOREAN = re.compile(
    rf"(?<![\w@./-])(?:{any_word('korean_romanized')})\s[A-Z][a-z]{{1,5}}-[A-Z]?[a-z]{{1,5}}(?![\w-])"
)
"""A Korean name in Latin letters: a frequent last name and two syllables."""
TICKET = re.compile(r"(?<![\w/])([A-Z]{2,})/([A-Z]{2,})(?:\s?(?:MR|MRS|MS|MISS|MSTR|DR)(?![\w]))?(?![\w/])")
"""A last and a first name as airlines print them: CLARKE/EMMA MS."""
ROMAJI = re.compile(rf"{_SYLLABLE}{{2,6}}h?", re.IGNORECASE)
SURNAME_END = re.compile(
    r"(?:moto|mura|yama|kawa|gawa|da|ta|no|saki|zaki|hara|wara|shima|jima|bayashi|mori|guchi|naka|shita"
    r"|zawa|sawa|ishi|naga|to|do|tani|oka|mizu|uchi|ura|be|ki|mi|hashi|bashi|matsu|sugi|ue|ai)h?$"
)
GIVEN_END = re.compile(
    r"(?:ko|mi|ro|rou|ki|to|ta|ya|na|ka|ke|suke|chi|shi|e|ri|ji|ichi|nori|hiko|yo|ne|aki|uki|zu|u|ai|oi|ei)h?$"
)


def find_western_names(text: str) -> Iterator[Span]:
    """Yield names in a text of `spans.plain` that are written in Latin letters, also in capitals.

    What a list, a title or a word beside it does not give away is not found: a rare name alone, or one in
    small letters that is not all of the text.
    """
    yield from _handles(text)
    for ticket in TICKET.finditer(text):
        if " " in ticket.group() or (is_last(ticket[1]) and is_first(ticket[2])):
            yield Span(*ticket.span(), "name")
    for payer in PAYER.finditer(text):
        if is_last(payer[2]):
            yield Span(*payer.span(1), "name", False)
    if ALL_SMALL.fullmatch(text):
        yield from _in_small_letters(text)
        return
    # "Emma smith": a word without its capital.
    if ALL_SMALL.fullmatch(text.lower()) and any(word[0].islower() for word in text.split()):
        found = list(_in_small_letters(text.lower()))
        if found:
            yield from found
            return
    if text == text.lower():
        yield from _pairs_in_small_letters(text)
    beside_japanese = bool(BOUNDARY.search(text))
    if not CAPITAL.search(text) and not (beside_japanese and SMALL.search(text)):
        return
    beside = text
    # A word ends where Japanese begins, although nothing is written between them.
    text = BOUNDARY.sub("、", text)
    shouted = not any(map(str.islower, text))
    capitals = {match.start() for match in CAPITALS.finditer(text) if len(match.group()) < MIN_CAPITALS}
    text = CAPITALS.sub(_in_title_case, text)
    found = [*_by_context(text, shouted), *_by_list(text, shouted), *_romaji(text), *_by_form(text)]
    if beside_japanese:
        found += _beside_japanese(beside, text)
    found = [
        span for span in found if not (span.start in capitals and PART.fullmatch(text, span.start, span.end))
    ]
    yield from found
    yield from _again(text, found)


def _handles(text: str) -> Iterator[Span]:
    """Yield first and last names that are joined as in user names, links and names of files."""
    words = list(HANDLE_WORD.finditer(text))
    for one, two in pairwise(words):
        first, last = one.group(), two.group()
        between = text[one.end() : two.start()]
        if min(len(first), len(last)) < MIN_HANDLE or not BETWEEN.fullmatch(between):
            continue
        # A hyphen joins other words as well, and the parts of a name.
        known = between != "-" or (stands_alone(first) and f"{first}{last}".islower())
        if known and not {first.lower(), last.lower()} & NO_OPENING and _are_names(first, last):
            number = NUMBER.match(text, two.end())
            if f"{first} {last}".lower() not in COMPANIES:
                yield Span(one.start(), (number or two).end(), "user_name", False)
    short = SHORT_HANDLE.fullmatch(text)
    if short and is_last(short[1] or short[2]) and not is_word(short[1] or short[2]):
        yield Span(0, len(text), "user_name", False)
    numbered = NUMBERED.fullmatch(text.strip())
    if numbered and stands_alone(numbered[1]) and not is_word(numbered[1]):
        yield Span(0, len(text), "user_name", False)


def _in_small_letters(text: str) -> Iterator[Span]:
    """Yield all of a text that is a listed first name and a listed last name, in either order."""
    one, *_, two = words = text.replace(",", "").split()
    if bare(one) in NO_OPENING or bare(two) in NOT_NAMES or " ".join(words) in COMPANIES:
        return
    if _are_names(one, two):
        yield Span(0, len(text), "name", False)


def _pairs_in_small_letters(text: str) -> Iterator[Span]:
    """Yield listed first names before listed last names, where nothing has a capital letter."""
    for one, two in pairwise(SMALL.finditer(text)):
        first, last = one.group(), two.group()
        apart = text[one.end() : two.start()] != " " or {first, last} & NO_OPENING
        if not apart and stands_alone(first) and is_last(last) and not (is_word(first) or is_word(last)):
            yield Span(one.start(), two.end(), "name", False)


def _are_names(one: str, two: str) -> bool:
    """Tell whether two words are a listed first name and a listed last name, in either order."""
    western = is_first(one) and not is_word(one) and is_last(two)
    return western or (is_last(one) and is_first(two) and not (is_word(one) or is_word(two)))


def _in_title_case(word: re.Match[str]) -> str:
    # Python has two characters for the small letter of İ.
    small = word.group().replace("İ", "i").lower()
    titled = small if small in LINKS else small.title()
    return titled if len(titled) == len(word.group()) else word.group()


def _by_context(text: str, shouted: bool) -> Iterator[Span]:
    for found, strict in _introduced(text, shouted):
        span = _trimmed(text, *found, shouted)
        if span is None:
            continue
        parts = text[slice(*span)].split()
        if strict and (len(parts) == 1 or shouted) and not any(map(_known, parts)):
            continue
        if " ".join(parts).lower() not in COMPANIES and not PLACES.match(text, span[1]):
            yield Span(*span, "name")
    for match in INITIAL.finditer(text):
        last = match.group(1).rpartition(".")[2].strip()
        if last.lower() not in NOT_NAMES and not is_word(last) and not PLACES.match(text, match.end()):
            yield Span(*match.span(1), "name", is_last(last))
    for match in ACTING.finditer(text):
        words = match.group(1).lower().split()
        if not {*words} & NOT_NAMES and " ".join(words) not in COMPANIES:
            yield Span(*match.span(1), "name", False)
    for match in BEGINNING.finditer(text):
        if _known(match[1]) and not is_word(match[1]) and bare(match[1]) not in NO_OPENING:
            yield Span(*match.span(1), "name", False)
    if SAN.search(text):
        yield from (Span(*match.span(1), "name") for match in BEFORE_SAN.finditer(text))
    if ", " in text:
        yield from _last_first(text)
    yield from (Span(*match.span(), "name") for match in KOREAN.finditer(text))
    for match in COUPLE.finditer(text):
        one, two, last = match.groups()
        if is_first(one) and is_first(two) and is_last(last) and not (is_word(one) and is_word(two)):
            yield Span(*match.span(), "name")
    listed = LAST_INITIALS.fullmatch(text)
    if listed and is_last(PART.findall(listed[1])[0]):
        yield Span(*listed.span(1), "name", False)
    for match in BEFORE_INITIALS.finditer(text):
        last = match[1]
        if bare(last) not in NO_OPENING and not is_word(last) and (is_last(last) or match[2].count(".") > 1):
            yield Span(*match.span(), "name", is_last(last))
    if _is_turned(text.split()):
        yield Span(0, len(text), "name", False)


def _is_turned(words: list[str]) -> bool:
    """Tell whether a text is a last name and first names, as in Hungary and Vietnam."""
    if 2 < len(words) < 6 and bare(words[0]) in VIETNAMESE and bare(words[1]) in ("van", "thi"):
        return True
    return (
        1 < len(words) < 5
        and all(map(PART.fullmatch, words))
        and is_last(words[0])
        and bare(words[0]) not in NO_OPENING
        and any(is_first(word) for word in words[1:])
        and " ".join(words).lower() not in COMPANIES
        and not any(is_word(word) or word.lower() in NOT_NAMES for word in words)
    )


def _beside_japanese(text: str, latin: str) -> Iterator[Span]:
    """Yield names before a Japanese honorific, or behind a Japanese label."""
    for match in FULL.finditer(latin):
        word = match.group()
        if (
            not (POLITE.match(text, match.end()) or HONORIFIC.match(text, match.end()))
            or bare(word) in COMPANIES
        ):
            continue
        if " " in word or _known(word) or POLITE.match(text, match.end()):
            yield Span(*match.span(), "name")
    for match in SMALL.finditer(latin):
        if POLITE.match(text, match.end()) and _known(match.group()):
            yield Span(*match.span(), "name")
    for label in LABEL.finditer(text):
        named = PAIR.match(latin, label.end())
        if named:
            yield Span(*named.span(), "name")


def _introduced(text: str, shouted: bool) -> Iterator[tuple[tuple[int, int], bool]]:
    """Yield possible names by what precedes them, and whether a list must know them."""
    for pattern, strict in ((TITLED, False), (NAMED, shouted), (INTRODUCED, True)):
        yield from ((match.span(1), strict) for match in pattern.finditer(text))
    for pattern, before in BEHIND:
        for match in pattern.finditer(text):
            if before.search(text[max(0, match.start() - REACH) : match.start()]):
                yield match.span(1), shouted
    if ", age" in text:
        yield from ((match.span(1), shouted) for match in AGED.finditer(text))


def _last_first(text: str) -> Iterator[Span]:
    """Yield last names with a comma and a first name behind it: both are listed, or one behind a label."""
    for match in LAST_FIRST.finditer(text):
        *lasts, first = words = [*match.group(1).split(), match.group(2)]
        known = any(is_last(word) or word in LINKS for word in lasts), is_first(first)
        labelled = AFTER_LABEL.search(text[: match.start()])
        if (
            bare(words[0]) in NO_OPENING
            or any(map(is_word, {*words} - LINKS))
            or {*map(bare, words)} & NOT_NAMES
        ):
            continue
        if ORGANISATION.search(text[: match.start()]) or PLACES.match(text, match.end()):
            continue
        if all(known) or (labelled and any(known)):
            yield Span(*match.span(), "name")


def _trimmed(text: str, start: int, end: int, shouted: bool) -> tuple[int, int] | None:
    """Cut a run of capitalised words before the first that is not a name."""
    position = start
    for match in re.finditer(r"\S+", text[start:end]):
        word = match.group().rstrip(".,")
        if (word.lower() in NOT_NAMES and (shouted or word not in TWO_LETTERS)) or (
            shouted and not _known(word) and bare(word) in common()
        ):
            break
        position = start + match.end()
    return (start, position) if position > start else None


def _known(word: str) -> bool:
    return is_first(word) or is_last(word) or is_declined_last(word)


def _by_list(text: str, shouted: bool) -> Iterator[Span]:
    """Yield names of the lists with capitalised words beside them, or first names alone that are no word."""
    tokens = list(PART.finditer(text))
    taken = -1
    for number, token in enumerate(tokens):
        if token.start() < taken:
            continue
        run = _run(text, tokens, number, shouted)
        if run is None:
            continue
        start, end, count = token.start(), tokens[run].end(), run - number + 1
        if count == 1 and not stands_alone(token.group()):
            continue
        word = is_word(token.group())
        last = tokens[run].group()
        if PLACES.match(text, end) or (word and (count == 1 or not is_last(last))):
            continue
        if ORGANISATION.search(text[:start]):
            continue
        taken = end
        if " ".join(re.split(r"[\s-]+", text[start:end].lower())) in COMPANIES:
            continue
        yield Span(start, end, "name", count > 1)


def _run(text: str, tokens: list[re.Match[str]], first: int, shouted: bool) -> int | None:
    """Return the last token of a name that begins here; None if none does.

    It begins with a first name, or with a word that is none of English before a last name. What follows may
    be anything with a capital letter; where all is written in capitals, at most one word that no list has.
    """
    opening = tokens[first].group()
    led = is_first(opening)
    if bare(opening) in NO_OPENING or (not led and (is_word(opening) or len(opening) < 3)):
        return None
    last, unknown = first, 0
    for position in range(first + 1, min(first + 4, len(tokens))):
        word = tokens[position].group()
        gap = GAP.fullmatch(text, tokens[last].end(), tokens[position].start())
        if not gap or (word.lower() in NOT_NAMES and (shouted or word not in TWO_LETTERS)):
            break
        if not led:
            if not is_last(word) or is_word(word):
                return None
            led = True
        elif shouted and not _known(word):
            if unknown or bare(word) in common():
                break
            unknown += 1
        last = position
    return last if led and (last > first or len(opening) > 2) else None


def _romaji(text: str) -> Iterator[Span]:
    """Yield pairs of words that sound like a Japanese name, in either order."""
    for one, two in _pairs(text):
        words = one.group().lower(), two.group().lower()
        if not all(ROMAJI.fullmatch(word) and len(word) > 2 for word in words) or set(words) & NO_ROMAJI:
            continue
        known = any(map(_known, words))
        sounds = any(SURNAME_END.search(a) and GIVEN_END.search(b) for a, b in (words, words[::-1]))
        if known or (sounds and not {*words} & NOT_NAMES and not any(map(is_word, words))):
            yield Span(one.start(), two.end(), "name", known)


def _by_form(text: str) -> Iterator[Span]:
    """Yield what is a name by its form: Slavic in other cases than the nominative, Chinese, Vietnamese."""
    for match in IN_VIETNAM.finditer(text):
        if bare(match[1]) in VIETNAMESE and TONES.search(match.group()):
            yield Span(*match.span(), "name", False)
    for one, two in _pairs(text):
        words = first, last = one.group(), two.group()
        slavic = (is_declined_first(first) or is_first(first)) and is_declined_last(last)
        chinese = bare(first) in chinese_last_names() and CHINESE.fullmatch(last)
        if (slavic or chinese) and not any(is_word(word) or bare(word) in NOT_NAMES for word in words):
            yield Span(one.start(), two.end(), "name", False)


def _pairs(text: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    tokens = list(PART.finditer(text))
    for one, two in pairwise(tokens):
        if text[one.end() : two.start()] == " ":
            yield one, two


def _again(text: str, found: list[Span]) -> Iterator[Span]:
    """Yield parts of a name elsewhere in the text: its last name, or its first."""
    parts = {part for span in found if span.sure for part in PART.findall(text[span.start : span.end])}
    for token in PART.finditer(text) if parts else ():
        if token.group() in parts and not is_word(token.group()) and not PLACES.match(text, token.end()):
            yield Span(*token.span(), "name")
