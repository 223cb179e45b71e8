"""A stored comparison as the tab shows what it was asked: told from the same numbers in the same words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.compare.asked import Asked, outcomes, unlisted
from dashboard.compare.form import LEVER, SCENARIOS, Comparison, Form, Wanted, fitted, written
from dashboard.state import analysis
from dashboard.state.link import of_analysis
from dashboard.state.session import Setting
from market import BadInput
from market.scenario.scenario import shipped
from runs import requests
from runs.analysis.compare import Difference


@dataclass(frozen=True)
class Stored(Wanted):
    """What a stored comparison was asked; ``said`` where its form asks the same, else that is the nearest one."""

    analysis: analysis.Comparison
    said: bool

    def basis(self) -> tuple[Any, ...]:
        return super().basis() if self.said else (self.analysis.name,)

    @property
    def request(self) -> requests.Comparison:
        return self.analysis.kept.request

    @property
    def runs(self) -> int:
        return sum(values[..., 0].size for values in self.analysis.kept.gathered.values.values())

    @property
    def lever(self) -> str:
        return "" if self.request.lever is None else self.request.lever.path

    @property
    def difference(self) -> str:
        return super().difference if self.said else ""

    def command(self, dropped: bool = False) -> str:
        return self.request.command


@lru_cache(16)
def shown_of(found: analysis.Comparison) -> Comparison:
    """What a stored comparison says."""
    kept, setting = found.kept, of_analysis(found)
    form, said = form_of(found, setting)
    return Comparison(
        Stored(form, setting, found, said), differences(found), asked_of(found, setting), kept.seed, " as stored"
    )


def form_of(found: analysis.Comparison, setting: Setting) -> tuple[Form, bool]:
    """The form that asks the same, or the nearest one; and whether it does."""
    kept = found.kept
    lever, (control, *treatments) = kept.request.lever, kept.arms
    treatment = next((name for name in treatments if name in shipped()), treatments[0])
    texts = tuple(one.text for one in kept.gathered.outcomes.values())
    form = Form(SCENARIOS, control, treatment, "", (), texts, kept.request.vectors, kept.request.runs)
    if lever is not None:
        values = [one.get(lever.path) for one in kept.arms.values()]
        form = replace(form, way=LEVER, control="", treatment="", lever=lever.path, values=tuple(map(told, values[1:])))
    near = fitted(form, setting, texts)
    own = replace(near, values=form.values)
    return (form, True) if own == form and same(Wanted(form, setting), found) else (near, False)


def told(value: Any) -> str:
    """A value of a lever as a form holds it; another one where it cannot be held."""
    return json.dumps(value, default=str)


def same(wanted: Wanted, found: analysis.Comparison) -> bool:
    """Whether the tab asks what a stored comparison was asked, of the same scenarios."""
    own, kept = wanted.request, found.kept
    try:
        arms = [one.to_dict() for one in own.arms.values()]
    except BadInput:
        return False
    return arms == [one.to_dict() for one in kept.arms.values()] and heard(own) == heard(kept.request)


def heard(request: requests.Comparison) -> tuple[Any, ...]:
    """What shapes the numbers of a request beside its scenarios and outcomes."""
    changes = dict(request.changes)
    return (request.vectors, request.runs, request.sampler_seed, request.posterior, request.own_draws, changes)


def asked_of(found: analysis.Comparison, setting: Setting) -> dict[str, Asked]:
    """The outcomes in words, by name, in the order in which they can be picked."""
    listed = outcomes(setting.scenario)
    places = {text: place for place, text in enumerate(listed)}
    texts = {name: one.text for name, one in found.kept.gathered.outcomes.items()}
    order = sorted(texts, key=lambda name: places.get(texts[name], len(places)))
    return {name: listed.get(texts[name]) or unlisted(texts[name], name) for name in order}


def differences(found: analysis.Comparison) -> list[Difference]:
    """What it came to, its scenarios called as :func:`names` says."""
    called = names(found)
    return [
        replace(one, control_name=called[one.control_name], treatment_name=called[one.treatment_name])
        for one in found.kept.differences
    ]


def names(found: analysis.Comparison) -> Mapping[str, str]:
    """What its scenarios are called on the page, by the names that they were kept under: values of a lever as the tab
    calls them, files without their folders, unless two would be the same."""
    arms, lever = found.kept.arms, found.kept.request.lever
    own = {name: name for name in arms}
    if lever is None:
        called = {name: Path(name).name if name.endswith(".toml") else name for name in arms}
    elif lever.labels:
        return own
    else:
        called = {name: written(one.get(lever.path)) for name, one in arms.items()}
    return called if len(set(called.values())) == len(called) else own
