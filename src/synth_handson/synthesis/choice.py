"""Choice of an engine if none is named: a rule from measurements, with its reasons."""

from dataclasses import dataclass

import pandas as pd

from synth_handson.locales import Message
from synth_handson.synthesis.registry import is_installed
from synth_handson.tables.checks import check_positive, check_table, check_target

FEW_ROWS = 1_000
"""Rows below which only a correlation for each pair of columns could be learned."""
ROWS_FOR_TREES = 5_000
"""Rows below which trees with 100 people in a leaf kept less than a copula on every table tried; above, on
none."""
NETWORK_MINUTES = 1.0
"""Longest time of the default engine on two cores, including its start."""


@dataclass(frozen=True)
class EngineChoice:
    """An engine, and why it was chosen.

    Attributes
    ----------
    engine
        Its name in :func:`~synth_handson.train_generator`.
    why
        The reason: ``why.render("en")``.
    """

    engine: str
    why: Message


def choose_engine(
    train: pd.DataFrame,
    target: str | int | None = None,
    *,
    max_minutes: float = 10.0,
    epsilon: float | None = None,
) -> EngineChoice:
    """Choose an engine for a table, by what was measured on seven others (docs/engines.md).

    If differential privacy is wanted, it is "aim", which gives it for all that is learned, or "mostly"
    where that is not installed. Without, it is "copula" below 1,000 rows; in less than a minute "copula"
    below 5,000 rows and else "trees"; and with more time "mostly". The share of categories and the target do
    not decide: what was measured shows no such rule.

    Parameters
    ----------
    train
        The training table.
    target
        Column that a model is to predict, if there is one.
    max_minutes
        Minutes that the training may take.
    epsilon
        The ε of differential privacy to spend at most, if there is to be a guarantee.

    Returns
    -------
    EngineChoice
        The engine's name, and the reason.

    Raises
    ------
    ArgumentError
        If an option is out of range, or there is no such target.
    TableError
        If the table cannot be trained on.
    """
    minutes = check_positive("max_minutes", max_minutes)
    check_table(train)
    check_target(target, train.columns)
    requested = None if epsilon is None else check_positive("epsilon", epsilon)
    engine, reason = _choose(len(train), minutes, requested)
    return EngineChoice(
        engine, Message(f"engines.{reason}", {"rows": len(train), "few": FEW_ROWS, "many": ROWS_FOR_TREES})
    )


def _choose(rows: int, minutes: float, epsilon: float | None) -> tuple[str, str]:
    if epsilon is not None:
        return ("aim", "private") if is_installed("aim") else ("mostly", "private_weights")
    if rows < FEW_ROWS:
        return "copula", "few_rows"
    if minutes < NETWORK_MINUTES:
        return ("trees", "hurry") if rows >= ROWS_FOR_TREES else ("copula", "hurry_few")
    return "mostly", "enough"
