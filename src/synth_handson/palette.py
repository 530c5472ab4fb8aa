"""The colours of the three tables, wherever they are drawn; `page.css` repeats the first two."""

ORIGINAL = "#1f77d0"
SYNTHETIC = "#e0443e"
HOLDOUT = "#8a8f98"
FILL_OPACITY = 0.4
"""Opacity of shapes that another one is drawn over."""
