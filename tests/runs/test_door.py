"""How a command ends that could not do its work: in a sentence, whatever happened."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import runs
from market import BadInput, Scenario
from market.scenario import toml
from runs.folder import manifest
from tests import fuzz
from tests.runs.batches import design
from tests.runs.test_batch_cli import DESIGN

ROOT = Path(__file__).parent.parent.parent
CASES = 300
LONG = 600
"""Seconds that a busy machine may take."""


def test_what_nobody_would_write_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(fuzz, "LONGEST", 300)
    counts, wrong = fuzz.campaign(range(CASES), seed=3)
    assert wrong == {}
    assert counts["accepted"] > CASES / 20
    assert counts["refused"] > CASES / 2


def test_a_case_that_goes_wrong_is_found():
    def fault() -> None:
        raise KeyError("x")

    def long() -> None:
        raise BadInput("x")

    assert "KeyError" in fuzz.judged(fault)
    assert fuzz.judged(long) == "refused"
    assert "control characters" in fuzz.judged(lambda: fuzz_complaint("a\x1b[31m"))
    assert "a sentence of 400 characters" in fuzz.judged(lambda: fuzz_complaint("x" * 400))


def fuzz_complaint(sentence: str) -> None:
    """What a command line printed."""
    raise fuzz.Complaint(sentence)


def chain(folder: Path) -> str:
    """A file that extends a file that extends a file, and so on."""
    for n in range(50):
        (folder / f"{n}.toml").write_text(f'extends = "{n + 1}.toml"\n')
    (folder / "50.toml").write_text('extends = "reference"\n')
    return str(folder / "0.toml")


def file(folder: Path, text: str) -> str:
    """A file of a text."""
    (folder / "mine.toml").write_text(text)
    return str(folder / "mine.toml")


def loop(folder: Path) -> str:
    """A link to itself."""
    (folder / "loop.toml").symlink_to(folder / "loop.toml")
    return str(folder / "loop.toml")


def pipe(folder: Path) -> str:
    """A name under which nothing ever comes."""
    os.mkfifo(folder / "pipe.toml")
    return str(folder / "pipe.toml")


BASE = 'extends = "reference"\n'
FILES = {
    "a loop of links": (loop, "no such scenario or file"),
    "a pipe": (pipe, "no such scenario or file"),
    "a folder": (str, "no such scenario or file"),
    "a long name": (lambda at: "x" * 300, "no such scenario or file"),
    "a name with NUL": (lambda at: "x\0y", "no such scenario or file"),
    "a list to extend": (lambda at: file(at, 'extends = ["x"]\n'), "extends: found ['x']"),
    "a long chain": (chain, "a chain of more than 20 files"),
    "a number of events": (lambda at: file(at, BASE + "events = 3\n"), "events: found 3; allowed: a list"),
    "a late start": (lambda at: file(at, BASE + 'start = "9999Q4"\n'), "start: found '9999Q4'; allowed: "),
    "a huge number": (lambda at: file(at, BASE + f"horizon = {'9' * 4400}\n"), "a number in it is too long"),
    "a huge hexadecimal number": (
        lambda at: file(at, BASE + f"horizon = 0x{'f' * 4400}\n"),
        "a number in it is too long",
    ),
    "deep nesting": (lambda at: file(at, BASE + f"x = {'[' * 1100}{']' * 1100}\n"), "nested too deeply"),
    "nesting that can be read": (lambda at: file(at, BASE + f"x = {'[' * 60}{']' * 60}\n"), "nested too deeply"),
    "an escape sequence": (lambda at: file(at, BASE + 'title = "\\u001b[31m"\n'), "control characters"),
    "one type of several": (
        lambda at: file(at, BASE + '[supplier]\nupstream = { series = "x", lag = 0.5 }\n'),
        "supplier.upstream.lag: found 0.5; allowed: a whole number",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(refused, tmp_path, kind):
    made, told = FILES[kind]
    refused(["scenarios", "check", made(tmp_path)], [told])


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(monkeypatch, tmp_path):
    """Whoever runs this as root may read all."""

    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    path = file(tmp_path, BASE)
    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(BadInput, match="cannot be read: Permission denied"):
        toml.read(Path(path), path)


@pytest.mark.parametrize("value", ["9" * 5000, "0x" + "f" * 5000, "[" * 2000, "\x1b[31m", "x" * 5000])
def test_a_value_that_cannot_be_used_is_refused_in_a_sentence(gpumarket, value):
    status, out, err = gpumarket("run", "reference", "--set", f"supplier.upstream={value}")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "supplier.upstream" in err
    assert len(err) < 300
    assert err.removesuffix("\n").isprintable()


def test_what_nobody_foresaw_ends_in_a_sentence_and_is_kept(gpumarket, monkeypatch):
    def broken(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(Scenario, "load", broken)
    status, out, err = gpumarket("run", "reference")
    assert (status, out, err.count("\n")) == (1, "", 1)
    log = Path(err.split()[-1])
    assert "KeyError: 'reference'" in err
    assert "in broken" in log.read_text()
    log.unlink()


def test_a_full_disk_under_what_is_printed_ends_in_a_sentence():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "runs", "scenarios"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "gpumarket: what is printed cannot be written: No space left on device\n"


def test_an_outcome_may_have_any_name_and_be_undefined(gpumarket, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(DESIGN.replace('wait = "peak', '"[/x]" = "peak').replace("quoted_lead_weeks", "rental_usd_hour"))
    status, out, _ = gpumarket("batch", str(mine), "--out", str(tmp_path / "out"))
    assert (status, "[/x]" in out) == (0, True)
    mine.write_text(DESIGN.replace("peak quoted_lead_weeks", "mean realised_lead_weeks in 2023Q1"))
    mine.write_text(DESIGN.replace("peak quoted_lead_weeks", "realised_lead_weeks in 2023Q1"))
    status, out, _ = gpumarket("batch", str(mine), "--out", str(tmp_path / "none"), "--json")
    assert status == 0
    assert json.loads(out)["outcomes"]["wait"]["median"] is None


def test_resume_needs_no_design(gpumarket, tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(DESIGN)
    gpumarket("batch", str(mine), "--out", str(tmp_path / "out"))
    mine.unlink()
    (tmp_path / "out" / "outcomes-00000.parquet").unlink()
    assert gpumarket("batch", "--resume", "--out", str(tmp_path / "out"))[0] == 0
    assert len(runs.open(tmp_path / "out")["outcomes"]) == 24
    status, _, err = gpumarket("batch", "--resume", "--out", str(tmp_path / "nothing"))
    assert (status, "no manifest" in err) == (2, True)
    status, _, err = gpumarket("batch", "--resume")
    assert (status, "--out: is missing" in err) == (2, True)


def test_a_table_of_points_is_found_again(gpumarket, tmp_path):
    (tmp_path / "points.csv").write_text("supplier.capacity_delay\n3.0\n4.0\n")
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'schema = 1\nname = "mine"\nscenario = "reference"\nsampling = { method = "table", file = "points.csv" }\n'
    )
    gpumarket("batch", str(mine), "--out", str(tmp_path / "out"))
    assert gpumarket("batch", "--resume", "--out", str(tmp_path / "out"))[0] == 0
    (tmp_path / "points.csv").write_text("supplier.capacity_delay\n3.0\n5.0\n")
    status, _, err = gpumarket("batch", "--resume", "--out", str(tmp_path / "out"))
    assert (status, "a batch of another design" in err) == (2, True)


def started(folder: Path, *words: str) -> subprocess.Popen:
    """A batch in a process of its own, once it has finished a block."""
    call = [sys.executable, "-m", "runs", "batch", "uncertain", "--out", str(folder), "--threads", "1", *words]
    running = subprocess.Popen(call, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    until = time.monotonic() + LONG
    while not list(folder.glob("outcomes-*")) and time.monotonic() < until:
        time.sleep(0.05)
    return running


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_who_ends_a_batch_is_told_how_to_go_on(gpumarket, tmp_path, name):
    running = started(tmp_path / "out")
    running.send_signal(getattr(signal, name))
    _, err = running.communicate(timeout=LONG)
    assert running.returncode == 1
    assert err.count("\n") == 1
    assert f"ended by {name} after" in err
    assert "what is finished is kept, go on with --resume" in err
    told = json.loads(gpumarket("batch", "--status", str(tmp_path / "out"), "--json")[1])
    assert told["state"] == "stopped"
    assert told["runs_done"] == len(runs.open(tmp_path / "out")["outcomes"]) >= 1000


def test_a_folder_that_is_deleted_meanwhile_is_said(tmp_path):
    running = started(tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "gone")
    _, err = running.communicate(timeout=LONG)
    assert running.returncode == 1
    assert err.count("\n") == 1
    assert "was deleted meanwhile" in err
    assert "kept" not in err


def test_the_status_after_a_kill_counts_the_blocks_that_are_there(gpumarket, tmp_path):
    running = started(tmp_path / "out")
    running.kill()
    running.communicate()
    told = json.loads(gpumarket("batch", "--status", str(tmp_path / "out"), "--json")[1])
    assert told["state"] == "killed"
    assert told["runs_done"] == 1000 * len(set(_blocks(tmp_path / "out")))


def _blocks(folder: Path) -> list[str]:
    return [name for name in manifest.read(folder)["parts"] if name.startswith("outcomes")]


ENDLESS = """
import os, signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started in the background does not hear it
from runs.cli import main
from runs.engine import experiment

def run(self, first, count):
    os.write(1, b"at work\\n")  # at once, for threads say it beside each other
    while True:
        time.sleep(0.01)

experiment.Worker.run = run
if __name__ == "__main__":
    main.main()
"""


def endless(folder: Path, *words: str) -> subprocess.Popen:
    """A batch whose work never ends, at work."""
    (folder / "endless.py").write_text(ENDLESS)
    call = [sys.executable, "endless.py", "batch", "rules", "--out", "out", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(
        call, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which may be ignored here
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stdout.readline() == "at work\n"
    return running


def test_a_second_ctrl_c_ends_an_endless_rule(tmp_path):
    running = endless(tmp_path)
    assert caught(running.pid)
    running.send_signal(signal.SIGINT)
    until = time.monotonic() + LONG
    while caught(running.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=LONG)
    assert running.returncode == -signal.SIGINT


def caught(pid: int) -> bool:
    """Whether a process has a handler of its own for Ctrl-C."""
    told = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return bool(int(told["SigCgt"], 16) & 1 << signal.SIGINT - 1)


def test_patience_ends_with_a_sentence(tmp_path):
    running = endless(tmp_path, "--patience", "0.5")
    _, err = running.communicate(timeout=LONG)
    assert running.returncode == 1
    assert err.count("\n") == 1
    assert "no run came back for 0.5 s" in err
    assert manifest.read(tmp_path / "out")["state"] == "stopped"


def test_patience_is_a_time(refused, tmp_path):
    refused(["batch", "rules", "--out", str(tmp_path / "out"), "--patience", "0"], ["--patience", "'0'", "above 0"])


@pytest.fixture
def installed(tmp_path):
    """Our packages as an installer would put them into a folder, with its record of them."""
    lines = []
    for name in ("agents", "market", "runs"):
        shutil.copytree(ROOT / name, tmp_path / "site" / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in sorted((tmp_path / "site" / name).rglob("*.py")):
            held = path.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(held).digest()).rstrip(b"=").decode()
            lines.append(f"{path.relative_to(tmp_path / 'site')},sha256={digest},{len(held)}")
    told = tmp_path / "site" / "gpumarket-0.1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: gpumarket\nVersion: 0.1.0\n")
    (told / "RECORD").write_text("\n".join(lines) + "\n")
    return tmp_path / "site"


def version(site: Path) -> subprocess.CompletedProcess:
    """``gpumarket --version`` as it is installed in a folder."""
    call = [sys.executable, "-c", "from runs.cli.main import main; main()", "--version"]
    return subprocess.run(
        call, cwd=site.parent, env={**os.environ, "PYTHONPATH": str(site)}, capture_output=True, text=True, check=False
    )


OVERWRITTEN = {
    "agents, by another package": lambda site: (site / "agents" / "__init__.py").write_text("from .tools import *\n"),
    "agents, by its removal": lambda site: (site / "agents" / "__init__.py").unlink(),
    "a module of agents": lambda site: (site / "agents" / "buyer.py").write_text(""),
    "runs": lambda site: (site / "runs" / "__init__.py").write_text(""),
    "market, in part": lambda site: (site / "market" / "gears" / "build.py").unlink(),
}


def test_what_is_installed_whole_says_its_version(installed):
    done = version(installed)
    assert (done.returncode, done.stdout) == (0, "gpumarket 0.1.0\n")


@pytest.mark.parametrize("what", OVERWRITTEN)
def test_another_package_over_ours_is_seen_and_told(installed, what):
    OVERWRITTEN[what](installed)
    done = version(installed)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "is not as it was installed" in done.stderr
    assert "pip install --force-reinstall --no-deps gpumarket" in done.stderr


def test_what_a_build_left_in_a_checkout_is_no_record(installed):
    """It lists the modules of its day; a module that has moved since is nobody else's doing."""
    (installed / "gpumarket-0.1.0.dist-info").rename(installed / "gpumarket.egg-info")
    (installed / "gpumarket.egg-info" / "METADATA").rename(installed / "gpumarket.egg-info" / "PKG-INFO")
    (installed / "gpumarket.egg-info" / "RECORD").unlink()
    (installed / "gpumarket.egg-info" / "SOURCES.txt").write_text("runs/moved.py\nruns/__init__.py\n")
    done = version(installed)
    assert (done.returncode, done.stdout) == (0, "gpumarket 0.1.0\n")


def test_a_design_without_one_is_not_guessed(gpumarket, tmp_path):
    from runs.folder import batch

    small = design(points=2, uncertainties={"supplier.capacity_delay": {"low": 3.0, "high": 6.0}}, scenario="reference")
    batch.run(small.experiment, tmp_path / "out")
    status, _, err = gpumarket("batch", "--resume", "--out", str(tmp_path / "out"))
    assert (status, "holds no batch of a design" in err) == (2, True)
