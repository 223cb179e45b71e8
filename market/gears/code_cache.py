"""Compiled code between processes: a file for each set of rules and kind of machine, believed only if it is whole."""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
from llvmlite import binding
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

DIGEST = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """Where compiled code is kept between processes: GPUMARKET_CACHE, or the user's cache folder."""
    own = os.environ.get("GPUMARKET_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gpumarket"


def code_file(rules: str, way: str) -> Path:
    """The file for rules of that hash, compiled in a way, as this machine, this Python and this numba run them."""
    config: Any = numba.config
    versions = (platform.python_version(), numba.__version__, llvmlite.__version__)
    settings = (config.BOUNDSCHECK, config.CPU_NAME, config.CPU_FEATURES)
    machine = hashlib.sha256(repr((processor(), versions, settings, way)).encode()).hexdigest()[:16]
    return cache_folder() / rules / f"{machine}.code"


@cache
def processor() -> tuple[str, str]:
    """What code is compiled for."""
    return binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()


def others_can_write(path: Path) -> bool:
    """Whether a file or folder is another user's or can be changed by one; reading code is as good as running it."""
    if os.name != "posix":
        return False
    found = path.stat()
    return found.st_uid != os.geteuid() or bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


class CodeCache(NullCache):
    """What numba asks for a function's code, and hands it to, before and after it compiles."""

    def __init__(self, path: Path):
        self.path = path

    @property
    def kept(self) -> bool:
        """Whether code is there that may be read; says so if it may not."""
        places = [self.path.parent.parent, self.path.parent, self.path]
        try:
            for place in places:
                if others_can_write(place):
                    _say(
                        f"{place} can be changed by other users: compiled code there is not read (chmod go-w mends it)"
                    )
                    return False
        except OSError:
            return False
        return True

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code, ready to run; None if there is none that is whole."""
        if not self.kept:
            return None
        try:
            kept = self.path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(kept[DIGEST:]).digest() != kept[:DIGEST]:
            _say(f"the compiled rules in {self.path} are damaged: they are compiled anew")
            return None
        target_context.refresh()
        return CompileResult._rebuild(target_context, *pickle.loads(kept[DIGEST:]))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code, at once or not at all; where it cannot be kept, the next process compiles again."""
        code = dumps(data._reduce())
        try:
            self.path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path.parent, delete=False) as half:
                half.write(hashlib.sha256(code).digest() + code)
            os.replace(half.name, self.path)
        except OSError as error:
            _say(f"compiled rules cannot be kept: {error}")


@cache
def _say(sentence: str) -> None:
    print(f"gpumarket: {sentence}", file=sys.stderr, flush=True)
