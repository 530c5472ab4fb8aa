"""What the tests of planning share: entries, by hand and drawn at random, and the worked example."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from synth_planning import Entry, Feature, Feedback, Plan, read_entries
from synth_planning.locales import Language
from synth_planning.paths import example
from synth_planning.plan import KINDS, MODELS, REFERENCES, Kind, kind_of

ON = date(2026, 11, 29)
"""The day of the worked example."""
TEXT = st.text(max_size=40)
PRINTED = st.characters(exclude_categories=("Cc", "Cs"))
LINE = st.text(PRINTED, max_size=40).map(lambda text: text if text.split() else "x")
IDENTIFIER = st.from_regex(r"[a-z0-9_.-]{1,12}", fullmatch=True)
NUMBER = st.floats(-1e9, 1e9, allow_nan=False)
DAY = st.dates(date(2000, 1, 1), date(2100, 1, 1))
POSITIVE = st.floats(0.1, 1_000)


def worked_example(language: Language = "en") -> Plan:
    return Plan.of(read_entries(example(language)))


def feature(name: str = "a", **more: object) -> Feature:
    values = {"moscow": "must", "effort": 1, "reach": 1, "impact": 1, "confidence": 1}
    return Feature.make(name=name, **{**values, **more})


def said(text: str = "x", **more: object) -> Feedback:
    values = {"type": "bug", "source": "survey", "received_on": ON}
    return Feedback.make(text=text, **{**values, **more})


def features() -> st.SearchStrategy[Feature]:
    return entries("features")  # type: ignore[return-value]


def entries(kind: Kind) -> st.SearchStrategy[Entry]:
    """Draw entries of a kind that refer to nothing."""
    model = MODELS[kind]
    fields = {name: _values(model, kind, name) for name in model.model_fields if name != "updated"}

    def make(values: dict[str, Any]) -> Entry:
        # Ends come after starts.
        for first, last in (("start", "due"), ("created", "done_on")):
            if values.get(last) and values.get(first):
                values[first], values[last] = sorted([values[first], values[last]])
        return model.make(**{name: value for name, value in values.items() if value is not None})

    return st.fixed_dictionaries(fields).map(make)


def _values(model: type[Entry], kind: Kind, name: str) -> st.SearchStrategy[Any]:
    held = model.holds(name)
    values: st.SearchStrategy[Any]
    if name == "version":
        values = st.integers(1, 9)
    elif name == "id":
        values = st.sampled_from(model.choices(name)) if model.choices(name) else IDENTIFIER
    elif (kind, name) in REFERENCES:
        values = st.just(() if held is tuple else None)
    elif names := model.choices(name):
        values = st.sampled_from(names)
    elif held is tuple:
        values = st.lists(LINE, max_size=3)
    elif held is date:
        values = DAY
    elif held is int:
        values = st.integers(1, 10)
    elif held is float:
        values = POSITIVE if name in ("effort", "estimated", "spent") else NUMBER
    else:
        values = LINE if model.model_fields[name].is_required() else TEXT
    return st.none() | values if model.optional(name) else values


def plans() -> st.SearchStrategy[Plan]:
    """Draw plans with a few entries of any kind, each with an id of its own."""
    any_kind = st.sampled_from(KINDS).flatmap(entries)
    return st.lists(any_kind, max_size=5, unique_by=lambda entry: (kind_of(entry), entry.id)).map(Plan.of)
