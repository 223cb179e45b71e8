"""Why the wait moved: what became of the orders of a quarter, and what held it back."""
