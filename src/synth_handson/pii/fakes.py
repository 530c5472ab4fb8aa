"""Replacements of personal data: of the same kind and form, and equal for equal originals."""

from __future__ import annotations

import hmac
import random
import re
import string
from collections.abc import Callable, Collection
from functools import cache
from importlib import import_module

from faker import Faker
from stdnum import iban, luhn
from stdnum.jp import in_ as my_number

from synth_handson.pii.dates import MONTHS
from synth_handson.pii.known_names import NOBODY, Gender, KnownNames, NamePart
from synth_handson.pii.name_lists import names
from synth_handson.pii.originals import Originals, normal
from synth_handson.pii.other_scripts import WORD, names_of_script, script_of
from synth_handson.pii.readable import readable
from synth_handson.pii.romaji import romaji
from synth_handson.pii.spans import JAPANESE, Kind, plain
from synth_handson.pii.words import LISTS


def _listed(name: str) -> tuple[tuple[str, ...], ...]:
    """Return Japanese names of two kanji in kanji, katakana and Latin letters."""
    return tuple((one[:2], one[2:], romaji(one[2:])) for one in LISTS[name].split())


LAST = _listed("last_names")
FIRST_BY_GENDER: dict[Gender, tuple[tuple[str, ...], ...]] = {
    "female": _listed("female_names"),
    "male": _listed("male_names"),
}
FIRST = (*FIRST_BY_GENDER["female"], *FIRST_BY_GENDER["male"])
DOCUMENTATION = ("192.0.2", "198.51.100", "203.0.113")
"""Networks reserved for documentation (RFC 5737)."""
AT = re.compile(r"(\s?@\s?|\s?[\[({<]\s?(?:at|アット)\s?[\])}>]\s?|[ _-]at[ _-])", re.IGNORECASE)
"""Separates the two parts of a mail address."""
DOT = re.compile(r"\s?[\[({<]\s?dot\s?[\])}>]\s?|[ _-]dot[ _-]|,", re.IGNORECASE)
"""Spells the dot of a domain."""
MIN_CARD = 3
IBAN = re.compile("[A-Z]{2}[0-9A-Z]{3,}")
"""Shortest numbers for which check digits can be made."""
TRIES = 100
"""Attempts to draw a replacement that is not one of the originals."""


NOTHING = Originals()


class Draw(random.Random):
    """Random numbers for one attempt at a replacement."""

    attempt = 0


class Fakes:
    """Makes replacements; with one key, equal originals get equal ones.

    Parameters
    ----------
    key
        Secret. Nobody without it can tell by trying which original a replacement stands for.
    originals
        What no replacement may be.
    known
        What is known of the names in the table.
    encodings
        Those of the files in which names are written: others cannot hold every letter.
    """

    def __init__(
        self,
        key: bytes,
        originals: Originals = NOTHING,
        known: KnownNames = NOBODY,
        encodings: Collection[str] = (),
    ) -> None:
        self._encodings = frozenset(encodings)
        self._key = key
        self._originals = originals
        self._known = known
        self.given: dict[tuple[Kind, str], str] = {}
        """Replacements that were chosen already, by kind and `normal` original."""
        self._made_parts: dict[tuple[str, bool, Gender | None], tuple[str, ...]] = {}

    def another(self, number: int) -> Fakes:
        """Return fakes with other replacements, for the row with this number."""
        key = hmac.digest(self._key, f"row\0{number}".encode(), "sha256")
        return Fakes(key, self._originals, self._known, self._encodings)

    def are_original(self, *made: str) -> bool:
        """Tell whether a replacement would hold an original."""
        return any(map(self._originals.stand_in, made))

    def is_original(self, text: str) -> bool:
        """Tell whether a text is, or holds, personal data that no replacement may be."""
        return self._originals.stand_in(text)

    def of(self, kind: Kind, original: str) -> str:
        """Return a replacement for a value of this kind."""
        if (kind, normal(original)) in self.given:
            return self.given[kind, normal(original)]
        if kind == "name":
            return self.name(original)
        return self._new(kind, original, lambda draw: _MAKERS[kind](self, original, draw))

    def name(self, original: str) -> str:
        """Return a name in place of another, part by part, so that a last name alone is replaced alike.

        Where the parts together make somebody's name, this one name is put together otherwise.
        """
        for attempt in range(TRIES):
            made = (self.another(attempt) if attempt else self)._parts(original)
            if not self._originals.stand_in(made):
                break
        return made

    def _parts(self, original: str) -> str:
        return self.called(original, "full")

    def called(self, original: str, part: NamePart, gender: Gender | None = None) -> str:
        """Return a name in place of a full one, a last or a first name, whether or not it is an original.

        Parameters
        ----------
        original
            The name.
        part
            Which part of a name it is.
        gender
            That of whom it is given to, where it is known.
        """
        read = readable(original)[0]
        # Kana of half a width, and letters that stand apart.
        if len(read) < len(original) or (JAPANESE.search(read) and not JAPANESE.search(original)):
            original = read
        if JAPANESE.search(original):
            return "".join(
                self._japanese(one, first, gender) if one.strip(" 　・") else one
                for one, first in self._known.parts(original, part)
            )

        def of(word: str) -> NamePart:
            return self._known.part_of(word, original) if part == "full" else part

        return WORD.sub(lambda one: self._western(one.group(), of(one.group()), gender), original)

    def latin(self, original: str, first: bool, gender: Gender | None = None) -> str:
        """Return the replacement of a last or first name, in lower-case Latin letters."""
        return self._part(original, first, gender)[-1].lower()

    def digits(self, original: str, count: int, attempt: int = 0) -> str:
        """Return random digits; others for another attempt."""
        return _random_digits(self._draw("digits", original, attempt), count)

    def identifier(self, original: str) -> str:
        """Return an identifier of the same form: letters for letters, digits for digits."""
        return self._new("identifier", original, lambda draw: _same_form(original, draw))

    def _draw(self, kind: str, original: str, attempt: int) -> Draw:
        message = f"{kind}\0{normal(original) or original}\0{attempt}".encode()
        draw = Draw(hmac.digest(self._key, message, "sha256"))
        draw.attempt = attempt
        return draw

    def _new(self, kind: str, original: str, make: Callable[[Draw], str]) -> str:
        for attempt in range(TRIES):
            draw = self._draw(kind, original, attempt)
            # A value of an unexpected form is changed character by character.
            made = make(draw) if attempt < TRIES // 2 else _same_form(original, draw)
            if normal(made) != normal(original) and not self._originals.stand_in(made):
                return made
        return made

    def _part(self, original: str, first: bool, gender: Gender | None = None) -> tuple[str, ...]:
        """Return a name in all of its scripts; one made of two where all of them are originals."""
        wanted = original, first, gender
        if wanted not in self._made_parts:
            self._made_parts[wanted] = self._make_part(*wanted)
        return self._made_parts[wanted]

    def _make_part(self, original: str, first: bool, gender: Gender | None) -> tuple[str, ...]:
        kind = "first" if first else "last"
        name = self._known.as_one(original, first)
        gender = gender or self._known.genders.get(name) if first else None
        pool = _pool_like(name, first, gender, self._encodings)
        for attempt in range(TRIES):
            draw = self._draw(kind, name, attempt)
            one, two = draw.choice(pool), draw.choice(pool)
            if attempt >= TRIES // 2:
                one = tuple(a + b for a, b in zip(one, two, strict=True))
            if not any(self._is_real(form, original) for form in map(normal, one)):
                return one
        return one

    def _is_real(self, form: str, original: str) -> bool:
        return form == normal(original) or form in self._originals or self._known.knows(form)

    def _japanese(self, part: str, first: bool, gender: Gender | None = None) -> str:
        made = self._part(part, first, gender)
        if re.fullmatch("[ァ-ヴー]+", part):
            return made[1]
        return _hiragana(made[1]) if re.fullmatch("[ぁ-んー]+", part) else made[0]

    def _western(self, part: str, of: NamePart = "full", gender: Gender | None = None) -> str:
        if len(part) == 1:
            pool = _pool_like(part, True, None, self._encodings) if script_of(part) else ()
            letters = [name[0].upper() for (name,) in pool] or string.ascii_uppercase
            return self._draw("initial", part, 0).choice(letters)
        first = self._known.is_first(part) if of == "full" else of == "first"
        made = self._part(part, part.lower() in names()[0] if first is None else first, gender)[-1]
        return made.upper() if part.isupper() else made.lower() if part.islower() else made.title()

    def words(self, original: str) -> str:
        """Return a text with every word of letters replaced as a name would be, and other digits."""
        text = re.sub(r"[A-Za-z]{2,}", lambda part: self._western(part.group()).lower(), original)
        draw = self._draw("digits", original, 0)
        return re.sub(r"\d", lambda _: draw.choice(string.digits), text)


@cache
def _pool(japanese: bool, first: bool, gender: Gender | None) -> tuple[tuple[str, ...], ...]:
    if japanese:
        return LAST if not first else FIRST_BY_GENDER[gender] if gender else FIRST
    found: set[str] = set()
    for locale in ("en_GB", "en_US"):
        provider = import_module(f"faker.providers.person.{locale}").Provider
        found.update(
            provider.last_names if not first
            else getattr(provider, f"first_names_{gender}") if gender
            else provider.first_names
        )  # fmt: skip
    return tuple((name,) for name in sorted(found) if name.isalpha() and name.isascii())


def _pool_like(
    name: str, first: bool, gender: Gender | None, encodings: frozenset[str]
) -> tuple[tuple[str, ...], ...]:
    """Return names in the script of another one, as far as they can be written in some encodings."""
    script = script_of(name)
    # A Korean name of several signs is all of one.
    whole = script == "HANGUL" and len(name) > 1
    found = _writable(script, first or whole, None, encodings) if script else ()
    return found or _writable("JAPANESE" if JAPANESE.search(name) else "", first, gender, encodings)


@cache
def _writable(
    script: str, first: bool, gender: Gender | None, encodings: frozenset[str]
) -> tuple[tuple[str, ...], ...]:
    """Return names of a script that can be written in all encodings; all of them, if none can."""
    known = script and script != "JAPANESE"
    pool = names_of_script(script, first) if known else _pool(script == "JAPANESE", first, gender)
    kept = (forms for forms in pool if all(_fits("".join(forms), encoding) for encoding in encodings))
    return tuple(kept) or pool


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _hiragana(kana: str) -> str:
    return "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in kana)


def _same_form(text: str, draw: Draw) -> str:
    """Replace digits by digits and letters by letters."""
    pools = ((str.isdecimal, string.digits), (str.isupper, string.ascii_uppercase), (str.islower, string.ascii_lowercase))  # fmt: skip # noqa: E501
    made = []
    for sign in plain(text):
        pool = next((pool for test, pool in pools if test(sign) and sign.isascii()), None)
        made.append(draw.choice(pool) if pool else sign)
    return _in_width("".join(made), text)


def _in_width(made: str, original: str) -> str:
    """Write a text of the same length with the full-width forms that another one has."""
    return "".join(
        chr(ord(new) + 0xFEE0) if "！" <= old <= "～" and "!" <= new <= "~" else new
        for new, old in zip(made, original, strict=True)
    )


def _with_digits(original: str, digits: str) -> str:
    """Replace the digits of a text from its end; if there are too few new ones, the rest is kept."""
    left = list(digits)
    made = [left.pop() if sign.isdecimal() and left else sign for sign in reversed(plain(original))]
    return _in_width("".join(reversed(made)), original)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", plain(text))


def _random_digits(draw: Draw, length: int) -> str:
    return "".join(draw.choices(string.digits, k=length))


def _card(_: Fakes, original: str, draw: Draw) -> str:
    given = _digits(original)
    if len(given) < MIN_CARD:
        return _same_form(original, draw)
    body = given[0] + _random_digits(draw, len(given) - 2)
    return _with_digits(original, body + luhn.calc_check_digit(body))


def _iban(_: Fakes, original: str, draw: Draw) -> str:
    compact = iban.compact(plain(original).upper())
    if not IBAN.fullmatch(compact):
        return _same_form(original, draw)
    body = compact[:2] + "00" + _same_form(compact[4:], draw)
    made = iter(body[:2] + iban.calc_check_digits(body) + body[4:])
    return "".join(next(made) if sign.isalnum() else sign for sign in plain(original))


def _my_number(_: Fakes, original: str, draw: Draw) -> str:
    body = _random_digits(draw, 11)
    return _with_digits(original, body + my_number.calc_check_digit(body))


def _ssn(_: Fakes, original: str, draw: Draw) -> str:
    # The area 666 is never assigned.
    return _with_digits(original, "666" + _random_digits(draw, 6))


def _phone(_: Fakes, original: str, draw: Draw) -> str:
    given = _digits(original)
    kept = min(3, len(given) // 2)
    return _with_digits(original, given[:kept] + _random_digits(draw, len(given) - kept))


def _email(fakes: Fakes, original: str, draw: Draw) -> str:
    local, sign, domain = email_parts(original)
    made = fakes.words(local) if local.isascii() else f"user{draw.randrange(10**6):06}"
    return f"{made}{_another(draw)}{sign}{example_domain(domain)}"


def _another(draw: Draw) -> str:
    """Return a suffix that changes a replacement made of names, if the first is an original."""
    return str(draw.randrange(100, 1000)) if draw.attempt else ""


def email_parts(address: str) -> tuple[str, str, str]:
    """Split a mail address at its sign; one without is all local."""
    text = plain(address)
    found = AT.search(text)
    return (text[: found.start()], found.group(), text[found.end() :]) if found else (text, "", "")


def example_domain(domain: str) -> str:
    """Return a domain that belongs to nobody (RFC 2606), in the country of another one."""
    if not domain:
        return ""
    spelled = DOT.search(domain)
    if spelled:
        return f"example{spelled.group()}com"
    return "example.co.jp" if domain.lower().endswith(".jp") else "example.com"


def _url(fakes: Fakes, original: str, draw: Draw) -> str:
    scheme, split, rest = plain(original).partition("://")
    user = f"user{draw.randrange(10**6):06}"
    if not split:
        return f"example.com/users/{user}"
    return (
        f"{scheme}://{user}@example.com/"
        if "@" in rest.partition("/")[0]
        else f"{scheme}://example.com/users/{user}"
    )


def _ip(_: Fakes, original: str, draw: Draw) -> str:
    if ":" in original:
        return f"2001:db8::{draw.randrange(2**16):x}:{draw.randrange(2**16):x}"
    return f"{draw.choice(DOCUMENTATION)}.{draw.randrange(1, 255)}"


def _mac(_: Fakes, original: str, draw: Draw) -> str:
    # The first octet says that the number is nobody's.
    made = iter("02" + "".join(draw.choices("0123456789abcdef", k=len(original))))
    text = "".join(next(made) if sign.isalnum() else sign for sign in original)
    return text if original.islower() else text.upper()


def _user_name(fakes: Fakes, original: str, draw: Draw) -> str:
    return _same_form(original, draw) if original.isdigit() else fakes.words(original) + _another(draw)


def _birth_date(_: Fakes, original: str, draw: Draw) -> str:
    """Move a date within its year: month and day are redrawn, up to 12 where either may come first."""
    text = plain(original)
    if re.search(MONTHS, text, re.IGNORECASE):
        month = draw.choice(("January", "March", "May", "July", "September", "November"))
        moved = re.sub(
            MONTHS, lambda old: month if len(old.group()) > 4 else month[:3], text, count=1, flags=re.I
        )
        return re.sub(r"(?<!\d)\d{1,2}(?!\d)", str(draw.randrange(1, 29)), moved, count=1)
    if re.fullmatch(r"\d{8}", text):
        return f"{text[:4]}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}"
    parts = re.findall(r"\d+", text)
    year = next((i for i, part in enumerate(parts) if len(part) == 4), 0 if re.match(r"[^\d\s]", text) else 2)
    made = iter(
        part if i == year or i > 2 else f"{draw.randrange(1, 13):0{len(part)}}"
        for i, part in enumerate(parts)
    )
    return re.sub(r"\d+", lambda _: next(made), text)


def _address(_: Fakes, original: str, draw: Draw) -> str:
    text = plain(original)
    japanese = bool(re.search("[一-龥〒]", text))
    german = re.search(r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer)\s", text)
    french = re.search(r"\b(?:rue|avenue|boulevard|place|allée|chemin|quai)\b", text)
    british = re.search(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$", text)
    locale = (
        "ja_JP" if japanese else "de_DE" if german else "fr_FR" if french else "en_GB" if british else "en_US"
    )
    faker = _faker(locale)
    faker.seed_instance(draw.getrandbits(64))
    if not re.search(r"[^\W\d_]{3,}|[一-龥]", text):
        mark = "〒" if text.startswith("〒") else ""
        return mark + str(faker.postcode())
    if japanese:
        code = re.match(r"(〒?)\s?\d{3}-", text)
        postcode = f"{code.group(1)}{faker.postcode()} " if code else ""
        block = f"{draw.randrange(1, 30)}-{draw.randrange(1, 20)}"
        return f"{postcode}{faker.prefecture()}{faker.city()}{faker.town()}{block}"
    if "," not in text:
        return str(faker.street_address()).replace("\n", ", ")
    return str(faker.address()).replace("\n", ", ")


@cache
def _faker(locale: str) -> Faker:
    return Faker(locale)


def _form(_: Fakes, original: str, draw: Draw) -> str:
    return _same_form(original, draw)


_MAKERS: dict[Kind, Callable[[Fakes, str, Draw], str]] = {
    "email": _email,
    "url": _url,
    "card": _card,
    "iban": _iban,
    "my_number": _my_number,
    "ssn": _ssn,
    "national_id": _form,
    "passport": _form,
    "driving_licence": _form,
    "bank_account": _form,
    "phone": _phone,
    "ip": _ip,
    "mac": _mac,
    "user_name": _user_name,
    "address": _address,
    "birth_date": _birth_date,
}
