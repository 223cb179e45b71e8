"""The ensemble gear: the agents' own methods, compiled by numba over records, many runs at a time."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core.errors import NumbaError
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, overload_method

from agents.records import compiling
from agents.records.compiling import WholeCompiler
from agents.records.gears import AS_PART, as_run, as_written, both_gears, code_digest, dispatch, written
from agents.records.layout import Layout
from market.gears.build import Build, Builds, Draws, copied, not_ours
from market.gears.code_cache import CodeCache, code_file
from market.measures import cohort_lead_weeks
from market.quarter import opening, quarter
from market.scenario.paths import BadInput

config: Any = numba.config

FAMILIES = ("market", "supplier", "products", "buyers")
MEASURED = ("market", "products", "buyers")
COMPILING = "gpumarket: compiling the market's rules for this machine (15 to 40 s; not again until a rule changes)..."

_rules: dict[types.Record, dict[str, Callable]] = {}
"""What a rule's name means on a record; a record's type tells which classes it may be of."""

_attributes: set[str] = set()
_names: set[str] = set()


def _teach(layout: Layout) -> None:
    """Make ``record.rule(...)`` call the rule of the record's class in compiled code."""
    record = numba.from_dtype(layout.dtype)
    if record in _rules:
        return
    _attributes.update(layout.fields)
    _names.update(layout.rules)
    if both := _attributes & _names:
        raise BadInput(f"{', '.join(sorted(both))}: the name of an attribute and of a rule; allowed: one of the two")
    taught = {name for rules in _rules.values() for name in rules}
    _rules[record] = {name: _by_class(functions) for name, functions in layout.rules.items()}
    for name in layout.rules:
        if name not in taught:
            _overload(name, _rules[record][name])
    infer_getattr(type(layout.family, (_Members,), {"key": record}))


class _Members(AttributeTemplate):
    """What follows the dot of a record of one type. Numba would ask for the rules of all types, one by one."""

    def resolve(self, value: types.Record, attr: str) -> Any:
        """The type of a field; what calls a rule."""
        if attr in value.fields:
            return value.typeof(attr)
        rules = (rule for rule in self.context._attributes[types.Record] if getattr(rule, "_attr", None) == attr)
        return next(rules).resolve(value, attr) if attr in _names else None


def _by_class(functions: list[Callable | None]) -> Callable:
    """One function for a rule; where classes differ it goes by the record's ``kind``."""
    known = [function for function in functions if function is not None]
    distinct = list(dict.fromkeys(known))
    if len(distinct) == 1:
        return both_gears(distinct[0])
    number = tuple(distinct.index(function or known[0]) for function in functions)
    arguments = ", ".join(inspect.signature(distinct[0]).parameters)
    lines = [f"def by_kind({arguments}):", f"    return call(number[self.kind], {arguments})"]
    return both_gears(
        written("by_kind", lines, {"call": dispatch([both_gears(function) for function in distinct]), "number": number})
    )


def _overload(name: str, rule: Callable) -> None:
    """Tell numba what to call for ``record.name(...)``; the resolver has the parameters of the rule."""
    arguments = ", ".join(inspect.signature(rule).parameters)
    lines = [f"def resolve({arguments}):", "    return rules.get(self, {}).get(name)"]
    resolve = written("resolve", lines, {"rules": _rules, "name": name})
    options: dict[str, Any] = {"strict": False, "target": "cpu", "jit_options": AS_PART}
    overload_method(types.Record, name, **options)(resolve)


@both_gears
def _copy(source, target):
    """Copy numbers one by one; an assignment to a slice takes numba seconds to compile."""
    for k in range(len(target)):
        target[k] = source[k]


def run_chunk(start, work, paths, draws, out, cohort_column, failed):
    """Runs of one chunk, one after the other, without the interpreter's lock.

    ``start`` and ``work`` are records of market (1,), supplier (1,), products (P,) and buyers (B,): what every run
    begins with, and where it takes place. ``paths`` are (T, N, K) and shared; ``draws`` and ``out`` are
    (n, T, N, K). ``failed`` (n,) receives the number of the quarter in which a run failed, from 1; 0 if it did not.
    """
    market_start, supplier_start, product_start, buyer_start = start
    markets, suppliers, products, buyers = work
    market_paths, supplier_paths, product_paths, buyer_paths = paths
    market_draws, supplier_draws, buyer_draws = draws
    market_out, product_out, buyer_out = out
    market = markets[0]
    supplier = suppliers[0]
    for r in range(len(failed)):
        markets[0] = market_start[0]
        suppliers[0] = supplier_start[0]
        for p in range(len(products)):
            products[p] = product_start[p]
        for i in range(len(buyers)):
            buyers[i] = buyer_start[i]
        failed[r] = 0
        try:
            for t in range(len(market_paths)):
                _copy(market_paths[t, 0], market.paths_)
                _copy(market_draws[r, t, 0], market.draws_)
                _copy(supplier_paths[t, 0], supplier.paths_)
                _copy(supplier_draws[r, t, 0], supplier.draws_)
                for p in range(len(products)):
                    _copy(product_paths[t, p], products[p].paths_)
                for i in range(len(buyers)):
                    _copy(buyer_paths[t, i], buyers[i].paths_)
                    _copy(buyer_draws[r, t, i], buyers[i].draws_)
                if t == 0:
                    opening(market, supplier, products, buyers)
                quarter(market, supplier, products, buyers)
                _copy(market.columns_, market_out[r, t, 0])
                for p in range(len(products)):
                    _copy(products[p].columns_, product_out[r, t, p])
                for i in range(len(buyers)):
                    _copy(buyers[i].columns_, buyer_out[r, t, i])
        except Exception:
            failed[r] = market.quarter + 1
        for t in range(market_out.shape[1]):
            market_out[r, t, 0, cohort_column] = cohort_lead_weeks(market, t)


both_gears(run_chunk)  # no decorator: it would stand in the source that tells other rules apart


def run_points(starts, work, paths, draws, out, cohort_column, failed, sizes, begins):
    """:func:`run_chunk` for one point after the other.

    ``starts`` and ``paths`` have a row per point, or one that is that of all. Of a point are ``sizes`` runs, on the
    draws from the place ``begins``; both of shape (points,).
    """
    market_starts, supplier_starts, product_starts, buyer_starts = starts
    market_paths, supplier_paths, product_paths, buyer_paths = paths
    market_draws, supplier_draws, buyer_draws = draws
    market_out, product_out, buyer_out = out
    at = 0
    for p in range(len(sizes)):
        end, begin = at + sizes[p], begins[p]
        last = begin + sizes[p]
        run_chunk(
            (
                market_starts[min(p, len(market_starts) - 1)],
                supplier_starts[min(p, len(supplier_starts) - 1)],
                product_starts[min(p, len(product_starts) - 1)],
                buyer_starts[min(p, len(buyer_starts) - 1)],
            ),
            work,
            (
                market_paths[min(p, len(market_paths) - 1)],
                supplier_paths[min(p, len(supplier_paths) - 1)],
                product_paths[min(p, len(product_paths) - 1)],
                buyer_paths[min(p, len(buyer_paths) - 1)],
            ),
            (market_draws[begin:last], supplier_draws[begin:last], buyer_draws[begin:last]),
            (market_out[at:end], product_out[at:end], buyer_out[at:end]),
            cohort_column,
            failed[at:end],
        )
        at = end


@cache
def _way(layouts: tuple[Layout, ...]) -> str:
    """What tells other code for the same rules: how they are compiled and called, and where records hold what."""
    sources = inspect.getsource(compiling), inspect.getsource(run_points)
    return hashlib.sha256(repr((sources, [layout.dtype for layout in layouts])).encode()).hexdigest()


@cache
def rules_hash(layouts: tuple[Layout, ...], everywhere: bool = False) -> str:
    """What tells other rules apart: every rule, what it calls, and the way runs are driven.

    Args:
        layouts: of the families, as FAMILIES has them.
        everywhere: by their source, the same on every Python; otherwise by the code that this Python runs.
    """
    told = as_written if everywhere else as_run
    parts = [code_digest([run_chunk], told), *(f"{layout.family}_{layout.digest(told)}" for layout in layouts)]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


@contextlib.contextmanager
def _lightly() -> Iterator[None]:
    """Optimise without making vectors, which compiles sooner and makes rules no slower."""
    own = {"OPT": type(config.OPT)(2), "LOOP_VECTORIZE": 0, "SLP_VECTORIZE": 0}
    before = {name: getattr(config, name) for name in own}
    for name, value in own.items():
        setattr(config, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(config, name, value)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Compiling makes millions of objects that stay; looking through them for garbage takes a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@cache
def _compiled(layouts: tuple[Layout, ...], path: Path) -> Any:
    for layout in layouts:
        _teach(layout)
    options: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True, "pipeline_class": WholeCompiler}
    function: Any = numba.njit(**options)(run_points)
    function._cache = CodeCache(path)
    return function


def _uncompiled(build: Build) -> Any:
    """:func:`run_points` for a build's classes, which compiles when it is called first."""
    layouts = tuple(build.layouts[name] for name in FAMILIES)
    for layout in layouts:
        own = [cls.__name__ for cls in layout.classes if not_ours(cls)]
        if own and layout.changed():
            raise BadInput(
                f"the rules of {', '.join(own)}, or what they read, were changed after they were compiled; allowed: "
                "a new Python process, which compiles them anew (the live gear follows at once)"
            )
    return _compiled(layouts, code_file(rules_hash(layouts), _way(layouts)))


def ready(build: Build) -> bool:
    """Whether compiled code for a build's classes is there, in this process or in the cache; compiles nothing."""
    function = _uncompiled(build)
    return bool(function.signatures) or function._cache.kept


def compiled(build: Build) -> Callable:
    """The compiled :func:`run_points` for a build's classes; says so on standard error if that has to be compiled.

    Raises:
        BadInput: a rule of a user's own class cannot be compiled, or was changed since; the sentence names it.
    """
    function = _uncompiled(build)
    if function.signatures:
        return function
    if not ready(build):
        print(COMPILING, file=sys.stderr, flush=True)
    try:
        with _lightly(), _no_collection():
            run(build, function, build.all_draws(0, 0, 0), {name: room(build, name, 0) for name in MEASURED})
    except NumbaError as error:
        raise BadInput(_blame(build.layouts["buyers"], error)) from error
    return function


def run(build: Build, function: Callable, draws: Draws, out: dict[str, np.ndarray]) -> np.ndarray:
    """Run the compiled ``function`` for the replications of ``draws``, as :meth:`Build.all_draws` makes them.

    ``out`` holds an array per family of MEASURED, as :func:`room` makes it, for as many runs; the quarter in which
    each run failed (0 if it did not) is returned, shape (n,).
    """
    return run_builds(Builds.of(build), function, draws, out, [len(out["market"])], [0])


def run_builds(
    builds: Builds,
    function: Callable,
    draws: Draws,
    out: dict[str, np.ndarray],
    sizes: np.ndarray | Sequence[int],
    begins: np.ndarray | Sequence[int],
) -> np.ndarray:
    """As :func:`run` for several points: of each so many runs as ``sizes`` says, on the draws from ``begins`` on."""
    failed = np.zeros(len(out["market"]), np.int64)
    function(
        tuple(builds.start[name] for name in FAMILIES),
        tuple(copied(builds.base.start[name]) for name in FAMILIES),
        tuple(builds.paths[name] for name in FAMILIES),
        draws,
        tuple(out[name] for name in MEASURED),
        builds.base.layouts["market"].columns.index("cohort_lead_weeks"),
        failed,
        np.array(sizes, np.int64),
        np.array(begins, np.int64),
    )
    return failed


def room(build: Build, family: str, runs: int) -> np.ndarray:
    """Room for the measures of a family in so many runs, all NaN; shape (runs, T, N, columns)."""
    quarters = build.paths[family].shape[0]
    return np.full((runs, quarters, len(build.names[family]), len(build.layouts[family].columns)), np.nan)


ALLOWED = (
    "allowed in a rule: numbers, attributes that the classes declare, loops, math, functions marked with both_gears"
)


def _blame(layout: Layout, error: NumbaError) -> str:
    """One sentence on which rule numba could not compile, where and why."""
    text = str(error)
    for cls in filter(not_ours, layout.classes):
        for name, function in vars(cls).items():
            if inspect.isfunction(function) and f"<function {function.__qualname__} at " in text:
                reason, line = _reason(text, Path(function.__code__.co_filename).name)
                where = f"{function.__code__.co_filename}, line {line or function.__code__.co_firstlineno}"
                return f"{cls.__name__}.{name} ({where}) runs live only, numba cannot compile it: {reason}; {ALLOWED}"
    return f"the rules cannot be compiled: {_reason(text, '')[0]}"


def _reason(text: str, file: str) -> tuple[str, int]:
    """Numba's innermost complaint, and the line of the file that it is about, 0 if it names none."""
    inner = text[text.rfind("Failed in ") :]
    lines = [line.strip() for line in inner.splitlines() if line.strip()]
    reason = re.sub(r"Record\(.*?;\d+;(True|False)\)", "a record", (lines[1:] or lines)[0])[:160]
    found = re.search(rf'{re.escape(file)}", line (\d+)', inner)
    return reason, int(found[1]) if found and file else 0
