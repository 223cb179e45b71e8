"""Named questions: what is changed against what, which outcomes tell, and the sign that theory expects of each.

A question is a TOML file; those of theory C are shipped beside this module. :mod:`runs.questions.answer` answers one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from market import BadInput, Scenario
from market.scenario import toml
from market.scenario.scenario import merge
from market.scenario.scenario import shipped as shipped_scenarios
from market.scenario.schema import STRICT, suggest, validate
from market.scenario.wide import is_value, leaves, overlap, spread
from runs.analysis.compare import check as comparable
from runs.engine import outcomes

Sign = Literal["+", "-", "0", "?"]
"""What theory expects of a difference; ``?`` where it does not say."""


def _by_path(table: Any) -> Any:
    """Fields by path, whether written ``"a.b" = x`` or ``a.b = x``."""
    try:
        return leaves(table, is_value, "set")
    except BadInput:
        raise PydanticCustomError("twice", "each field once") from None


Settings = Annotated[dict[str, Any], BeforeValidator(_by_path), Field(alias="set")]
"""What fields are set to."""


class Side(BaseModel):
    """A world of the comparison: the question's, with some fields set, some events added."""

    model_config = STRICT
    label: str
    scenario: str | None = None
    set_: Settings = {}
    events: list[dict[str, Any]] = []


class Metric(BaseModel):
    """An outcome, what to call it in a sentence, and the sign stated before anything was run.

    ``expects_at`` has other signs for some treatments or values of the lever, by label, treatments first; ``margin`` is
    the difference, in the outcome's unit, up to which an expected 0 counts as such.
    """

    model_config = STRICT
    name: str
    outcome: str
    words: str
    expects: Sign
    expects_at: dict[str, Sign] = {}
    why: str
    margin: Annotated[float, Field(gt=0.0)] | None = None


class Across(BaseModel):
    """A lever, and the values under each of which the question is asked."""

    model_config = STRICT
    path: str
    values: Annotated[list[Any], Field(min_length=1)]
    labels: list[str] = []
    words: str = "With {}"

    @property
    def names(self) -> list[str]:
        """What the values are called."""
        return self.labels or [str(value) for value in self.values]


class Check(BaseModel):
    """The explanation check: the mechanism that is credited, what switches it off on both sides, and what should become
    of the effect on ``metric`` (the first one if empty)."""

    model_config = STRICT
    credited: str
    set_: Settings = {}
    events: list[dict[str, Any]] = []
    expects: Literal["goes", "stays"] = "goes"
    metric: str = ""


class Head(BaseModel):
    """A question file."""

    model_config = STRICT
    schema_: Literal[1] = Field(alias="schema")
    id: str
    name: str
    question: str
    theory: str
    limits: str = ""
    scenario: str
    set_: Settings = {}
    control: Side
    treatment: Side
    more: list[Side] = []
    across: Across | None = None
    metrics: Annotated[list[Metric], Field(min_length=1)]
    check: Check


def shipped() -> dict[str, Path]:
    """The questions that come with the package, by name, in the order of their ids."""
    folder = Path(str(files("runs") / "questions"))
    found = [(_number(path), path) for path in folder.glob("*.toml")]
    return {path.stem: path for _, path in sorted(found)}


def _number(path: Path) -> int:
    text = toml.read(path, path.name)["id"]
    return int(text[1:]) if text[1:].isdigit() else 0


def head_of(name: str | Path) -> Head:
    """What a question file says, without a look at its scenarios; raises BadInput as :meth:`Question.load` does."""
    raw, source, _ = _read(name)
    return validate(Head, raw, "", source)


def _read(name: str | Path) -> tuple[dict[str, Any], str, Path]:
    """The content of a question file, what to call it in errors, and its folder."""
    known = shipped()
    ids = {f"C{k}": stem for k, stem in enumerate(known, 1)}
    stem = ids.get(str(name).upper(), str(name))
    path, source = toml.find(stem, known, "question")
    return toml.read(path, source), source, path.parent


Step = tuple[str, Mapping[str, Any], list[dict[str, Any]]]
"""Where something stands in the file, the fields it sets, the events it adds."""


@dataclass(frozen=True)
class Question:
    """A question that can be asked. Make one with :meth:`load` or :meth:`from_dict`."""

    head: Head
    source: str
    folder: Path

    @classmethod
    def load(cls, name: str | Path) -> Question:
        """A shipped question by its name or id (``rush``, ``C1``), or the one in a TOML file.

        Raises:
            BadInput: there is no such question, or it is not valid; one sentence says where and why.
        """
        return cls.from_dict(*_read(name))

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], source: str = "question", folder: str | Path = ".") -> Question:
        """A question from the content of a file; its own scenarios may lie in ``folder``.

        Raises:
            BadInput: it is not valid.
        """
        question = cls(validate(Head, dict(raw), "", source), source, Path(folder))
        question._check()
        return question

    @property
    def cases(self) -> list[tuple[str, Any]]:
        """Values of the lever under which the question is asked, by label; one without a lever."""
        across = self.head.across
        return [("", None)] if across is None else list(zip(across.names, across.values, strict=True))

    @property
    def sides(self) -> dict[str, Side]:
        """Where each side stands in the file; the control first."""
        more = {f"more[{k}]": side for k, side in enumerate(self.head.more)}
        return {"control": self.head.control, "treatment": self.head.treatment, **more}

    @property
    def checked_metric(self) -> str:
        """Name of the metric that the explanation check is about."""
        return self.head.check.metric or self.head.metrics[0].name

    @property
    def outcomes(self) -> dict[str, str]:
        """Texts of the outcomes by the metrics' names, as :mod:`runs.engine.outcomes` reads them."""
        return {metric.name: metric.outcome for metric in self.head.metrics}

    def scenarios(self, value: Any = None, off: bool = False) -> dict[str, Scenario]:
        """The worlds to compare by label, the control first, at one value of the lever; ``off``: without the
        mechanism that is credited. What the question sets is not uncertain any more.

        Raises:
            BadInput: a field or an event does not fit the scenario.
        """
        return {side.label: self._world(where, side, value, off) for where, side in self.sides.items()}

    def _world(self, where: str, side: Side, value: Any, off: bool) -> Scenario:
        base = self._base(side.scenario or self.head.scenario, where if side.scenario else "")
        steps = self._steps(where, side, value, off)
        events = [event for _, _, added in steps for event in added]
        try:
            changes: dict[str, Any] = {}
            for _, settings, _ in steps:
                changes.update(spread(base, settings))
            return _changed(base, changes, events)
        except BadInput:
            self._blame(base, steps)
            raise

    def _steps(self, where: str, side: Side, value: Any, off: bool) -> list[Step]:
        """What is laid over the scenario, one after the other."""
        head = self.head
        lever = {} if head.across is None else {head.across.path: value}
        steps: list[Step] = [("set.", head.set_, []), (f"across.values: {value}: ", lever, [])]
        steps += [(f"{where}.set.", side.set_, []), (f"{where}.", {}, side.events)]
        if off:
            steps += [("check.set.", head.check.set_, []), ("check.", {}, head.check.events)]
        return steps

    def _blame(self, scenario: Scenario, steps: Sequence[Step]) -> None:
        """Raises BadInput for the first step that the scenario does not allow."""
        for where, settings, events in steps:
            before = len(scenario.events)
            try:
                scenario = _changed(scenario, spread(scenario, settings), events)
            except BadInput as error:
                text = str(error).removeprefix(f"{scenario.source}: ")
                for k in range(len(events)):
                    text = text.replace(f"events[{before + k}]", f"events[{k}]")
                raise BadInput(f"{self.source}: {where}{text}") from None

    def _base(self, name: str, where: str) -> Scenario:
        """A scenario by its name, without the uncertainties of what the question sets anywhere."""
        if name in self._loaded:
            return self._loaded[name]
        known = shipped_scenarios()
        field = f"{where}.scenario" if where else "scenario"
        if name not in known and not (self.folder / name).is_file():
            raise BadInput(f"{self.source}: {field}: found {name!r}, no such scenario or file; {suggest(name, known)}")
        try:
            scenario = Scenario.load(name if name in known else self.folder / name)
        except BadInput as error:
            raise BadInput(f"{self.source}: {field}: {error}") from None
        known_not = scenario.raw.get("uncertainties", {})
        left = {path: known_not[path] for path in known_not if not overlap(scenario, path, self._fixed)}
        self._loaded[name] = Scenario.from_dict({**scenario.raw, "uncertainties": left}, scenario.source)
        return self._loaded[name]

    @cached_property
    def _fixed(self) -> list[str]:
        """Every field that the question sets anywhere."""
        head = self.head
        tables = (head.set_, head.check.set_, *(side.set_ for side in self.sides.values()))
        return [*(path for table in tables for path in table), *([] if head.across is None else [head.across.path])]

    @cached_property
    def _loaded(self) -> dict[str, Scenario]:
        return {}

    def _check(self) -> None:
        """What can only be seen with the whole question at hand."""
        head = self.head
        self._check_names()
        if not (head.check.set_ or head.check.events):
            raise BadInput(f"{self.source}: check.set: found nothing; allowed: fields that switch the mechanism off")
        moved = [path for side in self.sides.values() for path in side.set_]
        base = self._base(head.scenario, "")
        if clash := sorted(path for path in head.check.set_ if overlap(base, path, moved)):
            raise BadInput(
                f"{self.source}: check.set.{clash[0]}: found in control or treatment too; allowed: other fields, "
                "or the check undoes the treatment"
            )
        worlds = self.scenarios(self.cases[0][1])
        comparable(worlds)
        for metric in head.metrics:
            outcomes.read(metric.outcome, next(iter(worlds.values())), f"{self.source}: metrics.{metric.name}.outcome")
        for _, value in self.cases[1:]:
            self._world("control", head.control, value, False)
        self.scenarios(self.cases[0][1], off=True)

    def _check_names(self) -> None:
        head = self.head
        names = [metric.name for metric in head.metrics]
        labels = [side.label for side in self.sides.values()]
        for what, said in (("metrics.name", names), ("label", labels)):
            if twice := sorted({name for name in said if said.count(name) > 1}):
                raise BadInput(f"{self.source}: {what}: found {twice[0]!r} twice; allowed: once")
        if self.checked_metric not in names:
            raise BadInput(
                f"{self.source}: check.metric: found {head.check.metric!r}; {suggest(head.check.metric, names)}"
            )
        if head.across is not None and len(head.across.names) != len(head.across.values):
            counts = f"{len(head.across.labels)} for {len(head.across.values)} values"
            raise BadInput(f"{self.source}: across.labels: found {counts}; allowed: one for each")
        cases = [*labels[1:], *(label for label, _ in self.cases)]
        for metric in head.metrics:
            if "0" in (metric.expects, *metric.expects_at.values()) and metric.margin is None:
                raise BadInput(f"{self.source}: metrics.{metric.name}.margin: is missing; an expected 0 needs one")
            for label in metric.expects_at:
                if label not in cases:
                    raise BadInput(
                        f"{self.source}: metrics.{metric.name}.expects_at: found {label!r}; {suggest(label, cases)}"
                    )


def _changed(scenario: Scenario, changes: Mapping[str, Any], events: list[dict[str, Any]]) -> Scenario:
    """The scenario with other values and further events."""
    if changes:
        scenario = scenario.replace_all(changes)
    if events:
        scenario = Scenario.from_dict(merge(dict(scenario.raw), {"events": events}), scenario.source)
    return scenario
