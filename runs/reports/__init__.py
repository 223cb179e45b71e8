"""Reports: one page with its figures and tables."""
