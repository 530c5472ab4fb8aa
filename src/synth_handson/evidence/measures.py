"""One form for every measure, and the definition of each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

from synth_handson.locales import Message
from synth_handson.metrics.intervals import Estimate

Good = Literal["low", "high", "near"]


@dataclass(frozen=True)
class Definition:
    """Definition of a measure.

    Attributes
    ----------
    lowest, highest
        The measure's range; None where it has no end.
    good
        Whether "low" or "high" values are good, or those "near" the ideal.
    ideal
        The value of a perfect synthetic table of unlimited size.
    interval
        How the 95 % interval is obtained: entry ``interval_<this>`` of the texts in ``measures.toml``.
    source
        The paper or standard that defines it.
    tested
        Whether it is one of the tests on which the verdict on privacy rests.
    """

    lowest: float | None
    highest: float | None
    good: Good
    ideal: float
    interval: str
    source: str
    tested: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The range, infinite where it has no end."""
        return (
            -math.inf if self.lowest is None else self.lowest,
            math.inf if self.highest is None else self.highest,
        )


@dataclass(frozen=True)
class Measure:
    """One number, with everything needed to read it.

    Attributes
    ----------
    name
        Key of `DEFINITIONS`; entries ``<name>`` and ``<name>_read`` of ``measures.toml`` name and explain it.
    estimate
        What was measured on the synthetic table, with its 95 % interval; None where it could not be measured.
    expected
        The same with real rows in the synthetic table's place: the holdout's; for a model's performance,
        training rows'. It is the best that an honest generator can do.
    rows
        Number of rows of each table that both were measured on.
    columns
        The columns it is about; empty for the whole table.
    p_value
        Probability of a value at least as far from chance if the synthetic table knew nothing about the
        training rows that it does not know about unseen people; None where nothing is tested. Two-sided
        unless the measure says otherwise: a table that avoids its training people also reveals them.
    least_p_value
        The smallest p-value that the test could have shown: with few people found, not even one that finds
        training people alone is small. None if nothing limits it.
    attributable
        For tests that count people found: the share of the training people found would not have been found
        at the holdout people's rate, 0 to 1. Low is good.
    avoided
        The opposite: which share of the holdout people found would not have been found at the training
        people's rate, 0 to 1. Low is good.
    missing
        Why there is no value.
    """

    name: str
    estimate: Estimate | None
    expected: Estimate | None = None
    _: KW_ONLY
    rows: int
    columns: tuple[str, ...] = ()
    p_value: float | None = None
    least_p_value: float | None = None
    attributable: Estimate | None = None
    avoided: Estimate | None = None
    missing: Message | None = None

    @property
    def definition(self) -> Definition:
        """The measure's definition."""
        return DEFINITIONS[self.name]

    @property
    def value(self) -> float | None:
        """The number measured on the synthetic table."""
        return None if self.estimate is None else self.estimate.value

    @property
    def low(self) -> float | None:
        """Lower end of its interval."""
        return None if self.estimate is None else self.estimate.low

    @property
    def high(self) -> float | None:
        """Upper end of its interval."""
        return None if self.estimate is None else self.estimate.high

    @property
    def reference(self) -> float | None:
        """The number measured with real rows in the synthetic table's place."""
        return None if self.expected is None else self.expected.value

    @property
    def reference_low(self) -> float | None:
        """Lower end of its interval."""
        return None if self.expected is None else self.expected.low

    @property
    def reference_high(self) -> float | None:
        """Upper end of its interval."""
        return None if self.expected is None else self.expected.high

    @property
    def lowest(self) -> float | None:
        """Lower end of the measure's range."""
        return self.definition.lowest

    @property
    def highest(self) -> float | None:
        """Upper end of the measure's range."""
        return self.definition.highest

    @property
    def good(self) -> Good:
        """Whether "low" or "high" values are good, or those "near" the ideal."""
        return self.definition.good

    @property
    def ideal(self) -> float:
        """The value of a perfect synthetic table of unlimited size."""
        return self.definition.ideal

    @property
    def interval(self) -> str:
        """How the intervals are obtained."""
        return self.definition.interval

    @property
    def source(self) -> str:
        """The paper or standard that defines the measure."""
        return self.definition.source

    @property
    def excess(self) -> float | None:
        """How much worse than the reference it is, in the measure's unit; negative if it is better."""
        if self.value is None or self.reference is None:
            return None
        if self.good == "near":
            return abs(self.value - self.ideal) - abs(self.reference - self.ideal)
        return (self.value - self.reference) * (1 if self.good == "low" else -1)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Write and read one flat record: the intervals' ends beside the numbers, and the definition."""
        from pydantic_core import core_schema

        schema = handler(source)
        # Changed in place, for wherever else a measure stands, pydantic refers to this one.
        itself = handler.resolve_ref_schema(schema)
        itself["schema"] = core_schema.no_info_before_validator_function(_from_record, itself["schema"])
        itself["serialization"] = core_schema.wrap_serializer_function_ser_schema(_to_record)
        return schema


RECORDED = ("lowest", "highest", "good", "ideal", "interval", "source")
"""Fields of the definition that are part of a measure's record."""


ESTIMATES = {
    "estimate": ("value", "low", "high"),
    "expected": ("reference", "reference_low", "reference_high"),
    "attributable": ("attributable", "attributable_low", "attributable_high"),
    "avoided": ("avoided", "avoided_low", "avoided_high"),
}
"""Fields with an interval, and what the number and the ends of its interval are called in a record."""


def _to_record(found: Measure, plain: Callable[[Measure], dict[str, Any]]) -> dict[str, Any]:
    fields = plain(found)
    numbers: dict[str, float | None] = {}
    for name, keys in ESTIMATES.items():
        numbers |= dict(zip(keys, fields.pop(name) or (None, None, None), strict=True))
    definition = {key: getattr(found.definition, key) for key in RECORDED}
    return {"name": fields.pop("name"), **numbers, **fields, **definition}


def _from_record(record: Any) -> Any:
    if not isinstance(record, dict):
        return record
    if record.get("name") not in DEFINITIONS:
        raise ValueError(f"unknown measure {record.get('name')!r}")
    fields = {key: value for key, value in record.items() if key not in RECORDED}
    for name, keys in ESTIMATES.items():
        estimate = [fields.pop(key, None) for key in keys]
        fields[name] = None if estimate[0] is None else estimate
    return fields


_KS = "A. N. Kolmogorov, 1933; F. J. Massey, JASA 46, 1951"
_TVD = "Levin, Peres & Wilmer, Markov Chains and Mixing Times, 2009, 4.1"
_WASSERSTEIN = "Ramdas, Garcia & Cuturi, Entropy 19(2), 2017"
_MOMENTS = "Joanes & Gill, The Statistician 47(1), 1998"
_CRAMER = "H. Cramér, Mathematical Methods of Statistics, 1946, 21.9"
_COVERAGE = "Goncalves et al., BMC Med. Res. Methodol. 20:108, 2020"
_SPEARMAN = "C. Spearman, Am. J. Psychol. 15, 1904"
_RATIO = "K. Pearson, Drapers' Company Research Memoirs, 1905"
_C2ST = "Lopez-Paz & Oquab, Revisiting Classifier Two-Sample Tests, ICLR 2017"
_TSTR = "Esteban, Hyland & Rätsch, arXiv:1706.02633, 2017"
_AUC = "J. A. Hanley & B. J. McNeil, Radiology 143, 1982"
_PR = "Davis & Goadrich, ICML 2006"
_F1 = "C. J. van Rijsbergen, Information Retrieval, 1979"
_ERROR = "Willmott & Matsuura, Climate Research 30, 2005"
_BRIER = "G. W. Brier, Monthly Weather Review 78, 1950"
_R2 = "S. Wright, J. Agric. Res. 20, 1921"
_DCR = "Platzer & Reutterer, Frontiers in Big Data 4:679939, 2021"
_FISHER = "R. A. Fisher, Statistical Methods for Research Workers, 1934"
_MIA = "Hilprecht, Härterich & Bernau, PoPETs 2019(4)"
_CALIBRATED = "Watson et al., On the importance of difficulty calibration, ICLR 2022"
_LOGAN = "Hayes et al., LOGAN, PoPETs 2019(1)"
_LIRA = "Carlini et al., IEEE S&P 2022 (true positives at a low false-positive rate)"
_PARZEN = "E. Parzen, Ann. Math. Stat. 33, 1962; M. F. Schilling, JASA 81, 1986"
_REPEATED = "Saeb et al., GigaScience 6(5), 2017 (splitting by rows or by people)"
_CHI = "K. Pearson, Philosophical Magazine 50, 1900"
_UNIQUES = "Raab, Nowok & Dibben, arXiv:2406.16826, 2024"
_RUNS = "Lee et al., Deduplicating training data makes language models better, ACL 2022"
_SECRETS = "Carlini et al., The Secret Sharer, USENIX Security 2019"
_TFIDF = "Salton & Buckley, Information Processing & Management 24(5), 1988"
_DIVERSITY = "Zhu et al., Texygen, SIGIR 2018"
_CLUSTERED = "Obuchowski, Biometrics 53, 1997"
_INTRACLASS = "R. A. Fisher, 1925; A. Donner, International Statistical Review 54, 1986"
_UNICITY = "de Montjoye et al., Scientific Reports 3, 2013, and Science 347, 2015"
_SPARSE = "Narayanan & Shmatikov, IEEE S&P 2008"
_HAUSDORFF = "Dubuisson & Jain, A modified Hausdorff distance, ICPR 1994"
_TCAP = "Taub et al., Privacy in Statistical Databases 2018"
_SPECTRUM = "Cooley & Tukey, Mathematics of Computation 19, 1965"
_ANONYMETER = "Giomi et al., PoPETs 2023(2); WP29 Opinion 05/2014"

DEFINITIONS: dict[str, Definition] = {
    "column_tvd": Definition(0.0, 1.0, "low", 0.0, "bootstrap", _TVD),
    "ks": Definition(0.0, 1.0, "low", 0.0, "bootstrap", _KS),
    "wasserstein": Definition(0.0, None, "low", 0.0, "bootstrap", _WASSERSTEIN),
    "mean_difference": Definition(None, None, "near", 0.0, "bootstrap", _MOMENTS),
    "sd_ratio": Definition(0.0, None, "near", 1.0, "bootstrap", _MOMENTS),
    "skewness_difference": Definition(None, None, "near", 0.0, "bootstrap", _MOMENTS),
    "kurtosis_difference": Definition(None, None, "near", 0.0, "bootstrap", _MOMENTS),
    "category_coverage": Definition(0.0, 1.0, "high", 1.0, "bootstrap", _COVERAGE),
    "cramers_v": Definition(0.0, 1.0, "low", 0.0, "bootstrap", _CRAMER),
    "pair_tvd": Definition(0.0, 1.0, "low", 0.0, "bootstrap", _TVD),
    "spearman_difference": Definition(0.0, 2.0, "low", 0.0, "bootstrap", _SPEARMAN),
    "correlation_ratio_difference": Definition(0.0, 1.0, "low", 0.0, "bootstrap", _RATIO),
    "cramers_v_difference": Definition(0.0, 1.0, "low", 0.0, "bootstrap", _CRAMER),
    "c2st_auc": Definition(0.0, 1.0, "near", 0.5, "delong", _C2ST),
    "c2st_auc_events": Definition(0.0, 1.0, "near", 0.5, "clusters", f"{_C2ST}; {_CLUSTERED}"),
    "intraclass_difference": Definition(0.0, 2.0, "low", 0.0, "bootstrap", _INTRACLASS),
    "distinct_rows": Definition(0.0, 1.0, "high", 1.0, "clopper_pearson", _COVERAGE),
    "roc_auc": Definition(0.0, 1.0, "high", 1.0, "bootstrap_holdout", f"{_TSTR}; {_AUC}"),
    "pr_auc": Definition(0.0, 1.0, "high", 1.0, "bootstrap_holdout", f"{_TSTR}; {_PR}"),
    "accuracy": Definition(0.0, 1.0, "high", 1.0, "bootstrap_holdout", _TSTR),
    "f1": Definition(0.0, 1.0, "high", 1.0, "bootstrap_holdout", f"{_TSTR}; {_F1}"),
    "precision": Definition(0.0, 1.0, "high", 1.0, "bootstrap_holdout", f"{_TSTR}; {_F1}"),
    "recall": Definition(0.0, 1.0, "high", 1.0, "bootstrap_holdout", f"{_TSTR}; {_F1}"),
    "mae": Definition(0.0, None, "low", 0.0, "bootstrap_holdout", f"{_TSTR}; {_ERROR}"),
    "rmse": Definition(0.0, None, "low", 0.0, "bootstrap_holdout", f"{_TSTR}; {_ERROR}"),
    "r2": Definition(None, 1.0, "high", 1.0, "bootstrap_holdout", f"{_TSTR}; {_R2}"),
    "performance_kept": Definition(None, None, "high", 1.0, "bootstrap_holdout", _TSTR),
    "group_kept": Definition(None, None, "high", 1.0, "groups", _BRIER),
    "identical_rows": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _FISHER, tested=True),
    "identical_without": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _FISHER, tested=True),
    "dcr_share": Definition(0.0, 1.0, "near", 0.5, "permutation", _DCR, tested=True),
    "dcr_ratio": Definition(0.0, None, "high", 1.0, "bootstrap", _DCR),
    "attack_auc": Definition(0.0, 1.0, "near", 0.5, "delong", _MIA, tested=True),
    "kernel_share": Definition(0.0, 1.0, "near", 0.5, "permutation", _PARZEN, tested=True),
    "attack_tpr": Definition(0.0, 1.0, "low", 0.01, "bootstrap", _LIRA, tested=True),
    "attack_tpr_03": Definition(0.0, 1.0, "low", 0.003, "bootstrap", _LIRA, tested=True),
    "attack_tpr_01": Definition(0.0, 1.0, "low", 0.001, "bootstrap", _LIRA, tested=True),
    "calibrated_attack_auc": Definition(0.0, 1.0, "near", 0.5, "delong", _CALIBRATED, tested=True),
    "outlier_identical": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _FISHER, tested=True),
    "outlier_attack_auc": Definition(0.0, 1.0, "near", 0.5, "delong", _CALIBRATED, tested=True),
    "classifier_attack_auc": Definition(0.0, 1.0, "near", 0.5, "delong", _LOGAN, tested=True),
    "frequencies_attack_auc": Definition(0.0, 1.0, "near", 0.5, "delong", _LOGAN),
    "subset_matches": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _UNIQUES, tested=True),
    "subset_matches_binned": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _UNIQUES, tested=True),
    "transformed_matches": Definition(
        0.0, 1.0, "low", 0.0, "clopper_pearson", f"{_SPECTRUM}; {_FISHER}", tested=True
    ),
    "singling_out": Definition(0.0, 1.0, "low", 0.0, "wilson", _ANONYMETER, tested=True),
    "linkability": Definition(0.0, 1.0, "low", 0.0, "wilson", _ANONYMETER, tested=True),
    "inference": Definition(0.0, 1.0, "low", 0.0, "wilson", _ANONYMETER, tested=True),
    "attribution": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", f"{_TCAP}; {_FISHER}", tested=True),
    "attribution_matched": Definition(
        0.0, 1.0, "low", 0.0, "clopper_pearson", f"{_TCAP}; {_FISHER}", tested=True
    ),
    "identical_texts": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _FISHER, tested=True),
    "rare_words": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", f"{_SECRETS}; {_FISHER}", tested=True),
    "text_attack_auc": Definition(0.0, 1.0, "near", 0.5, "delong", f"{_RUNS}; {_MIA}", tested=True),
    "text_attack_tpr": Definition(0.0, 1.0, "low", 0.01, "bootstrap", f"{_RUNS}; {_LIRA}", tested=True),
    "text_similarity_auc": Definition(0.0, 1.0, "near", 0.5, "delong", f"{_TFIDF}; {_MIA}", tested=True),
    "text_length": Definition(0.0, 1.0, "low", 0.0, "bootstrap", _KS),
    "text_similarity": Definition(0.0, 1.0, "high", 1.0, "bootstrap", _TFIDF),
    "text_self_similarity": Definition(0.0, 1.0, "low", 0.0, "bootstrap", f"{_TFIDF}; {_DIVERSITY}"),
    "text_distinct": Definition(0.0, 1.0, "high", 1.0, "clopper_pearson", _DIVERSITY),
    "event_texts": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _SECRETS, tested=True),
    "profile_matches": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _UNIQUES, tested=True),
    "event_matches": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _UNICITY, tested=True),
    "event_matches_2": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _UNICITY, tested=True),
    "event_matches_3": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _UNICITY, tested=True),
    "event_matches_4": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _UNICITY, tested=True),
    "history_attack_auc": Definition(0.0, 1.0, "near", 0.5, "delong", f"{_SPARSE}; {_MIA}", tested=True),
    "history_attack_tpr": Definition(0.0, 1.0, "low", 0.01, "bootstrap", f"{_SPARSE}; {_LIRA}", tested=True),
    "event_attack_auc": Definition(0.0, 1.0, "near", 0.5, "delong", _MIA, tested=True),
    "event_attack_tpr": Definition(0.0, 1.0, "low", 0.01, "bootstrap", _LIRA, tested=True),
    "hausdorff_attack_auc": Definition(
        0.0, 1.0, "near", 0.5, "delong", f"{_HAUSDORFF}; {_CALIBRATED}", tested=True
    ),
    "hausdorff_attack_tpr": Definition(
        0.0, 1.0, "low", 0.01, "bootstrap", f"{_HAUSDORFF}; {_LIRA}", tested=True
    ),
    "key_matches": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _FISHER, tested=True),
    "training_matches": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _FISHER),
    "event_copies": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _FISHER),
    "holdout_matches": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _FISHER),
    "row_order": Definition(-1.0, 1.0, "low", 0.0, "moved_rows", _SPEARMAN),
    "shared_people": Definition(0.0, 1.0, "low", 0.0, "clopper_pearson", _REPEATED),
    "split_auc": Definition(0.0, 1.0, "near", 0.5, "delong", _C2ST),
    "split_columns": Definition(0.0, 1.0, "low", 0.0, "bootstrap", _CHI),
}
"""Every measure, by name."""

RISKS = ("singling_out", "linkability", "inference")
"""Measures taken by attacks, in the order of WP29 Opinion 05/2014."""
