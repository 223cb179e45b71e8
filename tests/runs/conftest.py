"""The command line as a fixture."""

from __future__ import annotations

import sys

import pytest

from runs.cli import main as cli


@pytest.fixture
def gpumarket(capsys, monkeypatch):
    """Run the command line in this process: status, standard output, standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gpumarket", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return call


@pytest.fixture
def refused(gpumarket):
    """Hold a command line to its end: status 2 and one sentence with these parts in it."""

    def check(words: list[str], parts: list[str]) -> None:
        status, out, err = gpumarket(*words)
        assert (status, out) == (2, "")
        assert err.count("\n") == 1
        assert err.startswith("gpumarket: ")
        for part in parts:
            assert part in err

    return check
