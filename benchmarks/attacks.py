"""Set the ten attacks of the battery Synth-MIA beside this package's own tests.

    uv run python benchmarks/attacks.py --shapes bank census --engines copula trees --splits 3

Training people, holdout people and the attacker's own reference people are three random parts of one table.
Each attack gives every training and holdout person a score, from the synthetic table and, where it uses them,
the reference people. Prints a Markdown table: for each table and attack the mean area under the ROC curve and
the mean hits at 1 % false accusations over all splits, and in how many splits it finds the leak: the smallest
p-value of its two tests (Mann-Whitney; Fisher at the 1 % of all people who score highest), corrected for all
tests of the battery, is below .1 %. Ours are all tests of membership, corrected for their number; the area
is that of the attack by a classifier.

With --leaning, it prints instead how far tables of several sizes lean towards their training people, by our
own attack by a classifier: the mean area, in how many splits it is noticed, and what the verdict makes of it.

The attacks are written anew from their papers; where a paper's density model is a flow or a network, a kernel
density estimate takes its place. Distances are HEOM's.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from calibration import full_table
from leaks import SHAPES, People, bank, drawn, honest, leak
from machine import describe_machine
from scipy.spatial import cKDTree
from scipy.special import logsumexp

from synth_handson.evidence.privacy.detection_power import Limits
from synth_handson.evidence.privacy.membership import (
    Neighbours,
    accused,
    attack_area,
    membership_measures,
    true_positive_rate,
)
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.verdict import FAIL_LEVEL, REVIEW_LEVEL, Outcome, adjust, decide, holm
from synth_handson.metrics.distances import HeomSpace
from synth_handson.synthesis.training import train_generator
from synth_handson.tables.bank import load_bank_marketing

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

NEIGHBOURS = 10
BANDWIDTH = 0.3
"""Of the Gaussian kernels, in HEOM."""
TABLES: tuple[tuple[str, float], ...] = (
    ("copied", 0.02), ("copied", 0.1), ("one category changed", 0.2), ("two categories changed", 0.5),
    ("half of the columns", 0.5), ("numbers moved by .5 sd", 1.0), ("one number moved by 1 %", 0.05),
)  # fmt: skip


SIZES = ((300, 300, 300), (1_100, 1_100, 1_100), (3_617, 904, 3_600))
"""Training people, holdout people and synthetic rows of which it is asked how far tables lean."""


@dataclass(frozen=True, eq=False)
class Game:
    """Points of the people attacked, of the synthetic rows and of the reference people. Shape (n, d) each."""

    people: Floats
    synthetic: Floats
    reference: Floats

    @classmethod
    def of(cls, people: People, synthetic: pd.DataFrame, reference: pd.DataFrame) -> "Game":
        """Place rows so that Euclidean distances are HEOM, scaled by the reference people alone."""
        tables = (people.train, people.holdout, synthetic)
        space = HeomSpace(reference, pd.concat(tables, ignore_index=True))
        parts = []
        for name, codes in space.codes.items():
            if name in space.ranks:
                parts.append(np.nan_to_num(space.ranks[name], nan=-1.0)[:, None])
            else:
                parts.append((codes[:, None] == np.unique(codes)) / np.sqrt(2))
        points = np.hstack(parts)
        sizes = np.cumsum([len(reference), len(people.train) + len(people.holdout)])
        own, attacked, published = np.split(points, sizes)
        return cls(attacked, published, own)

    @cached_property
    def synthetic_tree(self) -> cKDTree:
        """Of the synthetic rows."""
        return cKDTree(self.synthetic)

    @cached_property
    def reference_tree(self) -> cKDTree:
        """Of the reference people."""
        return cKDTree(self.reference)

    def nearest(self, tree: cKDTree, k: int = 1) -> Floats:
        """Measure how far the k-th nearest point is from each person."""
        return np.asarray(tree.query(self.people, [k])[0][:, 0])


def dcr(game: Game) -> Floats:
    """Look how near the closest synthetic row is: D. Chen et al., "GAN-Leaks", CCS 2020."""
    return -game.nearest(game.synthetic_tree)


def dcr_difference(game: Game) -> Floats:
    """Look how much nearer it is than the closest reference person: GAN-Leaks, calibrated."""
    return game.nearest(game.reference_tree) - game.nearest(game.synthetic_tree)


def plagiarism(game: Game) -> Floats:
    """Compare synthetic rows and reference people among the nearest of both: J. Ward et al., DPI, 2024."""
    both = cKDTree(np.vstack([game.synthetic, game.reference]))
    _, found = both.query(game.people, NEIGHBOURS)
    synthetic = (found < len(game.synthetic)).sum(axis=1)
    return (synthetic + 1) / (NEIGHBOURS - synthetic + 1)


def monte_carlo(game: Game) -> Floats:
    """Count synthetic rows within the median closest distance: B. Hilprecht et al., PoPETs 2019."""
    radius = np.median(game.nearest(game.synthetic_tree))
    return _within(game.synthetic_tree, game.people, radius)


def local_neighbourhood(game: Game) -> Floats:
    """Count synthetic rows no farther than the tenth reference person."""
    radius = game.nearest(game.reference_tree, NEIGHBOURS)
    return _within(game.synthetic_tree, game.people, radius) / len(game.synthetic)


def density(game: Game) -> Floats:
    """Estimate the synthetic density with Gaussian kernels."""
    return _log_density(game.people, game.synthetic)


def domias(game: Game) -> Floats:
    """Compare the synthetic density with the real one: B. van Breugel et al., "DOMIAS", AISTATS 2023."""
    return _log_density(game.people, game.synthetic) - _log_density(game.people, game.reference)


def logan(game: Game) -> Floats:
    """Ask a network that tells synthetic rows from reference people: J. Hayes et al., PoPETs 2019."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((64,), early_stopping=True, random_state=0)
    return _told_by(model, game)


def classifier(game: Game) -> Floats:
    """Ask a forest that does, as in classifier two-sample tests: Lopez-Paz & Oquab, ICLR 2017."""
    from sklearn.ensemble import RandomForestClassifier

    return _told_by(RandomForestClassifier(200, min_samples_leaf=5, random_state=0), game)


def gen_lra(game: Game) -> Floats:
    """See how much likelier the person makes the nearest synthetic rows: J. Ward et al., 2025."""
    _, found = game.synthetic_tree.query(game.people, NEIGHBOURS)
    n = len(game.reference)
    without = _log_density(game.synthetic, game.reference)[found] + np.log(n)
    away = np.linalg.norm(game.synthetic[found] - game.people[:, None], axis=2)
    own = -((away / BANDWIDTH) ** 2) / 2
    return (np.logaddexp(without, own) - np.log(n + 1) - without + np.log(n)).sum(axis=1)


ATTACKS: dict[str, Callable[[Game], Floats]] = {
    "DCR": dcr,
    "DCR-diff": dcr_difference,
    "DPI": plagiarism,
    "MC": monte_carlo,
    "LOGAN": logan,
    "DOMIAS": domias,
    "classifier": classifier,
    "local neighbourhood": local_neighbourhood,
    "density": density,
    "Gen-LRA": gen_lra,
}


def _within(tree: cKDTree, points: Floats, radius: float | Floats) -> Floats:
    return np.asarray(tree.query_ball_point(points, radius, return_length=True), float)


def _log_density(points: Floats, among: Floats) -> Floats:
    """Logarithm of the mean of Gaussian kernels, up to a constant."""
    parts = []
    for part in np.array_split(points, max(1, len(points) * len(among) // 2**22)):
        squares = (part**2).sum(axis=1)[:, None] + (among**2).sum(axis=1) - 2 * part @ among.T
        parts.append(logsumexp(-squares / (2 * BANDWIDTH**2), axis=1) - np.log(len(among)))
    return np.concatenate(parts)


def _told_by(model: object, game: Game) -> Floats:
    rows = np.vstack([game.synthetic, game.reference])
    model.fit(rows, np.arange(len(rows)) < len(game.synthetic))  # type: ignore[attr-defined]
    return np.asarray(model.predict_proba(game.people)[:, 1])  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Result:
    """What one attack, or ours, makes of one table."""

    auc: float
    hits: float
    found: bool


def battery(game: Game, members: int) -> dict[str, Result]:
    """Run the ten attacks."""
    results, p_values = {}, []
    for name, attack in ATTACKS.items():
        inside, outside = np.split(-attack(game), [members])
        area, p_value = attack_area(inside, outside)
        hits = true_positive_rate(inside, outside)
        p_values += [p_value, accused(inside, outside, 0.01).tested["p_value"]]
        results[name] = Result(area.value, hits, False)
    least = np.array(holm(p_values)).reshape(-1, 2).min(axis=1)
    return {
        name: replace(result, found=bool(p < FAIL_LEVEL))
        for (name, result), p in zip(results.items(), least, strict=True)
    }


def ours(people: People, synthetic: pd.DataFrame) -> Result:
    """Take this package's tests of membership."""
    near = Neighbours.of(prepare_tables(synthetic, people.train, people.holdout), 0)
    measures = {m.name: m for m in membership_measures(near)}
    found = min(p for _, p in adjust(measures.values())) < FAIL_LEVEL
    area, hits = (float(measures[name].value or 0) for name in ("classifier_attack_auc", "attack_tpr"))
    return Result(area, hits, found)


def tables(people: People, rows: int, engines: list[str], seed: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Make the tables: honest ones, each engine's, and known leaks."""
    yield "honest", honest(people, rows, seed)
    for engine in engines:
        generator = train_generator(
            people.train, target=people.target, engine=engine, random_state=seed, keep=False
        )
        yield f"engine {engine}", generator.sample(rows, random_state=seed)
    for name, share in TABLES:
        yield f"{name}, {share:.0%}", leak(name, people, rows, share, seed)


def leaning(people: People, rows: int, engine: str, seed: int) -> tuple[float, bool, Outcome]:
    """Say how far a table leans, whether that is noticed, and what the verdict would make of it alone."""
    if engine == "honest":
        synthetic = honest(people, rows, seed)
    else:
        generator = train_generator(
            people.train, target=people.target, engine=engine, random_state=seed, keep=False
        )
        synthetic = generator.sample(rows, random_state=seed)
    near = Neighbours.of(prepare_tables(synthetic, people.train, people.holdout), seed)
    measures = membership_measures(near)
    found = next(m for m in measures if m.name == "classifier_attack_auc")
    others = [replace(m, p_value=1.0) for m in measures if m.p_value is not None and m is not found]
    enough = Limits(1, 1, 1, None, None)
    noticed = any(p < REVIEW_LEVEL for _, p in adjust([found, *others]))
    return float(found.value or 0.5), noticed, decide([found, *others], enough, rows).outcome


def report_battery(shapes: list[str], engines: list[str], splits: int) -> None:
    """Print what each attack makes of each table."""
    names = [*ATTACKS, "ours"]
    print(f"AUC / hits at 1 % (in how many of {splits} splits it finds the leak)\n")
    print(f"| table | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for shape in shapes:
        results: dict[str, list[dict[str, Result]]] = defaultdict(list)
        for seed in range(splits):
            people, reference = draw(shape, seed)
            for name, synthetic in tables(people, len(people.fresh) // 2, engines, seed):
                game = Game.of(people, synthetic, reference)
                found = battery(game, len(people.train))
                results[name].append(found | {"ours": ours(people, synthetic)})
        for name, runs in results.items():
            cells = [_cell([run[attack] for run in runs]) for attack in names]
            print(f"| {shape}, {name} | {' | '.join(cells)} |", flush=True)


def report_leaning(engines: list[str], splits: int, path: str | None) -> None:
    """Print how far tables lean."""
    print("| people | table | area | noticed | review | fail |\n|---|---|---:|---:|---:|---:|")
    for shape in ("bank", "census"):
        for train, holdout, rows in SIZES:
            for engine in ("honest", *engines):
                runs = []
                for seed in range(splits):
                    sizes = train, holdout, rows, seed
                    people = bank(full_table(path), *sizes) if shape == "bank" else drawn(shape, *sizes)
                    runs.append(leaning(people, rows, engine, seed))
                areas, noticed, outcomes = zip(*runs, strict=True)
                counts = sum(noticed), outcomes.count("review"), outcomes.count("fail")
                cells = " | ".join(map(str, counts))
                print(f"| {shape}, {train:,} | {engine} | {np.mean(areas):.3f} | {cells} |", flush=True)


def draw(shape: str, seed: int) -> tuple[People, pd.DataFrame]:
    """Draw training people, holdout, people to publish, and the attacker's reference people."""
    if shape == "bank":
        people = bank(load_bank_marketing("bundled").frame, 1_100, 1_100, 2_300, seed)
    else:
        people = drawn(shape, 1_500, 1_500, 3_000, seed)
    half = len(people.fresh) // 2
    return replace(people, fresh=people.fresh[:half]), people.fresh[half:].reset_index(drop=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="The attacks of Synth-MIA beside our own.")
    parser.add_argument("--shapes", nargs="+", default=["bank", "census"], choices=["bank", *SHAPES])
    parser.add_argument("--engines", nargs="*", default=["copula", "trees"])
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--leaning", action="store_true", help="print how far tables lean")
    parser.add_argument("--path", help="of the full Bank Marketing table, for --leaning")
    asked = parser.parse_args()
    print(describe_machine(), "\n")
    if asked.leaning:
        report_leaning(asked.engines, asked.splits, asked.path)
    else:
        report_battery(asked.shapes, asked.engines, asked.splits)


def _cell(results: list[Result]) -> str:
    auc, hits = (np.mean([getattr(r, name) for r in results]) for name in ("auc", "hits"))
    return f"{auc:.3f} / {hits:.3f} ({sum(r.found for r in results)})"


if __name__ == "__main__":
    main()
