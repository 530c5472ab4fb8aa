"""The exercises: what the learner commits to before each reveal, and what an answer teaches."""
