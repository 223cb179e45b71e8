"""Whether the packages that Python finds under our names are ours; others call theirs ``agents`` too."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
from importlib import metadata
from pathlib import Path

NAMES = ("agents", "market", "runs")
ANEW = "uninstall the package that did it, then: pip install --force-reinstall --no-deps gpumarket"


def trouble(here: Path) -> str:
    """What is wrong with our packages, which should lie in the folder ``here``; empty if nothing is.

    Another project's package may be found before ours, or may have been installed over it: then files of ours are not
    as the installer recorded them, or were taken away with the other's. A checkout has no such record.
    """
    for name in NAMES:
        spec = importlib.util.find_spec(name)
        found = Path((spec and spec.origin) or "").resolve()
        if found.parent.parent != here and (here / name / "__init__.py").exists():
            return f"the package {name!r} of another project is in the way: {found}"
    for file in _recorded():
        path = Path(str(file.locate())).resolve()
        if path.is_relative_to(here) and not _as_recorded(path, file):
            return f"{path} is not as it was installed, another package has a {file.parts[0]!r} too; {ANEW}"
    return ""


def _recorded() -> list[metadata.PackagePath]:
    """Our files as an installer noted them; a build leaves a list in a checkout too, of the files of its day."""
    try:
        found = metadata.distribution("gpumarket")
    except metadata.PackageNotFoundError:
        return []
    files = found.files if found.read_text("RECORD") is not None else None
    return [file for file in files or [] if file.parts[0] in NAMES and file.suffix == ".py"]


def _as_recorded(path: Path, file: metadata.PackagePath) -> bool:
    """Whether a file is there and, at the top of a package, has the bytes it was installed with."""
    if file.hash is None or len(file.parts) > 2:
        return path.is_file()
    try:
        found = hashlib.new(file.hash.mode, path.read_bytes()).digest()
    except OSError:
        return False
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == file.hash.value
