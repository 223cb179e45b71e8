"""What the tab What matters is set to, and how that is run: as a :class:`runs.requests.Sensitivity`."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from dashboard.compare.asked import Asked, outcomes
from dashboard.state.jobs import Job, Progress, once
from dashboard.state.session import Setting
from market import BadInput, Scenario
from runs import requests
from runs.analysis.indices import Indices, Still
from runs.analysis.sensitivity import Study, by_quarter
from runs.engine.outcomes import measure_of
from runs.findings.sensitivity import inputs
from runs.requests.sensitivity import SAMPLES
from runs.words import SHARE

METHODS = {
    "morris": "Morris: quick, in the outcome's unit",
    "sobol": "Sobol: shares of variance",
    "pawn": "PAWN: by distributions",
    "delta": "Delta: by densities",
}
SIZES = {"morris": (10, 20, 50, 100, 200, 500, 1000), "sobol": (64, 128, 256, 512, 1024)}
"""How many samples can be picked, of the methods that can be."""
SAMPLED = {"morris": "Trajectories", "sobol": "Base points", "pawn": "Points", "delta": "Points"}
"""What the sizes count."""
SIZES_SEEDS = (2, 4, 8, 16)
SEEDS = 2
"""Of each point where nothing is said: the width of an interval hangs on the trajectories, hardly on the seeds."""


@dataclass(frozen=True)
class Form:
    """What is asked; an outcome that the scenario does not have stands for its first."""

    outcome: str = ""
    method: str = "morris"
    samples: int = SAMPLES["morris"]
    seeds: int = SEEDS


@dataclass(frozen=True)
class Wanted:
    """A form with the setting of the drawer that it is of."""

    form: Form
    setting: Setting

    def basis(self) -> tuple[object, ...]:
        """What the numbers depend on."""
        return self.form, self.setting.run_of()

    @property
    def runs(self) -> int:
        """How many runs it takes: a design has a point more than inputs in each trajectory, Sobol's two more."""
        inputs = len(self.setting.base.uncertainties) + 1
        return self.form.samples * (inputs + (1 if self.form.method == "morris" else 2)) * self.form.seeds

    @property
    def request(self) -> requests.Sensitivity:
        """What is asked for.

        Raises:
            BadInput: a change in the drawer is not allowed.
        """
        form, setting = self.form, self.setting
        return requests.Sensitivity(
            setting.subject,
            form.method,
            (form.outcome,),
            form.samples,
            form.seeds,
            setting.seed,
        )

    @property
    def asked(self) -> Asked:
        """The outcome in words."""
        return outcomes(self.setting.scenario)[self.form.outcome]

    def command(self) -> str:
        """The same on the command line; nothing if the drawer holds changes, which it cannot say."""
        return self.request.command


@dataclass(frozen=True, eq=False)
class Studied:
    """The runs of a form: what there is to say of an outcome that nothing moves."""

    wanted: Wanted
    scenario: Scenario
    asked: Asked
    study: Study
    source: str
    """What it took, or where it is from."""

    @property
    def runs(self) -> int:
        return self.study.run_count

    @property
    def measure(self) -> str:
        """The measure that the outcome is made of."""
        return measure_of(self.asked.text, self.scenario)

    @property
    def unit(self) -> str:
        """The unit in which the outcome is told."""
        own = self.study.outcomes[self.asked.text]
        return SHARE if own.share else own.unit


@dataclass(frozen=True, eq=False)
class Finding(Studied):
    """The indices on the screen: of the outcome, and of its measure in each quarter (None where it says nothing)."""

    indices: Indices
    over_time: dict[str, Indices | None]

    @property
    def order(self) -> list[str]:
        """The inputs, what matters most first; the inert one is told by the floor."""
        return inputs(self.indices)


def computed(wanted: Wanted, progress: Progress) -> Studied:
    """The indices of a form, a :class:`Finding` unless the outcome does not vary.

    An outcome and its measure in every quarter are read from the same runs: a quarter's measure is an outcome too.

    Raises:
        BadInput: something of it is not allowed, or runs failed.
        Cancelled: ``progress`` returned False.
    """
    began = time.perf_counter()
    done = by_quarter(wanted.request).run(progress=progress)
    found = studied(wanted, done)
    return replace(found, source=f" in {time.perf_counter() - began:.1f} s")


def studied(wanted: Wanted, done: Study) -> Studied:
    """What there is to say of a study.

    Raises:
        BadInput: runs failed or are not defined.
    """
    asked, scenario, request = wanted.asked, wanted.setting.scenario, wanted.request
    own = done.only([asked.text])
    try:
        indices = request.indices(own)[asked.text]
    except Still:
        return Studied(wanted, scenario, asked, own, "")
    measure = measure_of(asked.text, scenario)
    names = {quarter: f"{measure} in {quarter}" for quarter in scenario.quarters}
    over_time = {quarter: indices_of(request, done, name) for quarter, name in names.items() if name in done.found}
    return Finding(wanted, scenario, asked, own, "", indices, over_time)


def indices_of(request: requests.Sensitivity, done: Study, name: str) -> Indices | None:
    """The indices of one quarter, None where its measure is the same at all points or not defined in some run."""
    try:
        return request.indices(done.only([name]))[name]
    except BadInput:
        return None


job: Job[Wanted, Studied] = Job(once(computed))


def fitted(form: Form, setting: Setting) -> Form:
    """The form as far as the setting allows it."""
    known = outcomes(setting.scenario)
    form = form if form.outcome in known else replace(form, outcome=next(iter(known)))
    form = form if form.method in SIZES else replace(form, method=Form.method)
    return form if form.samples in SIZES[form.method] else replace(form, samples=SAMPLES[form.method])
