"""What a result depends on beside the scenario: versions, machine, shipped data, state of the checkout."""

from __future__ import annotations

import hashlib
import math
import platform
import subprocess
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

PACKAGES = ("gpumarket", "mesa", "numba", "llvmlite", "numpy", "scipy", "pandas", "xarray", "pyarrow", "pydantic")
CHECKOUT = Path(__file__).resolve().parent.parent


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def version(package: str) -> str:
    """The version of a package that is installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return "not installed"


@cache
def fingerprint() -> str:
    """Sixteen digits that agree where runs agree to the last bit.

    From the platform, the versions, and the last bits of the mathematics library on a few thousand numbers: two
    machines of one make may differ in them (with or without fused multiply-add).
    """
    digest = hashlib.sha256(f"{platform.machine()} {platform.system()} {sorted(versions().items())}".encode())
    for i in range(1, 2001):
        x = 0.01 * i
        digest.update(f"{math.exp(x / 7.0).hex()}{math.log(x).hex()}{(x**0.37).hex()}".encode())
    return digest.hexdigest()[:16]


def _shipped() -> list[tuple[str, Path]]:
    """The files of data that ship, by the name they have in the package."""
    return [
        (f"{package}/{folder}/{path.name}", path)
        for package, folder, pattern in (
            ("market", "scenarios", "*.toml"),
            ("market", "history", "*.csv"),
            ("runs", "history", "*.csv"),
        )
        for path in sorted(Path(str(files(package) / folder)).glob(pattern))
    ]


@cache
def data_hash() -> str:
    """Sixteen digits of SHA-256 over the shipped scenarios and real figures."""
    digest = hashlib.sha256()
    for _, path in _shipped():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def data_files() -> dict[str, str]:
    """Sixteen digits of SHA-256 of each shipped scenario and table of real figures."""
    return {name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for name, path in _shipped()}


def git_state() -> dict[str, Any] | None:
    """Commit of the checkout the code runs from and whether it was changed since; None outside a checkout."""

    def git(*words: str) -> str:
        call = ["git", "-C", str(CHECKOUT), *words]
        return subprocess.run(call, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    if not (CHECKOUT / ".git").exists():
        return None
    try:
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return None


def about() -> dict[str, Any]:
    """All of the above, and digests of the files with a user's own classes of buyers that were read."""
    from market.scenario import own

    return {
        "versions": versions(),
        "fingerprint": fingerprint(),
        "data": data_hash(),
        "agents": own.digests(),
        "git": git_state(),
    }
