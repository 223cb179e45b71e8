"""A stored analysis as the tab shows what it was asked: told from the same numbers in the same words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from dashboard.compare.asked import Asked, outcomes, unlisted
from dashboard.matters.form import Form, Studied, Wanted, studied
from dashboard.state.analysis import Study
from dashboard.state.link import of_analysis
from runs import requests
from runs.analysis.against import length


@dataclass(frozen=True)
class Stored(Wanted):
    """What a stored analysis was asked; a form says less than its request."""

    analysis: Study

    @property
    def runs(self) -> int:
        return self.analysis.kept.study.run_count

    @property
    def request(self) -> requests.Sensitivity:
        return self.analysis.kept.request

    @property
    def asked(self) -> Asked:
        known = outcomes(self.setting.scenario)
        text = self.form.outcome
        return known.get(text) or unlisted(text)


@lru_cache(16)
def shown_of(analysis: Study, name: str) -> Studied:
    """What a stored analysis says of one of its outcomes."""
    study = analysis.kept.study
    one = study.outcomes[name]
    done = replace(
        study, found={**study.found, one.text: study.found[name]}, outcomes={**study.outcomes, one.text: one}
    )
    points = len(study.shares)
    form = Form(one.text, study.method, points // length(study), study.run_count // points)
    return replace(studied(Stored(form, of_analysis(analysis), analysis), done), source=" as stored")
