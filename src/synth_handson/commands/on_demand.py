"""What is asked of rows on the command line: ``--given y=yes`` and ``--shares y:yes=.5,no=.5``."""

from __future__ import annotations

from typing import Annotated

import typer

from synth_handson.pipeline.asked_words import GIVEN, SHARES

GivenOption = Annotated[
    list[str] | None,
    typer.Option(
        "--given",
        metavar=GIVEN,
        help="Value that all rows are to have, or several of which each has one: job=student,retired. "
        "Nothing after the = stands for a missing one. Once for each column.",
    ),
]
SharesOption = Annotated[
    str | None,
    typer.Option(
        "--shares",
        metavar=SHARES,
        help="Shares of the values of one column, adding up to 1: y:yes=.5,no=.5. The others follow.",
    ),
]
EvenIfFew = Annotated[
    bool,
    typer.Option(
        "--even-if-few", help="Draw even if fewer than 100 people have that; the verdict is at most review."
    ),
]
