"""The whole assessment: on tables of every shape, the same for the same seed, and as plain numbers."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from people import draw_people
from pydantic import TypeAdapter

from synth_handson import load_bank_marketing, load_bundled_synthetic, split_holdout
from synth_handson.errors import ArgumentError, TableError
from synth_handson.evidence.assessment import Evidence, Step, assess
from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.locales import LANGUAGES

RECORD = TypeAdapter(Measure)
NUMBERS = ("value", "low", "high", "reference", "reference_low", "reference_high", "p_value", "attributable")
KEPT = Path(__file__).with_name("evidence.json")


def bundled(**options: object) -> Evidence:
    train, holdout = split_holdout(load_bank_marketing("bundled").frame)
    return assess(load_bundled_synthetic(), train=train, holdout=holdout, **options)  # type: ignore[arg-type]


def every_measure(evidence: Evidence) -> list[Measure]:
    fidelity, utility = evidence.fidelity, evidence.utility
    models = utility.models if utility else ()
    return [
        *evidence.privacy.measures,
        *evidence.privacy.checks,
        *fidelity.columns,
        *fidelity.pairs,
        *fidelity.joint,
        *(m for model in models for m in (*model.measures, model.kept, *model.on_synthetic)),
        *(m for control in evidence.controls for m in control.measures),
    ]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return bundled(target="y")


def test_the_bundled_table_passes_and_says_how_sure_that_is(evidence: Evidence) -> None:
    assert evidence.verdict == "pass"
    limit = evidence.privacy.verdict.smallest_detectable_leak
    assert limit is not None
    assert 0 < limit <= evidence.privacy.verdict.tolerated_leak
    assert evidence.utility is not None
    assert evidence.utility.task == "binary"
    assert evidence.grade.letter != "F"
    assert (evidence.rows.synthetic, evidence.rows.train, evidence.rows.holdout) == (1_000, 3_617, 904)
    assert evidence.measured == evidence.rows


def test_every_measure_carries_what_is_needed_to_read_it(evidence: Evidence) -> None:
    for found in every_measure(evidence):
        known = DEFINITIONS[found.name]
        assert (found.good, found.source, found.interval) == (known.good, known.source, known.interval)
        assert found.rows > 0 or found.missing is not None
        if found.value is None:
            assert found.missing is not None, found
            continue
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high
        assert found.lowest is None or found.lowest <= found.value
        assert found.highest is None or found.value <= found.highest


def test_every_measure_of_the_three_parts_has_its_reference(evidence: Evidence) -> None:
    of_controls = {id(m) for control in evidence.controls for m in control.measures}
    models = evidence.utility.models if evidence.utility else ()
    diagnostics = {id(m) for model in models for m in model.on_synthetic}
    for found in every_measure(evidence):
        stands_alone = id(found) in of_controls | diagnostics or found.name.startswith("split_")
        if found.value is not None and not stands_alone:
            assert found.reference is not None, found


def test_it_is_made_of_plain_numbers_and_comes_back(evidence: Evidence) -> None:
    text = json.dumps(evidence.to_dict(), allow_nan=False)
    assert Evidence.from_dict(json.loads(text)) == evidence


def few_people(rows: int, seed: int) -> pd.DataFrame:
    """Draw people as those were whose evidence is kept in ``evidence.json``."""
    frame = draw_people(rows, seed)[["income", "region", "since", "score", "churned"]]
    return frame.mask(np.random.default_rng(seed).random(frame.shape) < 0.1)


def test_evidence_written_before_is_read_and_written_alike() -> None:
    text = KEPT.read_text(encoding="utf-8").strip()
    assert json.dumps(Evidence.from_dict(json.loads(text)).to_dict()) == text
    # As it was written before there was a lower bound of ε.
    before = {name: part for name, part in json.loads(text).items() if name != "epsilon_at_least"}
    assert Evidence.from_dict(before).epsilon_at_least is None
    # As it was written before texts were measured.
    assert Evidence.from_dict(json.loads(text.replace(', "texts": []', ""))).fidelity.texts == ()
    # As it was written before there were rules.
    assert Evidence.from_dict(json.loads(text.replace(', "rules": []', ""))).rules == ()
    # And before anybody could say what is known.
    assert Evidence.from_dict(json.loads(text.replace(', "known": []', ""))).known == ()


def test_the_same_tables_still_give_the_evidence_that_was_kept() -> None:
    kept = Evidence.from_dict(json.loads(KEPT.read_text(encoding="utf-8")))
    found = assess(few_people(150, 0), train=few_people(240, 1), holdout=few_people(120, 2), target="churned")
    assert found.reasons == kept.reasons
    for measure, saved in zip(every_measure(found), every_measure(kept), strict=True):
        assert measure.missing == saved.missing
        record, expected = map(RECORD.dump_python, (measure, saved))
        for key in ("name", "rows", "columns"):
            assert record[key] == expected[key]
        for key in NUMBERS:
            number = expected[key]
            assert record[key] == (None if number is None else pytest.approx(number, rel=1e-6, abs=1e-12))


@pytest.mark.parametrize("name", ["privacy", None])
def test_a_measure_nobody_knows_is_not_read(name: str | None) -> None:
    plain = json.loads(KEPT.read_text(encoding="utf-8"))
    plain["privacy"]["measures"][0]["name"] = name
    with pytest.raises(ArgumentError, match="unknown measure"):
        Evidence.from_dict(plain)


def test_something_else_is_not_taken_for_evidence() -> None:
    with pytest.raises(ArgumentError, match="not written by this version"):
        Evidence.from_dict({"version": "1"})


def test_the_same_tables_and_seed_give_the_same_evidence(evidence: Evidence) -> None:
    state = np.random.get_state()[1].copy()  # type: ignore[union-attr]
    steps: list[Step] = []
    assert bundled(target="y", on_progress=steps.append) == evidence
    assert (np.random.get_state()[1] == state).all()  # type: ignore[index]
    assert [step.name for step in steps] == [
        "distances",
        "attacks",
        "controls",
        "fidelity",
        "utility",
        "done",
    ]
    assert [step.fraction for step in steps] == sorted(step.fraction for step in steps)
    assert steps[-1].fraction == 1


def test_a_target_that_is_not_there_is_refused_at_once() -> None:
    steps: list[Step] = []
    with pytest.raises(ArgumentError, match="'z'"):
        bundled(target="z", on_progress=steps.append)
    assert steps == []


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, True])
def test_a_seed_out_of_range_is_refused(seed: object) -> None:
    with pytest.raises(ArgumentError, match="whole number"):
        bundled(random_state=seed)


def test_another_schema_is_refused_before_anything_is_measured() -> None:
    train, holdout = split_holdout(load_bank_marketing("bundled").frame)
    with pytest.raises(TableError, match="balance"):
        assess(load_bundled_synthetic().drop(columns="balance"), train=train, holdout=holdout)


def numbered(rows: int, seed: int) -> pd.DataFrame:
    numbers = np.random.default_rng(seed).choice(10**9, rows, replace=False)
    return draw_people(rows, seed).assign(customer=numbers)


@pytest.mark.usefixtures("one_model")
def test_people_copied_under_another_customer_number_are_no_pass() -> None:
    synthetic, train, holdout = numbered(600, 0), numbered(1_200, 1), numbered(500, 2)
    copied = train.head(40).assign(customer=synthetic["customer"].head(40).to_numpy())
    leaky = pd.concat([copied, synthetic.iloc[40:]], ignore_index=True)
    honest, found = (assess(table, train=train, holdout=holdout) for table in (synthetic, leaky))
    bare, *real = (table.drop(columns="customer") for table in (synthetic, train, holdout))
    plain = assess(bare, train=real[0], holdout=real[1])
    assert (honest.verdict, found.verdict, plain.verdict) == ("pass", "fail", "pass")
    assert found.privacy.verdict.tests == plain.privacy.verdict.tests + 1
    limits = [e.privacy.verdict.smallest_detectable_leak for e in (honest, found, plain)]
    assert limits == pytest.approx([limits[2]] * 3, abs=2 / 600)
    (without,) = (m for m in found.privacy.measures if m.name == "identical_without")
    assert (without.columns, without.value) == (("customer",), 40 / 600)
    assert found.reasons[0].key == "verdict.shown_identical_without"
    assert Evidence.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    for language in LANGUAGES:
        for evidence in (honest, found):
            assert any("customer" in reason.render(language) for reason in evidence.reasons)
            assert "customer" in evidence.to_html(language).split("DCR")[0]


def wide(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=(rows, 1))
    numbers = pd.DataFrame(trait + rng.normal(size=(rows, 36))).add_prefix("n")
    codes = pd.DataFrame(rng.integers(0, 4, (rows, 24)).astype(str)).add_prefix("c")
    return pd.concat([numbers, codes], axis=1)


def two_columns(rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"a": rng.choice(["x", "y"], rows), "b": rng.integers(0, 3, rows)})


def gaps(rows: int, seed: int) -> pd.DataFrame:
    frame = draw_people(rows, seed).assign(nothing=np.nan)
    return frame.mask(np.random.default_rng(seed).random(frame.shape) < 0.3)


@pytest.mark.parametrize(
    ("draw", "target"),
    [
        (draw_people, "income"),
        (two_columns, None),
        pytest.param(wide, "n0", marks=pytest.mark.seldom),
        (gaps, "region"),
    ],
)
def test_it_does_not_matter_what_the_table_is(
    draw: Callable[[int, int], pd.DataFrame], target: str | None
) -> None:
    found = assess(draw(200, 0), train=draw(400, 1), holdout=draw(200, 2), target=target)
    assert found.verdict in ("pass", "review")
    assert found.utility is not None or found.utility_missing is not None
    json.dumps(found.to_dict(), allow_nan=False)
    for language in LANGUAGES:
        assert found.to_html(language)
        assert found.to_markdown(language)
        assert all(reason.render(language) for reason in (*found.reasons, *found.grade.recommendations))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_holds_no_real_person(evidence: Evidence, language: str) -> None:
    frame = load_bank_marketing("bundled").frame
    documents = [
        evidence.to_html(language),  # type: ignore[arg-type]
        evidence.to_markdown(language),  # type: ignore[arg-type]
        json.dumps(evidence.to_dict()),
    ]
    for document in documents:
        words = "".join(
            character if character.isalnum() or character == "-" else " " for character in document
        )
        text = f" {' '.join(words.split())} "
        for row in frame.astype(str).itertuples(index=False):
            assert f" {' '.join(row[:4])} " not in text
