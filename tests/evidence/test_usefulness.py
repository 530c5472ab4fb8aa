"""Use: stated rules on intervals, and what becomes of tables whose use is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from people import draw_people

from synth_handson import assess
from synth_handson.evidence.controls.known_tables import shuffle_columns
from synth_handson.evidence.fidelity.broken import BrokenColumn
from synth_handson.evidence.fidelity.statistics import Fidelity, SchemaMatch
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.usefulness import judge_use
from synth_handson.evidence.utility.groups import GroupUtility
from synth_handson.evidence.utility.tstr import ModelUtility, Utility, assess_utility
from synth_handson.locales import LANGUAGES, Message
from synth_handson.metrics.intervals import Estimate


def learned(*shares: tuple[float, float, float] | None) -> Utility:
    """Give each model a share kept, with its interval."""
    missing = Message("utility.no_skill_r2", {"column": "y", "value": 0.1, "low": -0.1, "high": 0.3})
    kept = [
        Measure("performance_kept", None, rows=9, missing=missing)
        if share is None
        else Measure("performance_kept", Estimate(*share), Estimate(1, 1, 1), rows=9)
        for share in shares
    ]
    models = tuple(ModelUtility("linear", (), measure, ()) for measure in kept)
    return Utility("y", "binary", "yes", models, 1_000, 900, 0.8)


def kept_statistics(
    tvd: float = 0.05, pair: float = 0.05, area: float = 0.5, association: float = 0.02
) -> Fidelity:
    def taken(name: str, value: float, reference: float, *columns: str) -> Measure:
        estimates = (Estimate(v, v - 0.01, v + 0.01) for v in (value, reference))
        return Measure(name, *estimates, rows=100, columns=columns)

    return Fidelity(
        schema=SchemaMatch(True, True, True, ()),
        columns=(taken("column_tvd", tvd, 0.05, "age"),),
        pairs=(
            taken("pair_tvd", pair, 0.05, "plan", "job"),
            taken("cramers_v_difference", association, 0.02, "plan", "job"),
        ),
        joint=(taken("c2st_auc", area, 0.5),),
        pairs_measured=1,
        pairs_total=1,
    )


CONSTANT = BrokenColumn("age", "constant", "40", 1.0, 0.02)
BLANK = BrokenColumn("v", "blank", None, 0.6, 0.0)
LOST = BrokenColumn("job", "lost", "x", 0.0, 0.12)
SHIFTED = BrokenColumn("y", "shifted", "yes", 0.19, 0.12)


def group(value: float, low: float, high: float) -> GroupUtility:
    kept = Measure("group_kept", Estimate(value, low, high), Estimate(1, 1, 1), rows=80)
    return GroupUtility("job", "services", kept)


GOOD, FAIR, POOR = (0.95, 0.8, 1.1), (0.6, 0.4, 0.8), (0.2, 0.1, 0.3)


class TestWithATarget:
    @pytest.mark.parametrize(
        ("shares", "outcome"),
        [
            ((GOOD, GOOD, GOOD), "useful"),
            # The median counts, unless one model certainly keeps less than half.
            ((FAIR, GOOD, GOOD), "useful"),
            ((POOR, GOOD, GOOD), "limited"),
            ((FAIR, FAIR, GOOD), "limited"),
            ((POOR, POOR, GOOD), "not useful"),
            ((POOR, POOR, POOR), "not useful"),
            # Certainly more than half, and certainly less than four fifths.
            (((0.6, 0.55, 0.65),) * 3, "limited"),
            # A wide interval around most of it is not enough.
            (((0.9, 0.4, 1.4),) * 3, "limited"),
            ((None, GOOD, GOOD), "useful"),
            ((None, None, None), "cannot tell"),
        ],
    )
    def test_the_rules(self, shares: tuple[tuple[float, float, float] | None, ...], outcome: str) -> None:
        assert judge_use(kept_statistics(), learned(*shares)).outcome == outcome

    def test_it_says_what_the_median_and_the_worst_model_keep(self) -> None:
        said = judge_use(kept_statistics(), learned(POOR, FAIR, GOOD)).reasons[0].render("en")
        assert "median model keeps 60 % (40 % to 80 %)" in said
        assert "worst 20 % (10 % to 30 %)" in said

    def test_more_rows_are_asked_for_only_where_the_interval_is_in_the_way(self) -> None:
        def advice(*shares: tuple[float, float, float]) -> list[str]:
            return [m.key for m in judge_use(kept_statistics(), learned(*shares)).advice]

        assert advice(FAIR, FAIR, FAIR) == ["use.advise_rows", "use.advise_generator"]
        assert advice(POOR, POOR, POOR) == ["use.advise_generator"]
        assert advice(GOOD, GOOD, GOOD) == []

    def test_a_table_no_model_can_learn_from_is_not_useful(self) -> None:
        lost = Message("utility.constant_synthetic", {"column": "y", "value": "no"})
        found = judge_use(kept_statistics(), lost)
        assert (found.outcome, found.reasons) == ("not useful", (lost,))


class TestWithATargetAndBrokenStatistics:
    @pytest.mark.parametrize(
        ("broken", "said"),
        [
            (CONSTANT, "“age” has the same value in every row."),
            (BLANK, "“v” is empty in 60 % of the rows, and in 0 % of the training rows."),
            (LOST, "The category “x” of “job” is missing; 12 % of the training rows have it."),
        ],
    )
    def test_what_is_broken_is_named_first(self, broken: BrokenColumn, said: str) -> None:
        found = judge_use(replace(kept_statistics(), broken=(broken,)), learned(GOOD, GOOD, GOOD))
        assert (found.outcome, found.reasons[0].render("en")) == ("limited", said)
        assert found.advice == (Message("use.advise_generator"),)

    def test_the_limits_without_a_target_apply(self) -> None:
        for statistics in (kept_statistics(tvd=0.125), kept_statistics(pair=0.5), kept_statistics(area=0.9)):
            assert judge_use(statistics, learned(GOOD, GOOD, GOOD)).outcome == "limited"
            assert judge_use(statistics, learned(None, None, None)).outcome in ("limited", "not useful")
            assert judge_use(statistics, learned(POOR, POOR, POOR)).outcome == "not useful"

    def test_of_a_broken_column_nothing_else_is_said(self) -> None:
        broken = replace(kept_statistics(tvd=0.5, pair=0.5), broken=(replace(LOST, category="y"), CONSTANT))
        keys = [reason.key for reason in judge_use(broken, learned(GOOD, GOOD, GOOD)).reasons]
        assert keys == ["use.lost", "use.constant", "use.useful"]

    def test_of_very_many_the_first_are_named(self) -> None:
        broken = tuple(replace(CONSTANT, column=f"c{i}") for i in range(20))
        reasons = judge_use(replace(kept_statistics(), broken=broken), learned(GOOD, GOOD, GOOD)).reasons
        assert [reason.key for reason in reasons] == ["use.constant"] * 5 + ["use.more", "use.useful"]
        assert reasons[5].values == {"count": 15}


class TestGroups:
    @pytest.mark.parametrize(
        ("kept", "outcome", "reason"),
        [
            ((-8.0, -12.0, -4.0), "limited", "use.group_worse"),
            ((0.2, -0.1, 0.4), "limited", "use.group_lost"),
            # Chance may be all there is to it.
            ((0.2, -0.5, 0.9), "useful", "use.useful"),
        ],
    )
    def test_a_group_that_certainly_loses_more_than_half_is_named_first(
        self, kept: tuple[float, float, float], outcome: str, reason: str
    ) -> None:
        utility = replace(learned(GOOD, GOOD, GOOD), groups=(group(*kept), group(0.9, 0.7, 1.1)))
        found = judge_use(kept_statistics(), utility)
        assert (found.outcome, found.reasons[0].key) == (outcome, reason)
        assert any("“services” of “job” (people tested: 80)" in said.render("en") for said in found.reasons)

    def test_a_class_of_the_target_that_is_too_frequent_is_named(self) -> None:
        found = judge_use(kept_statistics(), replace(learned(GOOD, GOOD, GOOD), shifted=SHIFTED))
        said = "“y” is “yes” in 19 % of the synthetic rows, and in 12 % of the training rows."
        assert (found.outcome, found.reasons[0].render("en")) == ("limited", said)


class TestWithoutATarget:
    @pytest.mark.parametrize(
        ("fidelity", "outcome", "reason"),
        [
            (kept_statistics(), "close", "use.alike"),
            # .07 beyond the holdout, less a hundredth of either interval.
            (kept_statistics(tvd=0.125), "limited", "use.apart_column_tvd"),
            (kept_statistics(tvd=0.115), "close", "use.alike"),
            (kept_statistics(pair=0.2), "limited", "use.apart_pair_tvd"),
            (kept_statistics(area=0.7), "limited", "use.apart_c2st_auc"),
            (kept_statistics(area=0.9), "not useful", "use.apart_c2st_auc"),
            (kept_statistics(pair=0.5), "not useful", "use.apart_pair_tvd"),
            (kept_statistics(association=0.15), "limited", "use.apart_association"),
            (kept_statistics(association=0.13), "close", "use.alike"),
            (replace(kept_statistics(), broken=(CONSTANT,)), "limited", "use.constant"),
        ],
    )
    def test_the_rules(self, fidelity: Fidelity, outcome: str, reason: str) -> None:
        found = judge_use(fidelity, Message("utility.no_target"))
        assert (found.outcome, found.reasons[0].key) == (outcome, reason)
        assert found.reasons[-1] == Message("utility.no_target")


def test_every_sentence_can_be_said() -> None:
    found = [
        judge_use(kept_statistics(), learned(*shares))
        for shares in ((GOOD,) * 3, (FAIR,) * 3, (POOR,) * 3, (None,) * 3)
    ]
    found.append(judge_use(kept_statistics(0.5, 0.5, 0.9), Message("utility.no_target")))
    found.append(judge_use(kept_statistics(), Message("utility.no_target")))
    everything = replace(kept_statistics(association=0.4), broken=(CONSTANT, BLANK, LOST))
    for worst in ((-8.0, -12.0, -4.0), (0.2, -0.1, 0.4), (0.9, 0.7, 1.1)):
        utility = replace(learned(GOOD, GOOD, GOOD), groups=(group(*worst),), shifted=SHIFTED)
        found.append(judge_use(everything, utility))
    for language in LANGUAGES:
        said = {m.render(language) for one in found for m in (*one.reasons, *one.advice)}
        assert len(said) == len({m for one in found for m in (*one.reasons, *one.advice)})


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    drawn = draw_people(9_000, 0)
    return drawn.iloc[:4_000], drawn.iloc[4_000:7_000], drawn.iloc[7_000:]


@pytest.mark.seldom
@pytest.mark.parametrize(
    "target", ["churned", *(pytest.param(name, marks=pytest.mark.calibration) for name in ("score", None))]
)
def test_other_real_people_are_of_use_and_shuffled_columns_are_not(
    people: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], target: str | None
) -> None:
    train, holdout, fresh = people
    good = assess(fresh, train=train, holdout=holdout, target=target)
    assert (good.usefulness.outcome, good.verdict) == ("useful" if target else "close", "pass")
    assert good.decision.key == ("use.share_useful" if target else "use.share_close")
    useless = assess(shuffle_columns(fresh, 0), train=train, holdout=holdout, target=target)
    assert useless.usefulness.outcome in (("not useful",) if target else ("not useful", "limited"))
    assert useless.verdict == "pass"
    assert useless.decision.render("en").startswith("No leak was found, but")
    assert useless.grade.letter in ("C", "F") if target else useless.grade.letter != "A+"


def test_a_target_that_nothing_predicts_cannot_be_judged() -> None:
    rng = np.random.default_rng(0)
    noise = pd.DataFrame({"x": rng.normal(size=1_500), "y": rng.choice(["a", "b"], 1_500)})
    tables = prepare_tables(noise[:400], noise[400:1_100], noise[1_100:])
    found = judge_use(kept_statistics(), assess_utility(tables, "y", random_state=0))
    assert found.outcome == "cannot tell"


def test_a_precision_of_nobody_is_not_nought() -> None:
    train, holdout, fresh = (draw_people(600, seed) for seed in range(3))
    rare = fresh.assign(churned=np.where(np.arange(600) < 6, "yes", "no"))
    found = assess_utility(prepare_tables(rare, train, holdout), "churned", random_state=0)
    assert isinstance(found, Utility)
    assert found.majority == pytest.approx((holdout["churned"] == "no").mean())
    none = [m for model in found.models for m in model.measures if m.name == "precision" and m.value is None]
    assert none
    assert all(m.missing is not None and "nobody" in m.missing.render("en") for m in none)
