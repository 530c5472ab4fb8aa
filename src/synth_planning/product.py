"""What the plan is of."""

from __future__ import annotations

from typing import Literal

from synth_planning.entries import Entry, Line, Text

PRODUCT: Literal["product"] = "product"


class Product(Entry):
    """The product that is planned; a plan has one at most.

    Attributes
    ----------
    name
        What it is called: the page and the report begin with it.
    description
        What it is for.
    """

    id: Literal["product"] = PRODUCT
    name: Line
    description: Text = ""
