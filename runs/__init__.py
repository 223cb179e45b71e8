"""Experiments: ensembles, designs and batches, results on disk, the command line."""

from runs.results import Results, open

__all__ = ["Results", "open"]
