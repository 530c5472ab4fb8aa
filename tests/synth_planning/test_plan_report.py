"""The report: everything that follows from a plan, in which what people entered stays text."""

import html
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import markdown
from plans import ON, PRINTED, feature, plans, said, worked_example

from synth_planning import Plan, Task, write_report
from synth_planning.locales import LANGUAGES, Language
from synth_planning.wording import plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_holds_what_follows_from_the_worked_example(language: Language) -> None:
    plan = worked_example(language)
    report = write_report(plan, ON, 45, language)
    for part in ("2026-11-29", "12.15", "81 %", "64 %", "911", *(plain(one.name) for one in plan.features)):
        assert part in report
    assert ("On track" in report) == (language == "en")
    assert report.count("\n## ") == 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_plan_says_so(language: Language) -> None:
    report = write_report(Plan(), ON, 0, language)
    assert report.count("\n## ") == 7
    assert "nan" not in report


@given(plans(), st.sampled_from(LANGUAGES))
def test_any_plan_can_be_reported(plan: Plan, language: Language) -> None:
    assert write_report(plan, ON, 10, language)


def test_a_circle_does_not_keep_it_from_being_written() -> None:
    circle = [
        Task.make(id=one, name=one, phase="design", estimated=1, created=date(2026, 1, 1), depends_on=[other])
        for one, other in ("ab", "ba")
    ]
    assert "a → b → a" in write_report(Plan.of(circle), ON, 1).replace("b → a → b", "a → b → a")


HOSTILE = "<script>alert(1)</script> | [x](javascript:1) **b** ::lucide:x:: `c` $y$ ~~s~~ &lt;"


def test_what_people_entered_is_text() -> None:
    report = write_report(Plan.of([feature(HOSTILE), said(segment=HOSTILE)]), ON, 10)
    shown = markdown(report, extensions=["tables"])
    for markup in ("<script", "<a ", "<code", "<b>", "::lucide"):
        assert markup not in shown
    # The feature stands in one row of six cells.
    (row,) = [line for line in report.splitlines() if line.startswith("| &lt;script")]
    assert row.count("|") == 7


@given(st.text(PRINTED))
def test_a_text_comes_out_as_it_was(text: str) -> None:
    shown = re.sub("<[^>]+>", "", markdown(f"x {plain(text)} x"))
    assert " ".join(html.unescape(shown).split()) == " ".join(f"x {text} x".split())
