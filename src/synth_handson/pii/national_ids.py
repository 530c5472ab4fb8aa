"""Numbers that states and insurers give to people and their cars."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module

from synth_handson.pii.spans import Span, near

Valid = Callable[[str], bool]

WORDS = re.compile(
    r"national (?:id|insurance)|\bnino?\b|\bnhs\b|pesel|\bcpf\b|\bdn[ií]\b|\bnie\b|codice fiscale|\bbsn\b"
    r"|aadhaa?r|personnummer|steuer-?id|versichertennummer|sozialversicherung"
    r"|s[ée]curit[ée] sociale|t\.?c\.? kimlik"
    r"|身份证|身分證|주민등록|保険証|被保険者|保険者番号|年金番号|介護保険|受給者番号",
    re.IGNORECASE,
)
"""What stands beside the number of a person, in a text or as the name of a column."""
LABELLED = re.compile(r"(?<![\w.-])(?=[A-Z]{0,2}\d)[A-Z0-9]{2,}(?:[ -]?[A-Z0-9]{1,7}){0,6}(?![\w-])")
MIN_DIGITS = 6
DIGIT = re.compile(r"\d")


def _dated(text: str) -> bool:
    """Tell whether six or eight digits begin with a date of birth, the year or the day first."""
    digits = re.sub(r"\D.*", "", text)
    ways = (digits[-4:-2], digits[-2:]), (digits[2:4], digits[:2])
    return len(digits) in (6, 8) and any(_is_day(int(month), int(day)) for month, day in ways)


def _is_day(month: int, day: int) -> bool:
    try:
        date(2000, month, day)  # a leap year
    except ValueError:
        return False
    return True


def _by(*modules: str) -> Valid:
    """Return a check by any of some modules of python-stdnum."""
    return lambda text: any(import_module(f"stdnum.{module}").is_valid(text) for module in modules)


WRITTEN: tuple[tuple[str, Valid | None], ...] = (
    (r"\d{3}\.\d{3}\.\d{3}-\d{2}", _by("br.cpf")),
    (r"(?:\d{8}-?[A-Z]|[XYZ]-?\d{7}-?[A-Z])", _by("es.dni", "es.nie")),
    (r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", None),  # Italy
    (r"[12] ?\d{2} ?(?:0\d|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", _by("fr.nir")),
    # Britain
    (r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", None),
    (r"(?:\d{2})?\d{6}[-+](?!00)\d{4}", _by("se.personnummer")),
    (r"\d{6}[-+A](?!00)\d{3}[0-9A-Y]", _by("fi.hetu")),
    (r"\d{6}-[1-8]\d{6}", _dated),  # Korea
    (r"[1-9]\d{16}[0-9X]", _by("cn.ric")),
    (r"[A-Z]{3}[PH][A-Z]\d{4}[A-Z]", None),  # India
    (r"[2-9]\d{3} \d{4} \d{4}", _by("in_.aadhaar")),
    # Germany, pensions
    (r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", lambda text: _dated(re.sub(r"\D", "", text[2:])[:6])),
    (r"756\.\d{4}\.\d{4}\.\d{2}", _by("ch.ssn")),
)
"""Forms of numbers of persons, with check digits or days where they have them."""
JAPANESE_PLATE = re.compile(
    r"(?<![一-龥ぁ-んァ-ヴ])[一-龥ぁ-んァ-ヴ]{1,4}\s?\d{2,3}\s?[あ-うか-さす-つな-ぬねひふほま-ろわを]"
    r"\s?(?:\d{2}-?\d{2}|[・.]{1,3}\d{1,3}|\d{1,3})(?![\d-])"
)
PLATES = (
    re.compile(r"[A-Z]{2}\d{2} [A-Z]{3}"),  # Britain
    re.compile(r"[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} \d{1,4}[EH]?"),  # Germany
    re.compile(r"[A-HJ-NP-TV-Z]{2}(-| |)\d{3}\1[A-HJ-NP-TV-Z]{2}"),  # France, Italy
    re.compile(r"\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}"),  # Spain
)
"""Plates that look like codes: they count where most of a column is written so."""
DIGITS = {
    9: ("nl.bsn", "ca.sin"),
    10: ("gb.nhs", "cz.rc"),
    11: (
        "pl.pesel", "br.cpf", "de.idnr", "tr.tckimlik", "no.fodselsnummer", "be.nn", "ee.ik", "hr.oib",
        "gr.amka",
    ),
    12: ("in_.aadhaar",),
    13: ("za.idnr", "fr.nir", "ro.cnp"),
}  # fmt: skip
"""Check digits of numbers that are nothing but digits."""
DATED = re.compile(r"(?:\d{2})?\d{6}[-+A](?!00)\d{3}[0-9A-Y]")
"""Numbers of the Nordic countries, where no check digit is used any more; orders of a day begin with 00."""

PLATE_WORDS = re.compile(
    r"(?:number|licen[cs]e|registration) plate|immatricul|plaque|targa|matr[ií]cula|kennzeichen",
    re.IGNORECASE,
)
"""What stands beside a plate in a text."""

_WRITTEN = [(re.compile(rf"(?<![\w.-])(?:{form})(?![\w-]|\.\d)", re.ASCII), valid) for form, valid in WRITTEN]


def find_national_ids(text: str) -> Iterator[Span]:
    """Yield numbers of persons and Japanese licence plates in a text of `spans.plain`."""
    if not DIGIT.search(text):
        return
    for pattern, valid in _WRITTEN:
        for found in pattern.finditer(text):
            if valid is None or valid(found.group()):
                yield Span(*found.span(), "national_id")
    yield from (Span(*found.span(), "national_id") for found in JAPANESE_PLATE.finditer(text))
    if PLATE_WORDS.search(text):
        for plate in PLATES:
            for found in plate.finditer(text):
                if near(text, *found.span(), PLATE_WORDS):
                    yield Span(*found.span(), "national_id")
    if WORDS.search(text):
        for found in LABELLED.finditer(text):
            enough = sum(map(str.isdigit, found.group())) >= MIN_DIGITS
            if enough and near(text, *found.span(), WORDS):
                yield Span(*found.span(), "national_id")


def whole_form(text: str) -> list[str]:
    """Name the forms of numbers of persons that a text as a whole has, of those that a code has by chance."""
    compact = re.sub(r"[ .-]", "", text)
    found = [f"plate {number}" for number, plate in enumerate(PLATES) if plate.fullmatch(text)]
    if DATED.fullmatch(text) and _dated(text):
        found.append("dated")
    modules = DIGITS.get(len(compact), ()) if compact.isdigit() else ()
    return found + [module for module in modules if _by(module)(compact)]
