"""Show the usual mistakes of evaluating synthetic data failing, each beside a measure of this project.

    uv run python benchmarks/mistakes.py

On the bundled table: 3,617 training rows, 904 holdout rows, 3,000 rows of the generator that comes with the
project, and leaks of known size (`known_tables.py`). Prints a Markdown table. A minute on two
cores.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from machine import describe_machine
from scipy.stats import ks_2samp
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import minmax_scale

from synth_handson import load_bank_marketing, nearest_neighbors, split_holdout
from synth_handson.evidence.controls import known_tables as controls
from synth_handson.evidence.controls.leak_simulation import naive_score
from synth_handson.evidence.measures import Measure
from synth_handson.evidence.privacy.membership import Neighbours, distance_measures
from synth_handson.evidence.three_tables import AssessedTables, halves, prepare_tables, sample_rows
from synth_handson.metrics.bins import bin_column
from synth_handson.metrics.counts import total_variation_distance
from synth_handson.synthesis.pretrained import load_pretrained_generator

ROWS = 3_000
TIED = ["age", "job", "housing", "loan", "y"]
"""Few columns: many people share all their values."""

Frame = pd.DataFrame


class Row(NamedTuple):
    """A mistake, and what it and a measure of this project say of a harmless and of a leaking table."""

    mistake: str
    tables: str
    naive: tuple[str, str]
    ours: tuple[str, str]


class Tables(NamedTuple):
    """Real rows and rows of a good generator."""

    train: Frame
    holdout: Frame
    good: Frame

    def with_synthetic(self, synthetic: Frame) -> AssessedTables:
        """Prepare the tables for a measurement."""
        return prepare_tables(synthetic, self.train, self.holdout)

    def measure(self, synthetic: Frame, name: str) -> Measure:
        """Take one of this project's measures."""
        found = distance_measures(Neighbours.of(self.with_synthetic(synthetic), 0))
        return next(m for m in found if m.name == name)


def main() -> None:
    train, holdout = split_holdout(load_bank_marketing("bundled").frame)
    tables = Tables(train, holdout, load_pretrained_generator().sample(ROWS))
    print(describe_machine("scikit-learn", "scipy", "pandas"), end="\n\n")
    print("| mistake | harmless / leaking table | naive: harmless | leaking | ours: harmless | leaking |")
    print("|---|---|---:|---:|---:|---:|")
    for row in mistakes(tables):
        print(f"| {' | '.join([row.mistake, row.tables, *row.naive, *row.ours])} |", flush=True)


def mistakes(tables: Tables) -> Iterator[Row]:
    yield mean_over_maximum(tables)
    yield mean_closeness(tables)
    yield p_value_as_similarity(tables)
    yield raw_numbers_and_codes(tables)
    yield codes_of_categories(tables)
    yield scaled_apart(tables)
    yield binned_apart(tables)
    yield tested_on_training_rows(tables)
    yield ties_for_the_holdout(tables)
    yield unequal_sizes(tables)


def mean_over_maximum(tables: Tables) -> Row:
    noisy = controls.jitter_rows(tables.train, ROWS, 0.2)
    unseen, rest = unseen_people(tables)
    return Row(
        "privacy score = mean / largest distance",
        "people never seen / training rows with noise of .2 sd",
        (
            number(naive_score(rest.with_synthetic(unseen)).synthetic),
            number(naive_score(tables.with_synthetic(noisy)).synthetic),
        ),
        ours("attack AUC", (rest.measure(unseen, "attack_auc"), tables.measure(noisy, "attack_auc"))),
    )


def mean_closeness(tables: Tables) -> Row:
    def risk(table: Frame) -> str:
        return number(float(np.mean(1 / (1 + nearest_neighbors(table, tables.train, k=1)[0]))))

    planted = controls.plant_rows(tables.good, tables.train, 0.1)
    unseen, rest = unseen_people(tables)
    return Row(
        "membership risk = mean 1/(1 + distance)",
        "people never seen / 10 % training rows planted",
        (risk(unseen), risk(planted)),
        ours("TPR at 1 % FPR", (rest.measure(unseen, "attack_tpr"), tables.measure(planted, "attack_tpr"))),
    )


def unseen_people(tables: Tables) -> tuple[Frame, Tables]:
    """Let half of the holdout play the synthetic table; the other half is the holdout then."""
    first, second = halves(tables.holdout, 0)
    return first, Tables(tables.train, second, tables.good)


def p_value_as_similarity(tables: Tables) -> Row:
    def test(table: Frame) -> tuple[float, float]:
        return tuple(ks_2samp(table["balance"], tables.train["balance"]))

    def distance(table: Frame, rows: int) -> float:
        return float(np.median([test(sample_rows(table, rows, seed))[0] for seed in range(100)]))

    many = load_pretrained_generator().sample(10_000)
    ruined = ruin(tables.good)
    p_value = np.median([test(sample_rows(ruined, 100, seed))[1] for seed in range(100)])
    shown = [
        f"KS {distance(table, rows):.3f}, holdout {distance(tables.holdout, rows):.3f}"
        for table, rows in ((many, len(tables.holdout)), (ruined, 100))
    ]
    return Row(
        "p-value (KS) as similarity",
        "balance of a good generator, 10,000 rows / half as large again, 100 rows",
        (f"p = {test(many)[1]:.4f}", f"p = {p_value:.2f}"),
        (shown[0], shown[1]),
    )


def ruin(table: Frame) -> Frame:
    return table.assign(balance=(table["balance"] * 1.5).round().astype(int))


def raw_numbers_and_codes(tables: Tables) -> Row:
    jittered = controls.jitter_rows(tables.train, ROWS)

    def share(synthetic: Frame) -> str:
        few = sample_rows(tables.train, len(tables.holdout), 0)
        everything = codes(pd.concat([few, tables.holdout, synthetic]))
        train, holdout, rows = np.split(everything, np.cumsum([len(few), len(tables.holdout)]))
        near, far = (nearest(rows, real)[0] for real in (train, holdout))
        return number(np.mean(near < far) + np.mean(near == far) / 2)

    return Row(
        "DCR share on label codes and unscaled numbers",
        "good generator / jittered training rows",
        (share(tables.good), share(jittered)),
        ours("DCR share", (tables.measure(table, "dcr_share") for table in (tables.good, jittered))),
    )


def codes_of_categories(tables: Tables) -> Row:
    """Rename the jobs: nobody has changed, so nobody's nearest row may change."""
    jobs = sorted(tables.train["job"].unique())
    new_names = dict(zip(jobs, np.random.default_rng(0).permutation(jobs), strict=True))

    def renamed(table: Frame) -> Frame:
        return table.assign(job=table["job"].map(new_names))

    def by_codes(synthetic: Frame, train: Frame) -> np.ndarray:
        coded = codes(pd.concat([train, synthetic]))
        low, high = coded[: len(train)].min(axis=0), coded[: len(train)].max(axis=0)
        real, rows = np.split((coded - low) / (high - low), [len(train)])
        return nearest(rows, real)[1]

    def changed(table: Frame) -> tuple[str, str]:
        before, after = (table, tables.train), (renamed(table), renamed(tables.train))
        coded = by_codes(*before) != by_codes(*after)
        heom = nearest_neighbors(*before, k=1)[1] != nearest_neighbors(*after, k=1)[1]
        return f"{coded.mean():.1%} of rows", f"{heom.mean():.1%} of rows"

    pairs = [changed(table) for table in (tables.good, controls.jitter_rows(tables.train, ROWS))]
    return Row(
        "label codes, min-max scaled: another nearest row once the jobs have other names",
        "good generator / jittered training rows",
        (pairs[0][0], pairs[1][0]),
        (pairs[0][1], pairs[1][1]),
    )


def scaled_apart(tables: Tables) -> Row:
    copied = controls.copy_rows(tables.train, ROWS)
    copied.loc[0, "balance"] = 10_000_000

    def fifth_percentile(synthetic: Frame) -> str:
        numbers = list(tables.train.select_dtypes("number"))
        one_hot = pd.get_dummies(pd.concat([tables.train, synthetic]).drop(columns=numbers)).to_numpy(float)
        scaled = np.vstack([minmax_scale(table[numbers]) for table in (tables.train, synthetic)])
        train, rows = np.split(np.hstack([scaled, one_hot / np.sqrt(2)]), [len(tables.train)])
        return number(float(np.quantile(nearest(rows, train)[0], 0.05)))

    return Row(
        "min-max of each table on its own: 5 % DCR",
        "good generator / all rows copied, one balance of 10 million",
        (fifth_percentile(tables.good), fifth_percentile(copied)),
        ours("identical", (tables.measure(table, "identical_rows") for table in (tables.good, copied))),
    )


def binned_apart(tables: Tables) -> Row:
    tripled = tables.good.assign(balance=tables.good["balance"] * 3)

    def distance(table: Frame) -> str:
        shares = []
        for column in (tables.train["balance"], table["balance"]):
            edges = np.unique(np.quantile(column, np.linspace(0, 1, 11)))
            shares.append(np.histogram(column, edges)[0] / len(column))
        return number(float(np.abs(shares[0] - shares[1]).sum() / 2))

    binned = [bin_column(tables.train["balance"], table["balance"]) for table in (tables.good, tripled)]
    found = [total_variation_distance(b.shares(b.real), b.shares(b.other)) for b in binned]
    return Row(
        "total variation distance on each table's own bins",
        "balance of a good generator / three times as large",
        (distance(tables.good), distance(tripled)),
        (f"on shared bins {found[0]:.3f}", f"on shared bins {found[1]:.3f}"),
    )


def tested_on_training_rows(tables: Tables) -> Row:
    names = pd.get_dummies(tables.train.drop(columns="y")).columns

    def features(table: Frame) -> Frame:
        return pd.get_dummies(table.drop(columns="y")).reindex(columns=names, fill_value=0)

    def areas(table: Frame) -> list[float]:
        model = RandomForestClassifier(300, random_state=0).fit(features(table), table["y"])
        tested = (tables.train, tables.holdout)
        return [
            roc_auc_score(real["y"] == "yes", model.predict_proba(features(real))[:, 1]) for real in tested
        ]

    good, copied, train = (
        areas(table) for table in (tables.good, controls.copy_rows(tables.train, ROWS), tables.train)
    )
    return Row(
        "TSTR (random forest, AUC) tested on the training rows",
        "good generator / all rows copied",
        (number(good[0]), number(copied[0])),
        (
            f"on the holdout {good[1]:.3f} (real rows: {train[1]:.3f})",
            f"on the holdout {copied[1]:.3f}",
        ),
    )


def ties_for_the_holdout(tables: Tables) -> Row:
    few = Tables(tables.train[TIED], tables.holdout[TIED], tables.good[TIED])
    copied = controls.copy_rows(few.train, ROWS)

    def closer(synthetic: Frame) -> str:
        train = sample_rows(few.train, len(few.holdout), 0)
        near, far = (nearest_neighbors(synthetic, real, k=1)[0] for real in (train, few.holdout))
        return number(float(np.mean(near < far)))

    return Row(
        f"DCR share, ties counted for the holdout (columns {', '.join(TIED)})",
        "good generator / all rows copied",
        (closer(few.good), closer(copied)),
        ours("ties shared", (few.measure(table, "dcr_share") for table in (few.good, copied))),
    )


def unequal_sizes(tables: Tables) -> Row:
    def share(synthetic: Frame) -> str:
        near, far = (nearest_neighbors(synthetic, real, k=1)[0] for real in (tables.train, tables.holdout))
        return number(float(np.mean(near < far) + np.mean(near == far) / 2))

    jittered = controls.jitter_rows(tables.train, ROWS)
    return Row(
        "DCR share with four times as many training as holdout rows",
        "good generator / jittered training rows",
        (share(tables.good), share(jittered)),
        ours("weighed by size", (tables.measure(table, "dcr_share") for table in (tables.good, jittered))),
    )


def ours(label: str, found: Iterable[Measure]) -> tuple[str, str]:
    harmless, leaking = (f"{label} {m.value:.3f} ({p_value(m)})" for m in found)
    return harmless, leaking


def p_value(found: Measure) -> str:
    return f"p = {found.p_value:.1g}" if found.p_value > 1e-99 else "p < 1e-99"


def nearest(rows: np.ndarray, real: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    distances, found = NearestNeighbors(n_neighbors=1).fit(real).kneighbors(rows)
    return distances[:, 0], found[:, 0]


def codes(table: Frame) -> np.ndarray:
    """Make the mistake: number the categories in the order of the alphabet."""
    numbers = {
        name: column if pd.api.types.is_numeric_dtype(column) else column.astype("category").cat.codes
        for name, column in table.items()
    }
    return pd.DataFrame(numbers).to_numpy(float)


def number(value: float) -> str:
    return f"{value:.3f}"


if __name__ == "__main__":
    main()
