"""The service: upload a table, get a synthetic one with its evidence. One machine at first, many later."""
