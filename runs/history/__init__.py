"""The real figures that outcomes are judged by."""
