"""Constants of the market found from history: what is free, how well a vector fits, a sample of what fits."""
