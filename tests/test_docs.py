"""The Python examples of the README run, and what the documents name exists."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from runs import Design

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def examples() -> list[str]:
    """Every Python block of the documents."""
    return [block for path in DOCUMENTS for block in re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL)]


def test_there_are_examples():
    assert len(examples()) > 5


@pytest.mark.parametrize("example", examples())
def test_the_example_runs(example, tmp_path):
    program = tmp_path / "example.py"
    program.write_text(example)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_design_on_the_page_is_one():
    written = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "batches.md").read_text(), re.DOTALL)
    assert [Design.from_dict(tomllib.loads(text)).experiment.runs for text in written] == [200 * 2 * 50]


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


def test_the_model_names_every_class_of_buyers():
    from market.scenario.schema import buyer_classes

    text = (ROOT / "docs" / "model.md").read_text()
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
