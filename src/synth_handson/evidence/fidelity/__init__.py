"""Measures of whether the synthetic table keeps the statistics."""
