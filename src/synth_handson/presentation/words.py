"""The report's words for one language: measures, their numbers and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from numbers import Real

from synth_handson.evidence.measures import RISKS, Measure
from synth_handson.evidence.utility.tstr import Task
from synth_handson.evidence.verdict import HINTS
from synth_handson.locales import Language, Message, get_text
from synth_handson.metrics.models import ModelName
from synth_handson.presentation.document import Figures
from synth_handson.presentation.summaries import in_words
from synth_handson.synthesis.generator import Training
from synth_handson.synthesis.registry import ENGINES

DECIMALS = {
    "identical_rows": 2, "identical_without": 2, "outlier_identical": 2, "attack_tpr": 2,
    "attack_tpr_03": 2, "attack_tpr_01": 2, "subset_matches": 2, "subset_matches_binned": 2,
    "transformed_matches": 2, "holdout_matches": 2, "training_matches": 2, "kernel_share": 1,
    "split_columns": 1, "shared_people": 1, "key_matches": 2, "history_attack_tpr": 2, "event_attack_tpr": 2,
    "hausdorff_attack_tpr": 2, "profile_matches": 2, "event_texts": 2, "event_matches": 2,
    "event_copies": 2,    "event_matches_2": 2, "event_matches_3": 2, "event_matches_4": 2,
    "column_tvd": 1, "pair_tvd": 1, "ks": 1, "category_coverage": 1, "distinct_rows": 1, "dcr_share": 1,
    "accuracy": 1, "precision": 1, "recall": 1, "performance_kept": 1, "group_kept": 0,
    "c2st_auc": 1, "singling_out": 1, "linkability": 1, "inference": 1,
    "attribution": 2, "attribution_matched": 2,
    "identical_texts": 2, "rare_words": 1, "text_attack_tpr": 2, "text_length": 1, "text_distinct": 1,
}  # fmt: skip
"""Measures that are shares, and the decimals of their percentages."""

RARELY = 0.001
"""Smallest probability that is written out."""
HIDDEN = ("value", "values")
"""Placeholders that a report hides, as a rare category can identify somebody."""
LONGEST_NAME = 60
MOST_NAMES = 40


def percent(share: float, decimals: int | None = None) -> str:
    """Write a share in percent, by default with as many decimals as it has, four digits at most."""
    number = f"{100 * share:.4g}" if decimals is None else f"{100 * share:.{decimals}f}"
    return minus(f"{number} %")


def chance(p_value: float, language: Language) -> str:
    """Say how often chance alone makes such a gap."""
    if p_value < RARELY:
        return get_text(language, "pictures.rarely")
    return percent(p_value, 1 if p_value < 0.1 else 0)


def number(measure: Measure, value: float) -> str:
    """Write a value of a measure: shares in percent, differences with their sign, others with 3 decimals."""
    if measure.name in DECIMALS:
        return percent(value, DECIMALS[measure.name])
    if measure.good == "near" and measure.ideal == 0:
        return minus(f"{value:+.3f}")
    return minus(f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}")


def axis_number(measure: Measure, value: float) -> str:
    """Write a number of a measure's axis, as short as it is round."""
    return percent(round(value, 9)) if measure.name in DECIMALS else minus(f"{round(value, 9):,.6g}")


@dataclass(frozen=True)
class Wording:
    """Writes the report's words in one language.

    Attributes
    ----------
    language
        "ja" or "en".
    of_people
        Whether people are counted, and columns sum up their events.
    """

    language: Language
    of_people: bool = False

    def translate(self, key: str, **values: object) -> str:
        """Look up an entry of ``report.toml``."""
        return get_text(self.language, f"report.{key}", **values)

    def text(self, key: str, **values: object) -> str:
        """Look up an entry of any file of texts."""
        return get_text(self.language, key, **values)

    def name(self, measure: Measure) -> str:
        """Name a measure."""
        return get_text(self.language, f"measures.{measure.name}")

    def model(self, name: ModelName, task: Task) -> str:
        """Name a model; the linear one is another for classes than for numbers."""
        classes = "_class" if name == "linear" and task != "regression" else ""
        return self.translate(f"model_{name}{classes}")

    def engine(self, training: Training) -> str:
        """Name what a generator was trained with, and its version."""
        known = training.engine if training.engine in ENGINES else "other"
        return self.translate(f"engine_{known}", name=training.engine, version=training.engine_version)

    def epochs(self, training: Training) -> str:
        """Say how many epochs the training took, and why it ended."""
        if training.stopped_by == "complete":
            return self.translate("epochs_complete")
        stopped = self.translate(f"stopped_{training.stopped_by.replace(' ', '_')}")
        return self.translate(
            "epochs", epochs=training.epochs, max_epochs=training.max_epochs, stopped=stopped
        )

    def differential_privacy(self, training: Training) -> str:
        """Say which guarantee there is, and what it covers."""
        if training.reached_epsilon is None:
            return self.translate("differential_privacy")
        covered = f"differential_privacy_{training.engine}"
        return self.translate(covered, reached=training.reached_epsilon, delta=training.delta)

    def settings(self, training: Training) -> str:
        """List what the engine was told."""
        told = [f"{name} = {value}" for name, value in training.settings.items()]
        return self.translate("listed").join(told) or self.translate("settings_own")

    def value(self, measure: Measure) -> Figures:
        """Write what was measured, or why there is nothing."""
        if measure.value is None:
            return Figures(self.missing(measure))
        return self._figures(measure, measure.value, measure.low, measure.high)

    def reference(self, measure: Measure) -> Figures:
        """Write what was measured with real rows in the synthetic table's place."""
        if measure.reference is None:
            return Figures("–")
        return self._figures(measure, measure.reference, measure.reference_low, measure.reference_high)

    def missing(self, measure: Measure) -> str:
        """Say why a measure has no value."""
        return self.reason(measure.missing) if measure.missing else self.translate("no_reason")

    def reason(self, reason: Message) -> str:
        """Give a reason without values of the tables: a rare category can identify somebody."""
        hidden = {
            name: self.translate("hidden_value")
            for name in HIDDEN
            if isinstance(reason.values.get(name), str)
        }
        return self._plain(Message(reason.key, {**reason.values, **hidden}).render(self.language))

    def inline(self, figures: Figures) -> str:
        """Write a number with its interval inside a sentence."""
        if not figures.interval:
            return figures.value
        return self.translate("with_interval", value=figures.value, interval=figures.interval)

    def sentence(self, measure: Measure) -> str:
        """Say in a sentence or two what was found, beside the same for the holdout."""
        if measure.value is None:
            return self.missing(measure)
        value, column = self.inline(self.value(measure)), ", ".join(map(self.quote, measure.columns))
        *known, secret = [*map(self.quote, measure.columns)] or [""]
        told = {"value": value, "column": column, "known": ", ".join(known), "secret": secret}
        said = [self.translate(f"sentence_{measure.name}", **told)]
        if measure.reference is None:
            said.append(self.translate("beside_none"))
        else:
            beside = "beside_hint" if measure.name in HINTS else "beside"
            said.append(self.translate(beside, reference=self.inline(self.reference(measure))))
        if measure.p_value is not None:
            how_often = "by_chance" if measure.p_value >= 0.001 else "by_chance_rarely"
            said.append(self.translate(how_often, p=f"{measure.p_value:.3f}"))
        return self.join(said)

    def small_print(self, measure: Measure) -> str:
        """Say a measure's range, good direction, rows, kind of interval and source."""
        ends = {
            side: None if end is None else axis_number(measure, end)
            for side, end in (("lowest", measure.lowest), ("highest", measure.highest))
        }
        kind = {(True, True): "both", (True, False): "from", (False, True): "to", (False, False): "any"}
        known = kind[measure.lowest is not None, measure.highest is not None]
        counted = "_none" if measure.value is None else "_attacks" if measure.name in RISKS else ""
        return self.translate(
            f"small_print{counted}",
            range=self.translate(f"range_{known}", **ends),
            good=self.translate(f"good_{measure.good}", ideal=axis_number(measure, measure.ideal)),
            rows=measure.rows,
            interval=get_text(self.language, f"measures.interval_{measure.interval}").rstrip(".。"),
            source=measure.source,
        )

    def join(self, sentences: Sequence[str]) -> str:
        """Join sentences."""
        return ("" if self.language == "ja" else " ").join(sentences)

    def column(self, name: str) -> str:
        """Name a column, in words if it summarises events, and shorten a name that would not fit."""
        name = self._plain(name)
        return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"

    def quote(self, name: str) -> str:
        """Put a column's name in quotation marks."""
        return self.translate("quoted", name=self.column(name))

    def names(self, columns: Sequence[str]) -> str:
        """List columns, the first forty by name."""
        listed = list(map(self.column, islice(columns, MOST_NAMES)))
        if len(columns) > MOST_NAMES:
            listed.append(self.translate("and_more", count=len(columns) - MOST_NAMES))
        return self.translate("listed").join(listed)

    def _plain(self, text: str) -> str:
        return in_words(text, self.language) if self.of_people else text

    def _figures(self, measure: Measure, value: float, low: float | None, high: float | None) -> Figures:
        if low is None or high is None:
            return Figures(number(measure, value))
        interval = self.translate("interval", low=number(measure, low), high=number(measure, high))
        return Figures(number(measure, value), interval)


def cell(value: object) -> str:
    """Write a value of a table."""
    if value is None:
        return "–"
    if isinstance(value, Real) and not isinstance(value, bool):
        return minus(f"{float(value):,.10g}")
    return str(value)


def minus(text: str) -> str:
    """Write a minus in place of a hyphen."""
    return text.replace("-", "−")
