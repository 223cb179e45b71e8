"""Runs by the thousand: points of a scenario, over threads, processes or a cluster."""
