"""Compiled code is kept between processes, and believed only if it is whole and nobody else can write it."""

import stat

import numba
import pytest

from market.gears import code_cache
from market.gears.code_cache import CodeCache


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
