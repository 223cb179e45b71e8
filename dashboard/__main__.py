"""``python -m dashboard`` opens the page."""

import sys

from dashboard.server.launcher import main

if __name__ == "__main__":
    sys.exit(main())
