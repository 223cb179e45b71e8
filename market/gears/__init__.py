"""What runs the quarter: live in Mesa, compiled for ensembles, traced."""
