"""Personal data in a table, in columns and within text, and its replacement."""
