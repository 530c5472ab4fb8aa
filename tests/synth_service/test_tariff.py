"""Prices by hand, and caps."""

from pathlib import Path

import pytest

from synth_handson.errors import ArgumentError
from synth_service.records import Made, Records, Use, new_id
from synth_service.tariff import Prices, Tariff, bill, read_tariff

PRICES = Prices(job=0.5, thousand_rows=0.2, training_minute=0.1)
USE = Use("ours", "2026-11", jobs=3, rows_read=9_000, rows_made=12_000, training_seconds=90, bytes_kept=5_000)


@pytest.mark.parametrize(
    ("free", "amount"),
    [
        (0.0, 4.05),  # 3 × .5 + 12 × .2 + 1.5 × .1
        (1.0, 3.05),
        (10.0, 0.0),
    ],
)
def test_an_amount(free: float, amount: float) -> None:
    assert Tariff(currency="EUR", prices=PRICES, free=free).amount(USE) == amount


def test_a_bill_has_an_amount_where_there_is_a_tariff() -> None:
    assert bill(USE, None) == {
        "key": "ours", "month": "2026-11", "jobs": 3, "rows_read": 9_000, "rows_made": 12_000,
        "training_seconds": 90, "bytes_kept": 5_000,
    }  # fmt: skip
    billed = bill(USE, Tariff(currency="JPY", prices=PRICES))
    assert (billed["amount"], billed["currency"]) == (4.05, "JPY")


def test_a_cap_is_reached_by_its_key_alone(records: Records) -> None:
    made = Made("copula", 100, 1_000, "pass", "useful", "A", "csv", None, 0, 0.0, 1)
    for owner in ("a", "b"):
        job, _ = records.add(owner, job=new_id(), what="run", size=1, content="c")
        records.begin(job.id, "w")
        records.succeed(job.id, 1, made)
    month = records.use(_this_month())[0].month
    tariff = Tariff(currency="EUR", prices=Prices(job=1.0), cap=5.0, caps={"a": 1.0})
    assert tariff.reached_cap(records, "a", month) == (1.0, 1.0)
    assert tariff.reached_cap(records, "b", month) is None
    assert tariff.reached_cap(records, "c", month) is None
    assert Tariff(currency="EUR", prices=Prices(job=1.0)).reached_cap(records, "a", month) is None


def _this_month() -> str:
    import time

    from synth_service.records import month_of

    return month_of(time.time())


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "tariff.yaml"
    path.write_text("currency: EUR\nprices: {job: 0.5}\nfree: 2\ncaps: {ours: 100}\n")
    assert read_tariff(path) == Tariff(currency="EUR", prices=Prices(job=0.5), free=2, caps={"ours": 100})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("currency: euro\nprices: {}", "currency"),
        ("currency: EUR\nprices: {job: -1}", "prices.job"),
        ("currency: EUR\nprices: {}\ndiscount: 5", "discount"),
        ("- 1", "-"),
        ("{", "-"),
    ],
)
def test_what_is_wrong_in_it_is_named(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "tariff.yaml"
    path.write_text(text)
    with pytest.raises(ArgumentError) as caught:
        read_tariff(path)
    assert caught.value.details["field"] == named


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="tariff"):
        read_tariff(tmp_path / "tariff.yaml")
