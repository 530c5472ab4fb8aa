"""Personal data in a table: in whole columns, and within text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Literal

import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.pii.coded_names import names_in_codes
from synth_handson.pii.codes import phone_regions
from synth_handson.pii.columns import hint, is_bare, is_category
from synth_handson.pii.japanese import FOREIGN, is_known_word, is_other_word, is_place, name_parts
from synth_handson.pii.name_finder import NameFinder
from synth_handson.pii.name_lists import NOT_NAMES, bare, is_first, is_last, is_word, stands_alone
from synth_handson.pii.national_ids import whole_form
from synth_handson.pii.other_scripts import WORD, is_chinese_name, is_unlisted
from synth_handson.pii.scan import scan
from synth_handson.pii.spans import HANGUL, JAPANESE, KINDS, Kind, Span, plain, without_overlaps
from synth_handson.pii.western import LINKS
from synth_handson.pii.words import LISTS
from synth_handson.tables.alignment import as_text
from synth_handson.tables.checks import MISSING_MARKERS
from synth_handson.tables.columns import Column, column_kind
from synth_handson.tables.months import calendar_words
from synth_handson.tables.texts import MIN_KEPT_ROWS

WHOLE_SHARE = 0.5
"""Share of cells that are nothing but one kind, from which on the whole column is of that kind."""
NUMBER_SHARE = 0.9
"""Share of a column's numbers that must be valid, since one in ten is valid by chance."""
MIN_NUMBERS = 4
MIN_FORMED = 3
"""Fewest different values that must be in one form, of nothing but digits and of others."""
NAMES_SHARE = 0.2
"""Share of cells in a column called "name" that must be names of people; otherwise it names something
else."""
MAX_CELL = 80
"""Longest cell that can be a single value; a longer one is text, whatever its column is called."""
MAX_PARTS = 3
"""Most columns of names that are joined row by row."""
MAX_SHORT = 24
"""Longest cell that is not a sentence."""
MAX_NAME_WORDS = 5
MOST = 0.8
"""Share of a column's values that have to look like names, if its name does not say that they are."""
MIN_SET = 3
"""Fewest different values by which months and days are told from people who are called like them."""
MAX_FEW = 60
"""Most different values of a column of few: countries have fewer states and prefectures."""
EXAMPLES = 3
VERSIONS = re.compile(r"version|firmware|\bver\b|バージョン|版", re.IGNORECASE)
"""Names of columns with four numbers and dots that are not IP addresses."""

DIGITS: dict[Kind, tuple[int, int]] = {
    "card": (13, 19),
    "my_number": (12, 12),
    "ssn": (9, 9),
    "national_id": (8, 14),
    "driving_licence": (12, 12),
    "bank_account": (6, 14),
    "phone": (7, 15),
    "birth_date": (8, 8),
    "passport": (7, 9),
}
"""Number of digits, from and to, of the numbers in a column named after the kind."""

Answer = Literal["replace", "keep"]
FoundKind = Kind | Literal["possible_name"]

OnCells = Callable[[int], None]
"""Told how many different texts are looked at."""


@dataclass(frozen=True)
class Finding:
    """One kind of personal data in one column.

    Attributes
    ----------
    column, kind
        Where, and what.
    cells
        Number of cells that hold it.
    share
        Their share of all cells that are not empty, 0 to 1.
    sure
        Share of these cells, 0 to 1, in which a check digit, a form, a label or the column's name says so.
    whole
        Whether the column is of this kind; otherwise it stands inside of text.
    examples
        A few, with all but the first letters masked.
    asked
        Whether only a person can say: the words are names, and other words as well. Those of the kind
        "possible_name" are not replaced unless somebody says so; others are, unless somebody says no.
    """

    column: str
    kind: FoundKind
    cells: int
    share: float
    sure: float
    whole: bool
    examples: tuple[str, ...]
    asked: bool = False


def find_personal_data(
    frame: pd.DataFrame, on_cells: OnCells | None = None, answers: Mapping[str, Answer] | None = None
) -> tuple[Finding, ...]:
    """Find personal data in a table, English and Japanese.

    Found are names of people, mail and postal addresses, phone and card numbers, accounts (IBAN, Japanese
    ones), numbers of papers (My Number, passport, Japanese driving licence, US social security), dates of
    birth, addresses of machines (IP, MAC), URLs that name a user, and user names. Check digits, fixed forms,
    lists of names, a dictionary of Japanese (with the extra ``pii``) and names of columns decide; what none
    of them gives away is not found.

    Parameters
    ----------
    frame
        Any table.
    on_cells
        Called with the number of distinct texts examined so far.
    answers
        By column, "replace" where all of it are names, and "keep" where none are.

    Returns
    -------
    tuple of Finding
        In the order of the columns.

    Raises
    ------
    ArgumentError
        If an answer is about no column, or one without texts is to be replaced.
    """
    return summarise(frame, find_spans(frame, on_cells, answers))


def find_spans(
    frame: pd.DataFrame, on_cells: OnCells | None = None, answers: Mapping[str, Answer] | None = None
) -> dict[str, PersonalDataSpans]:
    """Find the personal data in a table, by column."""
    answers = answers or {}
    _check(frame, answers)
    marks: dict[str, PersonalDataSpans] = {}
    seen = 0
    for position, name in enumerate(map(str, frame.columns)):
        found = find_in_column(name, frame.iloc[:, position], answers.get(name))
        if found:
            marks[name] = found
            seen += len(found.spans)
        if on_cells:
            on_cells(seen)
    return _with_known_names(frame, marks, answers)


def answers_of(replace: Iterable[str], keep: Iterable[str]) -> dict[str, Answer]:
    """Turn columns with and without names into answers.

    Raises
    ------
    ArgumentError
        If a column is said to do both.
    """
    answers: dict[str, Answer] = dict.fromkeys(replace, "replace")
    for name in keep:
        if answers.setdefault(name, "keep") == "replace":
            raise ArgumentError("answer_twice", column=name)
    return answers


def _check(frame: pd.DataFrame, answers: Mapping[str, Answer]) -> None:
    names = list(map(str, frame.columns))
    for name, answer in answers.items():
        if name not in names:
            raise ArgumentError("answer_column", column=name, known=", ".join(names))
        if answer == "replace" and column_kind(frame.iloc[:, names.index(name)]) != "category":
            raise ArgumentError("answer_no_text", column=name)


def _with_known_names(
    frame: pd.DataFrame, marks: dict[str, PersonalDataSpans], answers: Mapping[str, Answer]
) -> dict[str, PersonalDataSpans]:
    """Mark the names of one column in the texts of the others as well."""
    positions = {name: position for position, name in enumerate(map(str, frame.columns))}
    columns = [name for name, found in marks.items() if found.whole == "name"]
    listed = [text for name in columns for text in marks[name].spans]
    apart = [as_text(frame.iloc[:, positions[name]]) for name in columns]
    for one, two in permutations(apart[:MAX_PARTS], 2):
        # First and last names in columns of their own.
        listed += (one + " " + two).dropna().unique().tolist()
    known = NameFinder(listed)
    if not known:
        return marks
    for name, position in positions.items():
        column, found = frame.iloc[:, position], marks.get(name, PersonalDataSpans(None, {}))
        if found.whole or answers.get(name) == "keep" or column_kind(column) != "category":
            continue
        spans = dict(found.spans)
        for text in _distinct(column):
            names = list(known.find(text))
            if names:
                spans[text] = without_overlaps([*spans.get(text, ()), *names])
        if spans or found.possible:
            marks[name] = replace(found, spans=spans, possible=found.possible - set(spans))
    return {name: marks[name] for name in positions if name in marks}


def summarise(frame: pd.DataFrame, marks: Mapping[str, PersonalDataSpans]) -> tuple[Finding, ...]:
    """Summarise what was found in a table, without showing it."""
    names = list(map(str, frame.columns))
    return tuple(
        finding
        for name, found in marks.items()
        for finding in _findings(name, frame.iloc[:, names.index(name)], found)
    )


def personal_cells(findings: Iterable[Finding]) -> int:
    """Count the cells to replace, without dates of birth and words that only may be names."""
    return sum(found.cells for found in findings if found.kind not in ("birth_date", "possible_name"))


@dataclass(frozen=True)
class PersonalDataSpans:
    """Positions of personal data in the distinct texts of a column.

    Attributes
    ----------
    whole
        The kind of all cells, if they are of one.
    spans
        The spans of each different text; for a column of one kind, the text as a whole.
    asked
        Whether only a person can say that they are names.
    possible
        Texts that may be names, and are taken for other words until somebody says so.
    """

    whole: Kind | None
    spans: dict[str, list[Span]]
    asked: bool = False
    possible: frozenset[str] = frozenset()


def find_in_column(name: str, column: Column, answer: Answer | None = None) -> PersonalDataSpans | None:
    """Find personal data in a column; None if there is none."""
    kind, promised = column_kind(column), hint(name)
    if answer == "replace":
        return _all("name", _distinct(column))
    if kind in ("date", "zoned date"):
        texts = _distinct(column)
        return _all("birth_date", texts) if promised == "birth_date" else None
    if kind == "number":
        return _in_numbers(_distinct(column), promised)
    if kind != "category":
        return None
    texts = _distinct(column)
    if promised == "name" and is_bare(name) and all(len(text) == 1 for text in texts):
        promised = None  # 有 and 無 are first names, too
    found = _in_text(name, texts, promised)
    if answer == "keep":
        return _without_names(found)
    often = int(column.notna().sum()) >= MIN_KEPT_ROWS * len(texts)
    if promised == "name":
        unknown = found is None or found.whole is None
        return _if_like_names(texts, found, often) if unknown else found
    if not texts or not _is_short(texts):
        return found
    if _are_of_a_set(texts):
        return _without_names(found)
    if found is None or found.whole is None:
        found = _if_people(name, texts, found, often)
    return _questioned(name, texts, found, often) if found and not found.asked else found


def _is_short(texts: list[str]) -> bool:
    return sum(len(text) <= MAX_SHORT for text in texts) > len(texts) / 2


def _without_names(found: PersonalDataSpans | None) -> PersonalDataSpans | None:
    if found is None or found.whole == "name":
        return None
    spans = {text: [span for span in spans if span.kind != "name"] for text, spans in found.spans.items()}
    return (
        PersonalDataSpans(found.whole, {text: kept for text, kept in spans.items() if kept})
        if any(spans.values())
        else None
    )


def _questioned(
    name: str, texts: list[str], found: PersonalDataSpans, often: bool
) -> PersonalDataSpans | None:
    """Separate names from words that may be names, in a column of short values.

    Full names, and first and last names that are nothing else, speak for people. Where these are fewer than
    half, or the column is called like places, brands, grades or days, a person is asked. Until then, words
    that many rows share, or in such a column, stay as they are. Where there are more, they are replaced until
    somebody says otherwise; of few values, only a person can say.
    """
    named = [
        text
        for text, spans in found.spans.items()
        if _covering(text, [Span(0, len(text), "name")] if found.whole == "name" else spans) == "name"
    ]
    full = {text for text in named if is_full(text)}
    alone = {text for text in named if text not in full and not _is_ambiguous(text)}
    category = is_category(name)
    few = often and len(texts) <= MAX_FEW
    if few and not category:
        # A part of "Sainsbury's" is no better known than all of it.
        parts = {t: [s for s in its if s.kind == "name"] for t, its in found.spans.items()}
        full |= {t for t, its in parts.items() if any(s.sure and is_full(t[s.start : s.end]) for s in its)}
        named += [text for text, its in parts.items() if its and text not in named]
    if not named:
        return replace(found, asked=category) if found.spans else found
    if few:
        # The lists of names in Latin letters do not say what else is called so, as the dictionary does.
        alone = set(filter(JAPANESE.search, alone))
    # Beside numbers and dates, a name is not one word of several.
    written = sum(any(map(str.isalpha, plain(text))) for text in texts)
    if len(full | alone) >= WHOLE_SHARE * written and not category:
        beside = frozenset() if found.whole else _unlisted_beside(texts, found)
        return replace(found, asked=few, possible=found.possible | beside)
    # Of few places, some are called like people.
    if few and not full and len(named) < WHOLE_SHARE * len(texts) and all(map(is_place, texts)):
        return _without_names(found)
    words = [text for text in named if few or text not in full]
    if not words or not (often or category):
        return replace(found, asked=bool(words) or category)
    spans = {text: scan(text) if found.whole else spans for text, spans in found.spans.items()}
    kept = {text: [s for s in its if text not in words or s.kind != "name"] for text, its in spans.items()}
    possible = frozenset(filter(is_full, found.possible)).union(words)
    if len(named) >= WHOLE_SHARE * len(texts) and not category:
        possible |= _unlisted_beside(texts, found)
    return PersonalDataSpans(None, {t: s for t, s in kept.items() if s}, category, possible)


def _unlisted_beside(texts: list[str], found: PersonalDataSpans) -> frozenset[str]:
    """Return the other values of a column of names that look like some: full names that no list has."""
    return frozenset(
        text for text in texts if text not in found.spans and is_full(text) and _is_like_name(text)
    )


def _are_of_a_set(texts: list[str]) -> bool:
    """Tell whether all values are months, days, seasons or grades: several of one language."""
    words = {text.strip().lower() for text in texts}
    sets = (*calendar_words(), *(line.split() for line in LISTS["word_sets"].splitlines()))
    return len(words) >= MIN_SET and any(words.issubset(one) for one in sets)


def _if_people(
    name: str, texts: list[str], found: PersonalDataSpans | None, often: bool
) -> PersonalDataSpans | None:
    """Ask about a column whose name says nothing, if its values look like names that no list has.

    Where some are full names of a list and all others look like names, the column is one of people. Full
    names that no list has, and what is written in a script without lists, are only asked about.
    """
    if is_category(name):
        return found
    spans = found.spans if found else {}
    full = {text for text, its in spans.items() if _covering(text, its) == "name" and is_full(text)}
    like = {text for text in texts if _is_like_name(text)} - spans.keys()
    small = {text for text in texts if _is_small(text) and _is_like_name(text.title())} - spans.keys()
    if (
        like | small
        and len(full) >= NAMES_SHARE * len(texts)
        and len(full | like | small) >= MOST * len(texts)
    ):
        return _if_like_names(texts, found, often, like | small)
    unlisted = {text for text in texts if is_unlisted(text) and not re.search(r"\d", text)}
    # Where nothing has a capital letter, words that often repeat are mostly no names.
    unsure = unlisted | {text for text in like if is_full(text) and not (often and text == text.swapcase())}
    if len(unsure) < MOST * len(texts):
        return found
    return PersonalDataSpans(None, dict(spans), False, frozenset(unsure - spans.keys()))


def _if_like_names(
    texts: list[str], found: PersonalDataSpans | None, often: bool, known: Collection[str] = ()
) -> PersonalDataSpans | None:
    """Ask about a column that is called like people, if its values look like names that no list has.

    Until then, values that many rows share stay as they are, except for full names that were found.
    """
    like = {text for text in texts if _is_like_name(text)}.union(known)
    like |= {text for text, its in found.spans.items() if _covering(text, its) == "name"} if found else set()
    if len(like) < WHOLE_SHARE * len(texts):
        return found
    if not often:
        return replace(_all("name", texts), asked=True)
    spans = found.spans if found else {}
    unsure = like - {t for t in like & spans.keys() if _covering(t, spans[t]) == "name" and is_full(t)}
    kept = {text: found for text, found in spans.items() if text not in unsure}
    return PersonalDataSpans(None, kept, False, frozenset(unsure))


def _is_small(text: str) -> bool:
    """Tell whether a text is of several words and begins with a small letter: emma clarke, eMMA cLARKE."""
    return text[:1].islower() and is_full(text)


def _is_like_name(text: str) -> bool:
    """Tell whether a text is a few words with capital letters, or in signs without, that are not common."""
    words = WORD.findall(text)
    rest = WORD.sub("", text).strip(" .,'’・=-\u3000")
    if not 0 < len(words) <= MAX_NAME_WORDS or rest or len(text) > MAX_SHORT * 2:
        return False
    if JAPANESE.search(text):
        if FOREIGN.fullmatch(text):
            return not all(map(is_known_word, (text, *words)))
        return 1 < len(text) <= MAX_SHORT / 2 and not any(map(is_known_word, (text, *words)))
    capitals = all(
        word[0].isupper() or bare(word) in LINKS or word[0].lower() == word[0].upper() for word in words
    )
    return capitals and not any(is_word(word) or bare(word) in NOT_NAMES for word in words)


def is_full(text: str) -> bool:
    """Tell whether a name has more than one part, initials, or a title or honorific beside it."""
    if HANGUL.search(text) or is_chinese_name(text):
        return True
    if JAPANESE.search(text):
        return len([part for part, _ in name_parts(text) if part.strip(" 　・")]) > 1
    return len(re.findall(r"[^\W\d_]{2,}|\b[^\W\d_]\.", text)) > 1


def _is_ambiguous(text: str) -> bool:
    """Tell whether a one-word name is also another word."""
    if JAPANESE.search(text):
        return is_other_word(text)
    return is_word(text) or is_last(text) or not stands_alone(text)


def _distinct(column: Column) -> list[str]:
    texts = as_text(column).dropna().drop_duplicates()
    return [text for text in texts if text.strip().lower() not in MISSING_MARKERS]


def _all(kind: Kind, texts: list[str]) -> PersonalDataSpans:
    return PersonalDataSpans(kind, {text: [Span(0, len(text), kind)] for text in texts})


def _in_numbers(texts: list[str], promised: Kind | None) -> PersonalDataSpans | None:
    digits = [text.removesuffix(".0") for text in texts]
    if not digits:
        return None
    if promised in DIGITS:
        low, high = DIGITS[promised]
        fitting = sum(low <= len(text) <= high and text.isdigit() for text in digits)
        return _all(promised, texts) if fitting >= WHOLE_SHARE * len(digits) else None
    checked: tuple[Kind, ...] = ("card", "my_number")
    for kind in checked:
        if len(digits) >= MIN_NUMBERS and _pass(digits, kind):
            return _all(kind, texts)
    common = _common_kind(digits)
    return _all(common, texts) if common else None


def _common_kind(texts: list[str]) -> Kind | None:
    """Return what nearly all texts are in one and the same form, which one of them may have by chance."""
    ways: tuple[tuple[Kind, Callable[[str], list[str]]], ...] = (
        ("national_id", whole_form), ("phone", phone_regions),
    )  # fmt: skip
    digits = all(map(str.isdigit, texts))
    if digits and len({text[:3] for text in texts}) < MIN_NUMBERS:
        return None  # numbers that count
    for kind, forms_of in ways:
        times = Counter(form for text in texts for form in forms_of(plain(text)))
        least = MIN_NUMBERS if digits else MIN_FORMED
        if len(texts) >= least and max(times.values(), default=0) >= NUMBER_SHARE * len(texts):
            return kind
    return None


def _pass(digits: list[str], kind: Kind) -> bool:
    """Tell whether nearly all numbers are valid ones of a kind; of most columns, a tenth settles it."""
    valid = len(digits)
    for text in digits:
        valid -= all(span.kind != kind for span in scan(text))
        if valid / len(digits) < NUMBER_SHARE:
            return False
    return True


def _in_text(name: str, texts: list[str], promised: Kind | None) -> PersonalDataSpans | None:
    if not texts:
        return None
    spans = {text: scan(text) for text in texts}
    if VERSIONS.search(name):
        spans = {text: [s for s in found if s.kind != "ip"] for text, found in spans.items()}
    listed = [text for text, found in spans.items() if found or _is_listed(text)]
    if len(listed) >= WHOLE_SHARE * len(texts):
        # A last name alone may be a place or a brand; where most values are some, a person is asked.
        spans |= {text: [Span(0, len(text), "name", False)] for text in listed if not spans[text]}
    whole = [_covering(text, spans[text]) for text in texts]
    short = _is_short(texts)
    fits = sum(len(text) <= MAX_CELL for text in texts) > len(texts) / 2
    if promised and fits and _believed(name, promised, texts, whole):
        return _all(promised, texts)
    for kind in KINDS:
        if whole.count(kind) > WHOLE_SHARE * len(texts):
            # A number beside names is nobody's.
            return _all(
                kind, [text for text in texts if kind != "name" or any(map(str.isalpha, plain(text)))]
            )
    common = _common_kind(texts)
    if common:
        return _all(common, texts)
    if short and sum(map(bool, spans.values())) < NAMES_SHARE * len(texts):
        # Places, months and brands are called like people; in a text, what stands beside a name tells.
        spans = {text: [s for s in found if s.sure or s.kind != "name"] for text, found in spans.items()}
    coded = names_in_codes(texts)
    spans = {text: without_overlaps([*found, *coded.get(text, ())]) for text, found in spans.items()}
    marked = {text: found for text, found in spans.items() if found}
    return PersonalDataSpans(None, marked, bool(coded)) if marked else None


def _covering(text: str, spans: list[Span]) -> Kind | None:
    """Return the kind of the spans that cover a whole text except punctuation, if they are of one kind."""
    kinds = {span.kind for span in spans}
    if len(kinds) != 1:
        return None
    starts, ends = [0, *(span.end for span in spans)], [*(span.start for span in spans), len(text)]
    between = (text[start:end] for start, end in zip(starts, ends, strict=True))
    return None if any(map(str.isalnum, "".join(between))) else kinds.pop()


def _believed(name: str, promised: Kind, texts: list[str], whole: list[Kind | None]) -> bool:
    """Tell whether a column's values may be what its name suggests."""
    if promised == "name":
        words = sum(not re.search(r"\d", text) for text in texts)
        named = sum(kind == "name" or _is_listed(text) for kind, text in zip(whole, texts, strict=True))
        return words > len(texts) / 2 and (named >= NAMES_SHARE * len(texts) or not is_bare(name))
    if promised in DIGITS and promised not in ("birth_date", "national_id"):
        low, high = DIGITS[promised]
        fitting = sum(low <= sum(map(str.isdigit, plain(text))) <= high for text in texts)
        return fitting >= WHOLE_SHARE * len(texts)
    if promised in ("birth_date", "ip", "mac", "iban", "national_id", "address"):
        return sum(bool(re.search(r"\d", plain(text))) for text in texts) >= WHOLE_SHARE * len(texts)
    # User names and the like have no form.
    return whole.count(promised) > 0 or promised == "user_name"


def _is_listed(text: str) -> bool:
    word = text.strip()
    return word[:1].isupper() and not is_word(word) and (is_first(word) or is_last(word))


def _findings(name: str, column: Column, marks: PersonalDataSpans) -> Iterator[Finding]:
    times = as_text(column).value_counts()
    present = int(times.sum())
    cells: dict[Kind, int] = defaultdict(int)
    sure: dict[Kind, int] = defaultdict(int)
    examples: dict[Kind, list[str]] = defaultdict(list)
    for text, spans in marks.spans.items():
        for kind in {span.kind for span in spans}:
            of_kind = [span for span in spans if span.kind == kind]
            cells[kind] += int(times[text])
            sure[kind] += int(times[text]) * any(span.sure for span in of_kind)
            if len(examples[kind]) < EXAMPLES:
                examples[kind].append(mask(text[of_kind[0].start : of_kind[0].end]))
    for kind in KINDS:
        if cells[kind]:
            yield Finding(
                name, kind, cells[kind], cells[kind] / present, sure[kind] / cells[kind],
                marks.whole == kind, tuple(examples[kind]), marks.asked and kind == "name",
            )  # fmt: skip
    if marks.possible:
        count = sum(int(times[text]) for text in marks.possible)
        shown = tuple(map(mask, sorted(marks.possible)[:EXAMPLES]))
        yield Finding(name, "possible_name", count, count / present, 0.0, False, shown, True)


def mask(text: str) -> str:
    """Mask all letters and digits of a text except the first one."""
    return text[:1] + "".join("•" if sign.isalnum() else sign for sign in text[1:])
