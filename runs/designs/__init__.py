"""Which points to run: shipped designs, how a design is read and sampled."""
