"""Pictures whose title states the finding: the same on the page, in the report and in the service.

They can be told apart without colour, and are made of aggregates; `crowd` alone draws rows, for the page.
"""

from synth_handson.presentation.pictures.draw import Picture
from synth_handson.presentation.pictures.privacy import alarm, copy_zone, crowds, lamps, people_found, three
from synth_handson.presentation.pictures.use import alone, columns, crowd, dumbbells

__all__ = [
    "Picture",
    "alarm",
    "alone",
    "columns",
    "copy_zone",
    "crowd",
    "crowds",
    "dumbbells",
    "lamps",
    "people_found",
    "three",
]
