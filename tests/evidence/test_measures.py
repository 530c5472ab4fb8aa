"""Every measure says what it is, in both languages, and how much worse than real people the table is."""

import pytest

from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.locales import LANGUAGES, Language, Message, get_text
from synth_handson.metrics.intervals import Estimate


def taken(name: str, value: float, reference: float) -> Measure:
    return Measure(name, Estimate(value, value, value), Estimate(reference, reference, reference), rows=100)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_measure_has_a_name_a_reading_and_a_kind_of_interval(name: str, language: Language) -> None:
    for key in (name, f"{name}_read", f"interval_{DEFINITIONS[name].interval}"):
        assert get_text(language, f"measures.{key}")


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_measure_has_a_source_and_its_ideal_in_its_range(name: str) -> None:
    known = DEFINITIONS[name]
    assert known.source
    assert known.lowest is None or known.lowest <= known.ideal
    assert known.highest is None or known.ideal <= known.highest


@pytest.mark.parametrize(
    ("name", "value", "reference", "excess"),
    [
        ("column_tvd", 0.3, 0.1, 0.2),
        ("roc_auc", 0.7, 0.9, 0.2),
        ("roc_auc", 0.9, 0.7, -0.2),
        ("attack_auc", 0.6, 0.45, 0.05),
        ("sd_ratio", 0.7, 1.1, 0.2),
    ],
)
def test_excess_is_how_much_worse_than_the_reference(
    name: str, value: float, reference: float, excess: float
) -> None:
    assert taken(name, value, reference).excess == pytest.approx(excess)


def test_a_measure_tells_what_is_known_beforehand_and_both_intervals() -> None:
    found = Measure("attack_auc", Estimate(0.6, 0.5, 0.7), Estimate(0.5, 0.4, 0.6), rows=100)
    assert (found.value, found.low, found.high) == (0.6, 0.5, 0.7)
    assert (found.reference, found.reference_low, found.reference_high) == (0.5, 0.4, 0.6)
    known = DEFINITIONS["attack_auc"]
    assert (found.lowest, found.highest, found.ideal) == (known.lowest, known.highest, known.ideal)
    assert (found.good, found.interval, found.source) == (known.good, known.interval, known.source)


def test_what_could_not_be_measured_has_no_excess_but_a_reason() -> None:
    missing = Measure("dcr_ratio", None, rows=100, missing=Message("measures.missing_dcr_ratio"))
    assert missing.excess is None
    assert (missing.low, missing.high, missing.reference_low, missing.reference_high) == (None,) * 4
    assert missing.missing is not None
    assert missing.missing.render("ja") != missing.missing.render("en")
