"""The service: upload a table, get a synthetic one with its evidence. It runs on one machine or on many."""
