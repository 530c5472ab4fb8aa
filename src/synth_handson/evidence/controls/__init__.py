"""Tables whose answer is known, and simulated leaks."""
