"""Names of people in scripts other than Latin and Japanese, by lists and context."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import import_module
from itertools import pairwise
from typing import NamedTuple

from synth_handson.pii.japanese import is_known_word
from synth_handson.pii.spans import KANJI, Span
from synth_handson.pii.words import LISTS, any_line, any_word, case_endings, nominatives

LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
LETTER = re.compile(r"[^\W\d_]")
MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0dff\u0e31-\u0e4e\u200c"
"""Combining marks such as vowels, which Python does not count as letters."""
WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{MARKS}]|['’״׳-](?=[^\W\d_]))*")
SPELLINGS = str.maketrans("أإآىةё", "ااايهе")
"""Letters that are written in two ways."""
ACUTE = "\u0301"
"""The accent that Greek capitals lack."""
APART = "\u3001"
"""Stands for what is written in other scripts."""
PATRONYMIC = re.compile(r"\w+(?:ович|евич|ич|овна|евна|инична|івна|ївна)")
MAX_WORDS = 4
FREQUENT = 100
"""Most frequent last names, which cover nearly all people in China and begin few other words."""


HAN, HAN_WORD = re.compile(f"[{KANJI}]"), re.compile(f"[{KANJI}ぁ-ヿ]+")
SHARED = ("", "LATIN", "CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH")
"""Scripts whose names are found elsewhere; 々, 〆 and 〇 are ideographic, too."""
INITIALS = r"[^\W\d_]\.(?:[\s-]?[^\W\d_]\.)?"
LAST_INITIALS = re.compile(rf"(?<!\w)({WORD.pattern}),?\s({INITIALS})(?!\w)")
INITIALS_LAST = re.compile(rf"(?<!\w)(?<!\w\.)({INITIALS})\s?({WORD.pattern})(?!\w|\.\w)")
TITLED = re.compile(rf"(?<!\w)(?:{any_line('script_titles')})\s*({WORD.pattern})(?:\s({WORD.pattern}))?")
PEOPLE = re.compile(
    rf"(?<!\w)(?:{any_line('script_people')})\s({WORD.pattern})(?:\s({WORD.pattern}))?", re.IGNORECASE
)
"""A title, or a word for people, with one or two words behind it."""
THAI = "\u0e01-\u0e4e"
THAI_TITLED = re.compile(rf"(?:{any_line('thai_titles')})\s?([{THAI}]{{2,}}(?:\s[{THAI}]{{2,}})?)")
ARTICLE = "ال"
"""Begins many Arabic last names."""
CASES = {"CYRILLIC": case_endings("declined_cyrillic"), "GREEK": case_endings("declined_greek")}
CHINESE_BEFORE = "客户|客戶|患者|病人|联系|聯絡|和|给|由|与|請|请"


class Listed(NamedTuple):
    """Names of one script."""

    first: frozenset[str]
    last: frozenset[str]


def find_names_in_other_scripts(text: str) -> Iterator[Span]:
    """Yield names in a text of `spans.plain`: Korean, Chinese, and in alphabets such as those of Russian.

    In Korean and Chinese, a name is all that is written in these signs, or stands behind a label or before a
    title; elsewhere a first name stands beside a last name, initials beside a last name, or one of them
    begins or ends a short text.
    """
    if HAN.search(text):
        yield from _around(text, _han())
        alone = HAN_WORD.findall(text)
        if len(alone) == 1 and _frequent_chinese().fullmatch(alone[0]) and not _is_japanese(alone[0]):
            start = text.index(alone[0])
            yield Span(start, start + len(alone[0]), "name", False)
    for script in scripts_of(text):
        if script == "HANGUL":
            yield from _around(text, _hangul())
        elif script in _lists():
            yield from _in_words(_written_in(text, script), _spelled(script), CASES.get(script, {}))


def scripts_of(text: str) -> list[str]:
    """Name the scripts of the letters that are neither Latin, Chinese nor Japanese, as Unicode does."""
    letters = LETTER.findall(text) if not text.isascii() else ()
    return list(dict.fromkeys(script for letter in letters if (script := _script(letter)) not in SHARED))


def script_of(text: str) -> str | None:
    """Name the first of `scripts_of`; None if there is none."""
    return next(iter(scripts_of(text)), None)


@lru_cache(maxsize=65_536)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]


def _written_in(text: str, script: str) -> str:
    """Return a text of the same length in which other letters than those of a script are no letters."""
    return "".join(APART if LETTER.match(sign) and _script(sign) != script else sign for sign in text)


def is_chinese_name(text: str) -> bool:
    """Tell whether a text is a Chinese last name and a first name of the lists."""
    return bool(_han().whole.fullmatch(text) or _frequent_chinese().fullmatch(text))


def is_unlisted(text: str) -> bool:
    """Tell whether a text is written in scripts of which there are no lists of names."""
    scripts = scripts_of(text)
    return bool(scripts) and not (set(scripts) & _lists().keys() or LATIN.search(text))


@cache
def _lists() -> dict[str, Listed]:
    """Return first and last names by script, in small letters."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for locale in LISTS["other_locales"].split():
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for part, which in (("first_name", 0), ("last_name", 1)):
            lists = (getattr(provider, name) for name in dir(provider) if name.startswith(part))
            for names in (one for one in lists if isinstance(one, list | tuple | dict | set)):
                for name in names:
                    script = script_of(name) or ("CJK" if HAN.match(name) else "LATIN")
                    found.setdefault(script, (set(), set()))[which].update(WORD.findall(name.lower()))
    found["HANGUL"][0].update(LISTS["korean"].split())
    found["HANGUL"][1].update(LISTS["korean_compound"].split())
    found["CJK"][1].update(LISTS["chinese_compound"].split())
    return {script: Listed(*map(frozenset, names)) for script, names in found.items()}


@cache
def _spelled(script: str) -> Listed:
    """Return names of a script as of `_form`."""
    first, last = (frozenset(map(_form, names)) for names in _lists()[script])
    return Listed(first, last)


@lru_cache(maxsize=65_536)
def _form(word: str) -> str:
    """Return a word in small letters, in one of its spellings, and without accents in Greek."""
    form = word.lower().translate(SPELLINGS)
    if "\u0370" <= form[:1] < "\u0400":
        form = unicodedata.normalize("NFD", form).replace(ACUTE, "")
    return form


@cache
def names_of_script(script: str, first: bool) -> tuple[tuple[str], ...]:
    """Return first or last names in a script, Korean ones with a last name; none if there is no list."""
    if script not in _lists():
        return ()
    names = sorted(_lists()[script][not first])
    if script == "HANGUL" and first:
        names = [last + name for last in sorted(_lists()[script].last) for name in names if len(name) == 2]
    return tuple((name,) for name in names)


class Around(NamedTuple):
    """Patterns for names where no space stands between words: a whole text, behind labels, before titles."""

    whole: re.Pattern[str]
    labelled: re.Pattern[str]
    titled: re.Pattern[str]


@cache
def _hangul() -> Around:
    first, last = _lists()["HANGUL"]
    one, two = ("".join(sorted({name[i] for name in first if len(name) == 2})) for i in (0, 1))
    name = rf"(?:{_longest_first(last)})\s?[{one}][{two}]"
    behind = rf"\s?(?:{any_word('korean_titles')})|[은는이가을를의과와도]?(?![가-힣])"
    labels = rf"(?:{any_word('korean_labels')})(?:은|는|:|=|\s)\s*"
    return Around(
        re.compile(rf"\s*({name})\s*"),
        re.compile(rf"{labels}({name})"),
        re.compile(rf"(?<![가-힣])({name})(?={behind})"),
    )


@cache
def _han() -> Around:
    first, last = _lists()["CJK"]
    signs, titles = "".join(sorted(set("".join(first)))), any_word("chinese_titles")
    name = rf"(?:{_longest_first(last)})[{KANJI}]{{1,2}}"
    given = rf"(?:{_longest_first(last)})\s?[{signs}]{{1,2}}"
    compound = rf"(?:{any_word('chinese_compound')})\s?[{KANJI}]{{1,2}}"
    labels = any_word("chinese_labels")
    return Around(
        re.compile(rf"\s*({given}|{compound})\s*"),
        re.compile(rf"(?:{labels})(?:[:=]\s*(?={name}(?![{KANJI}])))?((?<=[:=\s]){name}|{given})"),
        re.compile(rf"(?:(?<![{KANJI}の])|{CHINESE_BEFORE})({name})(?=(?:{titles}))"),
    )


@cache
def _frequent_chinese() -> re.Pattern[str]:
    """Return a pattern for two characters after a last name that is among the most frequent in China."""
    names = list(import_module("faker.providers.person.zh_CN").Provider.last_names)[:FREQUENT]
    return re.compile(rf"(?:{'|'.join(names)})[{KANJI}]{{2}}")


def _is_japanese(text: str) -> bool:
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def _longest_first(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


def _around(text: str, patterns: Around) -> Iterator[Span]:
    whole = patterns.whole.fullmatch(text)
    # In Chinese characters, words of other languages begin like names.
    if whole and not is_known_word(whole[1]):
        yield Span(*whole.span(1), "name", patterns is _hangul())
        return
    for pattern in (patterns.labelled, patterns.titled):
        yield from (Span(*match.span(1), "name") for match in pattern.finditer(text))


def _with_initials(text: str, last: frozenset[str]) -> Iterator[Span]:
    """Yield last names with initials before or behind them: listed ones, or with two initials."""
    for pattern, of_name, of_initials in ((LAST_INITIALS, 1, 2), (INITIALS_LAST, 2, 1)):
        for match in pattern.finditer(text):
            name, initials = match[of_name], match[of_initials]
            capital = name.istitle() or name.isupper()
            known = _form(name) in last
            if known or (len(name) > 2 and capital and initials.count(".") > 1 and initials.isupper()):
                yield Span(*match.span(), "name", known)


def _titled(text: str, listed: Listed) -> Iterator[Span]:
    """Yield one or two words behind a title, and known names behind words for people."""
    cased = text != text.swapcase()
    for pattern in (TITLED, PEOPLE):
        for match in pattern.finditer(text):
            one, two = match[1], match[2] or ""
            known = _form(one) in listed.first | listed.last
            if not (known or (pattern is TITLED and (one[0].isupper() or not cased))):
                continue
            if cased:
                full = two[:1].isupper()
            else:
                full = _form(one) in listed.first or _form(two) in listed.last or two.startswith(ARTICLE)
            yield Span(match.start(1), match.end(2) if two and full else match.end(1), "name", known)
    yield from (Span(*match.span(1), "name") for match in THAI_TITLED.finditer(text))


def _in_words(text: str, listed: Listed, cases: Mapping[str, tuple[str, ...]]) -> Iterator[Span]:
    yield from _with_initials(text, listed.last)
    yield from _titled(text, listed)
    words = list(WORD.finditer(text))
    if not words:
        return
    forms = [_form(match.group()) for match in words]
    ways = [{form, *nominatives(form, cases)} for form in forms]
    first, last = ([not names.isdisjoint(way) for way in ways] for names in listed)
    whole = text[words[0].start() : words[-1].end()] if APART in text else text.strip(" .,")
    short = len(words) <= MAX_WORDS and not re.search(rf"[\d.!?,;:{APART}]", whole)
    ends = first[0] or last[0], first[-1] or last[-1]
    if short and (ends[0] if APART in text else any(ends)):
        yield Span(words[0].start(), words[-1].end(), "name", any(first) and len(words) > 1)
        return
    cased = text != text.upper()
    for (i, one), (j, two) in pairwise(enumerate(words)):
        if text[one.end() : two.start()] not in (" ", ", "):
            continue
        both = (first[i] and last[j]) or (last[i] and first[j])
        titled = cased and first[i] and all(word.group()[0].isupper() for word in (one, two))
        # A father's name stands behind one's own where a script has no capitals.
        fathers = text == text.swapcase() and first[i] and first[j]
        if both or titled or fathers or (first[i] and PATRONYMIC.fullmatch(forms[j])):
            end = j + (j + 1 < len(words) and bool(PATRONYMIC.fullmatch(forms[j])) and last[j + 1])
            end += end + 1 < len(words) and bool(PATRONYMIC.fullmatch(forms[end + 1]))
            yield Span(one.start(), words[end].end(), "name", both)
