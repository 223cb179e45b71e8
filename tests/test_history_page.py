"""docs/history.md and its pictures are what the two files of real figures say, every series of them."""

from __future__ import annotations

import re

import pytest

from runs import history
from tests import history_page
from tests.history_pictures import picture

TABLES = history.outcomes(), history.inputs()
SERIES = [name for table in TABLES for name in dict.fromkeys(table["series"])]


@pytest.fixture(scope="module")
def drawn():
    return history_page.pictures(*TABLES)


def test_the_page_is_what_the_files_say():
    assert history_page.PAGE.read_text(encoding="utf-8") == history_page.page(*TABLES)


def test_the_pictures_are_what_the_files_say(drawn):
    kept = {path.stem: path.read_text(encoding="utf-8") for path in history_page.FOLDER.iterdir()}
    assert sorted(kept) == sorted(drawn) == sorted(SERIES)
    assert [name for name in kept if kept[name] != drawn[name]] == []


@pytest.mark.parametrize("name", SERIES)
def test_a_series_is_named_drawn_and_told(name):
    text = history_page.PAGE.read_text(encoding="utf-8")
    assert f"`{name}`, " in text
    assert f"](history/{name}.svg)" in text
    assert set(history_page.WORDS["series"][name]) == {"title", "words"}


def test_every_figure_stands_with_its_source():
    text = history_page.PAGE.read_text(encoding="utf-8")
    for table in TABLES:
        for source in {source for cell in table["source"] for source in cell.split(" | ")}:
            assert f"- {source} (" in text


def test_no_words_are_of_a_series_that_is_gone():
    assert sorted(history_page.WORDS["series"]) == sorted(SERIES)


def test_a_further_quarter_is_told_and_drawn(tmp_path):
    row = "dc_compute_revenue,NVIDIA,2025Q1,34,33,35,USD billion,rumour,A made up source. 2025,\n"
    path = tmp_path / "outcomes.csv"
    path.write_text((history_page.PAGE.parents[1] / "runs/history/outcomes.csv").read_text(encoding="utf-8") + row)
    longer = history.outcomes(path)
    text = history_page.page(longer, TABLES[1])
    assert "| NVIDIA | 13 | 2022Q1 | 2025Q1 | 7 reported, 5 estimate and 1 rumour |" in text
    assert "- A made up source. 2025 (1)" in text
    before, after = (
        picture("x", dict(history_page.by_series(table))["dc_compute_revenue"]) for table in (TABLES[0], longer)
    )
    assert "rumour" not in before
    assert "rumour" in after
    assert "interval" in after


def test_kinds_are_told_apart_in_a_picture(drawn):
    assert re.findall(r">(reported|estimate|rumour|interval)</text>", drawn["unit_price"]) == [
        "reported", "estimate", "rumour", "interval",
    ]  # fmt: skip
