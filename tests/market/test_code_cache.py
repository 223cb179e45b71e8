"""Compiled code is kept between processes, and believed only if it is whole and nobody else can write it."""

import stat
import subprocess
import sys
from typing import Annotated

import numba
import pytest

from agents.records.gears import as_run
from agents.records.layout import Layout
from agents.records.roles import Parameter
from market.gears import code_cache, ensemble
from market.gears.code_cache import CodeCache
from market.product import Product


@pytest.fixture
def place(tmp_path):
    code_cache._say.cache_clear()  # every sentence is said once in a process
    return tmp_path / "rules" / "machine.code"


def function(place):
    """A function whose code is kept there, not compiled yet."""
    double = numba.njit(lambda x: 2.0 * x)
    double._cache = CodeCache(place)
    return double


def loads(double):
    return sum(double.stats.cache_hits.values())


def test_code_is_compiled_once(place, capsys):
    assert not CodeCache(place).kept
    assert function(place)(1.5) == 3.0
    assert CodeCache(place).kept
    again = function(place)
    assert again(1.5) == 3.0
    assert loads(again) == 1
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [entry.name for entry in place.parent.iterdir()] == [place.name]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "damage",
    [lambda code: b"", lambda code: code[:20], lambda code: code[:-1], lambda code: code[:99] + b"?" + code[100:]],
    ids=["empty", "digest cut", "cut", "flipped"],
)
def test_damaged_code_is_compiled_anew(place, capsys, damage):
    function(place)(1.5)
    whole = place.read_bytes()
    assert damage(whole) != whole
    place.write_bytes(damage(whole))
    anew = function(place)
    assert anew(1.5) == 3.0
    assert loads(anew) == 0
    assert capsys.readouterr().err == f"gpumarket: the compiled rules in {place} are damaged: they are compiled anew\n"
    mended = function(place)
    assert mended(1.5) == 3.0
    assert loads(mended) == 1


@pytest.mark.parametrize("which", ["cache", "rules", "file"])
def test_code_that_others_can_write_is_not_read(place, capsys, which):
    function(place)(1.5)
    open_to_all = {"cache": place.parent.parent, "rules": place.parent, "file": place}[which]
    open_to_all.chmod(open_to_all.stat().st_mode | stat.S_IWOTH)
    assert not CodeCache(place).kept
    assert str(open_to_all) in capsys.readouterr().err
    distrustful = function(place)
    assert distrustful(1.5) == 3.0
    assert loads(distrustful) == 0


def test_code_that_cannot_be_kept_runs_all_the_same(tmp_path, place, capsys):
    (tmp_path / "rules").write_text("a file where a folder should be")
    assert function(place)(1.5) == 3.0
    assert "cannot be kept" in capsys.readouterr().err


SUMS = """
import sys
import numba
from pathlib import Path
from agents.records.compiling import WholeCompiler
from agents.records.gears import both_gears, written
from market.gears.code_cache import CodeCache

def function(place, step):
    many = [f"    total += step if x > {k}.5 else 0.0" for k in range(200)]  # too many to be copied into its callers
    lines = ["def inner(x):", "    total = 0.0", *many, "    return total"]
    inner = both_gears(written("inner", lines, {"step": step}))

    def outer(x):
        return inner(x) + inner(x - 300.0) + inner(x - 400.0)

    made = numba.njit(no_cfunc_wrapper=True, pipeline_class=WholeCompiler)(outer)
    made._cache = CodeCache(Path(place))
    return made

made = [function(place, float(step)) for place, step in zip(sys.argv[1::2], sys.argv[2::2])]
print(*(one(3.0) for one in made), *(len(one.stats.cache_hits) for one in made))
"""


def sums(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", SUMS, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.split()


def test_code_of_two_processes_is_told_apart_in_a_third(tmp_path):
    """Functions of one name that were compiled first in their process: numba calls both the same."""
    one, two = tmp_path / "one" / "machine.code", tmp_path / "two" / "machine.code"
    assert sums(one, 2.0) == ["6.0", "0"]
    assert sums(two, 5.0) == ["15.0", "0"]
    assert sums(one, 2.0, two, 5.0) == ["6.0", "15.0", "1", "1"]
    assert sums(two, 5.0, one, 2.0) == ["15.0", "6.0", "1", "1"]


def test_code_for_records_that_hold_something_else_is_other_code():
    """The same rules over another attribute, or the same in another order, read other places of a record."""

    def layout(*names):
        attribute = Annotated[float, Parameter("1", "of a test", 0.0, 1.0)]
        own = {"__module__": __name__, "__qualname__": "Own", "__annotations__": dict.fromkeys(names, attribute)}
        return Layout("products", (type("Own", (Product,), own | dict.fromkeys(names, 0.5)),))

    layouts = [layout("one", "two"), layout("two", "one"), layout("one", "two", "three")]
    assert len({found.digest(as_run) for found in layouts}) == 1
    assert len({ensemble._way((found,)) for found in layouts}) == 3
    assert ensemble._way((layouts[0],)) == ensemble._way((layout("one", "two"),))
