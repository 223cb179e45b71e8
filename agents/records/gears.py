"""What lets one function serve both gears: the mark, dispatch by number, and a digest of code."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Sequence
from types import CodeType, ModuleType
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


def code_digest(functions: Sequence[Callable]) -> str:
    """Sixteen digits that change with the code of functions, of what they call and of the constants they read."""
    digest = hashlib.sha256()
    seen: set[Callable] = set()

    def note_code(code: CodeType) -> None:
        digest.update(code.co_code)
        digest.update(repr((code.co_names, code.co_varnames)).encode())
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                note_code(constant)
            else:
                digest.update(repr(constant).encode())

    def note(function: Any) -> None:
        if not inspect.isfunction(function) or function in seen:
            return
        seen.add(function)
        note_code(function.__code__)
        digest.update(repr(function.__defaults__).encode())
        free = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        outer = {name: cell.cell_contents for name, cell in free}
        for name in (*function.__code__.co_names, *outer):
            value = outer.get(name, function.__globals__.get(name))
            if isinstance(value, ModuleType):
                for member in function.__code__.co_names:
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
    exec("\n".join(lines), space)
    return space[name]
