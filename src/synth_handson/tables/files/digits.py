"""Digits other than those of ASCII: what is written in them, as ASCII has it, and back."""

from __future__ import annotations

import re

from synth_handson.tables.columns import Column

TABLES = {
    "wide": str.maketrans("０１２３４５６７８９．，－＋：／", "0123456789.,-+:/"),
    "arabic": str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬", "0123456789.,"),
    "persian": str.maketrans("۰۱۲۳۴۵۶۷۸۹٫٬", "0123456789.,"),
}
"""Other digits and their separators, and what they stand for."""
KANJI = "〇一二三四五六七八九"
_NUMBER = f"[{KANJI}零十]"
THROUGHOUT = {
    "wide": "[^-+0-9.,:/]*[０-９][^-+0-9.,:/]*",
    "arabic": "[^0-9.,]*[٠-٩][^0-9.,]*",
    "persian": "[^0-9.,]*[۰-۹][^0-9.,]*",
    "kanji": rf"\D{{0,2}}(?:元|{_NUMBER}{{1,4}})年{_NUMBER}{{1,3}}月{_NUMBER}{{1,3}}日",
}
"""What is written in other digits throughout, and can be written back; in kanji, only dates."""


def as_ascii(column: Column, digits: str) -> Column:
    """Return texts in some digits as ASCII has them."""
    if digits == "kanji":
        return column.map(_from_kanji, na_action="ignore").astype(column.dtype)
    return column.str.translate(TABLES[digits])


def as_written(column: Column, digits: str) -> Column:
    """Return texts with digits of ASCII in others."""
    if digits == "kanji":
        return column.map(_in_kanji, na_action="ignore").astype(column.dtype)
    return column.str.translate({narrow: other for other, narrow in TABLES[digits].items()})


def _from_kanji(text: str) -> str:
    return re.sub(f"{_NUMBER}+", lambda found: _number(found.group().replace("零", "〇")), text)


def _number(kanji: str) -> str:
    """Read a number: digit by digit, or with the character for ten."""
    tens, ten, ones = kanji.rpartition("十")
    figures = [str(KANJI.index(digit)) for digit in tens + ones if digit in KANJI]
    if not ten:
        return "".join(figures)
    return str(10 * (KANJI.index(tens) if tens in KANJI and tens else 1) + (KANJI.index(ones) if ones else 0))


def _in_kanji(text: str) -> str:
    return re.sub(r"\d+", lambda found: _kanji(found.group()), text)


def _kanji(number: str) -> str:
    """Write a number: years digit by digit, others with the character for ten."""
    if len(number) > 2:
        return "".join(KANJI[int(figure)] for figure in number)
    tens, ones = divmod(int(number), 10)
    return (KANJI[tens] if tens > 1 else "") + ("十" if tens else "") + (KANJI[ones] if ones else "")
