"""What the pictures are drawn with: SVG without a script, readable on a phone and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from synth_handson.metrics.arrays import Floats
from synth_handson.palette import HOLDOUT, SYNTHETIC
from synth_handson.presentation.document import Svg, svg_html

WIDTH = 480
"""Width of a picture in its own units; a line of text is 13 units high."""


@dataclass(frozen=True)
class Picture:
    """A picture with its finding.

    Attributes
    ----------
    title
        The finding, in a sentence.
    svg
        What is drawn, with its description.
    note
        How to read it; may be empty.
    """

    title: str
    svg: Svg
    note: str = ""

    def html(self) -> str:
        """Write it with its title above and its note below."""
        note = f"<small>{escape(self.note)}</small>" if self.note else ""
        title = f"<figcaption><strong>{escape(self.title)}</strong>{note}</figcaption>"
        return f'<figure class="sh-picture">{title}{svg_html(self.svg)}</figure>'


def dots(x: Floats, y: Floats, size: float, colour: str, opacity: float) -> str:
    """Draw a dot at each place, as one path."""
    path = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x, y, strict=True))
    return (
        f'<path d="{path}" stroke="{colour}" stroke-width="{size}" stroke-linecap="round" '
        f'stroke-opacity="{opacity}" fill="none"/>'
    )


def text(x: float, y: float, said: str, anchor: str = "start") -> str:
    """Write a line of text."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(said)}</text>'


def disc(x: float, y: float) -> str:
    """Mark a value of the synthetic table."""
    return f'<circle cx="{x:.1f}" cy="{y}" r="6" fill="{SYNTHETIC}"/>'


def square(x: float, y: float) -> str:
    """Mark a value of the holdout."""
    return f'<path d="M{x - 5:.1f} {y - 5}h10v10h-10Z" fill="{HOLDOUT}"/>'


def drawing(drawn: str, height: int, description: str) -> Svg:
    """Put together what is drawn."""
    return Svg(f'<svg class="picture" viewBox="0 0 {WIDTH} {height}">{drawn}</svg>', description)
