"""Open the page: ``python app.py`` does what ``gpumarket app`` does."""

import sys

from dashboard.server.launcher import main

if __name__ == "__main__":
    sys.exit(main())
