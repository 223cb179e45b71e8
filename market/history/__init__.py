"""Real figures: those that drive the model, and how a file of them is read."""
