"""Who has several rows: visits of people are told from tables of people, of goods and of shops."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from synth_handson.tables.people import find_several_rows

Draw = np.random.Generator


def people(draw: Draw, count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "birth_year": draw.integers(1930, 2005, count),
            "height": draw.normal(167, 9, count).round(1),
            "town": draw.choice([f"T{i}" for i in range(40)], count),
            "income": draw.gamma(3, 1500, count).round(),
        }
    )


def visits(draw: Draw, count: int, rows: int | Sequence[int], drop: Sequence[str] = ()) -> pd.DataFrame:
    table = people(draw, count).loc[np.repeat(np.arange(count), rows)].reset_index()
    table["weight"] = (table["height"] - 100 + draw.normal(0, 8, len(table))).round(1)
    table["systolic"] = draw.normal(130, 15, len(table)).round()
    return table.drop(columns=["index", *drop])


def with_id(draw: Draw, name: str, write: Callable[[int], object], count: int, rows: int) -> pd.DataFrame:
    table = people(draw, count)[["income", "town"]].loc[np.repeat(np.arange(count), rows)]
    table.insert(0, name, [write(number) for number in table.index])
    table["bpm"] = draw.normal(80, 9, len(table)).round()
    return table.reset_index(drop=True)


IDS: dict[str, tuple[str, Callable[[int], object]]] = {
    "text": ("patient_id", "PT-{:04d}".format),
    "numbers": ("id", lambda number: number + 1000),
    "random numbers": ("nr", lambda number: 10_000 + number * 7919 % 90_000),
    "mail": ("contact", "person{}@example.org".format),
    "without a name": ("x", "A{:05d}".format),
    "Japanese": ("会員番号", lambda number: number + 1),
}


class TestPeopleWithSeveralRows:
    @pytest.mark.parametrize("rows", [3, 24])
    @pytest.mark.parametrize("kind", IDS)
    def test_an_identifier_that_repeats_is_found(self, kind: str, rows: int) -> None:
        name, write = IDS[kind]
        found = find_several_rows(with_id(np.random.default_rng(1), name, write, 200, rows))
        assert found is not None
        assert found.identifiers[0] == name
        assert {"income", "town"} <= {*found.constant}

    @pytest.mark.parametrize(
        ("count", "rows", "drop"),
        [(100, 24, []), (1_000, 3, []), (200, 50, []), (1_000, 3, ["income"])],
        ids=["24 rows", "3 rows", "50 rows", "no income"],
    )
    def test_without_an_identifier_by_what_stays_constant(
        self, count: int, rows: int, drop: list[str]
    ) -> None:
        found = find_several_rows(visits(np.random.default_rng(2), count, rows, drop))
        assert found is not None
        assert {*found.key, *found.constant} >= {"birth_year", "height", "town"}
        assert not found.identifiers

    def test_with_unequal_numbers_of_rows(self) -> None:
        draw = np.random.default_rng(3)
        assert find_several_rows(visits(draw, 200, draw.integers(1, 40, 200).tolist())) is not None

    def test_who_has_a_birthday_height_town_and_income_is_a_person_however_many_measurements_follow(
        self,
    ) -> None:
        draw = np.random.default_rng(3)
        table = visits(draw, 200, draw.integers(1, 40, 200).tolist())
        measured = {f"m{i}": draw.normal(100, 15, len(table)).round(1) for i in range(6)}
        found = find_several_rows(table.assign(**measured))
        assert found is not None
        assert {*found.key, *found.constant} == {"birth_year", "height", "town", "income"}

    @pytest.mark.parametrize("drop", [[], ["income"]], ids=["four attributes", "three attributes"])
    def test_a_dozen_measurements_do_not_hide_who_has_a_year_of_birth(self, drop: list[str]) -> None:
        draw = np.random.default_rng(7)
        table = visits(draw, 150, 25, drop)
        measured = {f"m{i}": draw.normal(100, 15, len(table)).round(1) for i in range(12)}
        found = find_several_rows(table.assign(**measured))
        assert found is not None
        assert {*found.key, *found.constant} >= {"birth_year", "height", "town"}

    def test_thirty_are_people_if_they_have_a_year_of_birth_and_shops_if_not(self) -> None:
        table = visits(np.random.default_rng(8), 30, 40)
        assert find_several_rows(table) is not None
        assert find_several_rows(table.rename(columns={"birth_year": "opened", "height": "area"})) is None

    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize(
        "drop", [["birth_year", "income"], ["birth_year", "height"]], ids=["height", "income"]
    )
    def test_three_attributes_among_twice_as_many_columns_tell_people_apart_together(
        self, seed: int, drop: list[str]
    ) -> None:
        # No column is named after what only people have, none is an identifier, six belong to the visits.
        draw = np.random.default_rng(seed)
        table = visits(draw, 400, draw.integers(4, 20, 400).tolist())
        table = table.assign(age=2024 - table["birth_year"]).drop(columns=drop)
        measured = {f"m{i}": draw.normal(100, 15, len(table)).round(1) for i in range(4)}
        found = find_several_rows(table.assign(**measured))
        assert found is not None
        assert {"age", "town"} < {*found.key, *found.constant}

    @pytest.mark.parametrize("name", ["licence", "user_hash", "phone", "nickname"])
    def test_what_people_sign_in_with_needs_no_more_than_one_constant_column(self, name: str) -> None:
        draw = np.random.default_rng(9)
        table = with_id(draw, name, "{:08x}".format, 200, 12).drop(columns="town")
        measured = {f"m{i}": draw.normal(100, 15, len(table)).round(1) for i in range(4)}
        found = find_several_rows(table.assign(**measured))
        assert found is not None
        assert found.identifiers == (name,)

    def test_a_named_key_may_be_numbered_in_the_order_of_what_stays_constant(self) -> None:
        draw = np.random.default_rng(4)
        since = np.sort(draw.integers(1990, 2024, 300))
        customers = pd.DataFrame(
            {"customer": np.sort(draw.choice(10**6, 300, replace=False)), "since": since}
        )
        table = customers.loc[np.repeat(customers.index, 5)].reset_index(drop=True)
        table["amount"] = draw.gamma(2, 30, len(table)).round(2)
        found = find_several_rows(table)
        assert found is not None
        assert (found.key, found.constant) == (("customer",), ("since",))

    def test_so_many_users_as_words_are_no_number_of_users(self) -> None:
        draw = np.random.default_rng(10)
        clicks = {
            "page": draw.choice([f"p{i}" for i in range(40)], 4_000),
            "seconds": draw.gamma(1, 40, 4_000),
        }
        user = draw.integers(0, 300, 4_000)
        found = find_several_rows(pd.DataFrame({"user": [f"u{number}" for number in user], **clicks}))
        assert found is not None
        assert found.identifiers == ("user",)
        assert find_several_rows(pd.DataFrame({"users": user, **clicks})) is None

    def test_two_identifiers(self) -> None:
        draw = np.random.default_rng(4)
        table = with_id(draw, "patient", "P{}".format, 100, 24)
        table["mail"] = table["patient"] + "@example.org"
        found = find_several_rows(table)
        assert found is not None
        assert {*found.identifiers} == {"patient", "mail"}

    def test_an_income_that_changes_by_the_year_is_still_the_persons(self) -> None:
        draw = np.random.default_rng(5)
        table = visits(draw, 300, 4)
        table["income"] = (table["income"] * (1 + 0.03 * np.tile(np.arange(4), 300))).round()
        assert find_several_rows(table) is not None

    def test_rows_get_the_number_of_their_person(self) -> None:
        table = with_id(np.random.default_rng(6), "patient_id", "PT-{}".format, 100, 24)
        table.loc[[5, 7], "patient_id"] = None
        found = find_several_rows(table)
        assert found is not None
        numbers = found.people(table)
        assert len(np.unique(numbers)) == 102
        assert numbers[0] == numbers[1] != numbers[24]


def customers(draw: Draw, rows: int) -> dict[str, object]:
    return {
        "age": draw.integers(18, 90, rows),
        "sex": draw.choice(list("mf"), rows),
        "job": draw.choice([f"j{i}" for i in range(12)], rows),
        "income": draw.gamma(3, 1500, rows).round(-1),
    }


def lookup(draw: Draw, things: pd.DataFrame, rows: int) -> pd.DataFrame:
    return things.iloc[draw.integers(0, len(things), rows)].reset_index(drop=True)


def survey(draw: Draw, rows: int) -> pd.DataFrame:
    return pd.DataFrame({f"q{i}": draw.integers(1, 6, rows) for i in range(7)})


def towns(draw: Draw, rows: int) -> pd.DataFrame:
    zips = pd.DataFrame({"a": [f"{10_000 + 37 * i}" for i in range(300)], "b": draw.integers(0, 80, 300)})
    zips["c"] = draw.integers(0, 9, 80)[zips["b"]]
    return lookup(draw, zips, rows).assign(age=draw.integers(18, 90, rows))


def goods(draw: Draw, rows: int) -> pd.DataFrame:
    things = pd.DataFrame({"name": [f"p{i}" for i in range(200)], "price": draw.gamma(3, 10, 200).round(2)})
    table = lookup(draw, things, rows).assign(quantity=draw.integers(1, 9, rows), **customers(draw, rows))
    return table.assign(total=(table["price"] * table["quantity"]).round(2))


def branches(draw: Draw, rows: int) -> pd.DataFrame:
    things = pd.DataFrame({"branch": np.arange(100, 200), "town": [f"t{i}" for i in range(100)]})
    things["region"] = draw.choice(list("abcdef"), 100)
    things["size"] = draw.gamma(3, 100, 100).round()
    return lookup(draw, things, rows).assign(sales=draw.normal(100, 20, rows).round(1))


def dates(draw: Draw, rows: int) -> pd.DataFrame:
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 900, rows), "D")
    table = pd.DataFrame({"opened": days, **customers(draw, rows)})
    return table.assign(of_year=days.year, of_month=days.month, weekday=days.day_name())


def ages(draw: Draw, rows: int) -> pd.DataFrame:
    age = draw.integers(18, 90, rows)
    return pd.DataFrame({"born": 2024 - age, "age": age, "group": age // 10, "y": draw.integers(0, 2, rows)})


def duplicates(draw: Draw, rows: int) -> pd.DataFrame:
    table = pd.DataFrame(customers(draw, rows))
    return pd.concat([table, table.sample(rows // 2, random_state=1)])


def bodies(draw: Draw, rows: int) -> pd.DataFrame:
    height = draw.normal(170, 9, rows).round()
    weight = (height - 100 + draw.normal(0, 8, rows)).round()
    return pd.DataFrame({"height": height, "weight": weight, "index": (weight / height**2 * 1e4).round(1)})


def correlated(draw: Draw, rows: int) -> pd.DataFrame:
    common = draw.normal(0, 1, rows)
    return pd.DataFrame({f"x{i}": (common + draw.normal(0, 0.1, rows)).round(1) for i in range(6)})


def two_columns(draw: Draw, rows: int) -> pd.DataFrame:
    return pd.DataFrame({"a": draw.integers(0, 100, rows), "b": draw.integers(0, 100, rows)})


def wages(draw: Draw, rows: int) -> pd.DataFrame:
    age, education = draw.integers(18, 65, rows), draw.integers(8, 19, rows)
    table = pd.DataFrame({"age": age, "education": education, "experience": age - education - 6})
    return table.assign(age_squared=age**2, group=pd.cut(age, 8).astype("str"), **survey(draw, rows))


def orders(draw: Draw, rows: int) -> pd.DataFrame:
    """Make orders: whoever buys, what is computed from an amount is the same for the same amount."""
    quantity, price = draw.integers(1, 20, rows), draw.choice([1.99, 4.5, 9.95, 19.9, 49.0], rows)
    amount = (quantity * price).round(2)
    off = np.where(amount > 100, (amount * 0.1).round(2), 0.0)
    tax, shipping = ((amount - off) * 0.2).round(2), np.where(amount > 50, 0, 4.9)
    total = (amount - off + tax + shipping).round(2)
    names = ["quantity", "price", "amount", "off", "tax", "shipping", "total"]
    return pd.DataFrame(dict(zip(names, (quantity, price, amount, off, tax, shipping, total), strict=True)))


def homes(draw: Draw, rows: int) -> pd.DataFrame:
    towns = pd.DataFrame({"tax": draw.gamma(5, 60, 90).round(), "air": draw.gamma(4, 9, 90).round(1)})
    rooms = {"rooms": draw.integers(1, 9, rows), "price": draw.gamma(5, 40, rows).round(1)}
    return lookup(draw, towns, rows).assign(**rooms, **survey(draw, rows))


def days(draw: Draw, rows: int) -> pd.DataFrame:
    date = pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 1_400, rows), "D")
    parts = {
        "day_of_year": date.day_of_year,
        "day_of_month": date.day,
        "month": date.month,
        "year": date.year,
    }
    return pd.DataFrame(parts).assign(births=draw.poisson(9_000, rows))


HONEST = (survey, towns, goods, branches, dates, ages, duplicates, bodies, correlated, two_columns)
COMPUTED = (wages, homes, days, orders)


class TestOneRowAPerson:
    @pytest.mark.parametrize("shape", HONEST + COMPUTED)
    @pytest.mark.parametrize("seed", range(2))
    def test_is_not_taken_for_visits(self, shape: Callable[[Draw, int], pd.DataFrame], seed: int) -> None:
        assert find_several_rows(shape(np.random.default_rng(seed), 2_000)) is None

    @pytest.mark.parametrize(
        "table",
        [
            pd.DataFrame(),
            pd.DataFrame({"a": [1, 1], "b": [[1], [2]]}),
            pd.DataFrame({"a": ["x"] * 100, "b": [None] * 100}),
            pd.DataFrame([[1, 2], [1, 3]], columns=["a", "a"]),
        ],
    )
    def test_nor_is_anything_else(self, table: pd.DataFrame) -> None:
        assert find_several_rows(table) is None
