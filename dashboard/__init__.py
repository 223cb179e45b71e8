"""What the page shows: pages, charts and controls over :mod:`market` and the real figures of :mod:`runs`."""
