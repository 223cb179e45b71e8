"""The documents: what they show is what is printed, commands can be read, links lead somewhere, names exist."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib

import pytest

from market import Scenario
from runs import Design
from runs.questions.question import Question
from tests import documents

ROOT = documents.ROOT
DOCUMENTS = documents.PAGES
PROGRAMS = [shown for page in DOCUMENTS for shown in documents.programs(page)]
COMMANDS = [shown for page in DOCUMENTS for shown in documents.commands(page)]
FOREIGN = {"source", "dask", "srun", "solara", "sh"}
"""Programs of others that shell blocks call."""


def test_there_are_examples():
    assert len(PROGRAMS) > 8
    assert len(COMMANDS) > 8


@pytest.mark.parametrize("shown", PROGRAMS, ids=lambda shown: shown.name)
def test_a_program_prints_what_is_shown(shown, tmp_path):
    assert shown.text, "what the program prints stands in a text block right after it"
    documents.save_files(shown.page, tmp_path)
    printed = documents.run_program(shown.call, tmp_path)
    assert documents.same(shown.text, printed), printed


@pytest.mark.parametrize("shown", COMMANDS, ids=lambda shown: shown.name)
def test_a_command_prints_what_is_shown(shown, tmp_path):
    documents.save_files(shown.page, tmp_path)
    printed = documents.run_command(shown.call, tmp_path)
    assert documents.same(shown.text, printed), printed


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.stem)
def test_every_command_can_be_read(page):
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for line, (program, *words) in documents.shell_lines(page):
        where = f"{page.name}, line {line}: {program} {words}"
        if program == "gpumarket":
            documents.parse(words)
        elif program == "make":
            assert all(word in targets or "=" in word for word in words), where
        elif program.endswith("python") or program == "python":
            assert words[0] == "-m", where
            assert importlib.util.find_spec(words[1]), where
        else:
            assert program in FOREIGN, where


@pytest.mark.parametrize("words", ["ru colossus", "run colossus --rums 3", "compare", "run --out"])
def test_a_misspelt_command_is_noticed(words):
    with pytest.raises(documents.cli.UsageError):
        documents.parse(words.split())


INLINE = [
    (page, command)
    for page in DOCUMENTS
    for command in re.findall(r"`gpumarket ([a-z][^`]*)`", page.read_text(encoding="utf-8"))
    if "changelog" not in page.stem
]


def test_commands_in_sentences_exist():
    assert len(INLINE) > 10
    known = {command.name: command for command in documents.typer.main.get_command(documents.cli.app).commands.values()}
    for page, command in INLINE:
        name, *words = command.split()
        assert name in known, f"{page.name}: {command}"
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, f"{page.name}: {command}"


def test_every_toml_block_is_a_scenario_a_design_or_a_question(tmp_path):
    kinds = []
    for page in DOCUMENTS:
        for block in documents.blocks(page):
            if block.language == "toml":
                path = tmp_path / f"{page.stem}-{block.line}.toml"
                path.write_text(block.text, encoding="utf-8")
                written = tomllib.loads(block.text)
                kind = Question if "metrics" in written else Design if "sampling" in written else Scenario
                if kind is Scenario:
                    Scenario.load(path, agents=documents.EXAMPLES / "buyers")
                else:
                    kind.load(str(path))
                kinds.append(kind)
    assert {Question, Design, Scenario} == set(kinds)


def test_every_block_has_a_language_that_is_looked_at():
    known = {
        "sh",
        "console",
        "python",
        "py",
        "text",
        "toml",
        "yaml",
        "nginx",
        "{toctree}",
        "{eval-rst}",
        "{image}",
        "{include}",
    }
    assert {(page.name, block.language) for page in DOCUMENTS for block in documents.blocks(page)} <= {
        (page.name, language) for page in DOCUMENTS for language in known
    }


def test_outputs_are_compared_line_by_line():
    assert (
        documents.as_shown("a 1\n...\nb  2\nc\n...\nd 3\n", "a 4\nmore\nb  5\nc\nmore\nd 6\n")
        == "a 4\n...\nb  5\nc\n...\nd 6\n"
    )
    assert documents.same("a 1\n...\nb 2\n", "a 1\nmore\nb 2\n")
    assert not documents.same("a 1\nb 2\n", "a 1\nb 3\n")
    assert not documents.same("a 1\n", "a 1\nb 2\n")


def test_the_readme_is_short_and_tells_the_backtest_as_it_is():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.count("\n") < 90
    (told,) = re.findall(r"(\d+ of \d+) facts in, (\d+ of \d+) truths hold", (ROOT / "docs/validation.md").read_text())
    assert "**{} facts and {} truths**".format(*told) in readme


def test_every_page_stands_in_a_table_of_contents():
    listed = {
        (page.parent / line.strip()).with_suffix(".md")
        for page in DOCUMENTS
        for block in documents.blocks(page)
        if block.language == "{toctree}" and ":glob:" not in block.text
        for line in block.text.splitlines()
        if line and not line.startswith(":")
    }
    folders = (ROOT / "docs", ROOT / "docs" / "reference", ROOT / "docs" / "page")
    pages = {page for page in DOCUMENTS if page.parent in folders}
    assert sorted(page.name for page in listed ^ pages) == ["index.md"]


def test_the_reference_names_modules_and_classes_that_exist():
    named = [
        found
        for page in (ROOT / "docs" / "reference").glob("*.md")
        for found in re.findall(r"^.. auto(module|class):: ([\w.]+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert len(named) > 40
    modules = {name if kind == "module" else name.rpartition(".")[0] for kind, name in named}
    assert [name for name in sorted(modules) if importlib.util.find_spec(name) is None] == []


def test_the_site_builds_and_loads_nothing_from_elsewhere(tmp_path):
    call = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "-q", "-d", str(tmp_path / "trees")]
    done = subprocess.run([*call, str(ROOT / "docs"), str(tmp_path / "site")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 30
    loads = re.compile(r"""<(?:link|script|img|iframe)[^>]*(?:href|src)=["'](?:https?:)?//""")
    assert [page.name for page in pages if loads.search(page.read_text(encoding="utf-8"))] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.css"))
    assert re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//", styles) == []


LINKS = [(path, target) for path in DOCUMENTS for target in re.findall(r"\]\(([^)#]+)\)", path.read_text())]
FILES = [
    (path, name)
    for path in DOCUMENTS
    for name in re.findall(r"`((?:agents|market|runs|dashboard)/[a-z_/]*[a-z_]+\.[a-z]+)`", path.read_text())
]


def test_links_lead_somewhere():
    assert len(LINKS) > 10
    assert [(path.name, target) for path, target in LINKS if not (path.parent / target).exists()] == []


def test_files_that_the_documents_name_exist():
    assert {"model.md", "equations.md", "adding-a-rule.md"} <= {path.name for path, _ in FILES}
    assert [(path.name, name) for path, name in FILES if not (ROOT / name).exists()] == []


def test_the_odd_document_names_every_class_of_buyers():
    from market.scenario.schema import buyer_classes

    text = (ROOT / "docs" / "odd.md").read_text()
    ours = [name for name, same in buyer_classes().items() if same[0].__module__.startswith("agents.")]
    assert "Neocloud" in ours
    assert [name for name in ours if f"`{name}`" not in text] == []


def functions_in_use():
    """Every function and method of the market's packages, as ``module.function`` or ``Class.method``."""
    found = set()
    for package in ("agents", "market"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef):
                    found.add(f"{path.stem}.{node.name}")
                elif isinstance(node, ast.ClassDef):
                    found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def test_every_equation_names_code_that_exists():
    rows = re.findall(
        r"^\| (E\d+b?c?) \| .*? \| (.*?) \| [^|]*\|$", (ROOT / "docs" / "equations.md").read_text(), re.MULTILINE
    )
    assert len(rows) >= 35
    known = functions_in_use()
    named = {name for _, where in rows for name in re.findall(r"`([A-Za-z_]+\.[a-z_]+)`", where)}
    assert len(named) >= 40
    assert named - known == set()
    assert all("`" in where for _, where in rows)
