"""``make bench``: each figure with what was promised for it."""

import subprocess
import sys

MODULES = ("gears", "batches", "runners", "analyses", "page")


def main() -> None:
    """All figures, each module in a process of its own: a child's peak memory counts that of whoever started it."""
    for module in MODULES:
        subprocess.run([sys.executable, "-m", f"benchmarks.{module}"], check=True)
        print(flush=True)


if __name__ == "__main__":
    main()
