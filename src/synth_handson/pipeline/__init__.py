"""From a table or a file to a synthetic one and its evidence: what page, commands and services share."""
