"""Named questions: their files, the answer's arithmetic, the command ``ask``."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from market import BadInput, Scenario
from runs.analysis.compare import difference, holm
from runs.engine.engine import Engine
from runs.questions import answer
from runs.questions.answer import AGAINST, AS_EXPECTED, GOES, NOTHING, SILENT, STAYS, TURNS, UNCERTAIN
from runs.questions.question import Question, head_of, shipped
from runs.requests import Inquiry

ONE = Engine(threads=1)


@pytest.fixture
def raw():
    """A small valid question, as the content of its file."""
    return {
        "schema": 1,
        "id": "X",
        "name": "mine",
        "question": "Does it?",
        "theory": "none",
        "scenario": "reference",
        "control": {"label": "as it is"},
        "treatment": {"label": "more", "set": {"supplier.capacity_factor": 1.5}},
        "metrics": [
            {
                "name": "shipped",
                "outcome": "total shipped to 2023Q4",
                "words": "shipments",
                "expects": "+",
                "why": "More is made.",
            }
        ],
        "check": {"credited": "a supply that is short", "set": {"supplier.upstream": 1e6}},
    }


@pytest.fixture
def ask(raw):
    """An answer to the small question."""

    def call(seed=None, **changes):
        (found,) = Inquiry([Question.from_dict(raw | changes)], vectors=1, runs=3, seed=seed).run(ONE)
        return found

    return call


def effect(mean: float, half: float, label: str = ""):
    """A difference with the interval mean ± half."""
    like = difference(np.array([[1.0, 2.0]]), np.zeros((1, 2)), treatment_name=label)
    return dataclasses.replace(like, mean=mean, low=mean - half, high=mean + half)


# --- files --------------------------------------------------------------------------------------------------------


def test_there_is_one_question_for_each_of_theory_c_and_one_of_when():
    assert [head_of(name).id for name in shipped()] == [f"C{k}" for k in range(1, 16)]
    assert all(head_of(name).name == name for name in shipped())


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_question_fits_its_scenarios_and_its_sides_differ(name):
    question = Question.load(name)
    for _, value in question.cases[:: max(1, len(question.cases) - 1)]:
        worlds = question.scenarios(value)
        assert list(worlds) == [side.label for side in question.sides.values()]
        sides = {side.label: question.control_of(side) for side in question.treatments}
        assert len({(worlds[label].hash, control) for label, control in sides.items()}) == len(sides)
        assert all(worlds[label].hash != worlds[control].hash for label, control in sides.items())
        without = question.scenarios(value, off=True)
        assert all(without[label].hash != worlds[label].hash for label in worlds)
    assert question.head.limits
    assert all(metric.why for metric in question.head.metrics)


def test_a_question_is_found_by_its_id_too():
    assert Question.load("c7").head.name == "packaging"


def test_what_a_question_sets_is_not_uncertain_any_more():
    question = Question.load("glut")
    for off in (False, True):
        for scenario in question.scenarios(7.0, off).values():
            assert "supplier.line_weight" not in scenario.uncertainties
            assert "supplier.capacity_delay" not in scenario.uncertainties
            assert "supplier.expansion_limit" in scenario.uncertainties


def test_what_a_question_sets_of_one_is_not_uncertain_for_all():
    raw = {**tomllib.loads(shipped()["glut"].read_text()), "set": {"buyers.xAI.elasticity": 2.0}}
    assert "buyers.*.elasticity" in Scenario.load("colossus").uncertainties
    for scenario in Question.from_dict(raw).scenarios(7.0).values():
        assert "buyers.*.elasticity" not in scenario.uncertainties
        assert scenario.get("buyers.xAI.elasticity") == 2.0


def test_fields_may_be_written_with_or_without_quotation_marks(raw):
    raw["treatment"]["set"] = tomllib.loads("supplier.capacity_factor = 1.5\nbuyers.Buyer.urgency = 0.5")
    question = Question.from_dict(raw)
    assert question.head.treatment.set_ == {"supplier.capacity_factor": 1.5, "buyers.Buyer.urgency": 0.5}
    more = question.scenarios()["more"]
    assert {name: buyer.urgency for name, buyer in more.buyers.items()} == dict.fromkeys("AB", 0.5)


def test_a_lever_may_be_a_field_of_many(raw):
    question = Question.from_dict(raw | {"across": {"path": "buyers.*.urgency", "values": [0.1, 0.2]}})
    assert [question.scenarios(value)["more"].get("buyers.*.urgency") for _, value in question.cases] == [0.1, 0.2]


BAD = {
    "no such field": ({"limit": ""}, "q.toml: limit: no such field; did you mean 'limits'?"),
    "missing": ({"theory": None}, "q.toml: theory: is missing"),
    "sign": ("expects", "q.toml: metrics.0.expects: found 'up'; allowed: '+', '-', '0' or '?'"),
    "scenario": ({"scenario": "colosus"}, "q.toml: scenario: found 'colosus', no such scenario or file; did you mean"),
    "field": (
        {"set": {"supplier.capacity_factors": 1.0}},
        "q.toml: set.supplier.capacity_factors: no such field; supplier: did you mean 'capacity_factor'?",
    ),
    "value": (
        {"control": {"label": "x", "set": {"market.deposit": 2.0}}},
        "q.toml: control.set.market.deposit: found 2.0; allowed: 0 to 1",
    ),
    "event": (
        {"control": {"label": "x", "events": [{"quarter": "2023Q1", "kind": "quak"}]}},
        "q.toml: control.events[0].kind: found 'quak'; did you mean 'quake'?",
    ),
    "labels": ({"control": {"label": "more"}}, "q.toml: label: found 'more' twice; allowed: once"),
    "no check": ({"check": {"credited": "x"}}, "q.toml: check.set: found nothing; allowed: fields that switch"),
    "undone": (
        {"check": {"credited": "x", "set": {"supplier.capacity_factor": 1.0}}},
        "q.toml: check.set.supplier.capacity_factor: found in control or treatment too; allowed: other fields",
    ),
    "undone for one of many": (
        {
            "treatment": {"label": "more", "set": {"buyers.*.urgency": 0.5}},
            "check": {"credited": "x", "set": {"buyers.A.urgency": 0.1}},
        },
        "q.toml: check.set.buyers.A.urgency: found in control or treatment too; allowed: other fields",
    ),
    "written both ways": (
        {"set": {"market": {"deposit": 0.1}, "market.deposit": 0.1}},
        "q.toml: set: found {'market': {'deposit': 0.1}, 'market.deposit': 0.1}; allowed: each field once",
    ),
    "a class without the field": (
        {"set": {"buyers.Buyer.capex": 1.0}},
        "q.toml: set.buyers.Buyer.capex: none of A, B has this field; allowed: ",
    ),
    "metric": (
        {"check": {"credited": "x", "set": {"market.deposit": 0.1}, "metric": "ship"}},
        "q.toml: check.metric: found 'ship'; did you mean 'shipped'?",
    ),
    "lever": (
        {"across": {"path": "market.allocation", "values": ["uniform", "linea"]}},
        "q.toml: across.values: linea: market.allocation: found 'linea'; did you mean 'linear'? Allowed: first",
    ),
    "lever's labels": (
        {"across": {"path": "market.deposit", "values": [0.0, 0.1], "labels": ["none"]}},
        "q.toml: across.labels: found 1 for 2 values; allowed: one for each",
    ),
    "other buyers": (
        {"control": {"label": "x", "scenario": "colossus"}},
        "compare: x and more have other buyers (",
    ),
}


FAMILY = {
    "label": "more in {quarter}",
    "events": [{"quarter": "{quarter}", "kind": "capacity_shock", "factor": 1.5, "until": "{quarter}"}],
    "each": [{"quarter": "2023Q1"}, {"quarter": "2023Q3"}],
}

BAD |= {
    "no such word": (
        {"treatment": FAMILY | {"label": "more in {quartr}"}},
        "q.toml: treatment.each[0]: found '{quartr}'; did you mean 'quarter'?",
    ),
    "words of none": (
        {"metrics": [{"name": "x", "outcome": "shipped in {quarter}", "words": "x", "expects": "+", "why": "x"}]},
        "q.toml: metrics.x.outcome: found '{quarter}'; allowed: words where the treatment has 'each'",
    ),
    "no such control": (
        {"more": [{"label": "less", "against": "nothing", "set": {"supplier.capacity_factor": 0.5}}]},
        "q.toml: less: against: found 'nothing'; allowed: as it is",
    ),
    "a family of controls": (
        {"control": FAMILY | {"label": "as it is"}},
        "q.toml: as it is: found 'against' or 'each'; allowed: of treatments",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_told_in_one_sentence(raw, case):
    change, sentence = BAD[case]
    if isinstance(change, str):
        raw["metrics"][0][change] = "up"
    else:
        raw = {name: value for name, value in (raw | change).items() if value is not None}
    with pytest.raises(BadInput) as error:
        Question.from_dict(raw, "q.toml")
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"outcome": "total shiped"}, "q.toml: metrics.shipped.outcome: found 'shiped'; measures of the market: did"),
        ({"expects": "0"}, "q.toml: metrics.shipped.margin: is missing; an expected 0 needs one"),
        ({"expects_at": {"less": "-"}}, "q.toml: metrics.shipped.expects_at: found 'less'; allowed: "),
        ({"along": {"metric": "shiped", "expects": "+"}}, "q.toml: metrics.shipped.along.metric: found 'shiped'; did"),
        ({"along": {"metric": "shipped", "expects": "+"}}, "q.toml: metrics.shipped.along.metric: found without"),
        ({"margin": 0.0}, "q.toml: metrics.0.margin: found 0.0; allowed: above 0.0"),
    ],
)
def test_a_bad_metric_is_told_in_one_sentence(raw, change, sentence):
    raw["metrics"][0] |= change
    with pytest.raises(BadInput) as error:
        Question.from_dict(raw, "q.toml")
    assert str(error.value).startswith(sentence)


# --- answers ------------------------------------------------------------------------------------------------------


def test_a_treatment_that_changes_nothing_has_no_effect_at_all(ask):
    found = ask(treatment={"label": "the same", "set": {"supplier.capacity_factor": 1.0}})
    (row,) = found.rows
    assert (row.difference.mean, row.difference.low, row.difference.high) == (0.0, 0.0, 0.0)
    assert row.difference.p == row.holm == 1.0
    assert row.verdict == UNCERTAIN
    assert found.checks[0].result == NOTHING
    assert found.sentences == ["The same leaves shipments exactly as it is."]


def test_the_same_seed_repeats_an_answer(ask):
    changes = {"scenario": "colossus", "check": {"credited": "x", "set": {"buyers.*.gaming": "honest"}}}
    first, again, other = (ask(seed=seed, **changes).facts() for seed in (7, 7, 8))
    assert first["rows"] == again["rows"]
    assert first["checks"] == again["checks"]
    assert first["rows"][0]["difference"]["mean"] != other["rows"][0]["difference"]["mean"]


def test_more_capacity_ships_more_and_no_more_than_is_ordered(ask):
    lever = {"path": "market.allocation", "values": ["uniform", "proportional"], "words": "Under the {} rule"}
    found = ask(across=lever)
    assert [row.case for row in found.rows] == ["uniform", "proportional"]
    assert [row.verdict for row in found.rows] == [AS_EXPECTED] * 2
    assert found.sentences[0].startswith("Under the uniform rule, more adds ")
    assert [one.result for one in found.checks] == [GOES] * 2
    assert "goes in 2 of 2 cases" in found.explanation


def test_a_single_chance_is_left_as_it_is_and_several_are_adjusted_by_hand():
    assert holm([0.03]) == [0.03]
    # 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1 gives 0.04, 0.06, 0.06, 0.04, of which none may be under one before it
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]


def test_answers_asked_together_are_adjusted_together(ask):
    one = ask()
    row = dataclasses.replace(one.rows[0], difference=dataclasses.replace(one.rows[0].difference, p=0.03))
    first, second = answer.together([dataclasses.replace(one, rows=(row,))] * 2)
    assert first.rows[0].holm == second.rows[0].holm == 0.06
    assert first.rows[0].verdict == UNCERTAIN
    (alone,) = answer.together([dataclasses.replace(one, rows=(row,))])
    assert alone.rows[0].verdict == AS_EXPECTED


@pytest.mark.parametrize(
    ("expects", "mean", "half", "chance", "margin", "told"),
    [
        ("+", 1.0, 0.5, 0.01, None, AS_EXPECTED),
        ("+", -1.0, 0.5, 0.01, None, AGAINST),
        ("-", -1.0, 0.5, 0.01, None, AS_EXPECTED),
        ("-", -1.0, 0.5, 0.05, None, UNCERTAIN),
        ("+", 0.0, 0.0, 1.0, None, UNCERTAIN),
        ("?", 1.0, 0.5, 0.01, None, SILENT),
        ("0", 0.1, 0.2, 0.6, 0.5, AS_EXPECTED),
        ("0", 0.3, 0.1, 0.01, 0.5, AS_EXPECTED),
        ("0", 0.1, 0.6, 0.6, 0.5, UNCERTAIN),
        ("0", -2.0, 1.0, 0.01, 0.5, AGAINST),
    ],
)
def test_a_verdict_is_about_the_sign_that_was_stated(expects, mean, half, chance, margin, told):
    assert answer.verdict(expects, effect(mean, half), chance, margin) == told


@pytest.mark.parametrize(
    ("on", "off", "result"),
    [
        ((1.0, 2.0), (0.0, 1.0), NOTHING),
        ((1.0, 0.5), (0.8, 0.9), GOES),
        ((1.0, 0.5), (0.4, 0.1), GOES),
        ((1.0, 0.5), (-0.4, 0.1), GOES),
        ((1.0, 0.5), (0.6, 0.1), STAYS),
        ((1.0, 0.5), (-0.6, 0.1), TURNS),
    ],
)
def test_an_explanation_holds_if_the_effect_goes_without_it(on, off, result):
    assert answer.becomes(effect(*on), effect(*off)) == result


def test_other_signs_are_stated_by_treatment_before_value(raw):
    metric = Question.from_dict(
        raw
        | {
            "across": {"path": "market.allocation", "values": ["uniform", "linear"]},
            "metrics": [raw["metrics"][0] | {"expects_at": {"linear": "-", "more": "?"}}],
        }
    ).head.metrics[0]
    assert answer.expected(metric, "uniform", "less") == "+"
    assert answer.expected(metric, "linear", "less") == "-"
    assert answer.expected(metric, "linear", "more") == "?"


def test_each_treatment_of_a_family_is_held_against_the_control_in_its_own_quarters(raw, ask):
    outcome = {"outcome": "capacity in {quarter}", "along": {"metric": "shipped", "expects": "-"}}
    events = [{"quarter": "2022Q4", "path": "market.demand_level", "multiply": 2.0}]
    found = ask(treatment=FAMILY, metrics=[raw["metrics"][0] | outcome], events=events)
    plain = raw | {"events": events}
    for row, quarter in zip(found.rows, ("2023Q1", "2023Q3"), strict=True):
        event = FAMILY["events"][0] | {"quarter": quarter, "until": quarter}
        metrics = [raw["metrics"][0] | {"outcome": f"capacity in {quarter}"}]
        alone = plain | {"treatment": {"label": "m", "events": [event]}, "metrics": metrics}
        (other,) = Inquiry([Question.from_dict(alone)], vectors=1, runs=3).run(ONE)[0].rows
        assert row.difference.treatment_name == f"more in {quarter}"
        assert row.difference.mean == other.difference.mean
        assert row.difference.mean != 0.0
    (sentence,), (along,) = found.sentences, found.trends
    assert "of 2 others, more in 2023Q" in sentence
    assert f"{along.difference.mean:+.2f} [" in sentence
    assert 0.0 < along.holm <= 1.0


def test_a_treatment_may_have_a_control_of_its_own(ask):
    half = {"label": "half", "set": {"supplier.capacity_factor": 0.5}}
    less = {"label": "less", "set": {"supplier.capacity_factor": 0.8}, "against": "half"}
    more, other = (row.difference for row in ask(controls=[half], more=[less]).rows)
    assert (more.control_name, other.control_name, other.treatment_name) == ("as it is", "half", "less")
    assert other.control < more.control
    assert other.mean == pytest.approx(other.treatment - other.control)


def test_ranks_are_compared_row_by_row():
    """By hand: 1 - 6 sum d^2 / (n (n^2 - 1)), with d = 0, 1, 1, 0 in the second row; nothing varies in the last."""
    first = np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], [5.0, 5.0, 5.0, 5.0]])
    second = np.array([[9.0, 7.0, 5.0, 1.0], [0.0, 8.0, 3.0, 9.0], [1.0, 2.0, 3.0, 4.0]])
    assert answer.rank_correlation(first, second) == pytest.approx(np.array([[-1.0], [0.8], [0.0]]))


def test_a_family_is_a_table_on_screen_and_figures_in_a_report(gpumarket, tmp_path):
    status, out, _ = gpumarket("ask", "when", "--vectors", "2", "--runs", "2", "--out", str(tmp_path / "when"))
    assert status == 0
    assert "12 treatments from a rush in 2023Q1 to a rush in 2025Q4, against no rush (2 vectors of 2 seeds)" in out
    assert len(re.findall(r"^a rush in 202[345]Q[1234] ", out, re.MULTILINE)) == 12 * 3
    page = (tmp_path / "when" / "report.html").read_text()
    assert page.count("<svg") >= 3
    assert "rank correlation with unmet" in page


# --- the command --------------------------------------------------------------------------------------------------


def test_ask_lists_the_questions(gpumarket):
    status, out, _ = gpumarket("ask")
    lines = out.splitlines()
    assert status == 0
    assert len(lines) == 15
    assert lines[0].split()[:2] == ["C1", "rush"]


def test_ask_answers_the_rush(gpumarket):
    status, out, err = gpumarket("ask", "rush", "--vectors", "4", "--runs", "2", "--json")
    assert status == 0
    (found,) = json.loads(out)["answers"]
    rules = Scenario.load("colossus").levers["market.allocation"]
    assert found["question"]["across"]["values"] == rules
    assert len(found["rows"]) == len(found["checks"]) == len(rules) * 4 * 5
    assert len(found["sentences"]) == len(rules)
    assert {"mean", "low", "high", "p", "vectors", "seeds"} <= set(found["rows"][0]["difference"])
    assert "runs in" in err


def test_ask_answers_several_and_a_file_for_people(gpumarket, tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(shipped()["readiness"].read_text(encoding="utf-8"), encoding="utf-8")
    status, out, _ = gpumarket("ask", "C9", str(file), "--vectors", "2", "--runs", "2")
    assert status == 0
    assert out.count("C9 readiness: Who gains") == 2
    assert "Switched off: power that is missing. The effect on idle compute should then go; it" in out


def test_an_unknown_question_is_told_in_one_sentence(gpumarket):
    status, out, err = gpumarket("ask", "rsh")
    assert (status, out) == (2, "")
    assert err.startswith("gpumarket: rsh: no such question or file; did you mean 'rush'? Allowed: auction,")
    assert err.count("\n") == 1


def test_the_question_on_the_page_is_one():
    text = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(Question.from_dict(tomllib.loads(written)).cases) == 2
    for name in shipped():
        head = head_of(name)
        assert f"{head.id} `{name}`" in text
    _, _, below = text.partition("| question | treatment, control |")
    table = [row.split(" | ") for row in below.split("\n\n")[0].splitlines()[2:]]
    assert len(table) == sum(len(head_of(name).metrics) for name in shipped() if name != "when")
    assert {cells[5] for cells in table} <= {"as expected", "**against**", "not certain", "silent"}


def test_an_answer_is_a_report(gpumarket, tmp_path):
    words = ("ask", "packaging", "--vectors", "2", "--runs", "2", "--out")
    assert gpumarket(*words, str(tmp_path / "one"))[0] == 0
    page = (tmp_path / "one" / "report.html").read_text()
    assert "C7 packaging" in page
    assert "gpumarket ask packaging --vectors 2 --runs 2" in page.replace("<span>", "").replace("</span>", "")
    assert gpumarket(*words, str(tmp_path / "two"))[0] == 0
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
    status, _, err = gpumarket(*words, str(tmp_path / "one"))
    assert (status, err.count("\n")) == (2, 1)
