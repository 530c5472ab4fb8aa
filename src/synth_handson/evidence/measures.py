"""One shape for every number that is measured, and what is known about each beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from synth_handson.locales import Message
from synth_handson.metrics.intervals import Estimate

Good = Literal["low", "high", "near"]


@dataclass(frozen=True)
class Definition:
    """What is known about a measure before it is taken.

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
    """

    lowest: float | None
    highest: float | None
    good: Good
    ideal: float
    interval: str
    source: str


@dataclass(frozen=True)
class Measure:
    """One number, with everything needed to read it.

    Attributes
    ----------
    name
        Key of `DEFINITIONS`; entries ``<name>`` and ``<name>_read`` of ``measures.toml`` name and explain it.
    value, low, high
        What was measured on the synthetic table, and its 95 % interval; None where it could not be measured.
    reference, reference_low, reference_high
        The same with real rows in the synthetic table's place: the holdout's; for a model's performance,
        training rows'. It is the best that an honest generator can do.
    rows
        Number of rows of each table that both were measured on.
    columns
        The columns it is about; empty for the whole table.
    p_value
        Probability of a value at least as bad if the synthetic table knew nothing about the training rows
        that it does not know about unseen people; None where nothing is tested.
    missing
        Why there is no value.
    lowest, highest, good, ideal, interval, source
        As in `Definition`.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    reference: float | None
    reference_low: float | None
    reference_high: float | None
    rows: int
    columns: tuple[str, ...]
    p_value: float | None
    missing: Message | None
    lowest: float | None
    highest: float | None
    good: Good
    ideal: float
    interval: str
    source: str

    @property
    def excess(self) -> float | None:
        """How much worse than the reference it is, in the measure's own unit; below 0 where it is better."""
        if self.value is None or self.reference is None:
            return None
        if self.good == "near":
            return abs(self.value - self.ideal) - abs(self.reference - self.ideal)
        return (self.value - self.reference) * (1 if self.good == "low" else -1)


def measure(
    name: str,
    value: Estimate | None,
    reference: Estimate | None = None,
    *,
    rows: int,
    columns: tuple[str, ...] = (),
    p_value: float | None = None,
    missing: Message | None = None,
) -> Measure:
    """Put an estimate together with its reference and what is known about the measure.

    Parameters
    ----------
    name
        Key of `DEFINITIONS`.
    value
        Of the synthetic table; None where it could not be measured, and ``missing`` says why.
    reference
        Of real rows in its place.
    rows, columns, p_value, missing
        As in `Measure`.

    Returns
    -------
    Measure
        Made of plain Python numbers.
    """
    known = DEFINITIONS[name]
    none = (None, None, None)
    ours = none if value is None else (float(value[0]), float(value[1]), float(value[2]))
    theirs = none if reference is None else (float(reference[0]), float(reference[1]), float(reference[2]))
    return Measure(
        name,
        value=ours[0],
        low=ours[1],
        high=ours[2],
        reference=theirs[0],
        reference_low=theirs[1],
        reference_high=theirs[2],
        rows=int(rows),
        columns=columns,
        p_value=None if p_value is None else float(p_value),
        missing=missing,
        lowest=known.lowest,
        highest=known.highest,
        good=known.good,
        ideal=known.ideal,
        interval=known.interval,
        source=known.source,
    )


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
_R2 = "S. Wright, J. Agric. Res. 20, 1921"
_DCR = "Platzer & Reutterer, Frontiers in Big Data 4:679939, 2021"
_FISHER = "R. A. Fisher, Statistical Methods for Research Workers, 1934"
_MIA = "Hilprecht, Härterich & Bernau, PoPETs 2019(4)"
_CALIBRATED = "Watson et al., On the importance of difficulty calibration, ICLR 2022"
_LIRA = "Carlini et al., IEEE S&P 2022 (true positives at a low false-positive rate)"
_ANONYMETER = "Giomi et al., PoPETs 2023(2); WP29 Opinion 05/2014"

DEFINITIONS: dict[str, Definition] = {
    "column_tvd": Definition(0, 1, "low", 0, "bootstrap", _TVD),
    "ks": Definition(0, 1, "low", 0, "bootstrap", _KS),
    "wasserstein": Definition(0, None, "low", 0, "bootstrap", _WASSERSTEIN),
    "mean_difference": Definition(None, None, "near", 0, "bootstrap", _MOMENTS),
    "sd_ratio": Definition(0, None, "near", 1, "bootstrap", _MOMENTS),
    "skewness_difference": Definition(None, None, "near", 0, "bootstrap", _MOMENTS),
    "kurtosis_difference": Definition(None, None, "near", 0, "bootstrap", _MOMENTS),
    "category_coverage": Definition(0, 1, "high", 1, "bootstrap", _COVERAGE),
    "cramers_v": Definition(0, 1, "low", 0, "bootstrap", _CRAMER),
    "pair_tvd": Definition(0, 1, "low", 0, "bootstrap", _TVD),
    "spearman_difference": Definition(0, 2, "low", 0, "bootstrap", _SPEARMAN),
    "correlation_ratio_difference": Definition(0, 1, "low", 0, "bootstrap", _RATIO),
    "cramers_v_difference": Definition(0, 1, "low", 0, "bootstrap", _CRAMER),
    "c2st_auc": Definition(0, 1, "near", 0.5, "delong", _C2ST),
    "distinct_rows": Definition(0, 1, "high", 1, "clopper_pearson", _COVERAGE),
    "roc_auc": Definition(0, 1, "high", 1, "bootstrap_holdout", f"{_TSTR}; {_AUC}"),
    "pr_auc": Definition(0, 1, "high", 1, "bootstrap_holdout", f"{_TSTR}; {_PR}"),
    "accuracy": Definition(0, 1, "high", 1, "bootstrap_holdout", _TSTR),
    "f1": Definition(0, 1, "high", 1, "bootstrap_holdout", f"{_TSTR}; {_F1}"),
    "precision": Definition(0, 1, "high", 1, "bootstrap_holdout", f"{_TSTR}; {_F1}"),
    "recall": Definition(0, 1, "high", 1, "bootstrap_holdout", f"{_TSTR}; {_F1}"),
    "mae": Definition(0, None, "low", 0, "bootstrap_holdout", f"{_TSTR}; {_ERROR}"),
    "rmse": Definition(0, None, "low", 0, "bootstrap_holdout", f"{_TSTR}; {_ERROR}"),
    "r2": Definition(None, 1, "high", 1, "bootstrap_holdout", f"{_TSTR}; {_R2}"),
    "performance_kept": Definition(None, None, "high", 1, "bootstrap_holdout", _TSTR),
    "identical_rows": Definition(0, 1, "low", 0, "clopper_pearson", _FISHER),
    "dcr_share": Definition(0, 1, "near", 0.5, "permutation", _DCR),
    "dcr_ratio": Definition(0, None, "high", 1, "bootstrap", _DCR),
    "attack_auc": Definition(0, 1, "near", 0.5, "delong", _MIA),
    "attack_tpr": Definition(0, 1, "low", 0.01, "bootstrap", _LIRA),
    "outlier_identical": Definition(0, 1, "low", 0, "clopper_pearson", _FISHER),
    "outlier_attack_auc": Definition(0, 1, "near", 0.5, "delong", _CALIBRATED),
    "singling_out": Definition(0, 1, "low", 0, "wilson", _ANONYMETER),
    "linkability": Definition(0, 1, "low", 0, "wilson", _ANONYMETER),
    "inference": Definition(0, 1, "low", 0, "wilson", _ANONYMETER),
}
"""Every measure there is, by name."""
