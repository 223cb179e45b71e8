"""One small fault at a time in the text of a rule: the usual operators of mutation testing, and where they apply.

Only rules are changed: functions marked ``both_gears``, methods of the classes, constants of the modules. Annotations,
declared fields, decorators, docstrings, and what is raised and said stay as they are. All else in a file keeps its
place, so that a line is where it was.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ARITHMETIC = {
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"), ast.Pow: ("**", "*"),
    ast.FloorDiv: ("//", "*"), ast.Mod: ("%", "*"),
}  # fmt: skip
COMPARISONS = {
    ast.Lt: ("<", ("<=", ">=")), ast.LtE: ("<=", ("<", ">")), ast.Gt: (">", (">=", "<=")), ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)),
}  # fmt: skip
EXTREMES = {"min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """A file with some of its bytes, from ``start`` to ``end``, in other words; reached with any of ``lines``."""

    path: str
    lines: range
    start: int
    end: int
    text: str

    def of(self, source: bytes) -> bytes:
        """The file with the fault in it."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def told(self, source: bytes) -> str:
        """Where it is, the line as it was and the line as it is."""
        line = source[: self.start].count(b"\n") + 1
        was, now = (text.split(b"\n")[line - 1].decode().strip() for text in (source, self.of(source)))
        return f"{self.path}:{line}: {was}  ->  {now}"


def mutants(path: str, source: bytes) -> list[Mutant]:
    """Every mutant of a file, in order of place."""
    found = [
        Mutant(path, lines, start, end, text)
        for lines, start, end, text in _Places(source).of_module(ast.parse(source))
        if not _same(source[start:end], text)
    ]
    return sorted(dict.fromkeys(found), key=lambda mutant: (mutant.start, mutant.end, mutant.text))


def mutants_of(root: Path, files: list[str]) -> list[Mutant]:
    """Every mutant of some files below a folder."""
    return [mutant for path in files for mutant in mutants(path, (root / path).read_bytes())]


def _same(was: bytes, text: str) -> bool:
    return was.decode() == text


Place = tuple[range, int, int, str]
"""The lines of the statement, the first byte, the one after the last, and what to write there."""


class _Places:
    """Walks over a module for what can be changed."""

    def __init__(self, source: bytes):
        self.source = source
        self.starts = [0]
        for line in source.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def begin(self, node: ast.expr | ast.stmt) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def of_module(self, module: ast.Module) -> Iterator[Place]:
        for node in module.body:
            if isinstance(node, ast.FunctionDef) and any(
                getattr(mark, "id", "") == "both_gears" for mark in node.decorator_list
            ):
                yield from self.of_body(node.body)
            elif isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef):
                        yield from self.of_body(inner.body)
            elif isinstance(node, ast.Assign) and all(isinstance(part, ast.Constant | ast.Tuple | ast.expr_context)
                                                      for part in ast.walk(node.value)):  # fmt: skip
                yield from self.of_statement(node)

    def of_body(self, body: list[ast.stmt]) -> Iterator[Place]:
        for node in body:
            yield from self.of_statement(node)

    def of_statement(self, node: ast.stmt) -> Iterator[Place]:
        """What can be changed in a statement and in those within it."""
        first = self.begin(node)
        if isinstance(node, ast.If | ast.While | ast.For):
            head = node.iter if isinstance(node, ast.For) else node.test
            lines = range(node.lineno, (head.end_lineno or node.lineno) + 1)
            at = self.begin(head), self.end(head)
            if isinstance(node, ast.For):
                yield lines, *at, "()"
            elif not isinstance(head, ast.Compare) or len(head.ops) > 1:
                yield lines, *at, f"not ({self.source[slice(*at)].decode()})"
            yield from self.of_expression(head, lines)
            yield from self.of_body(node.body)
            yield from self.of_body(node.orelse)
            return
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if isinstance(node, ast.Raise | ast.Assert):
            return
        if isinstance(node, ast.Break | ast.Continue):
            yield lines, first, self.end(node), "continue" if isinstance(node, ast.Break) else "break"
        if self.can_go(node):
            yield lines, first, self.end(node), "pass"
        if isinstance(node, ast.AugAssign):
            yield from self.between(self.end(node.target), self.begin(node.value), ARITHMETIC[type(node.op)], lines)
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                yield from self.of_expression(part, lines)

    def can_go(self, node: ast.stmt) -> bool:
        """Whether a statement may be left out and leave no name undefined."""
        if isinstance(node, ast.Assign):
            return all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
        if isinstance(node, ast.Expr):
            return isinstance(node.value, ast.Call)
        return isinstance(node, ast.AugAssign) or (isinstance(node, ast.Return) and node.value is None)

    def of_expression(self, whole: ast.expr, lines: range) -> Iterator[Place]:
        for node in ast.walk(whole):
            if isinstance(node, ast.expr):
                yield from self.of_node(node, lines)

    def of_node(self, node: ast.expr, lines: range) -> Iterator[Place]:
        """What can be changed in one expression, those within it aside."""
        at = (self.begin(node), self.end(node))
        match node:
            case ast.BinOp(left=left, op=op, right=right):
                yield from self.between(self.end(left), self.begin(right), ARITHMETIC[type(op)], lines)
            case ast.Compare(left=left, ops=ops, comparators=others):
                for sign, one, other in zip(ops, [left, *others], others, strict=False):
                    was, became = COMPARISONS[type(sign)]
                    for now in became:
                        yield from self.between(self.end(one), self.begin(other), (was, now), lines)
            case ast.BoolOp(op=op, values=values):
                words = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
                for one, other in pairwise(values):
                    yield from self.between(self.end(one), self.begin(other), words, lines)
            case ast.UnaryOp(op=op):
                yield lines, at[0], at[0] + len("not " if isinstance(op, ast.Not) else "-"), ""
            case ast.IfExp(test=test) if not isinstance(test, ast.Compare):
                yield lines, self.begin(test), self.end(test), f"not {ast.unparse(test)}"
            case ast.Constant(value=bool() as value):
                yield lines, *at, str(not value)
            case ast.Constant(value=int() | float() as value):
                more, less = (value + 1, value - 1) if value < 1000 else (2 * value, value / 2)
                yield lines, *at, repr(more)
                yield lines, *at, repr(type(value)(less)) if less >= 0 else f"({less!r})"
            case ast.Call(func=ast.Name(id=name) as func) if name in EXTREMES:
                yield lines, self.begin(func), self.end(func), EXTREMES[name]

    def between(self, start: int, end: int, words: tuple[str, str], lines: range) -> Iterator[Place]:
        """The operator that stands between two operands."""
        at = self.source.index(words[0].encode(), start, end)
        yield lines, at, at + len(words[0]), words[1]
