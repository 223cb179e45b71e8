"""Design files: their points, what a hash tells apart, and bad files answered in one sentence."""

import tomllib

import numpy as np
import pandas as pd
import pytest

from market import BadInput, Scenario
from runs.calibration import posterior
from runs.designs.design import Design, shipped
from runs.engine.outcomes import STANDARD
from tests.worlds import quiet_world

HEAD = 'schema = 1\nname = "mine"\nscenario = "colossus"\n'
TWO = """
[uncertainties]
"supplier.capacity_delay" = { low = 4.0, high = 10.0 }
"buyers.xAI.urgency" = { distribution = "triangular", low = 0.1, mode = 0.2, high = 0.5 }
"""
FOUR = f"""{TWO}
"buyers.xAI.names" = {{ distribution = "whole", low = 1, high = 4 }}
"market.allocation" = {{ distribution = "one_of", options = ["uniform", "linear"] }}
"""


def design(text, folder="."):
    return Design.from_dict(tomllib.loads(HEAD + text), "mine.toml", folder)


def sampled(settings, uncertainties=FOUR):
    return design(f"sampling = {{ {settings} }}\n{uncertainties}")


def shares(found):
    """Where the points lie in the two uncertainties of TWO, as shares of probability; each its own inverse."""
    triangular = found.uncertainties["buyers.xAI.urgency"]
    grid = np.linspace(0.0, 1.0, 200_001)
    points = found.points
    return np.column_stack(
        [
            (points["supplier.capacity_delay"] - 4.0) / 6.0,
            np.interp(points["buyers.xAI.urgency"], triangular.quantile(grid), grid),
        ]
    )


COUNTS = {"forecast": 400, "rules": 8, "uncertain": 5000, "what-matters": 17 * 1024}


def test_shipped_designs_have_their_points():
    assert {name: Design.load(name).experiment.point_count for name in shipped()} == COUNTS


def test_a_design_says_what_is_run():
    found = design('runs_per_point = 20\nseed = 3\nfirst_replication = 5\ndraws = "own"\ndetail = "series"')
    experiment = found.experiment
    assert (experiment.runs, experiment.seed, experiment.first_replication) == (20, 3, 5)
    assert (experiment.shared, experiment.kept, experiment.traced) == (False, ("market", "products", "buyers"), False)
    assert list(experiment.outcomes) == list(STANDARD)
    plain = design("").experiment
    assert (plain.runs, plain.seed, plain.first_replication, plain.shared) == (1, 2024, 0, True)
    assert plain.kept == ("market",)
    assert design('detail = "outcomes"').experiment.kept == ()
    assert design('detail = "trace"').experiment.traced


def test_a_scenario_beside_the_design(tmp_path):
    (tmp_path / "calm.toml").write_text('extends = "colossus"\nname = "calm"\n[market]\nshock_level = 1.0\n')
    (tmp_path / "mine.toml").write_text('schema = 1\nname = "mine"\nscenario = "calm.toml"\n')
    assert Design.load(tmp_path / "mine.toml").scenario.get("market.shock_level") == 1.0


def test_every_combination():
    points = sampled('method = "factorial", levels = 3').points
    assert len(points) == len(points.drop_duplicates()) == 3 * 3 * 4 * 2
    assert sorted(points["supplier.capacity_delay"].unique()) == [4.0, 7.0, 10.0]
    assert sorted(points["buyers.xAI.names"].unique()) == [1, 2, 3, 4]
    assert set(points["market.allocation"]) == {"uniform", "linear"}
    assert {points["buyers.xAI.urgency"].min(), points["buyers.xAI.urgency"].max()} == {0.1, 0.5}


def test_a_latin_hypercube_has_one_point_in_each_slice():
    found = sampled('method = "latin_hypercube", points = 40', TWO)
    for column in shares(found).T:
        assert sorted(np.floor(column * 40).astype(int)) == list(range(40))
    counted = sampled('method = "latin_hypercube", points = 40').points
    assert counted["buyers.xAI.names"].value_counts().to_dict() == dict.fromkeys([1, 2, 3, 4], 10)
    assert counted["market.allocation"].value_counts().to_dict() == {"uniform": 20, "linear": 20}


def test_a_sobol_sequence_fills_every_box():
    """64 points, one in each of 8 by 8 boxes and in each slice of either axis: a (0, 6, 2)-net in base 2."""
    at = shares(sampled('method = "sobol", points = 64', TWO))
    boxes = np.floor(at * 8).astype(int)
    assert len({tuple(box) for box in boxes}) == 64
    for column in at.T:
        assert len(set(np.floor(column * 64))) == 64


def test_morris_changes_one_uncertainty_at_a_time():
    points = sampled('method = "morris", trajectories = 6, levels = 4').points
    assert len(points) == 6 * (4 + 1)
    assert len(points["supplier.capacity_delay"].unique()) <= 4
    for trajectory in range(6):
        own = points.iloc[trajectory * 5 : trajectory * 5 + 5]
        moved = (own.to_numpy()[1:] != own.to_numpy()[:-1]).sum(axis=0)
        assert (own.to_numpy()[1:] != own.to_numpy()[:-1]).sum(axis=1).tolist() == [1, 1, 1, 1]
        assert moved.tolist() == [1, 1, 1, 1], "each of them once"


TABLE = pd.DataFrame({"supplier.capacity_delay": [4, 6, 9], "market.allocation": ["uniform", "linear", "uniform"]})


@pytest.mark.parametrize("name", ["points.csv", "points.parquet"])
def test_a_table_of_points(name, tmp_path):
    if name.endswith("csv"):
        TABLE.to_csv(tmp_path / name, index=False)
    else:
        TABLE.set_index(pd.Index([7, 7, 7])).to_parquet(tmp_path / name)
    text = f'sampling = {{ method = "table", file = "{name}" }}\n[levers]\n"buyers.xAI.names" = [1, 2]'
    found = design(text, tmp_path)
    pd.testing.assert_frame_equal(found.points[TABLE.columns].iloc[::2].reset_index(drop=True), TABLE)
    assert found.points["buyers.xAI.names"].tolist() == [1, 2] * 3
    assert found.experiment.values(3) == [6, "linear", 2]


def test_a_long_table_is_not_tried_value_by_value(tmp_path):
    pd.DataFrame({"supplier.base_weeks": np.linspace(1.0, 9.0, 20_000)}).to_csv(tmp_path / "p.csv", index=False)
    assert len(design('sampling = { method = "table", file = "p.csv" }', tmp_path).points) == 20_000


BAD_TABLES = {
    "not there": (None, "found 'p.csv', which is not there; allowed: a CSV or Parquet file"),
    "hole": ("supplier.base_weeks,market.deposit\n1,0.1\n2,\n", "found no market.deposit in row 2 of 'p.csv'"),
    "head alone": ("supplier.base_weeks\n", "found no rows in 'p.csv'; allowed: one row per point"),
    "empty file": ("", "found 'p.csv', which cannot be read: "),
    "no text": (b"\xff\xfe\x00", "found 'p.csv', which cannot be read: "),
    "too many values": (
        "supplier.base_weeks\n1,2\n3,4\n",
        "found 'p.csv', which cannot be read: a row has more values",
    ),
    "uneven rows": ("supplier.base_weeks\n1\n3,4\n", "found 'p.csv', which cannot be read: "),
    "value not allowed": ("supplier.base_weeks\n1\n-2\n3\n", "supplier.base_weeks: found -2; allowed: 0 to 520"),
    "rule not known": ("market.allocation\nuniform\nlottery\n", "market.allocation: found 'lottery'; allowed: "),
    "text among numbers": ("supplier.base_weeks\n1\nlong\n", "supplier.base_weeks: found "),
    "unknown path": ("supplier.base_week\n1\n", "supplier.base_week: no such field; supplier: did you mean 'base_w"),
    "horizon": ("horizon\n5\n", "horizon: may not differ between points"),
    "a lever too": (
        "supplier.line_weight\n0.5\n",
        "supplier.line_weight: found in levers too; allowed: in one",
    ),
}


@pytest.mark.parametrize(("content", "words"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_bad_table_of_points_is_one_sentence(content, words, tmp_path):
    if content is not None:
        (tmp_path / "p.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    text = 'sampling = { method = "table", file = "p.csv" }\n[levers]\n"supplier.line_weight" = [0.0, 1.0]'
    with pytest.raises(BadInput) as caught:
        design(text, tmp_path)
    sentence = str(caught.value)
    assert sentence.startswith(f"mine.toml: sampling.file: {words}")
    assert "\n" not in sentence
    assert str(tmp_path) not in sentence


LEVERS = '[levers]\n"market.allocation" = ["uniform", "linear"]\n"buyers.xAI.names" = [1, 2, 3]\n'


def test_levers_vary_fastest():
    found = design(f'sampling = {{ method = "sobol", points = 4 }}\n{TWO}\n{LEVERS}').points
    alone = sampled('method = "sobol", points = 4', TWO).points
    assert list(found) == ["supplier.capacity_delay", "buyers.xAI.urgency", "market.allocation", "buyers.xAI.names"]
    pd.testing.assert_frame_equal(found[list(alone)].iloc[::6].reset_index(drop=True), alone)
    pd.testing.assert_frame_equal(found[list(alone)].iloc[5::6].reset_index(drop=True), alone)
    assert found["market.allocation"].tolist() == (["uniform"] * 3 + ["linear"] * 3) * 4
    assert found["buyers.xAI.names"].tolist() == [1, 2, 3] * 8


def test_fields_of_many_and_of_one_of_them():
    found = design("""
        set = { buyers.Hyperscaler.capex_share = 0.2 }
        [levers]
        buyers.Google.capex_share = [0.3]
        "buyers.*.elasticity" = [1.0, 2.0]
    """)
    made = found.experiment.scenario_at(1)
    assert [made.buyers[name].capex_share for name in ("Google", "Meta", "Tesla")] == [0.3, 0.2, 0.2]
    assert made.get("buyers.*.elasticity") == 2.0


def test_levers_alone_keep_their_types():
    found = design(LEVERS + '"market.due_first" = [true, false]\n"supplier.upstream" = [[1e4, 2e4], 3e4]').experiment
    assert found.point_count == 24
    assert found.values(0) == ["uniform", 1, True, [1e4, 2e4]]
    assert found.values(23) == ["linear", 3, False, 3e4]
    assert [type(value) for value in found.values(0)] == [str, int, bool, list]
    assert found.scenario_at(23).get("supplier.upstream") == 3e4


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol", "morris"])
def test_the_samplers_seed_is_not_that_of_the_draws(method):
    size = "trajectories = 8" if method == "morris" else "points = 16"

    def experiment(sampler, model):
        text = f'seed = {model}\nsampling = {{ method = "{method}", {size}, seed = {sampler} }}\n{TWO}'
        return design(text).experiment

    one, again, moved, other = experiment(1, 1), experiment(1, 1), experiment(2, 1), experiment(1, 2)
    delays = [np.asarray(found.points["supplier.capacity_delay"]) for found in (one, again, moved, other)]
    assert (delays[0] == delays[1]).all()
    assert (delays[0] != delays[2]).any()
    assert (delays[0] == delays[3]).all()
    assert (one.seed, moved.seed, other.seed) == (1, 1, 2)


def test_set_changes_the_scenario_of_all_points():
    found = design('[set]\nhorizon = 5\n"market.allocation" = "uniform"\nbuyers.xAI.urgency = 0.5')
    expected = {"horizon": 5, "market.allocation": "uniform", "buyers.xAI.urgency": 0.5}
    assert found.scenario.hash == Scenario.load("colossus").replace_all(expected).hash
    series = design('[set]\nsupplier.upstream = { series = "cowos_capacity/TSMC" }').scenario
    assert series.get("supplier.upstream").scale == 1.0


def test_keys_with_and_without_quotes_are_the_same():
    quoted = design(f'sampling = {{ method = "sobol", points = 4 }}\n[set]\n"market.deposit" = 0.1\n{FOUR}')
    dotted = design(
        """
        sampling = { method = "sobol", points = 4 }
        set.market.deposit = 0.1
        [uncertainties]
        supplier.capacity_delay = { low = 4.0, high = 10.0 }
        market.allocation = { distribution = "one_of", options = ["uniform", "linear"] }
        [uncertainties.buyers.xAI]
        urgency = { distribution = "triangular", low = 0.1, mode = 0.2, high = 0.5 }
        names = { distribution = "whole", low = 1, high = 4 }
        """
    )
    assert dotted.uncertainties == quoted.uncertainties
    assert dotted.scenario.hash == quoted.scenario.hash
    levers = design("[levers]\nmarket.allocation = ['uniform', 'linear']\nbuyers.xAI.names = [1, 2, 3]")
    assert levers.experiment.hash == design(LEVERS).experiment.hash


def test_the_scenarios_uncertainties_are_sampled_if_the_design_names_none():
    found = sampled('method = "latin_hypercube", points = 3', "")
    assert list(found.points) == list(Scenario.load("colossus").uncertainties)


BASE = {
    "schema": 1,
    "name": "mine",
    "scenario": "colossus",
    "runs_per_point": 2,
    "sampling": {"method": "sobol", "points": 4},
    "uncertainties": {"supplier.capacity_delay": {"low": 4.0, "high": 10.0}},
    "levers": {"market.allocation": ["uniform", "linear"], "buyers.xAI.names": [1, 2]},
    "outcomes": {"wait": "mean quoted_lead_weeks"},
}
DRAWN = {"points": 4, "method": "sobol"}
SHAPING = {
    "scenario": {"scenario": "no-rush"},
    "set": {"set": {"market.deposit": 0.1}},
    "runs": {"runs_per_point": 3},
    "seed": {"seed": 1},
    "first replication": {"first_replication": 1},
    "draws": {"draws": "own"},
    "detail": {"detail": "series"},
    "trace": {"detail": "trace"},
    "sampler's seed": {"sampling": DRAWN | {"seed": 1}},
    "points": {"sampling": DRAWN | {"points": 8}},
    "a range": {"uncertainties": {"supplier.capacity_delay": {"low": 4.0, "high": 10.5}}},
    "what is uncertain": {"uncertainties": {"supplier.base_weeks": {"low": 4.0, "high": 10.0}}},
    "a lever's values": {"levers": {"market.allocation": ["uniform", "turn_and_earn"], "buyers.xAI.names": [1, 2]}},
    "order of values": {"levers": {"market.allocation": ["linear", "uniform"], "buyers.xAI.names": [1, 2]}},
    "order of levers": {"levers": {"buyers.xAI.names": [1, 2], "market.allocation": ["uniform", "linear"]}},
    "an outcome": {"outcomes": {"wait": "peak quoted_lead_weeks"}},
    "an outcome's name": {"outcomes": {"weeks": "mean quoted_lead_weeks"}},
}
LEAVING = {
    "title": {"title": "Another"},
    "name": {"name": "other"},
    "description": {"description": "More"},
    "the scenario's seed written out": {"seed": 2024},
    "a default written out": {"draws": "shared", "detail": "market"},
    "a note": {"uncertainties": {"supplier.capacity_delay": {"low": 4.0, "high": 10.0, "note": "a guess"}}},
    "spaces": {"outcomes": {"wait": "mean  quoted_lead_weeks"}},
}


def hash_of(**changes):
    return Design.from_dict(BASE | changes).experiment.hash


def test_each_sampled_row_takes_a_vector_that_its_levers_share():
    head = {
        "schema": 1, "name": "x", "scenario": "colossus", "posterior": "colossus",
        "sampling": {"method": "latin_hypercube", "points": 3, "seed": 1},
        "uncertainties": {"market.plan_weight": {"low": 0.0, "high": 1.0}},
        "levers": {"market.allocation": ["uniform", "linear"]}, "set": {"supplier.base_weeks": 4.0},
    }  # fmt: skip
    design = Design.from_dict(head)
    sample = posterior.shipped("colossus").points(Scenario.load("colossus"), 3)
    assert "market.plan_weight" not in design.vectors, "the design's own"
    assert "supplier.base_weeks" not in design.vectors, "set"
    assert design.vectors["market.shock_level"].tolist() == np.repeat(sample["market.shock_level"], 2).tolist()
    assert list(design.points) == ["market.plan_weight", "market.allocation"]
    built = design.experiment.scenario_at(5)
    assert built.get("market.shock_level") == sample["market.shock_level"][2]
    assert built.get("market.allocation") == "linear"
    assert built.get("supplier.base_weeks") == 4.0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"posterior": "elsewhere"}, "d: posterior: found 'elsewhere'; allowed: none, colossus, or a folder of"),
        ({"posterior": "colossus", "scenario": "reference"}, "d: posterior: found 'colossus', which is not about"),
        (
            {"posterior": "colossus", "sampling": {"method": "morris", "trajectories": 2, "seed": 1}},
            "d: posterior: found 'colossus', and points of morris may differ in what it moves alone; allowed: none",
        ),
    ],
)
def test_a_posterior_that_a_design_cannot_have(changes, sentence):
    head = {
        "schema": 1,
        "name": "x",
        "scenario": "colossus",
        "uncertainties": {"market.common_noise": {"low": 0.0, "high": 0.1}},
    }
    head |= {"sampling": {"method": "latin_hypercube", "points": 2, "seed": 1}} | changes
    with pytest.raises(BadInput) as refused:
        Design.from_dict(head, "d").experiment  # noqa: B018 # made when it is asked for
    assert str(refused.value).startswith(sentence)


def test_the_hash_tells_experiments_apart():
    found = {name: hash_of(**changes) for name, changes in SHAPING.items()}
    assert len({hash_of(), *found.values()}) == 1 + len(SHAPING)
    assert all(len(value) == 64 for value in found.values())


@pytest.mark.parametrize("changes", LEAVING.values(), ids=LEAVING)
def test_the_hash_stays_where_results_do(changes):
    assert hash_of(**changes) == hash_of()


SOBOL = 'sampling = { method = "sobol", points = 4 }\n[uncertainties]\n'
BAD = {
    "unknown path": (
        SOBOL + 'supplier.capcity_delay = { low = 4.0, high = 10.0 }',
        "uncertainties.supplier.capcity_delay: no such field; supplier: did you mean 'capacity_delay'?",
    ),
    "unknown lever": ("levers.market.alocation = ['uniform']", "levers.market.alocation: no such field; market: did"),
    "unknown setting": ("set.market.alocation = 'uniform'", "set.market.alocation: no such field; market: did you"),
    "empty range": (
        SOBOL + "supplier.capacity_delay = { low = 4.0, high = 4.0 }",
        "uncertainties.supplier.capacity_delay: found {'low': 4.0, 'high': 4.0}; allowed: a high above the low",
    ),
    "negative sd": (
        SOBOL + "supplier.base_weeks = { distribution = 'normal', mean = 4.0, sd = -1.0 }",
        "uncertainties.supplier.base_weeks: found {'mean': 4.0, 'sd': -1.0}; allowed: an sd above 0",
    ),
    "number for a table": (
        SOBOL + "supplier.capacity_delay = { low = 4.0, high = 5.0 }\nsupplier.base_weeks = 4.0",
        "uncertainties.supplier.base_weeks: found 4.0; allowed: a table such as { low = 0.1, high = 0.5 }",
    ),
    "uncertain and a lever": (
        SOBOL + "supplier.base_weeks = { low = 4.0, high = 5.0 }\n[levers]\nsupplier.base_weeks = [1.0, 2.0]",
        "levers.supplier.base_weeks: found in uncertainties too; allowed: in one of them",
    ),
    "set for one and varied for all": (
        "set = { buyers.xAI.urgency = 0.1 }\n[levers]\n'buyers.*.urgency' = [0.1, 0.2]",
        "set.buyers.xAI.urgency: buyers.*.urgency varies it too; allowed: in one of them",
    ),
    "a class without the field": (
        "[levers]\nbuyers.Hyperscaler.round_size = [1.0]",
        "levers.buyers.Hyperscaler.round_size: none of Microsoft, Meta, Google, Amazon, Oracle",
    ),
    "set and a lever": (
        "set.supplier.base_weeks = 1.0\nlevers.'supplier.base_weeks' = [1.0, 2.0]",
        "levers.supplier.base_weeks: found in set too; allowed: in one of them",
    ),
    "uncertain twice": (
        SOBOL + "supplier.base_weeks = { low = 4.0, high = 5.0 }\n'supplier.base_weeks' = { low = 4.0, high = 5.0 }",
        "uncertainties.supplier.base_weeks: found twice; allowed: once",
    ),
    "a lever twice": (
        "[levers]\nsupplier.base_weeks = [1.0]\n'supplier.base_weeks' = [2.0]",
        "levers.supplier.base_weeks: found twice; allowed: once",
    ),
    "set twice": (
        "[set]\nsupplier.base_weeks = 1.0\n'supplier.base_weeks' = 2.0",
        "set.supplier.base_weeks: found twice; allowed: once",
    ),
    "no runs": ("runs_per_point = 0", "runs_per_point: found 0; allowed: at least 1"),
    "too many runs": (
        "runs_per_point = 100000000\nlevers.market.due_first = [true, false]",
        "runs_per_point: found 2 points of 100000000 runs; allowed: 100000000 runs in all",
    ),
    "too many levers": (
        "".join(f"levers.buyers.{n}.urgency = {[0.1] * 100}\n" for n in ("xAI", "Meta", "Google", "Tesla", "China")),
        "runs_per_point: found 10000000000 points of 1 runs; allowed: 100000000 runs in all",
    ),
    "seed below zero": ("seed = -1", "seed: found -1; allowed: at least 0"),
    "unknown draws": ("draws = 'mine'", "draws: found 'mine'; allowed: 'shared' or 'own'"),
    "unknown method": (
        "sampling = { method = 'sobel', points = 4 }",
        "sampling.method: found 'sobel'; did you mean 'sobol'? Allowed: factorial, latin_hyperc",
    ),
    "method no text": ("sampling = { method = ['sobol'] }", "sampling.method: found ['sobol']; did you mean 'sobol'?"),
    "no method": ("sampling = { points = 4 }", "sampling.method: is missing; allowed: factorial, latin_hypercube,"),
    "sampling no table": ("sampling = 'sobol'", "sampling: found 'sobol'; allowed: a table"),
    "unknown setting of a method": (
        "sampling = { method = 'sobol', point = 4 }",
        "sampling.point: no such field; did you mean 'points'? Allowed: points, seed",
    ),
    "no points": ("sampling = { method = 'sobol' }", "sampling.points: is missing"),
    "zero points": ("sampling = { method = 'sobol', points = 0 }", "sampling.points: found 0; allowed: at least 1"),
    "not a power of two": (
        "sampling = { method = 'sobol', points = 1000 }",
        "sampling.points: found 1000; allowed for a Sobol sequence: a power of two, such as 512 or 1024",
    ),
    "odd levels": (
        "sampling = { method = 'morris', trajectories = 4, levels = 3 }",
        "sampling.levels: found 3; allowed: a multiple of 2",
    ),
    "too many combinations": (
        "sampling = { method = 'factorial', levels = 10 }",
        "sampling.levels: found 10, which makes 100000000000 points; allowed: 10000000",
    ),
    "no lever values": ("levers.market.allocation = []", "levers.market.allocation: found []; allowed: a list of one"),
    "lever no list": ("levers.market.deposit = 0.1", "levers.market.deposit: found 0.1; allowed: a list of one or"),
    "lever not allowed": (
        "levers.market.allocation = ['uniform', 'lottery']",
        "levers.market.allocation: found 'lottery'; allowed: 'weighted_uniform', 'uniform'",
    ),
    "lever out of range": ("levers.supplier.line_weight = [0.5, 1.5]", "levers.supplier.line_weight: found 1.5; allo"),
    "class a list": ("levers.buyers.xAI.class = [['FrontierLab']]", "levers.buyers.xAI.class: found ['FrontierLab']"),
    "range too wide": (
        SOBOL + "supplier.line_weight = { low = 0.5, high = 1.5 }",
        "uncertainties.supplier.line_weight: found 1.5; allowed: 0 to 1",
    ),
    "a whole number too high": (
        SOBOL + "buyers.xAI.names = { distribution = 'whole', low = 1, high = 9_000_000_000_000 }",
        "uncertainties.buyers.xAI.names: found 9000000000000; allowed: 1 to",
    ),
    "an option not allowed": (
        SOBOL + "market.allocation = { distribution = 'one_of', options = ['uniform', 'lottery', 'linear'] }",
        "uncertainties.market.allocation: found 'lottery'; allowed: ",
    ),
    "a number on a choice": (
        SOBOL + "market.allocation = { low = 0.0, high = 1.0 }",
        "uncertainties.market.allocation: found 0.0; allowed: 'weighted_uniform', 'uniform'",
    ),
    "unknown outcome": (
        "outcomes.wait = 'peak quoted_lead_week'",
        "outcomes.wait: found 'quoted_lead_week'; measures of the market: did you mean 'quoted_lead_weeks'?",
    ),
    "outcome no text": ("outcomes.wait = 3", "outcomes.wait: found 3; allowed: peak_quote,"),
    "normal without ends, factorial": (
        "sampling = { method = 'factorial' }\n[uncertainties]\n"
        "supplier.base_weeks = { distribution = 'normal', mean = 4.0, sd = 1.0, low = 1.0 }",
        "uncertainties.supplier.base_weeks: found no ends, on which factorial puts points; allowed: a distribution",
    ),
    "normal without ends, Morris": (
        "sampling = { method = 'morris', trajectories = 4 }\n[uncertainties]\n"
        "supplier.base_weeks = { distribution = 'normal', mean = 4.0, sd = 1.0 }",
        "uncertainties.supplier.base_weeks: found no ends, on which morris puts points; allowed: a distribution with",
    ),
    "horizon as a lever": (
        "levers.horizon = [5, 6]",
        "levers.horizon: may not differ between points; allowed: fields of a table",
    ),
    "seed uncertain": (
        SOBOL + "seed = { distribution = 'whole', low = 1, high = 4 }",
        "uncertainties.seed: may not differ between points; allowed: fields of a table",
    ),
    "not sampled": (
        TWO,
        "uncertainties: are not sampled; allowed: with a sampling.method other than table",
    ),
    "none": (SOBOL, "uncertainties: found none; allowed: one or more"),
    "unknown field": ("scenarios = 'colossus'", "scenarios: no such field; did you mean 'scenario'? Allowed: descr"),
    "setting not allowed": ("set.supplier.upstream = -1.0", "set.supplier.upstream: found -1.0; allowed: 0 to 1e+08"),
    "unknown series": (
        "set.supplier.upstream = { series = 'cowos_capacity/TMSC' }",
        "set.supplier.upstream.series: there is no series 'cowos_capacity/TMSC'; allowed: ",
    ),
    "an event no longer fits": (
        "levers.buyers.Tesla.redirect_to = ['']",
        "levers.buyers.Tesla.redirect_to: colossus.toml: events[3].giver: found 'Tesla', which has no redirect_to;",
    ),
}  # fmt: skip


def refused(attempt):
    with pytest.raises(BadInput) as caught:
        attempt()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_design_is_one_sentence(text, words):
    assert refused(lambda: design(text)).startswith(f"mine.toml: {words}")


def test_a_file_that_is_no_design(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("name = \n")
    assert refused(lambda: Design.load(path)).startswith(f"{path}: is not a TOML file: ")
    path.write_text('schema = 1\nname = "mine"\nscenario = "collosus"\n')
    assert refused(lambda: Design.load(path)).startswith(
        f"{path}: scenario: found 'collosus', no such scenario or file; did you mean 'colossus'?"
    )
    path.write_text('schema = 1\nname = "mine"\n')
    assert refused(lambda: Design.load(path)) == f"{path}: scenario: is missing"
    path.write_text('schema = 1\nname = "mine"\nscenario = "own.toml"\n')
    (tmp_path / "own.toml").write_text('extends = "colossus"\n[suplier]\n')
    assert refused(lambda: Design.load(path)).startswith(
        f"{path}: scenario: {tmp_path / 'own.toml'}: suplier: no such field; did you mean 'supplier'?"
    )
    assert refused(lambda: Design.load("rulse")).startswith("rulse: no such design or file; did you mean 'rules'?")
    assert refused(lambda: Design.load(tmp_path)).startswith(f"{tmp_path}: no such design or file; allowed: ")


def test_a_scenario_without_uncertainties_must_be_given_some(tmp_path):
    (tmp_path / "sure.toml").write_text(Scenario.from_dict(quiet_world(1.0, 2, A={})).to_toml())
    text = 'schema = 1\nname = "m"\nscenario = "sure.toml"\nsampling = { method = "sobol", points = 4 }'
    sentence = refused(lambda: Design.from_dict(tomllib.loads(text), "mine.toml", tmp_path))
    assert sentence.startswith("mine.toml: uncertainties: found none, and none in ")
