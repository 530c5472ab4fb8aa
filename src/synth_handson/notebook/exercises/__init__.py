"""The exercises: questions before each reveal, and the feedback on answers."""
