"""Who acts in the market: buyers and the supplier, their state and their rules."""

import agents.classes  # noqa: F401  a class of buyers is known once its file lies there
