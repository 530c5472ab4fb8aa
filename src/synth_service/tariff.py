"""Cost of usage: prices and caps from a file; payments are made elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synth_handson.errors import ArgumentError
from synth_service.records import Records, Use

Price = Annotated[float, Field(ge=0)]


class Prices(BaseModel):
    """Price of each unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    job: Price = 0.0
    thousand_rows: Price = 0.0
    training_minute: Price = 0.0


class Tariff(BaseModel):
    """Prices, what is free, and caps.

    Attributes
    ----------
    currency
        Its ISO 4217 code.
    prices
        Per job, per 1,000 synthetic rows, and per minute of training.
    free
        Amount per key and month that is not charged.
    cap, caps
        Amount per key and month beyond which no new job is taken, for all and for single keys.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    prices: Prices
    free: Price = 0.0
    cap: Price | None = None
    caps: dict[str, Price] = {}

    def amount(self, use: Use) -> float:
        """Return what a month of one key costs, with what is free taken off, rounded to cents."""
        prices = self.prices
        charged = (
            use.jobs * prices.job
            + use.rows_made / 1_000 * prices.thousand_rows
            + use.training_seconds / 60 * prices.training_minute
        )
        return round(max(0.0, charged - self.free), 2)

    def reached_cap(self, records: Records, owner: str, month: str) -> tuple[float, float] | None:
        """Return what a key has used up in a month and its cap, if that is reached.

        Jobs that are still under way are not counted: what they will cost is not known.
        """
        cap = self.caps.get(owner, self.cap)
        amount = sum(self.amount(use) for use in records.use(month, owner))
        return (amount, cap) if cap is not None and amount >= cap else None


def read_tariff(path: Path) -> Tariff:
    """Read a tariff's file.

    Raises
    ------
    ArgumentError
        If it cannot be read, or something in it is not as it must be.
    """
    try:
        return Tariff.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ArgumentError("file_unopened", path=path, reason=error.strerror or error) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise ArgumentError("service_tariff", path=path, field="-", reason=type(error).__name__) from error
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        field = ".".join(map(str, wrong["loc"])) or "-"
        raise ArgumentError("service_tariff", path=path, field=field, reason=wrong["msg"]) from error


def bill(use: Use, tariff: Tariff | None) -> dict[str, Any]:
    """Combine usage and its cost in one row."""
    row = {"key" if name == "owner" else name: value for name, value in asdict(use).items()}
    row["training_seconds"] = round(use.training_seconds, 1)
    if tariff:
        row |= {"amount": tariff.amount(use), "currency": tariff.currency}
    return row
