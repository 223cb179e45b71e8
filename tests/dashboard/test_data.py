"""The tab Data: scenarios that are brought, tables and pictures that are taken away, and how to repeat them."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from playwright.sync_api import Download, Page, expect

from dashboard.data.files import OF_ONE, TABLES, csv, parquet, table
from dashboard.data.form import rows, tables
from dashboard.data.page import MOST, drawn, plots, sent_in, typed
from dashboard.data.told import command, lines, source
from dashboard.live.run import stepped
from dashboard.state import session as own
from dashboard.state.link import Look, query, read
from dashboard.state.session import Setting
from market import BadInput, Scenario, simulate
from market.play.hand import Decision, Decisions
from runs.engine.spread import ensemble_of
from runs.requests.request import read_value

SHOCK = "market.shock_level"
READY = ".gm-code"
MINE = 'extends = "reference"\nname = "mine"\ntitle = "A world of my own"\n\n[market]\ndeposit = 0.25\n'


def ensemble(wanted: Setting) -> own.Ensemble:
    *_, shown = own.computed(wanted, lambda done, total: True)
    return shown


def test_every_field_of_every_table_is_in_the_form_and_reads_back():
    now = Setting("asic").changed(SHOCK, 4.0)
    full = now.scenario.to_dict()
    for name in tables(now.scenario):
        kind, _, entry = name.partition(".")
        expected = full[kind][entry] if entry else full[kind]
        shown = rows(now, name, {})
        assert {row["path"]: read_value(row["text"]) for row in shown} == {
            f"{name}.{field}": value for field, value in expected.items()
        }
        assert typed(now, shown[-1]["path"], shown[-1]["text"]).scenario == now.scenario
    (row,) = [row for row in rows(now, "market", {SHOCK: "is wrong"}) if row["path"] == SHOCK]
    assert (row["text"], row["own"], row["error"]) == ("4.0", str(now.base.get(SHOCK)), "is wrong")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("schema = [", "upload: is not a TOML file"),
        ("schema = 1", "upload: "),
        ('extends = "/etc/passwd"', "upload: extends: found '/etc/passwd'"),
        ('extends = "../colossus.toml"', "upload: extends: found '../colossus.toml'"),
        ("extends = 7", "upload: extends: found 7"),
        (MINE + "colour = 3\n", "upload: market.colour"),
        (MINE + '[buyers.A]\nclass = "os.system"\n', "upload: buyers.A.class: found 'os.system'"),
        (MINE + "horizon = 1000000\n", "upload: market.horizon"),
        ("a = " + "[" * 5000 + "]" * 5000, "upload: is not a TOML file"),
        ("#" * (MOST + 1), f"upload: found {MOST + 1:,} bytes; allowed: up to {MOST:,}"),
    ],
)
def test_a_bad_scenario_is_a_sentence(text, sentence):
    with pytest.raises(BadInput) as error:
        sent_in(text, Setting())
    assert sentence in str(error.value)


def test_a_class_that_is_named_is_never_loaded(tmp_path, monkeypatch):
    (tmp_path / "trap.py").write_text("raise SystemExit('loaded')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("trap", "trap.Trap", "trap:Trap"):
        with pytest.raises(BadInput, match=r"buyers.A.class: found"):
            sent_in(MINE + f'[buyers.A]\nclass = "{name}"\n', Setting())


def test_a_scenario_that_is_brought_runs_and_comes_back_as_it_was():
    setting = sent_in(MINE, Setting(runs=50))
    assert (setting.scenario.name, setting.scenario.get("market.deposit")) == ("mine", 0.25)
    expected = Scenario.load("reference").replace("market.deposit", 0.25)
    assert setting.scenario.hash == expected.hash
    assert ensemble(setting).data.equals(ensemble_of(expected, runs=50))
    assert sent_in(setting.scenario.to_toml(), setting).scenario.hash == expected.hash
    link = query(Look(setting))
    assert read(link) == (
        Look(Setting(runs=50)),
        "The link: scenario: 'mine' was uploaded and is not kept; upload it again on Data.",
    )


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_read_back(name):
    shown = ensemble(Setting(runs=50).changed(SHOCK, 1.5))
    made = table(name, shown, Look(shown.setting, run=3))
    back = pyarrow.parquet.read_table(io.BytesIO(parquet(made)))
    assert back.schema.equals(made.schema, check_metadata=True)
    pd.testing.assert_frame_equal(back.to_pandas(), made.to_pandas(), check_exact=True)
    text = pyarrow.csv.read_csv(io.BytesIO(csv(made)))
    assert text.column_names == made.column_names
    assert text.num_rows == made.num_rows > 0
    for column in made.column_names:
        if pa.types.is_floating(made.schema.field(column).type):
            found, expected = (one.column(column).to_pandas().to_numpy(dtype=float) for one in (text, made))
            np.testing.assert_array_equal(found, expected, strict=True)
    if name == "market":
        assert back.schema.field("revenue").metadata[b"unit"] == b"million USD"
        assert back.column("revenue").to_numpy().tolist() == shown.data.revenue.values.ravel().tolist()
    if name in ("deals", "orders"):
        assert set(back.column("run").to_pylist()) == {3}


def test_every_picture_in_both_kinds_says_where_it_is_from():
    shown = ensemble(Setting(runs=50).changed(SHOCK, 4.0))
    look = Look(shown.setting, run=7)
    said = source(Look(shown.setting))
    assert said == f"gpumarket, colossus, {SHOCK}=4.0; 50 runs, seed 2024, {shown.scenario.hash[:8]}"
    for title in plots(shown, look):
        vector = drawn(title, shown, look, "svg").decode()
        assert vector.startswith("<?xml")
        assert f"<!-- {said} -->" in vector
        assert f"<!-- {title} -->" in vector
    image = drawn("Lead time", shown, look, "png")
    assert image.startswith(b"\x89PNG\r\n")
    assert said.encode() in image


@pytest.mark.parametrize("name", ["reference", "colossus"])
def test_the_command_and_the_lines_give_what_is_on_the_screen(gpumarket, name):
    wanted = Setting(name, runs=50, seed=7).changed(SHOCK, 2.5).changed("market.allocation", "uniform")
    look, shown = Look(wanted, run=3), ensemble(wanted)
    said = gpumarket(command(look))
    assert (said["scenario_hash"], said["seed"], said["runs"]) == (shown.scenario.hash, 7, 50)
    medians = shown.data.revenue.median("run").values.tolist()
    assert [row["revenue"]["median"] for row in said["market"]] == medians
    names: dict = {}
    exec(lines(look), names)
    assert names["results"].equals(shown.data)
    assert names["run"].table("market")["revenue"].tolist() == shown.data.revenue.sel(run=3).values.tolist()


HAND = Decisions((Decision("2024Q2", "xAI", "B200", 3.0), Decision("2024Q4", "Meta", "B200", "leaves")))


@pytest.mark.parametrize("hand", [Decisions(HAND.taken[:1]), HAND])
def test_python_repeats_the_run_with_decisions_by_hand(hand):
    look = Look(run=3, hand=hand)
    names: dict = {"simulate": None}
    exec("\n".join(line for line in lines(look).splitlines() if not line.startswith("results")), names)
    own = stepped(look.setting, 3, look.hand)
    assert names["run"].table("buyers").equals(own.buyers)
    assert not own.buyers.equals(stepped(look.setting, 3).buyers)


@pytest.mark.parametrize("name", list(OF_ONE))
def test_a_table_of_the_run_is_of_the_run_with_what_is_decided_by_hand(name):
    shown = ensemble(Setting(runs=50))
    look = Look(shown.setting, run=3, hand=HAND)
    made, plain = (table(name, shown, one) for one in (look, Look(shown.setting, run=3)))
    frame = stepped(shown.setting, 3, HAND).traced[name]
    assert made.column("price").to_pylist() == frame["price"].tolist() != plain.column("price").to_pylist()
    back = pyarrow.parquet.read_table(io.BytesIO(parquet(made)))
    assert back.schema.metadata[b"by_hand"] == b"2024Q2/3.0/xAI/B200, 2024Q4/leaves/Meta/B200"
    assert plain.schema.metadata is None


def test_the_pictures_of_the_run_say_what_is_decided_by_hand():
    shown = ensemble(Setting(runs=50))
    look = Look(shown.setting, run=3, hand=HAND)
    of_one = [title for title in plots(shown, look) if "run 3" in title]
    assert of_one == [f"{what} in run 3 with 2 decisions by hand" for what in ("Lead time", "Price of H100")]
    said = b"by hand 2024Q2/3.0/xAI/B200, 2024Q4/leaves/Meta/B200"
    for title in of_one:
        assert said in drawn(title, shown, look, "png")
    assert b"by hand" not in drawn("Lead time", shown, look, "png")
    with_hand, without = (
        plots(shown, one)[title]()
        for one, title in ((look, of_one[0]), (Look(shown.setting, run=3), "Lead time in run 3"))
    )
    assert [line.values for line in with_hand.lines] != [line.values for line in without.lines]


def open_data(visit, path: str = "/data?runs=50") -> Page:
    page = visit().open(path, READY)
    page.wait_for_selector(".gm-take >> nth=7")
    return page


def download(page: Page, panel: str, row: str, button: str) -> Download:
    with page.expect_download(timeout=120_000) as found:
        page.get_by_role("region", name=panel).locator(".gm-take", has_text=row).first.get_by_role(
            "button", name=button
        ).click()
    return found.value


def taken(page: Page, panel: str, row: str, button: str) -> bytes:
    return Path(download(page, panel, row, button).path()).read_bytes()


@pytest.mark.browser
def test_a_good_and_a_bad_scenario_are_uploaded(visit, tmp_path):
    page = open_data(visit)
    good, bad, large = (tmp_path / f"{name}.toml" for name in ("good", "bad", "large"))
    good.write_text(MINE)
    bad.write_text(MINE.replace("deposit = 0.25", "deposit = 7.0"))
    large.write_text("#" * (MOST + 1))
    field = page.get_by_label("Upload a scenario")
    field.set_input_files(bad)
    expect(page.get_by_role("alert").filter(has_text="upload: market.deposit: found 7.0")).to_be_visible()
    field.set_input_files(large)
    expect(page.get_by_role("alert").filter(has_text="large.toml: found 262,145 bytes")).to_be_visible()
    expect(page.locator(".gm-chip").first).to_contain_text("colossus")
    field.set_input_files(good)
    expect(page.locator(".gm-chip").first).to_contain_text("mine")
    expect(page.locator(".gm-drawer")).to_contain_text("A world of my own (uploaded)")
    expect(page.get_by_label("The scenario as TOML")).to_have_value(sent_in(MINE, Setting()).scenario.to_toml())
    page.get_by_role("link", name="Market", exact=True).click()
    expect(page.locator(".gm-progress")).to_contain_text("50 runs in")
    expect(page.locator(".gm-table tbody tr")).to_have_count(2)


@pytest.mark.browser
def test_the_form_and_the_text_change_the_scenario(visit):
    page = open_data(visit)
    field = page.get_by_role("textbox", name="Shock level", exact=True)
    field.fill("99")
    field.press("Enter")
    expect(
        page.get_by_role("alert").filter(has_text="market.shock_level: found 99; allowed: 0.1 to 50")
    ).to_be_visible()
    field.fill("4.0")
    field.press("Enter")
    expect(page.locator(".gm-chip-changed")).to_have_text("changed")
    page.wait_for_function("location.search.includes('market.shock_level=4.0')")
    expect(page.locator(".gm-code").first).to_contain_text("--set market.shock_level=4.0")
    text = page.get_by_label("The scenario as TOML")
    assert tomllib.loads(text.input_value())["market"]["shock_level"] == 4.0
    text.fill(MINE)
    page.get_by_role("button", name="Use this text").click()
    expect(page.locator(".gm-chip").first).to_contain_text("mine")


@pytest.mark.browser
def test_what_is_downloaded(visit):
    page = open_data(visit, "/data?scenario=reference&runs=50&run=3")
    expect(page.locator(".gm-grid")).to_contain_text("50 runs, seed")
    data = simulate(Scenario.load("reference"), runs=50)
    buyers = pyarrow.parquet.read_table(io.BytesIO(taken(page, "Tables", "Buyers", "Parquet")))
    assert buyers.column("delivered").to_numpy().tolist() == data.buyer_delivered.values.ravel().tolist()
    orders = pd.read_csv(io.BytesIO(taken(page, "Tables", "Orders", "CSV")))
    assert set(orders["run"]) == {3}
    assert taken(page, "Pictures", "Lead time", "PNG").startswith(b"\x89PNG")
    assert b"gpumarket, reference" in taken(page, "Pictures", "Market share", "SVG")
    with page.expect_download() as download:
        page.get_by_role("region", name="Scenario as a file").get_by_role("button", name="Download").click()
    assert Scenario.load(download.value.path().rename(download.value.path().with_suffix(".toml"))).hash == (
        Scenario.load("reference").hash
    )
