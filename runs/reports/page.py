"""The page of a report: one HTML file that needs nothing else, light or dark as the reader's system is, or on paper."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from runs.reports.contents import Report
from runs.reports.palette import DARK, PALETTE
from runs.words import NOTHING, number, said

ROWS, FOLDED = 200, 40
"""Rows of a table that are shown at most, its file has all; and above which it is folded."""

LONG = 40
"""Letters of a cell above which its text wraps."""

STYLE = """
* { box-sizing: border-box; }
html { background: var(--ground); -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 56rem; padding: 2.5rem 1.25rem 3rem; color: var(--ink);
  font: 1rem/1.55 var(--font); font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
h1 { margin: 0 0 .8rem; font-size: 1.15rem; font-weight: 500; color: var(--quiet); line-height: 1.4; }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.15rem; line-height: 1.3; }
.title { margin: 0 0 .75rem; font-size: .8rem; font-weight: 600; letter-spacing: .06em; text-transform: uppercase;
  color: var(--accent-text); }
.answer { margin: 0; font-size: clamp(1.3rem, 1rem + 1.5vw, 1.75rem); line-height: 1.35; font-weight: 600;
  letter-spacing: -.01em; text-wrap: pretty; }
figure { margin: 0 0 1.25rem; padding: 1.25rem; background: var(--surface); border: 1px solid var(--rule);
  border-radius: .5rem; }
figcaption { margin-top: .75rem; font-size: .9rem; color: var(--quiet); }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 2px solid var(--accent-text); outline-offset: 2px; }
svg { display: block; width: 100%; min-width: 30rem; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.4; }
caption { text-align: left; font-weight: 600; padding: 0 0 .4rem; }
th, td { padding: .35rem 1.25rem .35rem 0; text-align: right; white-space: nowrap; vertical-align: baseline;
  border-bottom: 1px solid var(--rule); }
thead th { color: var(--quiet); font-weight: 500; border-bottom-color: var(--faint); }
th:first-child, td:first-child, .text { text-align: left; }
tbody th { font-weight: 500; }
th:last-child, td:last-child { padding-right: 0; }
th.long, td.long { white-space: normal; min-width: 16rem; }
.interval { color: var(--quiet); font-size: .92em; padding-left: .5em; }
.table { margin: 0 0 1.75rem; }
.note, footer { font-size: .85rem; color: var(--quiet); }
.note { margin: .4rem 0 0; }
ul { margin: 0; padding-left: 1.2rem; }
li { margin: .35rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.5rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; min-width: 0; }
pre { margin: 0; padding: .9rem 1rem; background: var(--surface); border: 1px solid var(--rule); border-radius: .5rem;
  white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas,
  monospace; }
code span { display: inline-block; max-width: 100%; }
summary { cursor: pointer; font-weight: 600; font-size: .9rem; margin-bottom: .5rem; }
details caption { display: none; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
@media (max-width: 36rem) {
  body { padding-top: 1.5rem; }
  figure { padding: .9rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
}
@media print {
  html, figure, pre { background: none; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  figure, .table, pre { break-inside: avoid; }
  h2 { break-after: avoid; }
  .scroll { overflow: visible; }
  svg { min-width: 0; max-width: 16cm; }
}
"""


def page(report: Report, drawn: Mapping[str, str], files: Sequence[str], made_with: str) -> str:
    """The page of a report.

    Args:
        report: what to tell.
        drawn: its figures as SVG, by the names of their files.
        files: names of the files of its tables.
        made_with: the last line.
    """
    parts = [
        f'<header>\n<p class="title">{escape(report.title)}</p>\n<h1>{escape(report.question)}</h1>\n'
        f'<p class="answer">{escape(report.answer)}</p>\n</header>\n<main>'
    ]
    if drawn:
        pictures = zip(drawn.items(), report.figures.values(), strict=True)
        figures = [_figure(name, svg, picture.caption) for (name, svg), picture in pictures]
        parts += [_section("What it rests on", "\n".join(figures))]
    if report.tables:
        tables = [_table(file, *one) for file, one in zip(files, report.tables.items(), strict=True)]
        parts += [_section("Tables", "\n".join(tables))]
    if report.caveats:
        items = "\n".join(f"<li>{escape(text)}</li>" for text in report.caveats)
        parts += [_section("How far to trust it", f"<ul>\n{items}\n</ul>")]
    if report.design:
        rows = "\n".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in report.design)
        parts += [_section("How it was found", f"<dl>\n{rows}\n</dl>")]
    parts += [
        _section("To get it again", f"<pre><code>{_unbroken(report.command)}</code></pre>"),
        f"</main>\n<footer>{escape(made_with)}</footer>",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_colours()}{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _unbroken(command: str) -> str:
    """A command line that wraps between its words only."""
    words = (escape(shlex.quote(word)) for word in shlex.split(command))
    return " ".join(f"<span>{word}</span>" for word in words)


def _colours() -> str:
    def values(palette: Mapping[str, str], **others: str) -> str:
        return " ".join(f"--{name}: {colour};" for name, colour in {**palette, **others}.items())

    light = values(PALETTE, ground="#f6f7fa", **{"accent-text": "#00598c"})
    dark = values(DARK, ground="#10141c", **{"accent-text": "#7cc4ef"})
    plain = values(PALETTE, ground="#ffffff", **{"accent-text": "#00598c"})
    return (
        f"\n:root {{ color-scheme: light dark; --font: system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; "
        f"{light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ color-scheme: light; {plain} }} }}"
    )


def _section(heading: str, inside: str) -> str:
    return f"<section>\n<h2>{escape(heading)}</h2>\n{inside}\n</section>"


def _figure(name: str, svg: str, caption: str) -> str:
    return (
        f'<figure id="figure-{name}">\n<div class="scroll" tabindex="0" role="group" aria-label="Figure, may scroll">'
        f"{inline(svg, name, caption)}</div>\n<figcaption>{escape(caption)}</figcaption>\n</figure>"
    )


def inline(svg: str, name: str, label: str) -> str:
    """An SVG file as part of a page: no prolog and namespaces, ids of its own, colours and font those of the page."""
    head, _, body = svg[svg.index("<svg") :].partition(">")
    head = re.sub(r'\s(xmlns(:\w+)?|version|width|height)="[^"]*"', "", head)
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", f"{head}>{body}", flags=re.DOTALL)
    body = (
        re.sub(r'\s(xmlns(:\w+)?|version|width|height)="[^"]*"', "", body[: body.index(">")]) + body[body.index(">") :]
    )
    body = body.replace("xlink:href=", "href=")
    body = re.sub(r'\bid="([^"]*)"', rf'id="{name}-\1"', body)
    body = re.sub(r'href="#([^"]*)"', rf'href="#{name}-\1"', body)
    body = re.sub(r"url\(#([^)]*)\)", rf"url(#{name}-\1)", body)
    for colour, value in PALETTE.items():
        body = body.replace(value, f"var(--{colour})")
    body = re.sub(r"'DejaVu Sans'[^;\"]*sans-serif", "var(--font)", body)
    return body.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1).strip()


def _table(file: str, name: str, table: pd.DataFrame) -> str:
    """A table of at most ROWS rows, folded if there are many; the ends of an interval stand beside what they belong
    to."""
    shown = table.head(ROWS)
    shown = shown.reset_index() if has_index(shown) else shown
    ends = {f"{column}{end}" for column in shown for end in ("_low", "_high") if _has_interval(shown, column)}
    columns = [str(column) for column in shown if column not in ends]
    cells = {column: _cells(shown, column) for column in columns}
    sides = {column: _side(shown[column]) for column in columns}
    head = "".join(f'<th scope="col"{sides[column]}>{escape(_words(column))}</th>' for column in columns)
    rows = []
    for r in range(len(shown)):
        first, *others = (f"{sides[column]}>{cells[column][r]}" for column in columns)
        rows.append(f'<tr><th scope="row"{first}</th>{"".join(f"<td{other}</td>" for other in others)}</tr>')
    note = f"All {len(table):,} rows are" if len(table) > ROWS else "As numbers"
    made = (
        '<div class="scroll" tabindex="0" role="group" aria-label="Table, may scroll">\n<table>\n'
        f"<caption>{escape(name)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + f'\n</tbody>\n</table>\n</div>\n<p class="note">{note} in tables/{file}.csv</p>'
    )
    if len(table) > FOLDED:
        made = f"<details>\n<summary>{escape(name)}: {len(table):,} rows</summary>\n{made}\n</details>"
    return f'<div class="table">\n{made}\n</div>'


def _side(column: pd.Series) -> str:
    """Numbers stand to the right, texts to the left; those longer than LONG wrap."""
    if column.dtype.kind in "iuf":
        return ""
    return ' class="text long"' if column.astype(str).str.len().max() > LONG else ' class="text"'


def _cells(table: pd.DataFrame, column: str) -> list[str]:
    """What a column shows. Its numbers have as many decimals as the largest needs for three digits, unless rows have
    units of their own."""
    values = table[column]
    if values.dtype.kind not in "iuf":
        return [escape(NOTHING if value is None or value != value else said(value)) for value in values.tolist()]
    if values.dtype.kind != "f":
        return [f"{value:,}" for value in values.tolist()]
    interval = _has_interval(table, column)
    several = [table[name] for name in ([column, f"{column}_low", f"{column}_high"] if interval else [column])]
    largest = max((abs(value) for one in several for value in one.tolist() if math.isfinite(value)), default=0.0)
    decimals = None if "unit" in table else max(0, 2 - math.floor(math.log10(largest))) if largest > 0.0 else 0

    def text(value: float) -> str:
        if decimals is None or not math.isfinite(value) or decimals > 6:
            return number(value, 3)
        return f"{round(value, decimals) + 0.0:,.{decimals}f}"

    if not interval:
        return [text(value) for value in values.tolist()]
    return [
        f'{text(value)}<span class="interval">[{text(low)}, {text(high)}]</span>'
        for value, low, high in zip(*(one.tolist() for one in several), strict=True)
    ]


def has_index(table: pd.DataFrame) -> bool:
    """Whether the rows of a table have names, which are then its first columns."""
    return any(name is not None for name in table.index.names)


def _has_interval(table: pd.DataFrame, column: Any) -> bool:
    return f"{column}_low" in table and f"{column}_high" in table


def _words(name: str) -> str:
    """The name of a column for people; paths of fields stay as they are written elsewhere."""
    return name if "." in name else name.replace("_", " ")
