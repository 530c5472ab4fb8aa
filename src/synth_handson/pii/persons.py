"""Columns about one person, replaced together: a name, its reading, a mail address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from synth_handson.pii.detect import PersonalDataSpans
from synth_handson.pii.fakes import TRIES, Fakes, email_parts, example_domain
from synth_handson.pii.known_names import Gender, KnownNames, NameBook, NamePart, last_and_first, spelled
from synth_handson.pii.spans import JAPANESE
from synth_handson.tables.alignment import as_text

READING = re.compile(
    r"[（(]?(?:フリガナ|ふりがな|カナ|かな|ヨミ(?:ガナ)?|よみ(?:がな)?|読み(?:仮名)?|ローマ字|英字|アルファベット"
    r"|(?<![a-z])(?:furigana|kana|yomi|reading|romaji|roman|latin|english|en|ja)(?![a-z]))[）)]?",
    re.IGNORECASE,
)
FULL = re.compile(r"氏名|姓名|full|名前")
LAST = re.compile(r"姓|^氏$|苗字|名字|^セイ$|^せい$|last|sur ?name|family", re.IGNORECASE)
FIRST = re.compile(r"^名$|^名[（(]|^メイ$|^めい$|下の名|first|given|fore ?name", re.IGNORECASE)
GENDER = re.compile(r"(?:.*[\W_])?(?:sex|gender|geschlecht)|性別|.*の性別", re.IGNORECASE)
GENDERS: dict[str, Gender] = {
    **dict.fromkeys(("f", "female", "woman", "girl", "w", "女", "女性", "女子", "女の子"), "female"),
    **dict.fromkeys(("m", "male", "man", "boy", "男", "男性", "男子", "男の子"), "male"),
}
ALIKE = 0.5
"""Share of rows with the same last name from which on two columns are about the same person."""


@dataclass(frozen=True)
class Person:
    """Columns about the same person.

    Attributes
    ----------
    names
        Columns of names, and which part of a name they hold.
    mails
        Columns of mail addresses.
    gender
        The column that states the person's gender, if there is one.
    """

    names: Mapping[str, NamePart]
    mails: tuple[str, ...] = ()
    gender: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are replaced together."""
        return (*self.names, *self.mails)


def gender_of(value: object) -> Gender | None:
    """Return the gender that a value states; None if none."""
    return GENDERS.get(unicodedata.normalize("NFKC", str(value)).strip().lower())


def find_persons(frame: pd.DataFrame, marks: Mapping[str, PersonalDataSpans]) -> tuple[Person, ...]:
    """Find the columns about the same person: names that agree or have similar headers, and readings."""
    texts = {str(name): frame.iloc[:, position] for position, name in enumerate(frame)}
    if len(texts) < frame.shape[1]:
        return ()
    groups: list[dict[str, NamePart]] = []
    for name in texts:
        if name in marks and marks[name].whole == "name":
            part = _part(name)
            fitting = [group for group in groups if _fits(name, part, group, texts)]
            if fitting:
                fitting[-1][name] = part
            else:
                groups.append({name: part})
    mails = [name for name in texts if name in marks and marks[name].whole == "email"]
    gender = next((name for name in texts if GENDER.fullmatch(name.strip()) and _tells(texts[name])), None)
    return tuple(
        Person(group, _own(mails, groups, number), gender if number == 0 else None)
        for number, group in enumerate(groups)
    )


def _part(name: str) -> NamePart:
    if FULL.search(name):
        return "full"
    bare = READING.sub("", name).strip(" _-")
    spaced = re.sub(r"[_\-.]+|(?<=[a-z])(?=[A-Z])", " ", bare)
    return "first" if FIRST.search(spaced) else "last" if LAST.search(spaced) else "full"


def _fits(name: str, part: NamePart, group: Mapping[str, NamePart], texts: Mapping[str, pd.Series]) -> bool:
    """Tell whether a column of names is about the person of some other columns."""
    if _is_reading(name, texts[name]):
        stems = {_stem(other) for other in group}
        return _stem(name) in stems or not _stem(name) or part != "full"
    same = [other for other, its in group.items() if its == part and not _is_reading(other, texts[other])]
    if same:
        return False
    if part == "full" or "full" in group.values():
        return any(_agree(texts[name], part, texts[other], its) for other, its in group.items())
    return _stem(name) in {_stem(other) for other in group}


def _is_reading(name: str, column: pd.Series) -> bool:
    sample = as_text(column).dropna().head(100)
    kana = sample.str.fullmatch(r"[ぁ-んァ-ヶー・\s　]+").mean() > ALIKE if len(sample) else False
    return bool(READING.search(name) or kana)


def _stem(name: str) -> str:
    """Return the part of a column's name that says whose name it is."""
    words = READING.sub("", name)
    words = re.sub(r"氏名|姓名|お?名前|姓|苗字|名字|下の名|セイ|メイ|名|氏", "", words)
    words = re.sub(r"(last|first|given|family|full|middle|sur|fore)?[ _\-]?name", "", words, flags=re.I)
    return words.strip(" _-（）()").lower()


def _agree(one: pd.Series, its: NamePart, other: pd.Series, others: NamePart) -> bool:
    pairs = pd.DataFrame({"one": as_text(one), "other": as_text(other)}).dropna().head(200)
    if pairs.empty:
        return False
    both = [
        (last_and_first(a, its), last_and_first(b, others))
        for a, b in pairs.itertuples(index=False, name=None)
    ]
    alike = [any(x and x == y for x, y in zip(a, b, strict=True)) for a, b in both]
    return sum(alike) >= ALIKE * len(alike)


def _own(mails: list[str], groups: list[dict[str, NamePart]], number: int) -> tuple[str, ...]:
    """Return the columns of mail addresses of a person: by their names, or else the first one's."""
    stems = [{_stem(name) for name in group} - {""} for group in groups]

    def owner(mail: str) -> int:
        return next((i for i, known in enumerate(stems) if any(stem in mail.lower() for stem in known)), 0)

    return tuple(mail for mail in mails if owner(mail) == number)


def _tells(column: pd.Series) -> bool:
    values = as_text(column).dropna().drop_duplicates()
    return any(map(gender_of, values))


def know_names(
    frame: pd.DataFrame, persons: Iterable[Person], marks: Mapping[str, PersonalDataSpans]
) -> KnownNames:
    """Record all names of a table."""
    book = NameBook()
    for person in persons:
        for row, gender in rows_of(frame, person):
            known = (
                (row[name], part) for name, part in person.names.items() if row.get(name) in marks[name].spans
            )
            book.add(known, gender)
    return book.known()


def rows_of(frame: pd.DataFrame, person: Person) -> list[tuple[dict[str, str], Gender | None]]:
    """Return the different rows of a person's columns, and the gender each states."""
    columns = [*person.columns, *([person.gender] if person.gender else ())]
    named = frame.set_axis(list(map(str, frame.columns)), axis=1)
    texts = pd.DataFrame({name: as_text(named[name]) for name in columns}).drop_duplicates()
    found = []
    for values in texts.itertuples(index=False, name=None):
        row = {name: text for name, text in zip(columns, values, strict=True) if not pd.isna(text)}
        gender = gender_of(row.pop(person.gender, None)) if person.gender else None
        found.append((row, gender))
    return found


def make_person(
    person: Person, row: Mapping[str, str], gender: Gender | None, fakes: Fakes, taken: set[str]
) -> dict[str, str]:
    """Make the replacement of a person's columns in one row.

    Parameters
    ----------
    person
        The columns.
    row
        Their texts, by column; missing ones are left out.
    gender
        Of whom the name is given to, if it is known.
    fakes
        Makes the names.
    taken
        Mail addresses that are somebody's already; the new ones are added.
    """
    names = {name: row[name] for name in person.names if name in row}
    for attempt in range(TRIES):
        maker = fakes.another(attempt) if attempt else fakes
        made = {name: maker.called(text, person.names[name], gender) for name, text in names.items()}
        if not fakes.are_original(*made.values()):
            break
    lasts, firsts = _known_parts(names, person)
    mails: dict[str, str] = {}
    for name in person.mails:
        if name in row:
            if row[name] not in mails:
                mails[row[name]] = _mail(row[name], lasts, firsts, gender, maker, taken)
            made[name] = mails[row[name]]
    return made


def _known_parts(names: Mapping[str, str], person: Person) -> tuple[list[str], list[str]]:
    # In Latin letters, either may stand first in a Japanese name.
    japanese = {name: text for name, text in names.items() if JAPANESE.search(text)}
    parts = [last_and_first(text, person.names[name]) for name, text in (japanese or names).items()]
    lasts, firsts = ([part[n] for part in parts if part[n]] for n in (0, 1))
    return lasts, firsts


def _mail(
    original: str, lasts: list[str], firsts: list[str], gender: Gender | None, fakes: Fakes, taken: set[str]
) -> str:
    """Make a mail address of the made-up name, built like the original one from the real name."""
    if not lasts and not firsts:
        return fakes.of("email", original)
    last = _ascii(fakes.latin(lasts[0], False)) if lasts else ""
    first = _ascii(fakes.latin(firsts[0], True, gender)) if firsts else ""
    local, at, domain = email_parts(original)
    ways = _ways(_latin(lasts), _latin(firsts), last, first)
    words = re.findall(r"[a-z]+", _ascii(local))
    if any(len(word) > 1 and word in ways for word in words):
        # A word that is no part of the name as we know it is the part that is missing, or says nothing.
        there = {ways.get(word) for word in words}
        rest = "" if {first, last} <= there else first if last in there else last if first in there else ""
        made = re.sub(r"[a-z]+", lambda word: ways.get(word.group(), rest), re.sub(r"\d", "", _ascii(local)))
        made = re.sub(r"^[._-]+|[._-]+$|(?<=[._-])[._-]+", "", made)
    else:
        made = ".".join(filter(None, (first, last)))
    count = sum(map(str.isdecimal, local))
    for attempt in range(TRIES):
        digits = fakes.digits(original, max(count, 3) if attempt else count, attempt)
        found = f"{made}{digits}{at}{example_domain(domain)}"
        if found not in taken and not fakes.are_original(found):
            break
    taken.add(found)
    return found


def _ways(lasts: set[str], firsts: set[str], last: str, first: str) -> dict[str, str]:
    """Return the ways to build a mail address from a name, each with the resulting text."""
    ways: dict[str, str] = {}
    for f in firsts:
        for x in lasts:
            together = {
                f + x: first + last, x + f: last + first, f[0] + x: first[:1] + last,
                x + f[0]: last + first[:1],
                f + x[0]: first + last[:1], x[0] + f: last[:1] + first,
            }  # fmt: skip
            ways = together | ways
    singles = {x[0]: last[:1] for x in lasts} | {f[0]: first[:1] for f in firsts}
    return singles | ways | dict.fromkeys(firsts, first) | dict.fromkeys(lasts, last)


def _latin(names: Iterable[str]) -> set[str]:
    """Return how names are written in a mail address."""
    found: set[str] = set()
    for name in names:
        if JAPANESE.search(name):
            found |= spelled(name)
        else:
            german = name.lower()
            for sign, two in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
                german = german.replace(sign, two)
            found |= {re.sub(r"[^a-z]", "", _ascii(way)) for way in (name, german)}
    return found - {""}


def _ascii(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.lower())
    return "".join(sign for sign in apart if sign.isascii())
