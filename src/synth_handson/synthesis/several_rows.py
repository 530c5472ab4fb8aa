"""Tables with several rows per person: a value must be shared by enough people, not just rows."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from synth_handson.errors import ArgumentError
from synth_handson.metrics.arrays import Integers
from synth_handson.synthesis.identifiers import Identifier
from synth_handson.synthesis.marginals import read_marginals
from synth_handson.synthesis.schema import Schema, prepare
from synth_handson.tables.checks import check_table
from synth_handson.tables.people import SeveralRows


def set_identifiers_apart(
    frame: pd.DataFrame, several: SeveralRows, target: Hashable | None
) -> tuple[pd.DataFrame, tuple[Identifier, ...]]:
    """Remove the identifiers from a table, and read their forms.

    Raises
    ------
    ArgumentError
        If one of them is what a model is to predict.
    """
    named = [name for name in frame.columns if str(name) in several.identifiers]
    if target in named:
        raise ArgumentError("target_identifier", column=target)
    identifiers = tuple(
        Identifier.of(
            name.item() if isinstance(name, np.generic) else name,
            list(frame.columns).index(name),
            frame[name],
        )
        for name in named
    )
    return frame.drop(columns=named), identifiers


def protect(frame: pd.DataFrame, people: Integers, random_state: int) -> pd.DataFrame:
    """Replace every value that fewer than eight people share, before any engine sees it.

    Engines count rows. A category of fewer people becomes the protected token; a number or date of fewer
    becomes another one, drawn from a range that as many people share.

    Parameters
    ----------
    frame
        A table without identifiers.
    people
        The number of each row's person. Shape (n_rows,).
    random_state
        Seed of what is drawn.

    Returns
    -------
    DataFrame
        The same rows and columns.

    Raises
    ------
    TableError
        If the table cannot be learned from.
    """
    check_table(frame)
    prepared = prepare(frame)
    rng = np.random.default_rng(random_state)
    marginals = read_marginals(prepared, people)
    drawn = {
        name: marginal.values(marginal.code(prepared[name]), rng.random(len(prepared)))
        for name, marginal in marginals.items()
    }
    return Schema.of(frame, people).restore(pd.DataFrame(drawn))
