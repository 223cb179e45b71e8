"""docs/odd.md is the model: its state, its parameters, its phases in their order, its equations and who holds them."""

from __future__ import annotations

import ast
import inspect
import re
from typing import Annotated

import pytest

from agents.classes.neocloud import Neocloud
from agents.records.roles import Parameter
from market import quarter
from tests import state_page
from tests.documents import ROOT

TEXT = state_page.PAGE.read_text(encoding="utf-8")
EQUATION = r"E[1-9]\d?[bc]?"


@pytest.mark.parametrize("cls", state_page.classes().values(), ids=lambda cls: cls.__name__)
def test_every_state_variable_is_explained_and_no_other(cls):
    written = state_page.told().get(cls.__name__, {})
    assert state_page.differences(cls, written) == []
    assert all(meaning for _, meaning in written.values())


def test_no_class_is_explained_that_does_not_exist():
    assert set(state_page.told()) <= set(state_page.classes())


def test_a_new_state_variable_is_noticed(monkeypatch):
    class Copy(Neocloud):
        hoard: float = 0.0

    classes = {**state_page.classes(), "Copy": Copy}
    monkeypatch.setattr(state_page, "classes", lambda: classes)
    assert state_page.differences(Copy, {}) == ["Copy.hoard"]
    assert state_page.differences(Copy, {"hoard": ("HAE", "what it hides")}) == []
    assert state_page.differences(Neocloud, {"hoard": ("HAE", "what it hides")}) == ["Neocloud.hoard"]
    assert state_page.page() != TEXT


def test_a_new_parameter_is_noticed(monkeypatch):
    class Copy(Neocloud):
        fear: Annotated[float, Parameter("1", "how much more it asks for")] = 0.0

    classes = {**state_page.classes(), "Copy": Copy}
    monkeypatch.setattr(state_page, "classes", lambda: classes)
    assert "Parameters: `fear`." in state_page.tables()
    assert state_page.page() != TEXT


def test_the_tables_are_what_the_declarations_say():
    assert state_page.page() == TEXT


def phases(function) -> list[str]:
    """The names of what a function of the quarter calls, statement by statement."""
    body = ast.parse(inspect.getsource(function)).body[0].body
    calls = [statement.value for statement in body if isinstance(statement, ast.Expr)]
    called = [call.func for call in calls if isinstance(call, ast.Call)]
    return [name.attr if isinstance(name, ast.Attribute) else name.id for name in called]


def test_the_phases_stand_in_their_order():
    written = re.findall(r"^\d+\. `(\w+)`:", TEXT, re.MULTILINE)
    assert len(written) == 16
    assert written == phases(quarter.quarter)


def test_every_section_of_the_protocol_is_there():
    heads = re.findall(r"^## (\d)\. ([\w ,]+)$", TEXT, re.MULTILINE)
    assert [number for number, _ in heads] == list("1234567")


def equations() -> dict[str, set[str]]:
    """The functions that the table of equations names, by number."""
    page = (ROOT / "docs" / "equations.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| ({EQUATION}) \| .*? \| (.*?) \| [^|]*\|$", page, re.MULTILINE)
    return {number: set(re.findall(r"`([A-Za-z_]+\.[a-z_]+)`", where)) for number, where in rows}


@pytest.mark.parametrize("name", ["odd", "model", "parameters", "rationing", "paper"])
def test_every_equation_that_a_page_names_is_held_by_a_function(name):
    known = equations()
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    named = set(re.findall(rf"\b{EQUATION}\b", text))
    assert named <= set(known)
    assert all(known[number] for number in named)


def test_the_overview_names_every_equation_of_the_quarter():
    outside = {"E2", "E4", "E5"}  # what others are made of
    assert set(re.findall(rf"\b{EQUATION}\b", TEXT)) == set(equations()) - outside


def docstrings() -> dict[str, set[str]]:
    """The functions whose docstring names an equation, by number."""
    found: dict[str, set[str]] = {}
    for package in ("agents", "market"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                inside = node.body if isinstance(node, ast.ClassDef) else [node]
                owner = node.name if isinstance(node, ast.ClassDef) else path.stem
                for one in inside:
                    if isinstance(one, ast.FunctionDef):
                        for number in re.findall(rf"\b{EQUATION}\b", ast.get_docstring(one) or ""):
                            found.setdefault(number, set()).add(f"{owner}.{one.name}")
    return found


def test_every_equation_that_a_docstring_names_is_in_the_table():
    assert len(docstrings()) > 20
    assert set(docstrings()) <= set(equations())


def test_the_table_leads_to_functions_that_say_which_equation_they_are():
    told = docstrings()
    assert [number for number in told if not told[number] & equations()[number]] == []
