"""What a browser session has set, and the work that is done for it."""
