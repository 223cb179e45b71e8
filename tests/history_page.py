"""The page that draws every series of real figures, made from the two files, so that it cannot lag behind them."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pandas as pd

from market.history.figures import KINDS
from runs import history
from runs.words import listed, number
from tests.history_pictures import is_few, picture

PAGE = Path(__file__).parent.parent / "docs" / "history.md"
FOLDER = PAGE.parent / "history"

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""What is said by hand: the introduction, what not to compare, and of each series its title and what it is."""


def page(outcomes: pd.DataFrame, inputs: pd.DataFrame) -> str:
    """The whole page."""
    kinds = [f"| {kind} | {words} |" for kind, words in KINDS.items()]
    waits = outcomes.query("series == 'lead_time'").sort_values(["time", "entity"])
    printed = waits[["entity", "period", "value", "low", "high", "kind"]].to_string(index=False)
    parts = [WORDS["introduction"], f"```text\n{printed}\n```\n", WORDS["columns"]]
    parts += ["\n".join(["| kind | who says so |", "|---|---|", *kinds, ""]), WORDS["traps"]]
    for title, figures in (("What the market is judged by", outcomes), ("What drives it", inputs)):
        parts.append(f"## {title}\n")
        parts += [section(name, own) for name, own in by_series(figures)]
    return "\n".join(parts)


def pictures(outcomes: pd.DataFrame, inputs: pd.DataFrame) -> dict[str, str]:
    """SVG by the name of its series."""
    return {name: picture(name, own) for figures in (outcomes, inputs) for name, own in by_series(figures)}


def write() -> None:
    """The page and its pictures, and nothing else in their folder."""
    tables = history.outcomes(), history.inputs()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.svg"):
        old.unlink()
    for name, drawn in pictures(*tables).items():
        (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")
    PAGE.write_text(page(*tables), encoding="utf-8")


def by_series(figures: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Each series with its figures, in the order of the file."""
    return [(name, figures[figures["series"] == name]) for name in dict.fromkeys(figures["series"])]


def section(name: str, figures: pd.DataFrame) -> str:
    """A series: what it is, its picture, its figures, its sources."""
    said = WORDS["series"].get(name, {"title": name, "words": ""})
    table = single_figures(figures) if is_few(figures) else entities(figures)
    lines = [f"### {said['title']}", "", f"`{name}`, {figures['unit'].iloc[0]}. {said['words']}", ""]
    lines += [f"![{said['title']}](history/{name}.svg)", "", *table, "", *sources(figures), ""]
    return "\n".join(lines)


def entities(figures: pd.DataFrame) -> list[str]:
    """A row per entity: how many figures, of when, how good."""
    lines = ["| of | figures | from | to | kind | notes |", "|---|---|---|---|---|---|"]
    for entity in dict.fromkeys(figures["entity"]):
        own = figures[figures["entity"] == entity].sort_values("time")
        kinds = listed([f"{count} {kind}" for kind, count in own["kind"].value_counts(sort=False).items() if count])
        common, times = Counter(own["note"]).most_common(1)[0]
        note = common if times > 1 else ""
        first, last = own["period"].iloc[0], own["period"].iloc[-1]
        lines.append(f"| {entity} | {len(own)} | {first} | {last} | {kinds} | {note} |")
    return lines


def single_figures(figures: pd.DataFrame) -> list[str]:
    """A row per figure."""
    lines = ["| of | period | figure | interval | kind | note |", "|---|---|---|---|---|---|"]
    for one in figures.sort_values(["time", "entity"], kind="stable").itertuples():
        value = "" if pd.isna(one.value) else number(one.value, 5)
        interval = between(one.low, one.high)
        lines.append(f"| {one.entity} | {one.period} | {value} | {interval} | {one.kind} | {one.note} |")
    return lines


def between(low: float, high: float) -> str:
    """An interval in words, of which an end may not be told."""
    if pd.isna(high):
        return "" if pd.isna(low) else f"at least {number(low, 5)}"
    return f"at most {number(high, 5)}" if pd.isna(low) else f"{number(low, 5)} to {number(high, 5)}"


def sources(figures: pd.DataFrame) -> list[str]:
    """A line per source, with the number of figures that rest on it, several sources of one figure each by itself."""
    counted = Counter(source for cell in figures["source"] for source in cell.split(" | "))
    return ["Sources:", "", *(f"- {source} ({count})" for source, count in counted.items())]
