"""The page that opens: the question of a scenario, and its answer."""
