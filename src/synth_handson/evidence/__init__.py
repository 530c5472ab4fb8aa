"""Everything that is measured about a synthetic table, beside the same for people it has never seen."""
