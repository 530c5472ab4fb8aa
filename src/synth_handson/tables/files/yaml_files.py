"""YAML: a sequence of mappings, by the core schema of YAML 1.2 and without aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import yaml

from synth_handson.errors import ArgumentError
from synth_handson.tables.files.encodings import find_encoding, texts
from synth_handson.tables.files.form import ColumnForm, OnRows, TableForm
from synth_handson.tables.files.json_files import exact
from synth_handson.tables.files.objects import from_rows, plain_rows

MAX_BYTES = 2**28
LOOKED_AT = 1_000
"""Nodes searched for aliases within an entry that is not a mapping."""

_RESOLVERS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    # Digits with a zero in front are a code, and no number.
    ("int", r"-?(?:0|[1-9]\d*)", "-0123456789"),
    ("float", r"-?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?", "-0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """What is quoted is text; so are dates, which are found as in other text."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes what the loader reads."""


for _class in (_Loader, _Dumper):
    _class.yaml_implicit_resolvers = {}
    for _tag, _pattern, _first in _RESOLVERS:
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first)
        )
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: exact(node.value))
_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", f"{value:f}")
)


def read_yaml(
    path: Path,
    asked: Mapping[str, ColumnForm],
    *,
    encoding: str | None = None,
    on_rows: OnRows | None = None,
) -> tuple[pd.DataFrame, TableForm]:
    """Read a sequence of mappings.

    Raises
    ------
    ArgumentError
        If it is none, naming the line; if it uses aliases, by which a small file can stand for a huge one.
    """
    encoding = encoding or find_encoding(path)
    stream = _Stream(texts(path, encoding, MAX_BYTES))
    frame, forms = from_rows(path, _rows(path, stream), asked, on_rows)
    return frame, TableForm("yaml", forms, encoding)


def write_yaml(frame: pd.DataFrame, file: BinaryIO, form: TableForm) -> None:
    """Write rows as a sequence of mappings, in UTF-8; missing values are null."""
    for row in plain_rows(frame, form.columns):
        text = yaml.dump([row], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)
        file.write(text.encode())


class _Stream:
    """Pieces of a text as the parser asks for them; it takes them in any size."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces

    def read(self, size: int = -1) -> str:
        return next(self._pieces, "")


def _rows(path: Path, stream: _Stream) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield rows as they are parsed: no more than one is held at a time."""
    try:
        events = yaml.parse(stream, Loader=_Loader)
        first = next(event for event in events if isinstance(event, yaml.NodeEvent))
        _check(path, first, yaml.SequenceStartEvent, "file_no_rows")
        for number, event in enumerate(events, start=1):
            if isinstance(event, yaml.SequenceEndEvent):
                break
            if not isinstance(event, yaml.MappingStartEvent):
                # A bomb of aliases is refused with an error of its own.
                for after in islice(events, LOOKED_AT):
                    _check(path, after, yaml.Event, "")
            _check(path, event, yaml.MappingStartEvent, "file_no_object", number)
            yield number, dict(_pairs(path, events))
        if any(isinstance(event, yaml.NodeEvent) for event in events):
            raise ArgumentError("file_yaml", path=path, line=1, reason="two documents")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", "?")
        line = mark.line + 1 if mark else 1
        raise ArgumentError("file_yaml", path=path, line=line, reason=reason) from error
    except ArgumentError:
        raise
    except (ValueError, RecursionError, ArithmeticError, TypeError, StopIteration) as error:
        raise ArgumentError("file_yaml", path=path, line=1, reason=type(error).__name__) from error


def _pairs(path: Path, events: Iterator[yaml.Event]) -> Iterator[tuple[str, Any]]:
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            return
        _check(path, event, yaml.ScalarEvent, "file_nested")
        name, value = _value(event), next(events)
        _check(path, value, yaml.ScalarEvent, "file_nested", column=str(name))
        yield str(name), _value(value)


def _check(
    path: Path, event: yaml.Event, kind: type[yaml.Event], key: str, entry: int = 0, **values: str
) -> None:
    line = event.start_mark.line + 1 if event.start_mark else 1
    if isinstance(event, yaml.AliasEvent):
        raise ArgumentError("file_alias", path=path, line=line)
    if not isinstance(event, kind):
        raise ArgumentError(key, path=path, line=entry or line, **({"column": "–"} | values))


def _value(event: Any) -> Any:
    """Return what a scalar stands for."""
    tag = (
        event.tag
        if event.tag not in (None, "!")
        else _READER.resolve(yaml.ScalarNode, event.value, event.implicit)
    )
    construct = _READER.yaml_constructors.get(tag, _READER.yaml_constructors[None])
    return construct(_READER, yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark))


_READER = _Loader("")
