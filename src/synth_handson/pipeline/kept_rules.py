"""The rules that a synthetic table keeps: those stated, and those found and confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel

from synth_handson.errors import ArgumentError
from synth_handson.tables.checks import listed
from synth_handson.tables.rules.find import FoundRule
from synth_handson.tables.rules.parse import as_rules, parse_rules, read_rules
from synth_handson.tables.rules.rule import Rule

FOUND = "found"
"""Stands for a file of rules: keep those that are proposed."""

KeptRule = Rule | FoundRule


def as_kept(rules: str | KeptRule | Iterable[str | KeptRule]) -> tuple[KeptRule, ...]:
    """Return rules given as text or objects, each once; found ones stay marked."""
    if isinstance(rules, str | FoundRule | BaseModel) or not isinstance(rules, Iterable):
        rules = [rules]
    kept: dict[Rule, KeptRule] = {}
    for one in rules:
        kept |= {rule: one if isinstance(one, FoundRule) else rule for rule in as_rules([one])}
    return tuple(kept.values())


def choose_rules(
    proposed: Sequence[FoundRule],
    stated: Iterable[str] = (),
    source: str | None = None,
    dropped: Iterable[str] = (),
) -> tuple[KeptRule, ...]:
    """Put together the rules to keep.

    Parameters
    ----------
    proposed
        What was found in the table. None of it is kept unless ``source`` says so.
    stated
        Rules, as `synth_handson.tables.rules.parse` reads them.
    source
        "found" for all that was found, or the path of a file of rules.
    dropped
        Rules that are not to be kept although they were found, or stand in the file.

    Raises
    ------
    ArgumentError
        If one cannot be read, or there is none to be dropped.
    """
    kept: dict[Rule, KeptRule] = {}
    if source == FOUND:
        kept |= {found.rule: found for found in proposed}
    elif source:
        kept |= {rule: rule for rule in read_rules(Path(source))}
    for text in dropped:
        for rule in parse_rules(text):
            if kept.pop(rule, None) is None:
                raise ArgumentError("rule_dropped", rule=str(rule), known=listed(map(str, kept)))
    kept |= {rule: rule for text in stated for rule in parse_rules(text)}
    return tuple(kept.values())
