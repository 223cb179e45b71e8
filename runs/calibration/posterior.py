"""The sample of vectors that fit history: read from where it is shipped, refused where it no longer holds."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from market import BadInput, Scenario
from market.gears import ensemble
from market.scenario.wide import overlap
from runs.calibration.space import Space, settings, space
from runs.folder import manifest as manifests
from runs.refusal import Refused

TABLE = "posterior.csv"
NONE, RANGES = "none", "ranges"
"""Values of a setting ``posterior`` that ask for none, and for the ranges that the scenario states.

Without a value it is the shipped one of the scenario."""


@dataclass(frozen=True)
class Posterior:
    """Vectors of the free fields of a scenario, each as likely as the other.

    ``table`` has a row per vector and a column per free field; ``manifest`` says what they were made with.
    """

    space: Space
    table: pd.DataFrame
    manifest: dict[str, Any]
    source: str

    @cached_property
    def hash(self) -> str:
        """What tells this sample from another, as 16 hexadecimal digits."""
        return digest(self.table.to_csv(index=False).encode())

    def about(self, scenario: Scenario) -> bool:
        """Whether a scenario is of the world that was calibrated: a vector reaches most of its fields there."""
        if scenario.start != self.space.reference.start:
            return False
        return 2 * len(set(self.space.reached(scenario).values())) > len(self.space.free)

    def points(self, scenario: Scenario, count: int, kept: Sequence[str] = ()) -> dict[str, np.ndarray]:
        """Values of each single field that so many vectors reach in a scenario, as points of an experiment.

        Evenly over the sample, and fewer are the first of more; each vector is taken as often as any other, or once
        more.

        Args:
            scenario: the one calibrated, or another of the same world.
            count: how many.
            kept: paths of fields that keep what the scenario says.
        """
        rows = places(len(self.table), count)
        values = self.table.to_numpy()[rows]
        return {path: values[:, k] for path, k in self.space.reached(scenario, kept).items()}


@dataclass(frozen=True)
class Ranges:
    """The ranges that a scenario states of what nobody knows, in place of a posterior: points of a Halton sequence."""

    scenario: Scenario
    source: str = RANGES

    @property
    def hash(self) -> str:
        """What tells these ranges from others, as 16 hexadecimal digits."""
        return digest(repr(dict(self.scenario.uncertainties)).encode())

    def points(self, scenario: Scenario, count: int, kept: Sequence[str] = ()) -> dict[str, np.ndarray]:
        """Values of each uncertain field, so many; fewer are the first of more."""
        known = {path: one for path, one in self.scenario.uncertainties.items() if not overlap(scenario, path, kept)}
        shares = qmc.Halton(max(1, len(known)), rng=0).random(count)
        return {path: one.quantile(shares[:, k]) for k, (path, one) in enumerate(known.items())}


Vectors = Posterior | Ranges
"""Where the vectors of an ensemble come from."""


def places(size: int, count: int) -> np.ndarray:
    """Rows of a table of some size in an order of which every beginning is evenly spread, over and over.

    The order of the radical inverse in base 2 (van der Corput 1935).
    """
    bits = max(1, (size - 1).bit_length())
    inverse = [int(f"{row:0{bits}b}"[::-1], 2) for row in range(1 << bits)]
    order = np.array([row for row in inverse if row < size])
    return order[np.arange(count) % size]


def digest(content: bytes) -> str:
    """The first 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def rules_of(scenario: Scenario) -> str:
    """The hash of the rules that a scenario's runs follow, the same on every Python."""
    build = scenario.build
    return ensemble.rules_hash(tuple(build.layouts[name] for name in ensemble.FAMILIES), everywhere=True)


def data_of() -> dict[str, str]:
    """Hashes of the real figures: what drives the model, and what it was fitted to."""
    found = {"market": "inputs.csv", "runs": "outcomes.csv"}
    return {name: digest((files(package) / "history" / name).read_bytes()) for package, name in found.items()}


def read(folder: Path, source: str) -> Posterior:
    """The posterior of a folder that ``gpumarket calibrate`` wrote, or that is shipped.

    Raises:
        BadInput: it is damaged, or was made with other rules or starting values than today's.
    """
    try:
        manifest = manifests.read(folder)
        content = (folder / TABLE).read_bytes()
        wanted, fields = manifest["table"], list(manifest["start"])
        reference = Scenario.load(manifest["scenario"]).replace_all(manifest["changes"])
    except (OSError, KeyError, TypeError) as error:
        said = f"cannot be read ({type(error).__name__}); allowed: a folder of gpumarket calibrate"
        raise BadInput(f"posterior {source}: {said}") from None
    if digest(content) != wanted:
        raise BadInput(
            f"posterior {source}: {TABLE} is not what its manifest says; allowed: neither damaged nor edited"
        )
    table = pd.read_csv(folder / TABLE)
    priors = settings(manifest["scenario"])["parameters"]
    free = space(reference, {path: priors[path] for path in fields})
    for what, then, now in changed(manifest, free):
        raise BadInput(
            f"posterior {source}: was made with other {what} ({then}, now {now}); "
            f"calibrate anew: gpumarket calibrate {manifest['scenario']} --out DIR, or go without: --posterior none"
        )
    return Posterior(free, table[fields], manifest, source)


def changed(manifest: dict[str, Any], free: Space) -> list[tuple[str, str, str]]:
    """What is not as it was when a posterior was made: what, then, now."""
    found = [("rules", manifest["rules"], rules_of(free.reference))]
    found += [(f"starting values ({one.path})", str(manifest["start"][one.path]), str(one.start)) for one in free.free]
    return [(what, then, now) for what, then, now in found if then != now]


def names() -> list[str]:
    """Scenarios whose posterior comes with the package."""
    return sorted(path.parent.name for path in Path(str(files("runs") / "posteriors")).glob(f"*/{TABLE}"))


@cache
def shipped(name: str) -> Posterior:
    """The posterior of a scenario that comes with the package; raises what :func:`read` does."""
    return read(Path(str(files("runs") / "posteriors" / name)), name)


def vectors(setting: str | None, scenario: Scenario) -> Vectors | None:
    """As :func:`find`; ``ranges`` are those that the scenario states.

    Raises:
        BadInput: as :func:`find`; or the scenario states no ranges.
    """
    if setting != RANGES:
        return find(setting, scenario)
    if not scenario.uncertainties:
        raise BadInput(f"{scenario.source}: uncertainties: found none; allowed: one or more, or --posterior {NONE}")
    return Ranges(scenario)


@cache
def usable(name: str) -> Posterior | None:
    """The shipped posterior of a scenario; None, which is said once on standard error, where it holds no more."""
    try:
        return shipped(name)
    except BadInput as error:
        print(f"gpumarket: {error}. Left out: scenarios run as they stand", file=sys.stderr, flush=True)
        return None


def find(setting: str | None, scenario: Scenario) -> Posterior | None:
    """What the setting ``posterior`` means for a scenario: ``none``, a shipped name, a folder, or what there is.

    Raises:
        BadInput: there is no such posterior, it is not about the scenario, or :func:`read` refuses it.
    """
    if setting in (NONE, RANGES):
        return None
    if setting is None:
        return next((found for name in names() if (found := usable(name)) and found.about(scenario)), None)
    folder = Path(setting)
    if setting not in names() and not folder.is_dir():
        allowed = f"{', '.join([NONE, *names()])}, or a folder of gpumarket calibrate"
        raise Refused("posterior", f"found {setting!r}; allowed: {allowed}")
    found = shipped(setting) if setting in names() else read(folder, setting)
    if not found.about(scenario):
        raise Refused("posterior", f"found {setting!r}, which is not about {scenario.name}; allowed: {NONE}")
    return found
