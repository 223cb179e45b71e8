"""Starting the page's server: ports and sentences."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys

import pytest

from dashboard.server import launcher
from dashboard.server.settings import NO_JAVASCRIPT


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "", "8.5"])
def test_no_port(text):
    with pytest.raises(argparse.ArgumentTypeError, match="allowed: a whole number from 1 to 65535"):
        launcher.port_number(text)


def test_a_bad_port_is_a_status_not_a_traceback(capsys):
    with pytest.raises(SystemExit) as stopped:
        launcher.main(["--port", "web"])
    assert stopped.value.code == 2
    assert "found 'web'" in capsys.readouterr().err


def test_a_port_that_is_taken(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(launcher, "JAVASCRIPT", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert launcher.main(["--port", str(port), "--no-browser"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"Port {port} cannot be used: ")
    assert error.count("\n") == 1


def test_the_next_free_port(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(launcher, "PORT", taken.getsockname()[1])
        with launcher.listen(None) as listening:
            assert listening.getsockname() != taken.getsockname()
            assert listening.getsockname()[0] == "127.0.0.1"


def test_missing_javascript(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(launcher, "JAVASCRIPT", tmp_path / "cdn")
    assert launcher.main([]) == 2
    assert capsys.readouterr().err == f"{NO_JAVASCRIPT}\n"


def test_a_folder_without_classes_is_refused(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(launcher, "JAVASCRIPT", tmp_path)
    assert launcher.main(["--no-browser", "--agents", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"agents: found no class of buyers in the .py files of {str(tmp_path)!r}")


def test_starting_needs_neither_the_command_line_nor_solara():
    loaded = "{module.split('.')[0] for module in sys.modules}"
    code = f"import sys, dashboard.server.launcher; print(sorted({loaded} & {{'dashboard', 'runs', 'solara'}}))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == "['dashboard']\n"
