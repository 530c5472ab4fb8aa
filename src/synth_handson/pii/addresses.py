"""Postal addresses, of Japan, Korea and Western countries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth_handson.pii.spans import DIGIT, Span

_KANJI = "[一-龥々ヶケノぁ-んァ-ヴー]"
JAPANESE = re.compile(
    r"(?:〒?\s?\d{3}-\d{4}[\s、,]*)?"
    rf"(?:(?:北海道|東京都|(?:京都|大阪)府|[一-龥]{{2,3}}県){_KANJI}{{0,8}}?[市区町村郡]|{_KANJI}{{1,5}}[市区])"
    rf"(?:{_KANJI}{{1,8}}[区町村])?{_KANJI}{{0,12}}?"
    r"(?:[東西南北]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})条[東西南北]?)?"
    r"\s?(?:\d{1,4}|[一二三四五六七八九十]{1,3})(?:丁目|番地?|号|-|の)"
    r"(?:\s?(?:\d{1,4}(?:番地?の?|号室?|-|の)?|[一二三四五六七八九十]{1,4}(?:番地?の?|号))){0,4}"
    r"(?:[\s]?[ァ-ヴーA-Za-z一-龥々・]{2,16}(?:\s?[A-Z]?-?\d{1,4}(?:号室?|階|F)?)(?:-\d+)?)?"
)
PLOT = re.compile(
    rf"(?:〒?\s?\d{{3}}-\d{{4}}[\s、,]*)?(?:[一-龥]{{2,3}}[県府]|北海道)?{_KANJI}{{1,6}}[市町村]{_KANJI}{{0,8}}?字{_KANJI}{{1,8}}?"
    r"\d{1,5}(?:-\d{1,4}|番地?の?\d{0,4})?"
)
"""A plot number of a former village, where there are no blocks."""
_WAY = "(?:[上下][るル]|[東西]入[るル]?)"
WAY = re.compile(_WAY)
_CORNER = rf"{_WAY}(?:{_KANJI}{{1,8}}町)"
_BLOCK = r"(?:\s?\d{1,4}(?:番地?|号|-|の)?){0,4}"
KYOTO = re.compile(
    rf"(?:〒?\s?\d{{3}}-\d{{4}}[\s、,]*)?(?:京都府)?京都市{_KANJI}{{1,3}}区{_KANJI}{{2,16}}?{_WAY}(?:{_KANJI}{{1,8}}町)?{_BLOCK}"
    r"(?:[\s]?[ァ-ヴーA-Za-z一-龥々・]{2,16}(?:\s?[A-Z]?-?\d{1,4}(?:号室?|階|F)?))?"
    rf"|(?:[一-龥々]{{1,4}}通り?[一-龥々]{{1,6}}|[一-龥々]{{2,8}}){_CORNER}{_BLOCK}"
)
"""An address in Kyoto, given by a street and the direction from a crossing."""
POSTCODE = re.compile(r"〒\s?\d{3}-?\d{4}")
_ABROAD = r"(?:,?\s+(?:\d{4,5}\s+[A-ZÄÖÜÉ][\w'’äöüßéèâ-]+(?:[ -][A-ZÄÖÜÉ][\w'’äöüßéèâ-]+)?))?"
STREET = re.compile(
    r"(?<![\w.-])\d{1,5}[A-Za-z]?(?:-\d{1,4})?,?\s+(?:[NSEW]\.?\s+)?(?:(?:[A-Z][\w'’.]*|\d{1,3}(?:st|nd|rd|th))\s+){1,4}"
    r"(?i:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Way|Place|Pl|Square|Sq"
    r"|Terrace|Close|Crescent|Gardens|Grove|Parkway|Pkwy|Highway|Hwy|Hill|Row|Mews|Circle|Cir|Trail|Walk)\b\.?"
    r"(?:,?\s+(?:Apt|Apartment|Flat|Suite|Unit|Room|#)\.?\s?#?\w{1,5})?"
    r"(?:,\s*[A-Z][a-z'’-]+(?:\s[A-Z][a-z'’-]+){0,2})?"
    r"(?:,?\s+[A-Z]{2}\s+\d{5}(?:-\d{4})?|,?\s+[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})?"
)
CITY_LINE = re.compile(
    r"(?<![\w.-])(?:\d{1,5}[A-Za-z]?|(?:Flat|Studio|Unit|Apartment)\s\w{1,5},?(?:\s\d{1,5})?)\s"
    r"(?:[A-Z][\w'’.-]*\s?){1,4}(?:,?\s?(?:Apt|Apartment|Flat|Suite|Unit|Room|#)\.?\s?#?\w{1,5})?,"
    r"\s(?:[A-Z][\w'’.-]*\s?){1,3},?\s(?:[A-Z]{2}\s\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})\b"
)
BOX = re.compile(
    r"\b(?:P\.?\s?O\.?\s?Box\s\d+"
    r"|(?:PSC|Unit|USNS|USS|USCGC|USNV)\s[\w ]+,(?:\sBox\s\d+,)?\s(?:APO|FPO|DPO)\s[A-Z]{2}\s\d{5})"
)
GERMAN = re.compile(
    r"(?<!\w)[A-ZÄÖÜ][\wäöüß-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|chaussee)"
    r"\s+\d{1,4}\s?[a-z]?\b" + _ABROAD
)
FRENCH = re.compile(
    r"(?<![\w.-])\d{1,4}(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|av\.|boulevard|bd\.?|place|allée|impasse|chemin|quai)\s+"
    r"(?:(?:de la|de l['’]|du|des|de|la|le|les)\s*)?(?:[A-ZÉÈÀ][\w'’éèêàçô-]+\s?){1,4}"
    r"(?:(?<=\s)\d{5}\s[A-ZÉÈÀ][\w'’-]+)?" + _ABROAD
)
SOUTHERN = re.compile(
    r"(?<!\w)(?:Via|Viale|Piazza|Corso|Calle|Avenida|Avda?\.|Av\.|Plaza|Paseo|Rua|Praça|Travessa|Alameda|Estrada|Largo|R\.)\s+(?:(?:de|del|della|dei|do|da|dos|las|los|la)\s+)*"
    r"[A-ZÁÉÍÓÚÑ][\w'’-]+(?:\s[A-ZÁÉÍÓÚÑ][\w'’-]+){0,3},?\s+\d{1,4}\b" + _ABROAD
)
DUTCH = re.compile(
    r"(?<!\w)[A-Z][\w'’-]*(?:straat|laan|plein|gracht|kade|dreef)\s\d{1,4}\s?[a-z]?\b"
    r"(?:,?\s\d{4}\s?[A-Z]{2}(?:\s[A-Z][\w'’-]+)?)?"
)
GERMAN_PLACE = re.compile(
    r"(?<!\w)(?:Am|An de[rn]|Auf de[mr]|Im|In der|Zum|Zur|Unter den)\s[A-ZÄÖÜ][\w-]+"
    r"(?:\s[A-ZÄÖÜ][\w-]+)?\s\d{1,4}\s?[a-z]?,\s\d{5}\s[A-ZÄÖÜ][\wäöüß-]+"
)
POLISH = re.compile(
    r"(?<!\w)(?:ul|al|os|pl)\.\s(?:[A-ZŁŚŻŹĆ\d][\w.’'-]*\s){1,4}\d{1,4}[a-z]?(?:/\d{1,4})?"
    r"(?:,?\s\d{2}-\d{3}\s[A-ZŁŚŻŹĆ][\w-]+)?"
)
NORDIC = re.compile(
    r"(?<!\w)(?:[A-ZÅÄÖØÆ][\w-]*\s)?[A-ZÅÄÖØÆ][\w-]*(?:gatan|gata|vägen|gränd|gade|vej|veien|vegen|stræde|katu|tie)\s\d{1,4}"
    r"\s?[A-Za-z]?\b(?:,?\s\d{3}\s?\d{1,2}\s[A-ZÅÄÖØÆ][\w-]+)?"
)
TURKISH = re.compile(
    r"(?<!\w)(?:[A-ZÇĞİÖŞÜ\d][\w.’'-]*\s){1,5}(?:Cad|Sok|Mah|Bulv|Caddesi|Sokak|Sokağı|Mahallesi|Bulvarı)\.?,?\s"
    r"(?:[A-ZÇĞİÖŞÜ\d][\w.’'-]*\s){0,3}(?:No\s?[:.]\s?)?\d{1,4}(?:\s?/\s?\d{1,3})?(?:\s?D\s?[:.]\s?\d{1,3})?"
    r"(?:\s[A-ZÇĞİÖŞÜ]\w+(?:/[A-ZÇĞİÖŞÜ]\w+)?)?"
)
NAMED_HOUSE = re.compile(
    r"(?<!\w)(?:Flat\s\w{1,4},?\s)?(?:[A-Z][\w’']+\s){1,3}(?:Cottage|House|Rectory|Vicarage|Farm|Farmhouse|Lodge|Barn|Mill|Manor)"
    r",\s(?:[A-Z][\w’']+\s){1,3}(?:Lane|Road|Street|Close|End|Green|Hill|Drive|Way|Avenue|Row)\b"
    r"(?:,\s[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)?)?(?:,?\s[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})?"
)
KOREAN = re.compile(
    r"(?:[가-힣]{1,8}[도시]\s)?[가-힣]{1,5}[시구군]\s(?:[가-힣]{1,5}[구동읍면]\s)?"
    r"[가-힣\d]{1,10}(?:로|길|동|리)\s?\d{1,4}(?:-\d{1,4})?(?:번길\s?\d{1,4})?(?!\d)"
)
UK_POSTCODE = re.compile(
    r"(?<![\w-])(?:GIR ?0AA|(?:[A-PR-UWYZ]\d[\dA-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y]\d[\dABEHMNPRVWXY]?)"
    r" \d[ABD-HJLNP-UW-Z]{2})(?![\w-])"
)

PATTERNS = (
    NAMED_HOUSE, POLISH, NORDIC, TURKISH, JAPANESE, PLOT, POSTCODE, CITY_LINE, BOX, STREET, GERMAN,
    GERMAN_PLACE, FRENCH, SOUTHERN, DUTCH, KOREAN, UK_POSTCODE,
)  # fmt: skip


def find_addresses(text: str) -> Iterator[Span]:
    """Yield postal addresses in a text of `spans.plain`; a town alone does not count."""
    if WAY.search(text):
        yield from (Span(found.start(), found.end(), "address") for found in KYOTO.finditer(text))
    if not DIGIT.search(text) and "丁目" not in text:
        yield from (Span(*found.span(), "address") for found in NAMED_HOUSE.finditer(text))
        return
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            trimmed = found.group().rstrip(" ,、")
            yield Span(found.start(), found.start() + len(trimmed), "address")
