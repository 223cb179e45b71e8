"""Named questions and their answers."""
