"""The page opened on a stored batch."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest
from playwright.sync_api import expect

import runs
from dashboard.live.run import stepped
from dashboard.live.stored import of_the_batch
from dashboard.live.tables import buyer_rows
from dashboard.server.settings import JAVASCRIPT
from dashboard.state import stored
from dashboard.state.link import Look, of_batch, query, read
from dashboard.state.session import Setting, spread_of
from market import Scenario, simulate
from runs.folder import batch as batches
from runs.folder import manifest, tables
from tests.dashboard.conftest import unavailable
from tests.runs.batches import design
from tests.runs.test_damage import flip

ROOM = ".gm-now b"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A batch of three points, two runs each, with all measures."""
    out = tmp_path_factory.mktemp("batches") / "small"
    chosen = design(points=3, runs=2, detail="series", seed=11, first_replication=40)
    batches.run(chosen.experiment, out, facts={"design": chosen.recorded})
    return out


@pytest.fixture
def batch(folder, monkeypatch):
    monkeypatch.setattr(stored, "_opened", [])
    return stored.open_on(folder)


def test_a_stored_run_is_stepped_to_its_own_numbers(batch, folder):
    whole = runs.open(folder)
    for number in range(6):
        run = batch.run(number)
        setting = of_batch(batch, run)
        assert spread_of(setting) is None
        live = stepped(setting, run.replication)
        for name, columns in (
            ("market", ("revenue", "quoted_lead_weeks")),
            ("buyers", ("ordered", "delivered", "idle")),
        ):
            then, own = whole[name].query("run == @number"), getattr(live, name)
            for column in columns:
                assert np.array_equal(own[column].to_numpy(), then[column].to_numpy(), equal_nan=True)
        said = of_the_batch(Look(setting, run=run.replication, stored=number))
        assert said == (
            f"Run {number} of the stored batch small (small), which has runs 0 to 5 of points 0 to 2: "
            f"point {number // 2}, replication {40 + number % 2}, seed 11; "
            f"Capacity delay {run.values['supplier.capacity_delay']:.4g} quarters, "
            f"Shock level {run.values['market.shock_level']:.4g}, "
            f"xAI: urgency {run.values['buyers.xAI.urgency']:.4g} a quarter."
        )


def test_a_batch_of_other_rules_is_said_to_be(batch, monkeypatch):
    look = read("stored=0")[0]
    assert "may differ" not in of_the_batch(look)
    monkeypatch.setitem(batch.stored.manifest, "rules", "others")
    vars(batch).pop("foreign")
    assert of_the_batch(look).endswith("what is shown may differ from what is stored, which gpumarket replay compares.")


def test_a_link_holds_the_number_of_a_stored_run(batch):
    look, sentence = read("stored=3&quarter=2024Q2")
    run = batch.run(3)
    assert sentence == ""
    assert look == Look(of_batch(batch, run), quarter="2024Q2", run=run.replication, stored=3)
    assert query(look) == "stored=3&quarter=2024Q2"
    changed = Look(look.setting.changed("market.shock_level", 5.0), run=2)
    assert query(changed).startswith("scenario=batch&set=")
    assert read(query(changed)) == (changed, "")


@pytest.mark.parametrize("text", ["stored=6", "stored=99", "stored=-1", "stored=all"])
def test_a_run_that_the_batch_does_not_hold_is_a_sentence(batch, text):
    look, sentence = read(text)
    assert look == Look()
    assert sentence.startswith(f"The link: stored: found {text.partition('=')[2]}") or "found '" in sentence


def test_without_a_batch_there_is_nothing_stored():
    for text in ("stored=0", "scenario=batch"):
        look, sentence = read(text)
        assert look == Look(Setting())
        assert "allowed where the page was opened by gpumarket app --batch DIR" in sentence


@pytest.mark.parametrize("damage", ["none", "no batch", "damaged", "scenario", "empty"])
def test_a_folder_that_is_no_batch_or_is_damaged_is_a_sentence_and_status_2(folder, damage, declined, tmp_path):
    place = tmp_path / "other"
    if damage == "no batch":
        tables.write(place, Scenario.load("reference"), simulate(Scenario.load("reference"), 2), "ensemble", 1.0)
    elif damage != "none":
        shutil.copytree(folder, place)
        if damage == "scenario":
            (place / tables.SCENARIO).write_text((place / tables.SCENARIO).read_text() + "\n")
        elif damage == "empty":
            told = manifest.read(place)
            told["parts"] = {tables.SCENARIO: told["parts"][tables.SCENARIO]}
            manifest.write(place, told)
            for file in place.glob("*.parquet"):
                file.unlink()
        else:
            (file,) = place.glob("parameters*.parquet")
            flip(file)
    declined("--batch", place)
    assert stored.opened() is None


@pytest.mark.parametrize("option", ["--batch", "--analysis"])
def test_the_command_line_refuses_a_folder_that_is_none(option, tmp_path):
    if not JAVASCRIPT.is_dir():
        unavailable("the page's JavaScript is not there: run make install")
    call = [sys.executable, "-m", "runs", "app", "--no-browser", option, str(tmp_path)]
    said = subprocess.run(call, capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == f"{tmp_path}: found no manifest; allowed: a folder that gpumarket wrote\n"


@pytest.mark.browser
def test_stored_runs_open_in_live_by_their_numbers(folder, served):
    found = stored.Batch(runs.open(folder))
    with served("--batch", folder) as one:
        page = one.open("/live?stored=5&quarter=2024Q2", ROOM)
        field, told = page.get_by_role("spinbutton", name="Stored run"), page.locator(".gm-stored")
        for number in (5, 2):
            field.fill(str(number))
            field.press("Enter")
            run = found.run(number)
            look = Look(of_batch(found, run), run=run.replication, stored=number)
            expect(told).to_contain_text(f"Run {number} of the stored batch small (small)")
            expect(told).to_contain_text(f"point {run.point}, replication {run.replication}, seed 11")
            rows = buyer_rows(stepped(look.setting, run.replication), "2024Q2")
            cells = page.get_by_role("region", name="Buyers in 2024Q2").locator("tbody tr").first.locator("td")
            expect(cells).to_have_text(rows[0]["cells"])
            page.wait_for_function(f"location.search === '?stored={number}&quarter=2024Q2'")
        field.fill("6")
        field.press("Enter")
        expect(page.get_by_text("has runs 0 to 5")).to_be_visible()
        field.fill("4")
        field.press("Enter")
        expect(told).to_contain_text("Run 4 of the stored batch")
        page.get_by_role("spinbutton", name="Run", exact=True).fill("9")
        page.keyboard.press("Enter")
        expect(told).to_have_count(0)  # another future of the same point, which the batch does not hold
        page.wait_for_function("location.search.startsWith('?scenario=batch&set=')")
