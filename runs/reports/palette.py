"""Colours of reports and of the page, on paper and on a dark screen."""

from __future__ import annotations

# fmt: off
SERIES = (
    "#d9600c", "#2f5bd7", "#8d2c5d", "#3da386", "#1b592b", "#b87db8",
    "#1a7e5c", "#b14d8a", "#487cfa", "#ba0540", "#69954b", "#673987",
)

DARK_SERIES = (
    "#f58f4a", "#7c9cff", "#ee517f", "#03b89b", "#a9dfa3", "#c57fbb",
    "#298e6b", "#a55c90", "#06e7eb", "#e90147", "#fec622", "#7265df",
)
# fmt: on
"""Colours of what is told apart: firms, generations, inputs. Any two of them differ by more than 10 (CIEDE2000) for
normal eyes and without red, green or blue cones (Machado, Oliveira & Fernandes 2009); found by a search."""

PALETTE = {
    "surface": "#ffffff",
    "ink": "#1a2233",
    "quiet": "#5d6880",
    "rule": "#dde2eb",
    "faint": "#b4bcca",
    "accent": "#0072b2",
    "bar": "#6fb1d8",
    "floor": "#a33f00",
    **{f"series-{k}": colour for k, colour in enumerate(SERIES)},
}
"""Colours of a report on paper; no two are alike."""

DARK = {
    "surface": "#171c26",
    "ink": "#e8ecf4",
    "quiet": "#a3aec2",
    "rule": "#343e50",
    "faint": "#667187",
    "accent": "#56b4e9",
    "bar": "#2f7fae",
    "floor": "#ffa366",
    **{f"series-{k}": colour for k, colour in enumerate(DARK_SERIES)},
}
"""What stands for the colours of PALETTE on a dark screen."""
