"""Reports: a folder that says the same to the last byte, and a page that needs nothing else."""

from __future__ import annotations

import re
import shlex
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from market import BadInput
from runs.findings.sensitivity import tornado
from runs.reports import figures
from runs.reports.contents import Picture, Report
from runs.reports.write import file_names, write
from tests.runs.found import indices

NASTY = "<b>\"loud\" & 'quick'</b>"


def report(**changes) -> Report:
    """A report with one of everything."""
    table = pd.DataFrame({"wait": [1.5, np.nan], "wait_low": [1.0, 0.0], "wait_high": [2.0, 3.0]}, index=["a", "b"])
    parts = {
        "title": "Test",
        "question": "What is it?",
        "answer": "It is 0.7 [0.6, 0.8].",
        "command": "gpumarket compare a --out 'x y'",
        "design": [("Points", "64")],
        "figures": {
            "tornado": Picture(figures.intervals([tornado(indices())]), "What drives it."),
            "again": Picture(figures.intervals([tornado(indices())]), "Again."),
        },
        "tables": {"peak quote": table.rename_axis("input")},
        "caveats": ["Few points."],
    }
    return Report(**{**parts, **changes})


def content(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Page(HTMLParser):
    """Tags that are open, ids, and what is fetched from elsewhere."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_same_report_has_the_same_bytes_in_any_folder(tmp_path):
    write(report(), tmp_path / "one")
    write(report(), tmp_path / "other" / "deep")
    one = content(tmp_path / "one")
    assert one == content(tmp_path / "other" / "deep")
    assert set(one) == {
        "report.html", "figures/tornado.svg", "figures/tornado.png", "figures/again.svg", "figures/again.png",
        "tables/peak-quote.csv",
    }  # fmt: skip
    assert one["tables/peak-quote.csv"].decode().splitlines() == [
        "input,wait,wait_low,wait_high",
        "a,1.5,1.0,2.0",
        "b,,0.0,3.0",
    ]


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(tmp_path):
    write(report(), tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text()
    for part in ("http", "src=", "<link", "@import", "<script", "xmlns", "file:", str(tmp_path)):
        assert part not in html
    targets = re.findall(r"url\((.*?)\)", html) + re.findall(r'href="(.*?)"', html)
    assert all(target.startswith("#") for target in targets)
    page = Page(html)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("svg") == 2
    assert {"header", "main", "section", "figure", "figcaption", "table", "dl", "footer", "h1"} <= set(page.tags)
    assert "prefers-color-scheme: dark" in html
    assert not re.search(r"20\d\d-\d\d-\d\d", html)


def test_ids_within_a_figure_still_meet(tmp_path):
    write(report(), tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text()
    wanted = set(re.findall(r"url\(#([^)]*)\)", html)) | set(re.findall(r'href="#([^"]*)"', html))
    assert wanted
    assert wanted <= set(Page(html).ids)


def test_what_users_wrote_is_text(tmp_path):
    table = pd.DataFrame({NASTY: [NASTY]})
    figure = figures.intervals([tornado(indices(NASTY), NASTY)])
    write(
        report(
            title=NASTY, question=NASTY, answer=NASTY, command=shlex.join(["gpumarket", NASTY]),
            design=[(NASTY, NASTY)], figures={NASTY: Picture(figure, NASTY)}, tables={NASTY: table}, caveats=[NASTY],
        ),
        tmp_path / "out",
    )  # fmt: skip
    html = (tmp_path / "out" / "report.html").read_text()
    page = Page(html)
    assert page.open == []
    assert "b" not in page.tags
    assert sum(NASTY in text for text in page.text) >= 9
    assert (tmp_path / "out" / "figures" / "b-loud-quick-b.svg").exists()


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    class Broken(pd.DataFrame):
        def to_csv(self, *args, **options):
            raise OSError(28, "No space left on device")

    with pytest.raises(BadInput, match="cannot be written: No space left"):
        write(report(tables={"broken": Broken({"a": [1]})}), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    with pytest.raises(BadInput, match="not empty"):
        write(report(), tmp_path / "full")
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "mine.txt"]


def test_no_two_files_have_one_name():
    assert file_names(["Peak quote", "peak quote", "peak/quote", "µ", "a_b"]) == [
        "peak-quote", "peak-quote-2", "peak-quote-3", "unnamed", "a_b",
    ]  # fmt: skip


def test_numbers_of_a_column_have_the_decimals_of_the_largest(tmp_path):
    table = pd.DataFrame({"x": [0.70001, 1e-9, -1e-9], "n": [12345, 1, 2], "ok": [True, False, True]})
    mixed = pd.DataFrame({"unit": ["weeks", "million USD"], "x": [0.12345, 338123.4]})
    many = pd.DataFrame({"x": np.arange(300.0)})
    write(report(tables={"plain": table, "mixed": mixed, "many": many}), tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text()
    for text in (">0.700<", ">0.000<", ">12,345<", ">true<", ">0.123<", ">338,123<", "many: 300 rows</summary>"):
        assert text in html
    assert "All 300 rows are in tables/many.csv" in html
    assert "-0.000" not in html
    assert ">200<" not in html


def test_the_interval_stands_beside_its_number(tmp_path):
    write(report(), tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text()
    assert '1.50<span class="interval">[1.00, 2.00]</span>' in html
    assert "wait low" not in html


COMMANDS = {
    "morris": ["sensitivity", "reference", "--method", "morris", "--samples", "4", "--outcome", "peak_quote"],
    "a design": ["sensitivity", "mine.toml", "--samples", "4", "--runs", "2"],
    "over time": ["sensitivity", "reference", "--samples", "4", "--over-time", "--runs", "2", "--outcome", "ordered"],
    "compare": ["compare", "reference", "--lever", "market.allocation=uniform,linear", "--vectors", "4", "--runs", "3"],
}
DESIGN = """
schema = 1
name = "mine"
scenario = "reference"
[sampling]
method = "latin_hypercube"
points = 4
[uncertainties]
"supplier.capacity_delay" = { low = 3.0, high = 6.0 }
"market.shock_level" = { low = 0.5, high = 2.0 }
[outcomes]
"a wait" = "peak quoted_lead_weeks"
"""


@pytest.mark.parametrize("case", COMMANDS)
def test_the_command_in_a_report_writes_the_same_report(gpumarket, tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(DESIGN)
    status, _, err = gpumarket(*COMMANDS[case], "--out", "one")
    assert status == 0
    assert "report written to one" in err
    html = (tmp_path / "one" / "report.html").read_text()
    command = re.search(r"<pre><code>(.*)</code></pre>", html)
    words = shlex.split(unescape(re.sub(r"</?span>", "", command[1])))
    assert words[:3] == ["gpumarket", *COMMANDS[case][:2]]
    assert {"--seed", "--sampler-seed", "--runs"} <= set(words)
    assert gpumarket(*words[1:], "--out", "other")[0] == 0
    assert content(tmp_path / "one") == content(tmp_path / "other")
    assert str(tmp_path) not in html
