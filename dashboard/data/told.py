"""What is on the screen as a command line and as lines of Python that give the same numbers."""

from __future__ import annotations

import shlex
from typing import Any

from dashboard.state.link import Look, told
from dashboard.state.session import spread_of
from runs.requests.request import written


def command(look: Look) -> str:
    """The command line that gives the figures of the page."""
    setting = look.setting
    words = ["gpumarket", "run", file_of(look), "--runs", str(setting.runs), "--seed", str(setting.seed_used)]
    for path, value in setting.changes:
        words += ["--set", f"{path}={written(value)}"]
    if setting.alone:
        words += ["--posterior", "none"]
    return shlex.join(words)


def lines(look: Look) -> str:
    """Lines of Python that give the figures of the page, and step the run that Live shows."""
    setting = look.setting
    changes: dict[str, Any] = dict(setting.changes)
    seed = setting.seed_used
    world = [
        f"scenario = Scenario.load({file_of(look)!r})",
        *([f"scenario = scenario.replace_all({changes!r})"] if changes else []),
    ]
    if spread_of(setting) is None:
        made = ["from market import Market, Scenario, simulate", "", *world]
        made += [f"results = simulate(scenario, runs={setting.runs}, seed={seed})", "one = scenario"]
    else:
        made = ["from market import Market, Scenario", "from runs.calibration.posterior import find"]
        made += ["from runs.engine.spread import Spread, simulate", "", *world]
        made += [f"spread = Spread(scenario, find(None, scenario), {setting.runs}, {seed}, kept={tuple(changes)!r})"]
        made += ["results = simulate(spread)", f"one = spread.scenario_of({look.run})"]
    begun = f"Market(one, {seed}, replication={look.run})"
    if not look.hand.taken:
        return "\n".join([*made, f"run = {begun}.run()"])
    made = ["from market.play.hand import Decision, Decisions", *made, "hand = Decisions(("]
    made += [f"    {one!r}," for one in look.hand.taken]
    return "\n".join([*made, "))", f"run = hand.run({begun})"])


def file_of(look: Look) -> str:
    """What to call the scenario: a shipped name, or the file of the one that was uploaded."""
    return f"{look.setting.name}.toml" if look.setting.text else look.setting.name


def by_hand(look: Look) -> str:
    """What was decided by hand in the run that is looked at, as a link holds it."""
    return ", ".join(told(one) for one in look.hand.taken)


def source(look: Look) -> str:
    """The line under a picture that says where it is from."""
    setting = look.setting
    changes = "".join(f", {path}={written(value)}" for path, value in setting.changes)
    runs = f"{setting.runs} runs, seed {setting.seed_used}, {setting.scenario.hash[:8]}"
    hand = f"; by hand {by_hand(look)}" if look.hand.taken else ""
    return f"gpumarket, {setting.name}{changes}; {runs}{hand}"
