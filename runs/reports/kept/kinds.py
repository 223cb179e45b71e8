"""Whatever kind of analysis a folder keeps."""

from __future__ import annotations

from pathlib import Path

from runs.reports.kept import comparison, study
from runs.reports.kept.folder import kind_of


def read(folder: str | Path) -> study.Kept | comparison.Kept:
    """The analysis that a folder keeps, every byte of it as it was written.

    Raises:
        BadInput: the folder holds none, or something in it is not allowed.
        Damaged: it is not as it was written.
    """
    found = kind_of(Path(folder), [study.KIND, comparison.KIND])
    return study.read(folder) if found == study.KIND else comparison.read(folder)
