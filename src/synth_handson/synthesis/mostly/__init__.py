"""The MOSTLY AI engine: on this machine, in a process of its own, or on a server."""

MAX_MINUTES = 5.0
"""Longest training of texts, unless another is asked for."""
