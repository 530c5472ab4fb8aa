"""Tables whose answer is known, and leaks made on purpose."""
