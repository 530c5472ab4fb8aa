"""Tests of whether anybody real can be found in the synthetic table."""
