"""``python -m dashboard`` opens the page."""

import sys

from dashboard.launcher import main

if __name__ == "__main__":
    sys.exit(main())
