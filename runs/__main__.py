"""``python -m runs`` is ``gpumarket``."""

from runs.cli import main

if __name__ == "__main__":
    main()
