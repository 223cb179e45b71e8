"""Speed, as ratios within one run; absolute times are of the machine at hand."""
