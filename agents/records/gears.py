"""What lets one function serve both gears: the mark, dispatch by number, and a digest of code."""

from __future__ import annotations

import ast
import hashlib
import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from agents.records.compiling import PartCompiler

AS_PART = {"no_cfunc_wrapper": True, "pipeline_class": PartCompiler}
"""How numba compiles what only compiled code calls."""

both_gears = register_jitable(**AS_PART)
"""Marks a plain function that rules call: Python in the live gear, compiled in the ensemble."""


def zeros(count):
    """So many zeros, to be written over: a list in the live gear; in compiled code an array, which is made sooner."""
    return [0.0] * count


@overload(zeros)
def _zeros(count):
    return lambda count: np.zeros(count)


def as_run(function: FunctionType) -> str:
    """What a function does, as this Python runs it: two versions of Python tell of the same source differently."""
    return "".join(
        f"{code.co_code!r}{code.co_names}{code.co_varnames}{[one for one in code.co_consts if not _is_code(one)]}"
        for code in _codes(function.__code__)
    )


def as_written(function: FunctionType) -> str:
    """What a function does, as its source says it: the same on every Python, whatever the comments and the spacing.

    A function whose source is not at hand is told as it is run.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return as_run(function)
    for part in ast.walk(tree):
        if isinstance(part, ast.FunctionDef) and ast.get_docstring(part) is not None:
            part.body = part.body[1:]
    return ast.unparse(tree)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if _is_code(constant):
            yield from _codes(constant)


def _is_code(value: object) -> bool:
    return isinstance(value, CodeType)


def code_digest(functions: Sequence[Callable], told: Callable[[FunctionType], str] = as_run) -> str:
    """Sixteen digits that change with the code of functions, of what they call and of the constants they read.

    Args:
        functions: where to begin.
        told: how to tell the code of one, :func:`as_run` or :func:`as_written`.
    """
    digest = hashlib.sha256()
    seen: set[Callable] = set()

    def note(function: Any) -> None:
        if not inspect.isfunction(function) or function in seen:
            return
        seen.add(function)
        digest.update(f"{told(function)}{function.__defaults__!r}".encode())
        free = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        outer = {name: cell.cell_contents for name, cell in free}
        names = sorted({name for code in _codes(function.__code__) for name in code.co_names} | outer.keys())
        for name in names:
            value = outer.get(name, function.__globals__.get(name))
            if isinstance(value, ModuleType):
                for member in names:
                    note_value(member, getattr(value, member, None))
            else:
                note_value(name, value)

    def note_value(name: str, value: Any) -> None:
        if isinstance(value, bool | int | float | str | tuple):
            digest.update(f"{name}={value!r}".encode())
        elif isinstance(value, np.ndarray):
            digest.update(name.encode() + value.tobytes())
        else:
            note(value)

    for function in functions:
        note(function)
    return digest.hexdigest()[:16]


def public_functions(module: str) -> dict[str, Callable]:
    """The mechanisms of a kind, by name: functions that ``module`` itself has defined so far, no underscore first."""
    return {
        name: value
        for name, value in vars(sys.modules[module]).items()
        if inspect.isfunction(value) and value.__module__ == module and not name.startswith("_")
    }


def numbers(found):
    """A list of numbers as :func:`zeros` makes them: in compiled code a list and an array would not go together."""
    return found


@overload(numbers)
def _numbers(found):
    if isinstance(found, types.Array):
        return lambda found: found

    def copied(found):
        array = np.zeros(len(found))
        for k in range(len(found)):
            array[k] = found[k]
        return array

    return copied


def dispatch(functions: Sequence[Callable], result: Callable | None = None) -> Callable:
    """One function ``call(which, ...)`` that calls the ``which``-th of several, in both gears, and hands ``result``
    what that returns.

    Its source is written out, flat and without star-arguments: the compiler makes every layer anew, and every tuple
    costs it. The functions are marked, and take the same parameters by position.
    """
    arguments = ", ".join(inspect.signature(functions[0]).parameters)
    names = [f"function_{n}" for n in range(len(functions))]
    calls = [
        f"return {name}({arguments})" if result is None else f"return result({name}({arguments}))" for name in names
    ]
    lines = [f"def call(which, {arguments}):"]
    lines += [f"    if which == {n}:\n        {call}" for n, call in enumerate(calls[:-1])]
    lines += [f"    {calls[-1]}"]
    return both_gears(written("call", lines, dict(zip(names, functions, strict=True)) | {"result": result}))


def written(name: str, lines: Sequence[str], space: dict[str, Any]) -> Callable:
    """The function ``name`` from its source, which may use what is in ``space``."""
    source = "\n".join(lines) + "\n"
    file = f"<{name} {hashlib.sha256(source.encode()).hexdigest()[:16]}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)  # for inspect and tracebacks
    exec(compile(source, file, "exec"), space)
    return space[name]
