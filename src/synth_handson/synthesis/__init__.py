"""From a table to a generator, and from a generator to rows."""
