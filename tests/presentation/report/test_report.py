"""The report: everything in it, nothing of anybody in it, readable without network and script."""

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from html import unescape
from html.parser import HTMLParser
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from synth_handson.evidence.assessment import Evidence, Sizes, assess
from synth_handson.evidence.controls.control_results import ControlResult
from synth_handson.evidence.fidelity.statistics import Fidelity, SchemaMatch
from synth_handson.evidence.grade import Grade
from synth_handson.evidence.measures import DEFINITIONS, Measure
from synth_handson.evidence.privacy.epsilon import EpsilonBound
from synth_handson.evidence.privacy.overview import Privacy
from synth_handson.evidence.usefulness import Usefulness
from synth_handson.evidence.utility.tstr import ModelUtility, Utility
from synth_handson.evidence.verdict import Outcome, Verdict
from synth_handson.locales import LANGUAGES, Language, Message, get_text
from synth_handson.metrics.bins import distance_shares
from synth_handson.metrics.intervals import Estimate
from synth_handson.presentation.report import About, to_html, to_markdown
from synth_handson.presentation.svg import interval_plot, span
from synth_handson.presentation.words import Wording, number, percent
from synth_handson.synthesis.generator import Training

SECTIONS = (
    "shared", "source", "generator", "holdout", "verdict", "use", "grade", "privacy", "controls", "risks",
    "fidelity", "utility", "limits", "law", "sign", "glossary",
)  # fmt: skip
COLUMNS = ("age", "job", "balance", "y")
HOSTILE = '<script>alert("x")</script>'
TRAINING = Training(
    engine="mostly",
    engine_version="2.7.3",
    settings={},
    value_protection=True,
    rows=3_600,
    random_state=7,
    max_epochs=20,
    max_minutes=10,
    epochs=12,
    val_loss=1.5,
    seconds=9,
    stopped_by="time",
)


def around(value: float, spread: float = 0.01) -> Estimate:
    return Estimate(value, value - spread, value + spread)


def taken(name: str, value: float, reference: float, *columns: str, p: float | None = None) -> Measure:
    return Measure(name, around(value), around(reference), rows=900, columns=columns, p_value=p)


def privacy(outcome: Outcome, secrets: Iterable[str]) -> Privacy:
    draw = np.random.default_rng(0)
    copies = 0.3 if outcome == "fail" else 0.0
    measures = (
        Measure(
            "identical_rows", Estimate(copies, copies, 0.31), Estimate(0, 0, 0.004), rows=900, p_value=0.2
        ),
        taken("dcr_share", 0.5 + copies / 2, 0.497, p=0.3),
        Measure("dcr_ratio", None, rows=900, missing=Message("measures.missing_dcr_ratio")),
        taken("attack_auc", 0.505, 0.5, p=0.25),
        taken("attack_tpr", 0.012, 0.01, p=0.0000001),
        Measure("outlier_identical", None, rows=0, missing=Message("measures.missing_outlier_attack_auc")),
        taken("outlier_attack_auc", 0.51, 0.49, p=0.4),
        taken("singling_out", 0.02, 0.01),
        taken("linkability", 0.01, 0.01),
        *(taken("inference", 0.03 + n / 100, 0.02, secret) for n, secret in enumerate(secrets)),
    )
    smallest = {"pass": 0.004, "review": 0.2, "fail": 0.004}[outcome]
    checks = tuple(
        taken(name, value, reference)
        for name, value, reference in (
            ("split_auc", 0.5, 0.5),
            ("split_columns", 0.03, 0.03),
            ("holdout_matches", 0.1, 0.1),
        )
    )
    reasons = (Message("verdict.none_shown", {"tests": 9, "level": 0.05}),)
    verdict = Verdict(
        outcome,
        reasons,
        tests=9,
        level=0.001,
        review_level=0.05,
        smallest_detectable_leak=smallest,
        smallest_hinted_leak=smallest,
        smallest_detectable_changed=10 * smallest,
        tolerated_leak=0.05,
        rows_needed=4_000 if outcome == "review" else None,
        holdout_needed=None,
    )
    distances = distance_shares(draw.gamma(5, 0.05, 900), draw.gamma(5, 0.05, 800))
    return Privacy(measures, checks, distances, verdict)


def fidelity(columns: tuple[str, ...]) -> Fidelity:
    single = [taken("column_tvd", 0.02 + 0.01 * n, 0.02, name) for n, name in enumerate(columns)]
    others = [
        taken("mean_difference", -0.02, 0.01, columns[0]),
        taken("category_coverage", 0.9, 1, columns[1]),
    ]
    pairs = [
        taken(name, 0.03 + 0.001 * n, 0.03, *pair)
        for n, pair in enumerate(combinations(columns, 2))
        for name in ("pair_tvd", "spearman_difference")
    ]
    joint = (taken("c2st_auc", 0.56, 0.5), taken("distinct_rows", 0.99, 0.99))
    schema = SchemaMatch(names=True, types=False, order=True, differing=columns[:1])
    return Fidelity(schema, (*single, *others), tuple(pairs), joint, len(pairs) // 2, len(pairs) // 2)


def utility(target: str) -> Utility:
    names = ("roc_auc", "pr_auc", "accuracy", "f1", "precision", "recall")
    taken_once = tuple(taken(name, 0.82, 0.86) for name in names)
    kept = Measure("performance_kept", around(0.91, 0.04), rows=900)
    models = tuple(
        ModelUtility(model, taken_once, kept, taken_once)
        for model in ("linear", "random_forest", "gradient_boosting")
    )
    return Utility(target, "binary", "SECRET-CLASS", models, 900, 900, 0.88)


def controls() -> tuple[ControlResult, ...]:
    def control(name: str, identical: float, share: float, leak: bool) -> ControlResult:
        measures = (
            taken("identical_rows", identical, 0),
            taken("dcr_share", share, 0.5),
            taken("dcr_ratio", 1, 1),
            taken("attack_auc", share, 0.5),
            taken("attack_tpr", 0.01, 0.01),
            taken("c2st_auc", 0.55, 0.5),
        )
        return ControlResult(name, measures, leak)  # type: ignore[arg-type]

    return (
        control("copied", 1, 0.98, True),
        control("jittered", 0, 0.95, True),
        control("planted", 0.1, 0.55, True),
        control("synthetic", 0, 0.5, False),
        control("holdout", 0, 0.5, False),
        control("shuffled", 0, 0.5, False),
    )


def evidence(outcome: Outcome = "pass", columns: tuple[str, ...] = COLUMNS) -> Evidence:
    """Return a result made by hand, every kind of measure in it."""
    return Evidence(
        version="0.1.0",
        random_state=7,
        columns=columns,
        rows=Sizes(1_000, 3_600, 900),
        measured=Sizes(1_000, 3_600, 900),
        fidelity=fidelity(columns),
        utility=utility(columns[-1]),
        utility_missing=None,
        privacy=privacy(outcome, columns),
        controls=controls(),
        usefulness=Usefulness(
            "limited", (Message("use.no_skill", {"target": columns[-1]}),), (Message("use.advise_generator"),)
        ),
        grade=Grade(
            88, 91, 99, 91.4, "A+", Message("grade.capped_limited"), (Message("grade.name_a_target"),)
        ),
    )


VOID = {"meta", "br", "path", "circle", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """Walks a page, and remembers its tags, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs))
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.shown += f"{data}\n"


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


def shown(html: str) -> str:
    return re.sub(r"\s+", " ", Page(html).shown)


def test_the_page_is_well_nested_and_says_its_language(language: Language) -> None:
    page = Page(to_html(evidence(), language))
    assert ("html", {"lang": language}) in page.tags
    assert sum(tag == "h1" for tag, _ in page.tags) == 1


def test_the_page_loads_nothing_runs_nothing_and_is_small(language: Language) -> None:
    html = to_html(evidence(columns=tuple(f"column {n}" for n in range(100))), language)
    tags = Page(html).tags
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {tag for tag, _ in tags}
    named = [
        value or ""
        for _, attrs in tags
        for key, value in attrs.items()
        if key in ("src", "href", "xlink:href")
    ]
    assert all(value.startswith("#") for value in named)
    assert not any(key.startswith("on") for _, attrs in tags for key in attrs)
    assert not re.search(r"https?://|@import|url\(", html)
    assert len(html.encode()) < 1_500_000


@pytest.mark.parametrize("write", [to_html, to_markdown])
def test_both_forms_have_every_section_in_order(language: Language, write: type) -> None:
    said = write(evidence(), language)
    titles = [f"{n}. {get_text(language, f'report.{name}_title')}" for n, name in enumerate(SECTIONS, 1)]
    places = [said.rindex(title) for title in titles]
    assert places == sorted(places)


@pytest.mark.parametrize("outcome", ["pass", "review", "fail"])
def test_the_verdict_stands_in_words_and_as_a_shape(language: Language, outcome: Outcome) -> None:
    html = to_html(evidence(outcome), language)
    word = get_text(language, f"evidence.outcome_{outcome}")
    assert shown(html).count(get_text(language, "report.verdict_word", word=word)) == 2
    assert html.count(f'class="sign {outcome}"') == 2


def test_each_outcome_has_a_word_of_its_own(language: Language) -> None:
    words = {get_text(language, f"evidence.outcome_{outcome}") for outcome in ("pass", "review", "fail")}
    assert len(words) == 3


def test_the_smallest_leak_and_the_rows_needed_are_said() -> None:
    assert "0.4\N{NO-BREAK SPACE}% of the rows: if they had been exact copies of training rows" in to_html(
        evidence()
    )
    assert "Rows needed" not in to_html(evidence())
    assert "about 4,000 synthetic rows" in to_html(evidence("review"))
    blind = evidence("review")
    verdict = replace(
        blind.privacy.verdict,
        smallest_detectable_leak=None,
        smallest_hinted_leak=None,
        smallest_detectable_changed=None,
        rows_needed=None,
    )
    html = to_html(replace(blind, privacy=replace(blind.privacy, verdict=verdict)))
    assert "none: even if all rows had been copies" in html
    assert "none: even if all rows had been such copies" in html
    assert "no number of synthetic rows is enough" in html
    larger = replace(verdict, holdout_needed=2_500)
    html = to_html(replace(blind, privacy=replace(blind.privacy, verdict=larger)))
    assert "a holdout of about 2,500 rows would" in html


def test_near_copies_are_said_to_be_found_only_as_far_as_they_were_simulated() -> None:
    said = shown(to_html(evidence()))
    assert "The same with one value of each copy changed" in said
    assert "near-cop" not in said


def test_it_says_whether_the_holdout_is_what_it_should_be(language: Language) -> None:
    said = shown(to_html(evidence(), language)).replace("\xa0", " ")
    assert get_text(language, "report.checks_intro") in said


def test_a_privacy_measure_is_said_with_interval_and_holdout() -> None:
    said = shown(to_html(evidence()))
    assert "with a probability of 0.505 (0.495 to 0.515); guessing" in said
    assert "For the holdout it is 0.500 (0.490 to 0.510)." in said
    assert "Chance alone would give a value this bad with a probability of 0.250." in said
    assert "with a probability of less than 0.001" in said
    assert f"Source: {DEFINITIONS['attack_auc'].source}." in said


BOUND = EpsilonBound(1.239, 0.95, "identical_rows", (), (360, 2), (3_600, 900))


def test_the_lower_bound_of_epsilon_is_said_with_what_it_rests_on(language: Language) -> None:
    said = shown(to_html(replace(evidence(), epsilon_at_least=BOUND), language)).replace("\xa0", " ")
    # Rounded down: not one hundredth more than was shown.
    assert "ε = 1.23 " in said or "ε が 1.23 " in said
    assert all(number in said for number in ("95 %", "360", "3,600", "900"))
    assert get_text(language, "measures.identical_rows") in said


@pytest.mark.parametrize("nothing", [0.0, 0.004])
def test_a_bound_of_0_is_not_said_to_be_protection(nothing: float, language: Language) -> None:
    bound = replace(BOUND, value=nothing)
    said = shown(to_html(replace(evidence(), epsilon_at_least=bound), language)).replace("\xa0", " ")
    assert get_text(language, "epsilon.nothing_shown") in said


@pytest.mark.parametrize(("claimed", "beside"), [(1.0, "beyond_claim"), (2.0, "within_claim")])
def test_the_bound_stands_beside_what_the_engine_claims(
    claimed: float, beside: str, language: Language
) -> None:
    training = replace(TRAINING, engine="aim", epsilon=claimed, reached_epsilon=claimed, delta=1e-6)
    bounded = replace(evidence(), epsilon_at_least=BOUND)
    claim = get_text(language, f"epsilon.{beside}", claimed=claimed)
    assert claim in shown(to_html(bounded, language, About(training=training))).replace("\xa0", " ")
    assert claim not in shown(to_html(bounded, language)).replace("\xa0", " ")


def test_without_a_bound_nothing_is_said_of_one(language: Language) -> None:
    assert get_text(language, "epsilon.title") not in to_html(evidence(), language)


def test_a_measure_without_a_value_says_why(language: Language) -> None:
    said = shown(to_html(evidence(), language))
    for name in ("dcr_ratio", "outlier_attack_auc"):
        assert get_text(language, f"measures.missing_{name}").rstrip("。.") in said.replace("\xa0", " ")
    assert not re.search("None(?! of)", said)
    assert "nan" not in said.lower().split()


def test_missing_utility_says_why(language: Language) -> None:
    reason = Message("utility.no_target")
    without = replace(evidence(), utility=None, utility_missing=reason)
    assert reason.render(language) in shown(to_html(without, language))


def test_names_cannot_inject_anything(language: Language) -> None:
    columns = (HOSTILE, "a|b\n# c", '"><img src=x onerror=alert(1)>', "y" * 5_000)
    about = About(HOSTILE, HOSTILE, HOSTILE, source=HOSTILE, engine=HOSTILE)
    html = to_html(evidence(columns=columns), language, about)
    assert not {"script", "img"} & {tag for tag, _ in Page(html).tags}
    assert HOSTILE in shown(html)
    markdown = to_markdown(evidence(columns=columns), language, about)
    assert "<script>" not in markdown.replace(r"\<script\>", "")
    assert "\n# c" not in markdown
    rows = [line.replace(r"\|", "") for line in markdown.splitlines() if line.startswith(r"| a\|b")]
    assert {row.count("|") for row in rows} == {5}


def test_the_class_that_counts_as_positive_is_not_named(language: Language) -> None:
    assert "SECRET-CLASS" not in to_html(evidence(), language) + to_markdown(evidence(), language)


def test_a_reason_that_names_a_value_hides_it(language: Language) -> None:
    reason = Message("utility.constant_train", {"column": "diagnosis", "value": "SECRET-VALUE"})
    assert "SECRET-VALUE" in reason.render(language)
    html = to_html(replace(evidence(), utility=None, utility_missing=reason), language)
    assert "diagnosis" in html
    assert "SECRET-VALUE" not in html


def test_fields_that_nobody_filled_in_are_ruled_lines() -> None:
    names = [field.name for field in fields(About) if field.name not in ("training", "statements", "shared")]
    texts = [f"my {name}" for name in names]
    about = About(**dict(zip(names, texts, strict=True)), statements=("I say so.",))
    blank, filled = to_html(evidence()), to_html(evidence(), "en", about)
    assert "I say so." in filled
    # On the first page, of what is to be shared, of the source, of the generator, and the decision.
    assert blank.count('class="ruled"') == 3 + 5 + 2 + 7 + 1
    assert filled.count('class="ruled"') == 6 + 1
    assert all(text in filled for text in texts)


def test_it_is_said_where_fewer_rows_are_shared_than_were_measured() -> None:
    measured = evidence().rows.synthetic
    said = f"60 rows are shared. This is too few to measure on their own, so {measured:,} rows"
    assert said in to_html(evidence(), "en", About(shared=60))
    assert "先頭" in to_html(evidence(), "ja", About(shared=60))
    assert "This is too few" not in to_html(evidence(), "en", About(shared=measured))


def test_how_the_generator_was_made_is_said() -> None:
    said = shown(to_html(evidence(), "en", About(training=TRAINING)))
    assert "12 of at most 20; it ended at the time limit" in said
    assert "none: ε was not set" in said
    assert "Trained on 3,600 rows" in said


def test_an_engine_without_epochs_says_so() -> None:
    training = replace(TRAINING, engine="trees", epochs=0.0, stopped_by="complete")
    assert "this engine learns in one pass" in shown(to_html(evidence(), "en", About(training=training)))


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        ("mostly", "MOSTLY AI engine 2.7.3"),
        ("mostly-server", "MOSTLY AI server, through synth_handson and its SDK 2.7.3"),
        ("copula", "Gaussian copula of synth_handson 2.7.3"),
        ("gan", "gan 2.7.3"),
    ],
)
def test_the_engine_is_the_one_that_trained_not_the_one_installed_here(engine: str, said: str) -> None:
    training = replace(TRAINING, engine=engine, settings={"batch_size": 2048, "leaf": 5})
    text = shown(to_html(evidence(), "en", About(training=training)))
    assert said in text
    assert "Settings of the engine batch_size = 2048, leaf = 5" in text
    assert "the engine's defaults" in shown(to_html(evidence(), "en", About(training=TRAINING)))


@pytest.mark.parametrize(("protection", "said"), [(True, "on:"), (False, "off:"), (None, "not known")])
def test_value_protection_is_said_as_it_was(protection: bool | None, said: str) -> None:
    about = About(training=replace(TRAINING, value_protection=protection))
    assert f"Rare-value protection {said}" in shown(to_html(evidence(), "en", about))


@pytest.mark.parametrize(
    ("engine", "spent", "covered"),
    [
        ("copula", None, "no mathematical guarantee limits"),
        ("mostly", 2.634, "ε = 2.63 and δ = 1e-06. It covers only the weights of the network"),
        ("aim", 3.0, "ε = 3.00 and δ = 1e-06. It covers everything learned from the table"),
    ],
)
def test_a_guarantee_is_said_with_what_it_covers(engine: str, spent: float | None, covered: str) -> None:
    made = replace(TRAINING, engine=engine, reached_epsilon=spent, delta=None if spent is None else 1e-6)
    assert covered in Wording("en").differential_privacy(made)
    assert Wording("ja").differential_privacy(made) != Wording("en").differential_privacy(made)


def test_another_training_table_than_the_generators_is_noticed() -> None:
    html = to_html(evidence(), "en", About(training=replace(TRAINING, rows=999)))
    assert "The training table given for this report has 3,600" in html


def test_controls_that_are_not_told_apart_are_named() -> None:
    blind = tuple(replace(control, leak=control.name == "holdout") for control in controls())
    said = shown(to_html(replace(evidence(), controls=blind)))
    assert "not found here: “Training rows, copied”" in said
    assert "These controls without a leak are marked as leaks: “Real people never trained on”" in said
    assert "All controls are classified correctly here." not in said


def test_the_highest_risk_comes_first_in_words_and_then_the_worst_column() -> None:
    said = shown(to_html(evidence()))
    assert (
        "Highest of the three" in said
        and "of “y”, 6.0\N{NO-BREAK SPACE}% (5.0" in Page(to_html(evidence())).shown
    )
    table = said[said.index("Highest of the three") :]
    assert table.index(" y ") < table.index(" balance ") < table.index(" job ")


def test_a_wide_table_shows_the_worst_and_says_of_how_many() -> None:
    said = shown(to_html(evidence(columns=tuple(f"column {n:03}" for n in range(100)))))
    assert "Columns: the 10 of 100 that are worst compared with the holdout" in said
    assert "and 60 more" in said
    assert "Columns tried for inference: 100 of 100." in said


def test_the_same_arguments_give_the_same_page(language: Language) -> None:
    assert to_html(evidence(), language) == to_html(evidence(), language)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("identical_rows", 0.00021, "0.02 %"),
        ("dcr_share", 0.4987, "49.9 %"),
        ("attack_auc", 0.5, "0.500"),
        ("dcr_ratio", 1.0849, "1.085"),
        ("mean_difference", -0.02, "−0.020"),
        ("mean_difference", 0.02, "+0.020"),
        ("performance_kept", -0.1, "−10.0 %"),
        ("rmse", 12345.6, "12,346"),
    ],
)
def test_numbers_are_written_in_the_measures_own_unit(name: str, value: float, said: str) -> None:
    assert number(taken(name, value, 0), value) == said


def test_a_share_is_written_as_round_as_it_is() -> None:
    assert [percent(share) for share in (0.05, 0.8, 0.0044, 1)] == ["5 %", "80 %", "0.44 %", "100 %"]


def test_every_measure_has_a_sentence_or_a_table(language: Language) -> None:
    words = Wording(language)
    for name in DEFINITIONS:
        assert words.name(taken(name, 0.5, 0.5))
    for measured in privacy("pass", ()).measures[:7]:
        assert words.sentence(measured).endswith((".", "。"))


def test_what_somebody_may_know_is_said_and_that_nothing_else_is_claimed(language: Language) -> None:
    words = Wording(language)
    unnamed = to_markdown(evidence(), language)
    assert words.translate("known_none") in unnamed.replace("\\", "")
    found = replace(taken("attribution", 0.4, 0.1), columns=("age", "job", "balance"), p_value=1e-9)
    measured = replace(privacy("pass", ()), measures=(found,))
    said = to_markdown(replace(evidence(), privacy=measured, known=("age", "job")), language)
    assert words.translate("known_named", columns=words.names(("age", "job"))) in said
    assert words.translate("known_none") not in said.replace("\\", "")
    told = words.sentence(found)
    assert all(words.quote(name) in told for name in found.columns)
    assert "40.00 %" in told and "10.00 %" in told


def test_an_axis_is_round_wide_enough_and_inside_the_range() -> None:
    assert span([taken("identical_rows", 0.0002, 0.0001)]) == pytest.approx((0, 0.1))
    assert span([taken("attack_auc", 0.505, 0.499)]) == pytest.approx((0.45, 0.55))
    assert span([taken("dcr_share", 1, 0.5)]) == pytest.approx((0.4, 1))
    low, high = span([taken("dcr_ratio", 1.1, 1.0)])
    assert low <= 0.99 and high >= 1.11


def test_a_picture_draws_the_interval_where_its_numbers_are() -> None:
    drawn = interval_plot(taken("dcr_share", 0.6, 0.5), (0.5, 0.7), percent).markup
    # The axis runs from 6 to 154: 0.6 is its middle, 0.59 and 0.61 are a twentieth of it away.
    assert '<circle cx="80.0"' in drawn
    assert "M72.6 8H87.4" in drawn


def test_nothing_of_anybody_stands_in_the_report() -> None:
    draw = np.random.default_rng(0)

    def table(rows: int, name: str) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "amount": draw.integers(10**6, 10**7, rows),
                "town": [f"{name}-{letter}" for letter in draw.choice(list("ABCDEFGH"), rows)],
                "day": pd.Timestamp("1931-01-01") + pd.to_timedelta(draw.integers(0, 9_000, rows), "D"),
                "member": draw.choice([f"{name}yes", f"{name}no"], rows),
            }
        )

    real = table(600, "Nowhere")
    found = assess(table(200, "Nowhere"), train=real[:400], holdout=real[400:], target="member")
    for said in (write(found, lang) for write in (to_html, to_markdown) for lang in LANGUAGES):
        assert "Nowhere" not in said
        assert not re.search(r"19[3-5]\d-\d\d", said)
        numbers = set(re.findall(r"\d{7}", said.replace(",", "")))
        assert not numbers & set(real["amount"].astype(str))


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("pass", "No leak was found, but the data is of limited use. Sharing is your decision."),
        ("review", "These numbers do not settle whether the data leaks"),
        ("fail", "A leak was found: do not share the data."),
    ],
)
def test_the_first_page_says_what_follows_from_privacy_and_use(outcome: Outcome, sentence: str) -> None:
    first = re.sub(r"<[^>]+>", " ", to_html(evidence(outcome)).split("<nav")[0])
    first = " ".join(unescape(first).split())
    assert sentence in first
    assert "Usefulness: limited" in first
    for name in ("small", "knowledge", "generator"):
        assert get_text("en", f"report.limit_{name}") in first
    for role in ("owner", "legal", "recipient"):
        assert get_text("en", f"report.sign_{role}") in first


@pytest.mark.parametrize("name", ["edps_srb", "appi_statistics", "appi_related"])
def test_the_newest_sources_of_law_are_named(language: Language, name: str) -> None:
    said = shown(to_html(evidence(), language)).replace("\xa0", " ")
    for part in ("", "_asks", "_report"):
        assert get_text(language, f"report.law_{name}{part}") in said
