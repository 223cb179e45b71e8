"""A scenario held against history, as a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from runs.requests.request import Request

if TYPE_CHECKING:
    from market import Scenario
    from runs.backtest.judgement import Judgement
    from runs.engine.evaluate import Progress


@dataclass(frozen=True)
class Backtest(Request):
    """Facts, truths and loss of an ensemble of one scenario.

    Args:
        scenario: a shipped name, a file, or a scenario.
        runs: how many futures.
        seed: of the draws; the scenario's own if None.
        changes: other values of its fields, by path.
        posterior: a folder or shipped name that the runs are spread over, ``none``; if None, what is shipped.
    """

    COMMAND = "backtest"
    ARGUMENTS = ("scenario",)

    scenario: str | Scenario = "colossus"
    runs: int = 200
    seed: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    posterior: str | None = None

    @cached_property
    def judged(self) -> Scenario:
        """The scenario, changed; raises BadInput if there is none such, or a change is not allowed."""
        from market import Scenario

        found = self.scenario if isinstance(self.scenario, Scenario) else Scenario.load(self.scenario)
        return found.replace_all(self.changes) if self.changes else found

    def run(self, progress: Progress | None = None) -> Judgement:
        """What was found.

        Raises:
            BadInput: the scenario, a change or the number of runs is not allowed.
            Cancelled: ``progress(done, runs)`` returned False.
        """
        from runs.backtest.judgement import judge

        return judge(self, progress)
