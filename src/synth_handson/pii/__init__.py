"""Personal data: where it stands in a table, in columns and inside of text, and what to put in its place."""
