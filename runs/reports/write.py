"""Reports: an answer as a folder with one page to read, its figures and its tables."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from runs import environment
from runs.folder import tables
from runs.reports.contents import Report
from runs.reports.page import has_index, page

PAGE = "report.html"
DOTS_PER_INCH = 160
ANALYSES = ("SALib", "scikit-learn", "matplotlib")
"""Packages that a report depends on beside those of the runs."""


def write(report: Report, folder: str | Path) -> None:
    """Write ``report.html``, ``figures/NAME.svg`` and ``.png``, ``tables/NAME.csv``; the folder appears whole or not at
    all.

    Raises:
        BadInput: the folder has something in it, or cannot be written.
    """
    with tables.appearing(Path(folder)) as part:
        fill(report, part)


def fill(report: Report, folder: Path) -> None:
    """Put the files of a report into a folder."""
    drawn = {}
    (folder / "figures").mkdir()
    for name, picture in zip(file_names(report.figures), report.figures.values(), strict=True):
        drawn[name] = svg(picture.figure, name)
        (folder / "figures" / f"{name}.svg").write_text(drawn[name], encoding="utf-8")
        (folder / "figures" / f"{name}.png").write_bytes(png(picture.figure))
    (folder / "tables").mkdir()
    files = file_names(report.tables)
    for name, table in zip(files, report.tables.values(), strict=True):
        table.to_csv(folder / "tables" / f"{name}.csv", index=has_index(table), lineterminator="\n")
    (folder / PAGE).write_text(page(report, drawn, files, made_with()), encoding="utf-8")


def file_names(names: Iterable[str]) -> list[str]:
    """Names of files, one per name and no two alike, of letters, digits and dashes."""
    made: list[str] = []
    for name in names:
        plain = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:80] or "unnamed"
        made.append(next(text for k in range(1, 10**6) if (text := plain if k == 1 else f"{plain}-{k}") not in made))
    return made


def svg(figure: Figure, name: str) -> str:
    """A figure as SVG with text as text, the same bytes every time; ``name`` seeds the ids inside."""
    made = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        FigureCanvasSVG(figure).print_svg(made, metadata={"Date": None, "Creator": None})
    return made.getvalue()


def png(figure: Figure) -> bytes:
    """A figure as PNG, the same bytes every time."""
    made = io.BytesIO()
    figure.set_dpi(DOTS_PER_INCH)
    FigureCanvasAgg(figure).print_png(made, metadata={"Software": None})
    return made.getvalue()


def made_with() -> str:
    """Versions and the fingerprint of the environment, in a line."""
    versions = {**environment.versions(), **{name: metadata.version(name) for name in ANALYSES}}
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{told}; environment {environment.fingerprint()}"
