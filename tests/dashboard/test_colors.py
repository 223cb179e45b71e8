"""Colours that are told apart, whoever looks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import dashboard
from dashboard.reading.colors import COLOURS, FIRMS, of_buyer
from market import Scenario
from market.scenario.scenario import shipped
from runs.reports.palette import DARK, DARK_SERIES, PALETTE, SERIES

CSS = (Path(dashboard.__file__).parent / "assets" / "custom.css").read_text(encoding="utf-8")
GROUNDS = {"light": "#ffffff", "dark": "#171e2a"}
PALETTES = {"light": SERIES, "dark": DARK_SERIES}

EYES = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""On linear RGB, severity 1 (Machado, Oliveira & Fernandes 2009)."""
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255.0
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    t = TO_XYZ @ np.clip(light, 0.0, 1.0) / WHITE
    x, y, z = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    """Sharma, Wu & Dalal 2005."""
    chroma = (np.hypot(*one[1:]) + np.hypot(*other[1:])) / 2
    g = 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    (l1, a1, b1), (l2, a2, b2) = ((c[0], (1 + g) * c[1], c[2]) for c in (one, other))
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    gap = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(gap) / 2)
    middle, mean_c, mean_h = (l1 + l2) / 2, (c1 + c2) / 2, h1 + h2 if c1 * c2 == 0 else (h1 + gap / 2) % 360
    t = 1 - 0.17 * np.cos(np.radians(mean_h - 30)) + 0.24 * np.cos(np.radians(2 * mean_h))
    t += 0.32 * np.cos(np.radians(3 * mean_h + 6)) - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    sl = 1 + 0.015 * (middle - 50) ** 2 / np.sqrt(20 + (middle - 50) ** 2)
    sc, sh = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    turn = (
        -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2))))
    )
    parts = (l2 - l1) / sl, (c2 - c1) / sc, dh / sh
    return float(np.sqrt(parts[0] ** 2 + parts[1] ** 2 + parts[2] ** 2 + turn * parts[1] * parts[2]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_formula_gives_the_published_values(one, other, expected):
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("eyes", EYES)
def test_any_two_colours_differ_by_ten(theme, eyes):
    seen = [lab(np.array(EYES[eyes]) @ linear(colour)) for colour in PALETTES[theme]]
    apart = [ciede2000(seen[i], seen[k]) for i in range(COLOURS) for k in range(i)]
    assert min(apart) >= 10.0


@pytest.mark.parametrize("theme", PALETTES)
def test_every_colour_stands_out_from_the_ground(theme):
    ground = TO_XYZ[1] @ linear(GROUNDS[theme])
    for colour in PALETTES[theme]:
        light, dark = sorted((TO_XYZ[1] @ linear(colour), ground), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 2.9, colour


def test_page_and_reports_have_the_same_colours():
    light, dark = CSS.split(".v-application.theme--dark", 1)
    for css, colours in ((light, SERIES), (dark, DARK_SERIES)):
        found = dict(re.findall(r"--gm-c(\d+): (#[0-9a-f]{6});", css))
        assert [found[str(k)] for k in range(COLOURS)] == list(colours)
    assert [PALETTE[f"series-{k}"] for k in range(COLOURS)] == list(SERIES)
    assert [DARK[f"series-{k}"] for k in range(COLOURS)] == list(DARK_SERIES)


@pytest.mark.parametrize("name", shipped())
def test_a_firm_has_one_colour_everywhere_and_no_two_share_one(name):
    buyers = list(Scenario.load(name).buyers)
    colours = {buyer: of_buyer(buyers, buyer) for buyer in buyers}
    assert len(set(colours.values())) == len(buyers)
    for buyer in FIRMS.keys() & set(buyers):
        assert colours[buyer] == of_buyer([*buyers, "Newcomer"], buyer) == of_buyer(list(reversed(buyers)), buyer)
