"""Counts over all rows: on disk, or on a cluster."""
