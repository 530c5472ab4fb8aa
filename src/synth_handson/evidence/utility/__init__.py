"""Measures of whether a model trained on the synthetic table works on real people."""
