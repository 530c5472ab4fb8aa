"""The same tables are assessed once a process, for tests of what is done with the evidence.

Evidence is a function of what is measured and of a seed: ``tests/evidence`` holds that, and does without. Nor
do these tests need all models of utility, which take half of the time of an assessment, or a classifier that
learns to tell tables apart five times for each of seven tables.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache, wraps
from hashlib import sha256
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from synth_handson.evidence import assessment
from synth_handson.evidence.assessment import SHARES, Evidence, Step
from synth_handson.evidence.fidelity import c2st
from synth_handson.evidence.utility import tstr

QUICKEST = ("linear",)
"""Of the models that measure utility."""
FEWEST_FOLDS = 2
"""In which tables are told apart."""
KNOWN: dict[bytes, Evidence] = {}
"""What was found of the tables of this process, by their contents."""


def digest(value: Any) -> bytes:
    """Tell contents apart, however they are held in memory."""
    if isinstance(value, pd.Series):
        return digest(value.to_frame())
    if isinstance(value, pd.DataFrame):
        rows = pd.util.hash_pandas_object(value).to_numpy()
        return digest((list(value), list(map(repr, value.dtypes)), rows.tobytes()))
    if is_dataclass(value):
        return digest((type(value).__name__, *(getattr(value, field.name) for field in fields(value))))
    if isinstance(value, Mapping):
        return digest(("mapping", *value.items()))
    if isinstance(value, list | tuple):
        return sha256(b"".join(map(digest, value))).digest()
    return sha256(pickle.dumps(value)).digest()


def remembering(assess: Callable[..., Evidence]) -> Callable[..., Evidence]:
    @wraps(assess)
    def remember(
        given: Any, target: Any, stated: Any, seed: int, follow: Any, *of: Any, **more: Any
    ) -> Evidence:
        if given.whole is not None:
            return assess(given, target, stated, seed, follow, *of, **more)
        key = digest((given, target, stated, seed, of, more))
        if key not in KNOWN:
            KNOWN[key] = assess(given, target, stated, seed, follow, *of, **more)
        elif follow:
            for name, share in SHARES.items():
                follow(Step(name, share))
        return KNOWN[key]

    return remember


def scanning() -> tuple[ModuleType, ...]:
    """Return the modules that look for personal data in texts; importing them takes half a second."""
    from synth_handson.pii import detect, leaks

    return detect, leaks


@cache
def scan_once(text: str) -> tuple[object, ...]:
    """Find personal data in a text once a process: as ``tests/pii`` holds, nothing but the text decides."""
    from synth_handson.pii.scan import scan

    return tuple(scan(text))


@contextmanager
def quick_models() -> Iterator[None]:
    """Measure utility with one model, and tell tables apart in as few folds as there can be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tstr, "MODELS", QUICKEST)
        patch.setattr(c2st, "FOLDS", FEWEST_FOLDS)
        yield


@pytest.fixture
def one_model() -> Iterator[None]:
    """Measure with quick models in one test."""
    with quick_models():
        yield


@pytest.fixture(scope="module")
def one_model_throughout() -> Iterator[None]:
    """Measure with quick models in a file, what its tests share as well."""
    with quick_models():
        yield


@pytest.fixture(scope="module")
def assessed_once(one_model_throughout: None) -> Iterator[None]:
    """Assess no tables again that were assessed in this process, and those with quick models."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assessment, "_assess", remembering(assessment._assess))
        for module in scanning():
            patch.setattr(module, "scan", lambda text: list(scan_once(text)))
        yield
