"""Plan which rule makes which column, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from synth_handson.synthesis.rules.steps import (
    Action,
    Blank,
    Combine,
    Compute,
    Gap,
    LookUp,
    Place,
    Step,
)
from synth_handson.tables.rules.dependence import is_shared
from synth_handson.tables.rules.expressions import Arithmetic, Expression, Name, Number
from synth_handson.tables.rules.rule import (
    Combinations,
    Comparison,
    Determines,
    MissingIf,
    MissingTogether,
    Rule,
    Within,
)
from synth_handson.tables.rules.values import Values

LEAST_LEARNED = 2
"""Fewest columns left for the engine to learn."""


def plan(rules: Sequence[Rule], values: Values, fixed: Collection[str] = ()) -> tuple[Action, ...]:
    """Choose the steps that make columns, in a feasible order.

    Rules that do not go together are left to be drawn again.

    Every column is made by one step at most, and none from itself by way of others.

    Parameters
    ----------
    rules
        The rules.
    values
        The rows that are learned.
    fixed
        Columns that no step makes: what is below one of them is made by how far it is below.
    """
    chosen = _Chosen(values, fixed)
    formulas = [rule for rule in rules if isinstance(rule, Comparison) and rule.formula]
    for rule in formulas:
        chosen.add(_computed(rule, values, chosen))
    for determined in (rule for rule in rules if isinstance(rule, Determines)):
        (by, *more) = determined.by
        if not more:
            chosen.add([LookUp(column=determined.column, by=by)])
        elif is_shared(values, determined.columns):
            chosen.add([Combine(columns=determined.columns)])
    for together in (rule for rule in rules if isinstance(rule, Combinations)):
        if is_shared(values, together.of):
            chosen.add([Combine(columns=together.of)])
    for ranged in (rule for rule in rules if isinstance(rule, Within)):
        chosen.add([Place(column=ranged.column, by=ranged.by)])
    orders = sorted(_orders(rules), key=lambda order: order[0] not in fixed)
    for high, lows in orders:
        chosen.add([Gap(column=high, lows=lows), *(Gap(column=high, lows=(low,)) for low in lows)])
        if high in fixed:
            for low, strict in lows:
                if values.is_days(low) == values.is_days(high):
                    chosen.add([Gap(column=low, lows=((high, strict),), down=True)])
    for missing in (rule for rule in rules if isinstance(rule, MissingIf | MissingTogether)):
        chosen.blank(missing)
    return chosen.in_order()


class _Chosen:
    """Steps that go together."""

    def __init__(self, values: Values, fixed: Collection[str]) -> None:
        self.values = values
        self.fixed = fixed
        self.steps: dict[str, Step] = {}
        self.blanks: dict[str, Blank] = {}

    def add(self, steps: Iterable[Step]) -> None:
        """Add the first step that is compatible with those added."""
        for step in steps:
            if self._goes(step):
                self.steps.update(dict.fromkeys(step.makes, step))
                return

    def blank(self, rule: MissingIf | MissingTogether) -> None:
        """Add a step that makes a column missing, unless there is one."""
        for column in rule.columns[:1] if isinstance(rule, MissingIf) else rule.columns[::-1]:
            after = isinstance(self.steps.get(column), Compute | LookUp | Combine)
            step = Blank(rule=rule, column=column, after=after)
            if column not in (*self.fixed, *self.blanks) and not self._needs(step.needs, column):
                self.blanks[column] = step
                return

    def in_order(self) -> tuple[Action, ...]:
        """Sort the steps into a feasible order."""
        ordered: list[Action] = []
        done: set[str] = set()

        def finish(name: str) -> None:
            if name in done:
                return
            done.add(name)
            blank, step = self.blanks.get(name), self.steps.get(name)
            both: list[Action | None] = [step, blank] if blank and blank.after else [blank, step]
            for action in [one for one in both if one is not None]:
                for need in action.needs:
                    finish(need)
                if action not in ordered:
                    ordered.append(action)

        for name in (*self.steps, *self.blanks):
            finish(name)
        return tuple(ordered)

    def _goes(self, step: Step) -> bool:
        taken = {*self.steps, *self.fixed}
        if any(name in taken or self._needs(step.needs, name) for name in step.makes):
            return False
        gone = {*self.steps, *step.makes} if isinstance(step, Compute | LookUp) else set(self.steps)
        learned = [name for name in self.values.names if name not in gone or name in step.needs]
        return not isinstance(step, Compute | LookUp | Combine) or len(learned) >= LEAST_LEARNED

    def _needs(self, names: Iterable[str], wanted: str) -> bool:
        """Tell whether any of these columns is this column or made from it."""
        waiting, seen = list(names), set()
        while waiting:
            name = waiting.pop()
            if name == wanted:
                return True
            if name not in seen:
                seen.add(name)
                waiting += self.steps[name].needs if name in self.steps else ()
                waiting += self.blanks[name].needs if name in self.blanks else ()
        return False


def _computed(rule: Comparison, values: Values, chosen: _Chosen) -> Iterator[Compute]:
    """Yield what a formula can compute: the end of a difference of dates, else the side that is a column."""
    assert rule.formula is not None
    column, expression = rule.formula
    options = [*_ends(column, expression, values), (column, expression)]
    if isinstance(expression, Arithmetic) and expression.operator in ("+", "-", "*"):
        options += _solved(column, expression)
    for made, by in options:
        if values.unit(made) != "text":
            yield Compute(column=made, expression=by)


def _ends(column: str, expression: Expression, values: Values) -> Iterator[tuple[str, Expression]]:
    """Yield the end of a difference of two dates that is a column, exactly or except for a factor."""
    factor: Expression | None = None
    if (
        isinstance(expression, Arithmetic)
        and expression.operator == "*"
        and isinstance(expression.right, Number)
    ):
        factor, expression = expression.right, expression.left
    if not isinstance(expression, Arithmetic) or expression.operator != "-":
        return
    end, start = expression.left, expression.right
    if isinstance(end, Name) and isinstance(start, Name) and values.unit(end.column) == "date":
        length: Expression = Name(column=column)
        if factor:
            length = Arithmetic(operator="/", left=length, right=factor)
        yield end.column, Arithmetic(operator="+", left=start, right=length)


def _solved(column: str, expression: Arithmetic) -> Iterator[tuple[str, Expression]]:
    """Yield a formula of a sum or difference of two columns, solved for either of them."""
    left, right, total = expression.left, expression.right, Name(column=column)
    if not (isinstance(left, Name) and isinstance(right, Name)):
        return
    if expression.operator == "+":
        yield right.column, Arithmetic(operator="-", left=total, right=left)
        yield left.column, Arithmetic(operator="-", left=total, right=right)
    elif expression.operator == "-":
        yield left.column, Arithmetic(operator="+", left=total, right=right)
        yield right.column, Arithmetic(operator="-", left=left, right=total)


def _orders(rules: Sequence[Rule]) -> Iterator[tuple[str, tuple[tuple[str, bool], ...]]]:
    """Yield each column that is above others, with those, and whether it never equals them."""
    lows: dict[str, list[tuple[str, bool]]] = {}
    for rule in rules:
        if isinstance(rule, Comparison) and rule.order:
            low, high, strict = rule.order
            lows.setdefault(high, []).append((low, strict))
    yield from ((high, tuple(below)) for high, below in lows.items())
