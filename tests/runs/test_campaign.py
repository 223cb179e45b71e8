"""A hundred random faults, of those that need no processes of their own; ``python -m tests.campaign`` has them all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_a_hundred_faults_cost_nothing_and_nothing_false_is_believed():
    call = [sys.executable, "-m", "tests.campaign", "100", "2", "0"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kinds, line = done.stdout.splitlines()
    assert line == "100 faults, 0 bytes lost, 0 believed"
    for kind in ("kill", "full disk", "clock jump", "damage"):
        assert kind in kinds
