"""Experiments on the market: single ensembles for now, their results on disk, and the command line."""
