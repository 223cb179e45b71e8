"""Analyses as they are kept beside their reports."""
