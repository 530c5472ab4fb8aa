"""All measures of a synthetic table, each beside the same measure for people it has never seen."""
