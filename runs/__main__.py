"""``python -m runs`` is ``gpumarket``."""

from runs.cli.main import main

if __name__ == "__main__":
    main()
