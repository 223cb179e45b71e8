"""What a rule may not contain if both gears are to give the same bits (design, section 2)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

MATHEMATICS = {"ceil", "exp", "floor", "inf", "isfinite", "isinf", "isnan", "log", "nan", "sqrt"}
"""What of ``math`` was measured to be equal in both gears, or is exact."""

CALLS = {
    "argsort": "an order of equals that differs",
    "dict": "a dict",
    "frozenset": "a set",
    "set": "a set",
    "sorted": "a sort",
    "sum": "a sum whose order differs",
    "super": "super()",
}
MODULES = {"np": "NumPy", "numpy": "NumPy", "random": "a global generator", "secrets": "a global generator"}
NODES = {
    ast.Dict: "a dict",
    ast.DictComp: "a dict",
    ast.Global: "a global variable",
    ast.Nonlocal: "a variable of an outer function",
    ast.Set: "a set",
    ast.SetComp: "a set",
}


def faults(source: str, integers: frozenset[str] = frozenset()) -> list[str]:
    """What is forbidden in the source of a function, a line each; ``integers`` are attributes that hold ints."""
    tree = ast.parse(source)
    whole = integers | _loop_variables(tree)
    found = {(node.lineno, fault) for node in ast.walk(tree) if hasattr(node, "lineno") for fault in _of(node, whole)}
    return [f"line {line}: {fault}" for line, fault in sorted(found)]


def _of(node: ast.AST, integers: frozenset[str]) -> Iterator[str]:
    for kind, fault in NODES.items():
        if isinstance(node, kind):
            yield fault
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
        base, exponent = (node.target, node.value) if isinstance(node, ast.AugAssign) else (node.left, node.right)
        if _constant(base):
            yield "a constant base"
        if _constant(exponent):
            yield "a constant exponent"
        elif _integer(exponent, integers):
            yield "an integer exponent"
    if isinstance(node, ast.Name) and node.id in MODULES:
        yield MODULES[node.id]
    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "math" and node.attr not in MATHEMATICS:
        yield f"math.{node.attr}"
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in CALLS:
            yield CALLS[name]
        if name in ("sort", "items", "keys", "values"):
            yield f".{name}()"
        if name == "pow":
            yield "pow()"
        if name == "round" and len(node.args) + len(node.keywords) > 1:
            yield "round() to digits"


def _constant(node: ast.expr) -> bool:
    """Whether an expression is made of literals and names in capitals alone."""
    names = [
        n.id if isinstance(n, ast.Name) else n.attr for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute)
    ]
    return all(name.isupper() for name in names)


def _integer(node: ast.expr, integers: frozenset[str]) -> bool:
    """Whether an exponent is an int by its name, or by a call that makes one."""
    if isinstance(node, ast.UnaryOp):
        return _integer(node.operand, integers)
    if isinstance(node, ast.Name):
        return node.id in integers
    if isinstance(node, ast.Attribute):
        return node.attr in integers
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("int", "len")


def _loop_variables(tree: ast.AST) -> frozenset[str]:
    return frozenset(
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.For)
        and isinstance(node.target, ast.Name)
        and isinstance(node.iter, ast.Call)
        and getattr(node.iter.func, "id", "") == "range"
    )
