"""What a wheel holds: every file that the packages read beside their code, and the mark that they are typed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]


def data(package):
    """The files of a package that are no code, as they lie in it."""
    files = (path for path in (ROOT / package).rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc"))
    return {path.relative_to(ROOT / package) for path in files}


@pytest.mark.parametrize("package", ["agents", "market", "runs", "dashboard"])
def test_every_file_beside_the_code_is_packed(package):
    packed = {
        path.relative_to(ROOT / package) for pattern in PACKED[package] for path in (ROOT / package).glob(pattern)
    }
    assert Path("py.typed") in packed
    assert data(package) - packed == set()


def test_every_pattern_finds_something():
    optional = {"public/**/*", "posteriors/*/*"}  # what fetch-page and calibrate put there
    found = {pattern: any((ROOT / package).glob(pattern)) for package in PACKED for pattern in PACKED[package]}
    assert {pattern for pattern, any_ in found.items() if not any_} <= optional
