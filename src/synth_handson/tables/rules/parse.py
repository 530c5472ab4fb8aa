"""Read rules: one grammar for the command line, files, the service and Python.

::

    rules        [table:] rule, one a line or after a semicolon; from # on a line says nothing
    table        of linked tables the one that it is about  payments: amount >= 0
    rule         sum (< | <= | > | >= | = | != sum)+      ordered <= shipped <= delivered
               | columns -> columns                       latitude, longitude -> ward
               | combinations(columns)                    combinations(size, colour)
               | missing(column) iff missing(column)
               | missing(column) iff column = value, or: column in (values)
               | column within column                     latitude within ward
    sum          + - * / % of columns, numbers, days (2024-04-01) and round(sum, digits), floor(…), ceil(…)
    column       one word, or anything in backquotes
    value        a number, or text in quotes
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from os import fspath
from pathlib import Path
from typing import Any, NoReturn, cast, get_args

from synth_handson.errors import ArgumentError
from synth_handson.tables.rules.expressions import (
    PRECEDENCE,
    Arithmetic,
    Day,
    Expression,
    Name,
    Number,
    Operator,
    Rounded,
    Rounding,
)
from synth_handson.tables.rules.rule import (
    Combinations,
    Comparison,
    Determines,
    MissingIf,
    MissingTogether,
    Rule,
    Sign,
    Within,
    of_table,
)

ROUNDINGS = get_args(Rounding)
SIGNS = get_args(Sign)
OTHER_SIGNS = str.maketrans(
    {"≤": "<=", "≦": "<=", "≥": ">=", "≧": ">=", "＜": "<", "＞": ">", "＝": "=", "≠": "!=", "→": "->",
     "×": "*", "＊": "*", "÷": "/", "／": "/", "−": "-", "－": "-", "＋": "+", "％": "%", "（": "(",
     "）": ")", "，": ",", "、": ",", "：": ":"}
)  # fmt: skip
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<column>`(?:[^`]|``)+`)
    |(?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
    |(?P<day>\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?(?!\w))
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w))
    |(?P<word>[^\W\d]\w*)
    |(?P<sign><=|>=|!=|==|->|[<>=≤≦≥≧＜＞＝≠→])
    |(?P<operator>[-+*/%×＊÷／−－＋％])
    |(?P<mark>[(),:（），、：])""",
    re.VERBOSE,
)


def parse_rule(text: str) -> Rule:
    """Read one rule.

    Raises
    ------
    ArgumentError
        If it is none, with the position of what is wrong; or if it says several things at once.
    """
    found = parse_rules(text)
    if len(found) != 1:
        raise ArgumentError("rule_several", rule=text, count=len(found))
    return found[0]


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Read rules, one a line or after a semicolon. One that says several things at once becomes several.

    Raises
    ------
    ArgumentError
        If one is none, with the position of what is wrong.
    """
    lines = [part.strip() for line in text.splitlines() for part in _parts(line)]
    return tuple(rule for line in lines if line for rule in _Reader(line).rules())


def read_rules(path: str | Path) -> tuple[Rule, ...]:
    """Read a file of rules, in UTF-8.

    Raises
    ------
    ArgumentError
        If it cannot be read, or one of the rules is none.
    """
    try:
        return parse_rules(Path(fspath(path)).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ArgumentError("rules_file", path=path, reason=type(error).__name__) from error


def as_rules(rules: str | Rule | Iterable[Any]) -> tuple[Rule, ...]:
    """Return rules that were given as text or as such, or both, each once."""
    if isinstance(rules, str):
        return tuple(dict.fromkeys(parse_rules(rules)))
    if isinstance(rules, get_args(get_args(Rule)[0])):
        return (rules,)
    try:
        each = [as_rules(getattr(rule, "rule", rule)) for rule in rules]
    except TypeError as error:
        raise ArgumentError("rule_type", value=repr(rules)) from error
    return tuple(dict.fromkeys(rule for several in each for rule in several))


def _parts(line: str) -> Iterable[str]:
    """Split a line at semicolons that stand in no quotes, and leave out what follows a #."""
    parts, quote = [""], ""
    for sign in line:
        if not quote and sign == "#":
            break
        if not quote and sign in ";；":
            parts.append("")
            continue
        if sign in "`\"'":
            quote = "" if sign == quote else quote or sign
        parts[-1] += sign
    return parts


class _Reader:
    """Reads one rule from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                self._wrong(position, text[position])
            kind = match.lastgroup or ""
            if kind != "space":
                held = match.group() if kind in ("column", "text") else match.group().translate(OTHER_SIGNS)
                self.tokens.append((kind, "=" if held == "==" else held, position))
            position = match.end()
        self.next = 0

    def rules(self) -> tuple[Rule, ...]:
        table = None
        if self._kind in ("word", "column") and self._follows(":"):
            table = self._column()
            self.next += 1
        found = self._rules()
        if self.next < len(self.tokens):
            self._unexpected()
        return tuple(of_table(rule, table) for rule in found)

    def _rules(self) -> tuple[Rule, ...]:
        if self._is("word", "combinations") and self._follows("("):
            self.next += 1
            at = self._position
            columns = self._in_brackets()
            if len(set(columns)) < 2:
                self._wrong(at, ", ".join(columns))
            return (Combinations(of=columns),)
        if self._is("word", "missing") and self._follows("("):
            return (self._missing(),)
        if self._is_list():
            by = self._columns()
            self._take("sign", "->")
            return tuple(Determines(by=by, column=column) for column in self._columns())
        if self._follows("within"):
            column = self._column()
            self.next += 1
            return (Within(column=column, by=self._column()),)
        return self._comparison()

    def _comparison(self) -> tuple[Rule, ...]:
        left = self._sum()
        found: list[Comparison] = []
        while not found or self._kind == "sign":
            at, sign = self._position, self._take("sign")
            if sign not in SIGNS:
                self._wrong(at, sign)
            right = self._sum()
            found.append(Comparison(left=left, sign=cast(Sign, sign), right=right))
            left = right
        if not any(rule.columns for rule in found):
            self._wrong(0, self.text)
        return tuple(found)

    def _missing(self) -> Rule:
        (column,) = self._missing_column()
        self._take("word", "iff")
        if self._is("word", "missing") and self._follows("("):
            (other,) = self._missing_column()
            return MissingTogether(first=column, second=other)
        by = self._column()
        if self._is("sign", "="):
            self.next += 1
            return MissingIf(column=column, by=by, values=(self._value(),))
        self._take("word", "in")
        self._take("mark", "(")
        values = [self._value()]
        while self._is("mark", ","):
            self.next += 1
            values.append(self._value())
        self._take("mark", ")")
        return MissingIf(column=column, by=by, values=tuple(values))

    def _missing_column(self) -> tuple[str, ...]:
        self.next += 1
        at, columns = self._position, self._in_brackets()
        if len(columns) != 1:
            self._wrong(at, ", ".join(columns))
        return columns

    def _value(self) -> str | float:
        if self._kind == "number":
            return float(self._take("number"))
        written = self._take("text")
        return written[1:-1].replace(written[0] * 2, written[0])

    def _sum(self, least: int = 1) -> Expression:
        """Read a sum by the precedence of its operators."""
        left = self._operand()
        while self._kind == "operator" and PRECEDENCE[self._held] >= least:
            operator = cast(Operator, self._take("operator"))
            right = self._sum(PRECEDENCE[operator] + 1)
            left = Arithmetic(operator=operator, left=left, right=right)
        return left

    def _operand(self) -> Expression:
        if self._is("operator", "-"):
            self.next += 1
            operand = self._operand()
            if isinstance(operand, Number):
                return Number(value=-operand.value)
            return Arithmetic(operator="-", left=Number(value=0.0), right=operand)
        if self._is("mark", "("):
            self.next += 1
            inside = self._sum()
            self._take("mark", ")")
            return inside
        if self._kind == "number":
            return Number(value=float(self._take("number")))
        if self._kind == "day":
            return Day(value=self._take("day"))
        if self._kind == "word" and self._held in ROUNDINGS and self._follows("("):
            return self._rounded()
        return Name(column=self._column())

    def _rounded(self) -> Expression:
        how = cast(Rounding, self._take("word"))
        self._take("mark", "(")
        part, digits = self._sum(), 0
        if self._is("mark", ","):
            self.next += 1
            sign = -1 if self._is("operator", "-") else 1
            self.next += sign < 0
            at, written = self._position, self._take("number")
            if not written.isdecimal():
                self._wrong(at, written)
            digits = sign * int(written)
        self._take("mark", ")")
        return Rounded(how=how, part=part, digits=digits)

    def _is_list(self) -> bool:
        """Whether columns and an arrow follow."""
        after = self.next
        while self.tokens[after : after + 1] and self.tokens[after][0] in ("word", "column"):
            after += 1
            if self.tokens[after : after + 1] and self.tokens[after][1] == "->":
                return True
            if not self.tokens[after : after + 1] or self.tokens[after][1] != ",":
                return False
            after += 1
        return False

    def _in_brackets(self) -> tuple[str, ...]:
        self._take("mark", "(")
        columns = self._columns()
        self._take("mark", ")")
        return columns

    def _columns(self) -> tuple[str, ...]:
        columns = [self._column()]
        while self._is("mark", ","):
            self.next += 1
            columns.append(self._column())
        return tuple(columns)

    def _column(self) -> str:
        if self._kind == "column":
            return self._take("column")[1:-1].replace("``", "`")
        return self._take("word")

    @property
    def _kind(self) -> str:
        return self.tokens[self.next][0] if self.next < len(self.tokens) else ""

    @property
    def _held(self) -> str:
        return self.tokens[self.next][1] if self.next < len(self.tokens) else ""

    @property
    def _position(self) -> int:
        return self.tokens[self.next][2] if self.next < len(self.tokens) else len(self.text)

    def _is(self, kind: str, held: str) -> bool:
        return self._kind == kind and self._held == held

    def _follows(self, held: str) -> bool:
        return self.next + 1 < len(self.tokens) and self.tokens[self.next + 1][1] == held

    def _take(self, kind: str, held: str | None = None) -> str:
        if self._kind != kind or (held is not None and self._held != held):
            self._unexpected()
        self.next += 1
        return self.tokens[self.next - 1][1]

    def _unexpected(self) -> NoReturn:
        if self.next < len(self.tokens):
            self._wrong(self._position, self._held)
        raise ArgumentError("rule_ends", rule=self.text, position=len(self.text) + 1)

    def _wrong(self, position: int, found: str) -> NoReturn:
        raise ArgumentError("rule_syntax", rule=self.text, position=position + 1, found=found)
