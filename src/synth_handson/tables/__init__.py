"""What a table holds: its columns, whether it can be learned from, and where it comes from."""
