"""The house: arrows point down, nothing goes in a circle, folders and modules stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ["agents", "market", "runs", "dashboard", "app"]
DECLARATIONS = {"agents.bargainer", "agents.records.roles", "agents.supplier"}
"""What the page reads of the agents: what they declare."""
TERMINAL = {"typer", "rich", "runs.cli"}
MODULES, LINES = 16, 400

Graph = Mapping[str, set[str]]
"""What each module imports."""


def sources() -> dict[str, str]:
    """The text of every module of ours, by its name."""
    paths = [ROOT / "app.py", *(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))]
    return {name_of(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}


def name_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def statements(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Imports, those within functions too, but not those for types alone."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield node
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        children: list[ast.AST] = [*node.orelse]
    else:
        children = [*ast.iter_child_nodes(node)]
    for child in children:
        yield from statements(child)


def graph_of(modules: Mapping[str, str]) -> dict[str, set[str]]:
    """What each module imports: modules of ours in full, others as they are written."""
    graph: dict[str, set[str]] = {}
    for name, text in modules.items():
        graph[name] = set()
        for found in statements(ast.parse(text)):
            if isinstance(found, ast.Import):
                graph[name] |= {alias.name for alias in found.names}
                continue
            assert not found.level, f"{name}: a relative import"
            module = str(found.module)
            inside = {f"{module}.{alias.name}" for alias in found.names} & modules.keys()
            graph[name] |= inside or {module}
    return graph


def floor_of(module: str) -> str:
    return module.partition(".")[0]


def within(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def wrong_arrows(graph: Graph) -> set[str]:
    """Imports that the floors do not allow."""
    below = {
        "agents": {"agents"},
        "market": {"market", "agents"},
        "runs": {"runs", "market"},
        "dashboard": {"dashboard", "runs", "market", *DECLARATIONS},
        "app": {"dashboard"},
    }
    return {
        f"{module} -> {other}"
        for module, others in graph.items()
        for other in others
        if floor_of(other) in FLOORS and not within(other, below[floor_of(module)])
    }


def terminal_arrows(graph: Graph) -> set[str]:
    """Imports of what only the command line may import."""
    library = (module for module in graph if not within(module, {"runs.cli", "runs.__main__"}))
    return {f"{module} -> {other}" for module in library for other in graph[module] if within(other, TERMINAL)}


def circles(graph: Graph) -> set[frozenset[str]]:
    """Modules that import each other, by whatever way round."""
    beyond: dict[str, set[str]] = {}
    for module in graph:
        seen: set[str] = set()
        ahead = [module]
        while ahead:
            new = {other for other in graph[ahead.pop()] if other in graph} - seen
            seen |= new
            ahead += new
        beyond[module] = seen
    return {
        frozenset(other for other in beyond[module] if module in beyond[other])
        for module in graph
        if module in beyond[module]
    }


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(sources())


def test_arrows_point_down(graph):
    assert len(graph) > 100
    assert wrong_arrows(graph) == set()


def test_nothing_goes_in_a_circle(graph):
    assert circles(graph) == set()


def test_the_library_knows_no_terminal(graph):
    assert terminal_arrows(graph) == set()


def test_what_the_page_reads_of_the_agents_is_all_that_is_listed(graph):
    page = {other for module in graph if floor_of(module) == "dashboard" for other in graph[module]}
    assert {other for other in page if floor_of(other) == "agents"} == DECLARATIONS


def test_folders_and_modules_are_small():
    folders: dict[str, int] = {}
    for name, text in sources().items():
        assert text.count("\n") <= LINES, name
        folders[name.rpartition(".")[0]] = folders.get(name.rpartition(".")[0], 0) + 1
    assert {folder: count for folder, count in folders.items() if count > MODULES} == {}


BAD = {
    "agents.a": "import market.m",
    "market.m": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import runs.r\nelse:\n    import agents.b",
    "runs.r": "from runs import s\nimport agents.a\n",
    "runs.s": "def later():\n    from runs.t import name\n    from runs.cli.main import number",
    "runs.t": "from runs.r import other\nimport rich.table",
    "runs.u": "from runs import u\n",
    "runs.cli.main": "import typer\nimport runs.r",
    "dashboard.d": "import agents.supplier, agents.a, app",
}


def test_a_bad_house_is_seen():
    graph = graph_of(BAD)
    assert wrong_arrows(graph) == {
        "agents.a -> market.m", "runs.r -> agents.a", "dashboard.d -> agents.a", "dashboard.d -> app",
    }  # fmt: skip
    assert terminal_arrows(graph) == {"runs.s -> runs.cli.main", "runs.t -> rich.table"}
    assert circles(graph) == {frozenset({"runs.r", "runs.s", "runs.t", "runs.cli.main"}), frozenset({"runs.u"})}
    assert graph["market.m"] == {"typing", "agents.b"}
