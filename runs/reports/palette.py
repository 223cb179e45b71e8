"""Colours of reports, on paper and on a dark screen."""

from __future__ import annotations

PALETTE = {
    "surface": "#ffffff",
    "ink": "#1a2233",
    "quiet": "#5d6880",
    "rule": "#dde2eb",
    "faint": "#b4bcca",
    "accent": "#0072b2",
    "bar": "#6fb1d8",
    "floor": "#a33f00",
    "series-0": "#0072b3",
    "series-1": "#d55e00",
    "series-2": "#007a5a",
    "series-3": "#a8518a",
    "series-4": "#9a6a00",
}
"""Colours that differ for every kind of colour vision (Okabe & Ito 2008, some darker); no two are alike."""

DARK = {
    "surface": "#171c26",
    "ink": "#e8ecf4",
    "quiet": "#a3aec2",
    "rule": "#343e50",
    "faint": "#667187",
    "accent": "#56b4e9",
    "bar": "#2f7fae",
    "floor": "#ffa366",
    "series-0": "#56b4ea",
    "series-1": "#ff8c42",
    "series-2": "#3cc9a0",
    "series-3": "#e29bc6",
    "series-4": "#e0b04a",
}
"""What stands for the colours of PALETTE on a dark screen."""
