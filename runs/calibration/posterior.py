"""The sample of vectors that fit history: read from where it is shipped, refused where it no longer holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market import BadInput, Scenario
from market.gears import ensemble
from runs.calibration.space import Space, settings, space
from runs.refusal import Refused

TABLE, MANIFEST = "posterior.csv", "manifest.json"
AUTO, NONE = "auto", "none"
"""Values of the setting ``posterior``: the shipped one where it is about the scenario, and none."""


@dataclass(frozen=True)
class Posterior:
    """Vectors of the free fields of a scenario, each as likely as the other.

    ``table`` has a row per vector and a column per free field; ``manifest`` says what they were made with.
    """

    space: Space
    table: pd.DataFrame
    manifest: dict[str, Any]
    source: str

    @property
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

        Evenly over the sample; each vector is taken as often as any other, or once more.

        Args:
            scenario: the one calibrated, or another of the same world.
            count: how many.
            kept: paths of fields that keep what the scenario says.
        """
        rows = places(len(self.table), count)
        values = self.table.to_numpy()[rows]
        return {path: values[:, k] for path, k in self.space.reached(scenario, kept).items()}


def places(size: int, count: int) -> np.ndarray:
    """Rows of a table of some size, evenly spread; ``count`` of them, over and over if there are fewer."""
    if count <= size:
        return np.arange(count) * size // count
    return np.arange(count) % size


def digest(content: bytes) -> str:
    """The first 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def rules_of(scenario: Scenario) -> str:
    """The hash of the rules that a scenario's runs follow."""
    build = scenario.build
    return ensemble.rules_hash(tuple(build.layouts[name] for name in ensemble.FAMILIES))


def data_of() -> dict[str, str]:
    """Hashes of the real figures: what drives the model, and what it was fitted to."""
    found = {
        "inputs": files("market") / "history" / "inputs.csv",
        "outcomes": files("runs") / "history" / "outcomes.csv",
    }
    return {name: digest(file.read_bytes()) for name, file in found.items() if file.is_file()}


def read(folder: Path, source: str) -> Posterior:
    """The posterior of a folder that ``gpumarket calibrate`` wrote, or that is shipped.

    Raises:
        BadInput: it is damaged, or was made with other rules or starting values than today's.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        content = (folder / TABLE).read_bytes()
        wanted, names = manifest["digest"], list(manifest["start"])
        reference = Scenario.load(manifest["scenario"]).replace_all(manifest["changes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"posterior {source}: cannot be read ({error}); allowed: a folder of gpumarket calibrate"
        ) from None
    if digest(content) != wanted:
        raise BadInput(f"posterior {source}: {TABLE} is not what {MANIFEST} says: damaged, or edited; allowed: neither")
    table = pd.read_csv(folder / TABLE)
    free = space(reference, {name: settings(manifest["scenario"])["parameters"][name] for name in names})
    for what, then, now in changed(manifest, free):
        raise BadInput(
            f"posterior {source}: was made with other {what} ({then}, now {now}); "
            f"calibrate anew: gpumarket calibrate {manifest['scenario']} --out DIR, or go without: --posterior none"
        )
    return Posterior(free, table[names], manifest, source)


def changed(manifest: dict[str, Any], free: Space) -> list[tuple[str, str, str]]:
    """What is not as it was when a posterior was made: what, then, now."""
    found = [("rules", manifest["rules"], rules_of(free.reference))]
    found += [(f"starting values ({one.path})", str(manifest["start"][one.path]), str(one.start)) for one in free.free]
    return [(what, then, now) for what, then, now in found if then != now]


@cache
def shipped(name: str) -> Posterior | None:
    """The posterior of a scenario that comes with the package, if there is one; raises what :func:`read` does."""
    folder = Path(str(files("runs") / "posteriors" / name))
    return read(folder, name) if (folder / MANIFEST).is_file() else None


def find(setting: str, scenario: Scenario) -> Posterior | None:
    """What the setting ``posterior`` means for a scenario: ``auto``, ``none``, a shipped name or a folder.

    Raises:
        BadInput: there is no such posterior, it is not about the scenario, or :func:`read` refuses it.
    """
    if setting == NONE:
        return None
    if setting == AUTO:
        found = shipped("colossus")
        return found if found is not None and found.about(scenario) else None
    folder = Path(setting)
    named = folder.name == setting and not folder.is_dir()
    found = shipped(setting) if named else read(folder, setting)
    if found is None:
        raise Refused(
            "posterior", f"found {setting!r}; allowed: auto, none, colossus, or a folder of gpumarket calibrate"
        )
    if not found.about(scenario):
        raise Refused("posterior", f"found {setting!r}, which is not about {scenario.name}; allowed: none")
    return found
