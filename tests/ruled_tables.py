"""Tables that are made so that a rule holds, and tables in which none does."""

from datetime import time

import numpy as np
import pandas as pd

KINDS = (
    "order", "moments", "sum", "long sum", "product", "rate", "factor", "floor", "difference", "hours",
    "minutes", "constant sum", "parts of 100", "line", "sum less a discount", "discount", "per cent",
    "days later", "third", "named order", "decides", "pair decides", "combinations", "together", "missing if",
    "range", "multiple",
)  # fmt: skip
"""What `ruled` can make, each with its rule."""


def ruled(kind: str, seed: int, rows: int = 600) -> tuple[pd.DataFrame, str]:
    """Make a table with a rule, beside columns that have nothing to do with it."""
    draw = np.random.default_rng(seed)
    begin = pd.Timestamp("2022-01-01") + pd.to_timedelta(draw.integers(0, 600, rows), "D")
    a, b = np.round(draw.gamma(3, 20, rows) + 1, 2), np.round(draw.gamma(4, 9, rows) + 1, 2)
    count = draw.integers(1, 9, rows)
    word = draw.choice(["red", "green", "blue", "white"], rows)
    others = {"score": draw.normal(0, 1, rows).round(3), "group": draw.choice(["x", "y", "z"], rows)}
    city = draw.integers(0, 8, rows)
    columns: dict[str, object]
    match kind:
        case "order":
            rule = "low <= high"
            columns = {"low": a, "high": np.round(a + draw.exponential(9, rows), 2)}
        case "moments":
            rule = "opened <= closed"
            hours = pd.to_timedelta(draw.integers(0, 90 * 60, rows), "min")
            columns = {"opened": begin, "closed": begin + hours}
        case "sum":
            rule, columns = "total = a + b", {"a": a, "b": b, "total": np.round(a + b, 2)}
        case "long sum":
            c = np.round(draw.gamma(2, 9, rows), 2)
            rule = "total = a + b + c"
            columns = {"a": a, "b": b, "c": c, "total": np.round(a + b + c, 2)}
        case "product":
            rule, columns = "price = a * count", {"a": a, "count": count, "price": np.round(a * count, 2)}
        case "rate":
            rule = "price = round(a * b, 2)"
            columns = {"a": a, "b": b, "price": np.floor(a * b * 100 + 0.5 + 1e-9) / 100}
        case "factor":
            rule, columns = "gross = net * 1.1", {"net": a, "gross": np.round(a * 1.1, 6)}
        case "floor":
            rule, columns = "tax = floor(net * 0.1)", {"net": a * 20, "tax": np.floor(a * 2 + 1e-9)}
        case "difference":
            rule = "nights = checkout - checkin"
            nights = pd.to_timedelta(count, "D")
            columns = {"checkin": begin, "checkout": begin + nights, "nights": count}
        case "hours":
            rule = "hours = (until - since) * 24"
            since = begin + pd.to_timedelta(draw.integers(0, 1440, rows), "min")
            columns = {
                "since": since,
                "until": since + pd.to_timedelta(count * 30, "min"),
                "hours": count / 2,
            }
        case "minutes":
            rule, start = "minutes = (end - start) * 1440", draw.integers(28, 72, rows)
            columns = {
                "start": [time(i // 4, i % 4 * 15) for i in start],
                "end": [time(i // 4, i % 4 * 15) for i in start + count],
                "minutes": count * 15,
            }
        case "constant sum":
            sold = draw.integers(60, 181, rows)
            rule, columns = "free = 180 - sold", {"sold": sold, "free": 180 - sold}
        case "parts of 100":
            stocks, bonds = draw.integers(5, 60, rows), draw.integers(5, 40, rows)
            rule = "cash = 100 - stocks - bonds"
            columns = {"stocks": stocks, "bonds": bonds, "cash": 100 - stocks - bonds}
        case "line":
            celsius = draw.normal(15, 8, rows).round(1)
            rule = "fahrenheit = round(celsius * 1.8 + 32, 1)"
            columns = {"celsius": celsius, "fahrenheit": (celsius * 1.8 + 32).round(1)}
        case "sum less a discount":
            off, shipping = np.where(a > 50, np.round(a * 0.1, 2), 0.0), np.where(a > 70, 0, 4.9)
            rule = "total = a + b + shipping - off"
            total = np.round(a + b + shipping - off, 2)
            columns = {"a": a, "b": b, "off": off, "shipping": shipping, "total": total}
        case "discount":
            rate = draw.choice([0, 0.05, 0.1, 0.2], rows)
            rule = "net = round(count * a * (1 - rate), 2)"
            columns = {"count": count, "a": a, "rate": rate, "net": np.round(count * a * (1 - rate), 2)}
        case "per cent":
            tax = draw.choice([0, 7, 19], rows)
            rule = "gross = round(a * (1 + tax / 100), 2)"
            columns = {"a": a, "tax": tax, "gross": np.round(a * (1 + tax / 100), 2)}
        case "days later":
            rule = "until = bought + 730"
            columns = {"bought": begin, "until": begin + pd.Timedelta(days=730)}
        case "third":
            points = count * 7 + city
            rule, columns = "mean = round(points / 3, 1)", {"points": points, "mean": np.round(points / 3, 1)}
        case "named order":
            lasts = pd.to_timedelta(draw.normal(365, 30, rows).round(), "D")
            rule, columns = "start_date < end_date", {"start_date": begin, "end_date": begin + lasts}
        case "decides":
            rule, columns = (
                "city -> country",
                {"city": [f"c{i}" for i in city], "country": [f"k{i % 3}" for i in city]},
            )
        case "pair decides":
            zone = draw.integers(0, 4, rows)
            rule = "size, zone -> fee"
            size = draw.integers(0, 4, rows)
            table = draw.permutation(np.arange(16)).reshape(4, 4) % 7
            columns = {
                "size": [f"s{i}" for i in size],
                "zone": [f"z{i}" for i in zone],
                "fee": table[size, zone] * 5,
            }
        case "combinations":
            rule = "combinations(colour, shape)"
            shape = (np.array([ord(one[0]) for one in word]) + draw.integers(0, 2, rows)) % 4
            columns = {"colour": word, "shape": [f"f{i}" for i in shape]}
        case "together":
            gone = draw.random(rows) < 0.3
            rule = "missing(street) iff missing(area)"
            columns = {"street": pd.Series(word).mask(gone), "area": pd.Series(a).mask(gone)}
        case "missing if":
            state = draw.choice(["open", "done", "new"], rows, p=[0.3, 0.5, 0.2])
            rule = 'missing(ended) iff state in ("new", "open")'
            columns = {"state": state, "ended": pd.Series(begin).where(state == "done")}
        case "range":
            rule = "latitude within ward"
            latitude = 35 + city * 0.1 + draw.random(rows) * 0.06
            columns = {"ward": [f"w{i}" for i in city], "latitude": latitude.round(5)}
        case _:
            rule, columns = "price % 50 = 0", {"price": draw.integers(1, 400, rows) * 50}
    return pd.DataFrame(columns | others), rule


def unruled(seed: int) -> pd.DataFrame:
    """Make a table in which nothing always holds, although columns go together."""
    draw = np.random.default_rng(seed)
    rows = int(draw.choice([200, 600, 2_000]))
    latent = draw.normal(size=(rows, 3))
    height = 170 + 8 * latent[:, 0]
    table = pd.DataFrame(
        {
            "age": draw.integers(18, 90, rows),
            "height": height.round(1),
            "weight": (70 + 0.9 * (height - 170) + 9 * latent[:, 1]).round(1),
            "income": np.exp(8 + 0.5 * latent[:, 0]).round(2),
            "spent": np.exp(4 + 0.5 * latent[:, 0] + 0.3 * latent[:, 2]).round(2),
            "calls": draw.poisson(2, rows),
            "city": draw.choice(list("abcdefgh"), rows, p=[0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05]),
            "plan": draw.choice(["basic", "plus", "pro"], rows),
            "left": draw.random(rows) < 0.3,
            "joined": pd.Timestamp("2022-01-01") + pd.to_timedelta(draw.integers(0, 500, rows), "D"),
            "seen": pd.Timestamp("2022-02-01") + pd.to_timedelta(draw.integers(0, 500, rows), "D"),
        }
    )
    for name in ("income", "plan", "joined"):
        table.loc[draw.random(rows) < 0.1, name] = None
    return table
