"""A scenario beside its counterfactual: the same draws, the same changes, run by run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import xarray as xr

from dashboard.reading import outcome
from dashboard.reading.bands import Runs
from dashboard.state import session
from dashboard.state.jobs import Job, Progress, once
from dashboard.state.session import TURNS, Ensemble, Setting, scenario_of, spread_of
from market import BadInput, Scenario, simulate
from market.gears.beside import stepped
from runs import requests
from runs.analysis.compare import Difference, Gathered, check
from runs.engine.outcomes import Measures, Outcome
from runs.engine.spread import Spread, growing


@dataclass(frozen=True, eq=False)
class Pair:
    """An ensemble, the runs of its counterfactual (None where there is none), and what sets them apart in the outcomes.

    ``differences`` are those that the story tells of, ``apart`` those of the cards, by name.
    """

    own: Ensemble
    control: Runs | None
    differences: list[Difference]
    apart: Mapping[str, Difference]

    @property
    def measures(self) -> Measures:
        return self.own.read.measures

    @property
    def without(self) -> Measures | None:
        """The counterfactual's measures."""
        return None if self.control is None else self.control.measures


@lru_cache(64)
def counterfactual(wanted: Setting) -> Scenario | None:
    """What a setting is held against, with the same changes; None where the two cannot be paired."""
    name = wanted.scenario.story.counterfactual
    if not name:
        return None
    try:
        other = scenario_of(name).replace_all(dict(wanted.changes))
        check({"control": other, "treatment": wanted.scenario})
    except BadInput:
        return None
    return other


@lru_cache(64)
def control(wanted: Setting) -> Spread | None:
    """How the runs of the counterfactual are spread, as those of the setting are; None where they are not."""
    spread, other = spread_of(wanted), counterfactual(wanted)
    return None if spread is None or other is None else replace(spread, scenario=other)


def request(shown: Ensemble) -> requests.Comparison:
    """The same pairs as a request: the vectors that the runs are spread over, and the seeds of each."""
    setting, story = shown.setting, shown.scenario.story
    each = each_of(shown)
    return requests.Comparison(
        (story.counterfactual, setting.name),
        outcomes=[one.text for one in outcome.tells(shown.scenario).values()],
        vectors=shown.runs // each,
        runs=each,
        seed=setting.seed_used,
        changes=dict(setting.changes),
        drop_failed=bool(shown.failures),
        own_draws=each < shown.runs,
    )


def each_of(shown: Ensemble) -> int:
    """Runs of a vector; all where the runs are spread over none."""
    spread = spread_of(shown.setting)
    return shown.runs if spread is None else spread.each


def paired(shown: Ensemble, live: bool, progress: Progress) -> Pair:
    """An ensemble and the runs of its counterfactual, if it has one; ``live`` where the rules are not compiled.

    Raises:
        Cancelled: ``progress`` returned False.
    """
    other = counterfactual(shown.setting)
    if other is None:
        return Pair(shown, None, [], {})
    twins = Runs(other, control_of(shown, other, live, progress))
    told, cards = outcome.tells(shown.scenario), outcome.cards(shown.scenario)
    sides = (twins.measures, shown.read.measures)
    return Pair(shown, twins, differences(shown, sides, told), {d.outcome: d for d in differences(shown, sides, cards)})


def computed(shown: Ensemble, progress: Progress) -> Pair:
    """The same when it is its turn."""
    with TURNS.taken(lambda: progress(0, shown.runs)):
        return paired(shown, False, progress)


def control_of(shown: Ensemble, other: Scenario, live: bool, progress: Progress) -> xr.Dataset:
    """The runs of the counterfactual, each with the vector and the draws of the ensemble's."""
    spread = control(shown.setting)
    if spread is not None:
        return next(growing(spread, [shown.runs], live, progress))
    run = stepped if live else simulate
    return run(other, shown.runs, shown.setting.seed_used, progress=progress)


def differences(shown: Ensemble, sides: tuple[Measures, Measures], wanted: Mapping[str, Outcome]) -> list[Difference]:
    """What sets the second side apart from the first, an outcome at a time; pairs that are not defined are left out."""
    names = (shown.scenario.story.counterfactual, shown.setting.name)
    each = each_of(shown)
    whole = shown.runs // each * each
    values = {
        name: np.stack([one.of(side)[:whole] for one in wanted.values()], axis=-1).reshape(-1, each, len(wanted))
        for name, side in zip(names, sides, strict=True)
    }
    gathered, found = Gathered(values, wanted), []
    for name in wanted:
        try:
            found.append(gathered.difference(names[1], names[0], name, drop_failed=True))
        except BadInput:  # defined in fewer than two pairs
            continue
    return found


job: Job[Ensemble, Pair] = Job(once(computed), lambda shown, progress: paired(shown, True, progress))
"""For ensembles that were computed while another page was on the screen."""


def pair_of(shown: Ensemble | None) -> Pair | None:
    """The pair that is shown: that of the ensemble, or the newest that was made after one."""
    if shown is not None and isinstance(shown.companion, Pair):
        return shown.companion
    return job.result.value


def follow(shown: Ensemble | None) -> None:
    """Hold an ensemble against its counterfactual, where that was not done before it was shown."""
    if shown is not None and not isinstance(shown.companion, Pair):
        job.start(shown)


def accompany() -> Callable[[], None]:
    """Have all ensembles come with their pairs, until what is returned is called."""
    session.companion.value = paired
    return lambda: session.companion.set(None)
