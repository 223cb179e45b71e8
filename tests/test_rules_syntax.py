"""No rule contains what gives other bits in the other gear."""

import ast
import inspect
import textwrap
from pathlib import Path

import pytest

import agents
import market
from market import Scenario
from market.gears.build import build
from tests.rule_syntax import faults

LAYOUTS = build(Scenario.load("colossus")).layouts

INTEGERS = frozenset(name for layout in LAYOUTS.values() for name, field in layout.fields.items() if field.type is int)


def rules():
    """Every rule of every class, by where it stands."""
    for layout in LAYOUTS.values():
        for functions in layout.rules.values():
            for function in functions:
                if function is not None and function.__module__ != "market.gears.model":  # which steps the rules, live
                    yield f"{function.__module__}.{function.__qualname__}", inspect.getsource(function)


def marked():
    """Every function marked for both gears, by where it stands."""
    for package in (agents, market):
        folder = Path(package.__file__).parent
        for path in sorted(folder.rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.FunctionDef) and any(
                    getattr(decorator, "id", "") == "both_gears" for decorator in node.decorator_list
                ):
                    yield f"{package.__name__}.{path.stem}.{node.name}", ast.get_source_segment(source, node)


CHECKED = {name: textwrap.dedent(source) for name, source in sorted([*rules(), *marked()])}


def test_rules_are_found():
    for name in (
        "agents.buying.planner.Planner.plan",
        "agents.classes.frontier_lab.FrontierLab.means",
        "agents.supplier.Supplier.produce",
        "agents.ordering.need",
        "market.allocation.proportional",
        "market.market_state.MarketState.note_delivery",
        "market.quarter.quarter",
    ):
        assert name in CHECKED


@pytest.mark.parametrize("name", CHECKED)
def test_rule(name):
    assert faults(CHECKED[name], INTEGERS) == []


BAD = {
    "x = y**2": "a constant exponent",
    "x = y**2.0": "a constant exponent",
    "x = y**-0.5": "a constant exponent",
    "x = y ** (1.0 / STAGES)": "a constant exponent",
    "x **= 3": "a constant exponent",
    "x = y**self.quarter": "an integer exponent",
    "x = y ** int(z)": "an integer exponent",
    "for n in range(3):\n    x = y**n": "an integer exponent",
    "x = 2.0**y": "a constant base",
    "x = pow(y, z)": "pow()",
    "x = math.pow(y, z)": "math.pow",
    "x = math.fsum(y)": "math.fsum",
    "x = sum(y)": "a sum",
    "x = np.sum(y)": "NumPy",
    "x = numpy.exp(y)": "NumPy",
    "x = round(y, 2)": "round() to digits",
    "x = round(y, ndigits=2)": "round() to digits",
    "x = sorted(y)": "a sort",
    "y.sort()": ".sort()",
    "x = np.argsort(y)": "an order of equals",
    "x = {1, 2}": "a set",
    "for x in set(y):\n    z = x": "a set",
    "x = {n for n in y}": "a set",
    "x = {}": "a dict",
    "x = {n: 1 for n in y}": "a dict",
    "for x in y.items():\n    z = x": ".items()",
    "x = random.random()": "a global generator",
    "x = super().means(1.0)": "super()",
    "global x": "a global variable",
}


@pytest.mark.parametrize(("body", "fault"), BAD.items())
def test_the_check_finds(body, fault):
    source = "def rule(self, y, z):\n" + textwrap.indent(body, "    ")
    assert any(fault in found for found in faults(source, INTEGERS))


@pytest.mark.parametrize(
    "body",
    [
        "x = y**z",
        "x = y**-self.inflation_exponent",
        "x = y ** (1.0 / self.elasticity)",
        "x = math.sqrt(y)",
        "x = y * y",
    ],
)
def test_the_check_lets_pass(body):
    assert faults(f"def rule(self, y, z):\n    {body}", INTEGERS) == []
