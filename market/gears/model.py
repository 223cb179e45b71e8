"""The live gear: the market as a Mesa model, one quarter a step."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd

from agents.buyer import Buyer
from agents.records.actor import Actor
from agents.records.roles import fields_of
from agents.supplier import Supplier
from market import checks, quarter
from market.gears.draws import check_key
from market.market_state import MarketState
from market.measures import cohort_lead_weeks
from market.scenario.paths import BadInput
from market.scenario.scenario import Scenario
from market.scenario.schema import suggest


class RunFailed(RuntimeError):
    """A run stopped; the message says which agent, in which quarter, and why.

    ``stage`` is what stopped it (``rule``, ``finite``, ``check``), ``agent`` may be empty.
    """

    def __init__(self, stage: str, quarter: str, agent: str, why: str):
        super().__init__(": ".join(filter(None, [quarter, agent, why])))
        self.stage, self.quarter, self.agent, self.why = stage, quarter, agent, why

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.stage, self.quarter, self.agent, self.why)


class Market(mesa.Model, MarketState):
    """One run of a scenario, stepped quarter by quarter in plain Python.

    ``buyers``, ``products`` and ``supplier`` may be looked at and changed between steps. After a step,
    :meth:`table` gives the measures so far. The numbers are those of :func:`market.gears.simulate`, to the last bit.

    Between steps a market can be copied (``copy.deepcopy``) and saved (``pickle``), changes made by hand included; the
    copy goes on as the original would, to the last bit. Classes of one's own must be defined where it is restored.

    Args:
        scenario: what to run: a scenario, the name of a shipped one, or a file.
        seed: of the draws; the scenario's own if None.
        replication: which of the streams of draws.

    Raises:
        BadInput: there is no such scenario.
        RunFailed: at the opening and by :meth:`step`, if a rule raises or a check does not hold.
    """

    def __init__(self, scenario: Scenario | str | Path, seed: int | None = None, replication: int = 0):
        scenario = Scenario.of(scenario)
        self._scenario = scenario
        self.seed = scenario.seed if seed is None else seed
        self.replication = replication
        check_key(self.seed, replication=replication)
        super().__init__(rng=0)  # Mesa's own generator; no rule uses it
        self.build = scenario.build
        self.load(self.build.start["market"][0])
        self.supplier = self._actors("supplier")[0]
        self.products = self._actors("products")
        self.buyers: list[Buyer] = self._actors("buyers")
        self._draws = {name: self.build.draws(name, self.seed, replication, 1)[0] for name in self.build.names}
        self._rows: dict[str, list[list[list[float]]]] = {"market": [], "products": [], "buyers": []}
        self.datacollector = mesa.DataCollector(
            model_reporters={name: name for name in self.build.layouts["market"].columns}
        )
        self._drive()
        self._do(quarter.opening)

    @property
    def scenario(self) -> Any:
        """What is run."""
        return self._scenario

    @scenario.setter
    def scenario(self, mesas: Any) -> None:
        """Mesa sets a scenario of its own kind from 3.5 on; ours is the only input, so that one is let go."""

    def __getstate__(self) -> dict[str, Any]:
        """All but what follows from the scenario alone."""
        return {name: value for name, value in vars(self).items() if name != "build"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.build = self.scenario.build

    def _actors(self, family: str) -> list[Any]:
        actors: list[Any] = []
        for i, cls in enumerate(self.build.classes[family]):
            actor: Any = cls(self, self.build.names[family][i]) if issubclass(cls, Actor) else cls()
            actor.load(self.build.start[family][i])
            actor.name = self.build.names[family][i]
            actors.append(actor)
        return actors

    def _members(self) -> dict[str, list[Any]]:
        return {
            "market": [self],
            "supplier": [self.supplier],
            "products": self.products,
            "buyers": self.buyers,
        }

    @property
    def label(self) -> str:
        """The quarter that comes next, ``2022Q4``; empty after the last."""
        return self.scenario.quarters[self.quarter] if self.quarter < self.scenario.horizon else ""

    def step(self) -> None:
        """Run one quarter."""
        if self.quarter >= self.scenario.horizon:
            raise RunFailed("end", "", "", f"the scenario ends after {self.scenario.horizon} quarters")
        self._drive()
        self._do(quarter.quarter)
        for name in self._rows:
            columns = self.build.layouts[name].columns
            self._rows[name].append([[getattr(m, c) for c in columns] for m in self._members()[name]])
        self.datacollector.collect(self)
        self.running = self.quarter < self.scenario.horizon

    def _do(self, phase: Callable[..., None]) -> None:
        label = self.label
        try:
            phase(self, self.supplier, self.products, self.buyers)
        except Exception as error:
            raise self._explained(error, label) from error

    def _drive(self) -> None:
        """Put the coming quarter's paths and draws in place."""
        for name, members in self._members().items():
            layout = self.build.layouts[name]
            for i, member in enumerate(members):
                _assign(member, layout.paths, self.build.paths[name][self.quarter, i])
                _assign(member, layout.draws, self._draws[name][self.quarter, i])

    def run(self) -> Market:
        """Step to the end and return the market."""
        while self.quarter < self.scenario.horizon:
            self.step()
        return self

    def values(self, family: str) -> np.ndarray:
        """Measures so far of ``market``, ``products`` or ``buyers``; shape (quarters, members, columns).

        Raises:
            BadInput: there is no such table.
        """
        if family not in self._rows:
            raise BadInput(f"table: found {family!r}; {suggest(str(family), self._rows)}")
        values = np.array(self._rows[family], dtype=float)
        if family == "market" and len(values):
            at = self.build.layouts["market"].columns.index("cohort_lead_weeks")
            values[:, 0, at] = [cohort_lead_weeks(self, placed) for placed in range(len(values))]
        return values

    def table(self, family: str) -> pd.DataFrame:
        """Measures so far as a long table with a row per quarter and member."""
        values = self.values(family)
        names = self.build.names[family]
        columns = self.build.layouts[family].columns
        frame = pd.DataFrame(values.reshape(-1, len(columns)), columns=columns)
        frame.insert(0, "quarter", np.repeat(self.scenario.quarters[: len(values)], len(names)))
        if family != "market":
            frame.insert(1, {"products": "product", "buyers": "buyer"}[family], names * len(values))
        return frame

    def _explained(self, error: Exception, label: str) -> RunFailed:
        """The agent, the quarter and the reason of a failure."""
        if self.broken:
            who = self.buyers[self.broken_buyer].name if self.broken_buyer >= 0 else ""
            return RunFailed("finite" if self.broken == 1 else "check", label, who, checks.MEANING[self.broken])
        who = "the market"
        for frame, _ in traceback.walk_tb(error.__traceback__):
            for variable in ("self", "buyer"):
                found = frame.f_locals.get(variable)
                if isinstance(found, Buyer | Supplier):
                    who = f"{found.name} ({frame.f_code.co_name})"
        return RunFailed("rule", label, who, f"{type(error).__name__}: {error}")


def _assign(member: Any, names: list[str], values: np.ndarray) -> None:
    own = fields_of(type(member))
    for name, value in zip(names, values.tolist(), strict=False):
        if name in own:
            setattr(member, name, value)
