"""What a comparison says: a sentence, a table, a forest of differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from runs.analysis.compare import Difference
from runs.findings.figures import Group, Row
from runs.words import NOTHING, Scale, listed, number, percent, scale

TOLD = 3
"""Outcomes that the sentence speaks of."""

COLUMNS = (
    ("Outcome", "", ""),
    ("Treatment", "", ""),
    ("Control", "", "Mean of the control's runs"),
    ("Difference", "", "Mean of treatment less control, run by run"),
    ("95% interval", "", "Of the mean difference, clustered by parameter vector"),
    ("Same sign", "of pairs", "Share of the pairs of runs whose difference has the sign of the mean"),
    ("Correlation", "of pairs", "Of treatment and control over the pairs; the higher, the more pairing helps"),
    ("Parameters", "st. dev.", "What the unknown parameters put into the difference, apart from the draws"),
    ("Seeds", "st. dev.", "What the draws put into the difference of a pair"),
    ("Needed", "vectors", "Parameter vectors (of one vector: seeds) that would tell such a difference from 0"),
)
"""Headings of the table, what stands under them, and what they mean."""


class Named(Protocol):
    """What an outcome is called in a list, and within a sentence."""

    @property
    def title(self) -> str: ...

    @property
    def phrase(self) -> str: ...


@dataclass(frozen=True)
class Names:
    """What things are called; outcomes that are not here by their own names.

    ``subject`` made the difference, in one word or a few; ``lever`` is what treatments are values of.
    """

    outcomes: Mapping[str, Named] = field(default_factory=dict)
    subject: str = ""
    lever: str = ""

    def title(self, outcome: str) -> str:
        """An outcome in a list."""
        return self.outcomes[outcome].title if outcome in self.outcomes else outcome

    def phrase(self, outcome: str) -> str:
        """An outcome within a sentence."""
        return self.outcomes[outcome].phrase if outcome in self.outcomes else outcome

    def value(self, name: str) -> str:
        """A treatment within a sentence: values of a lever begin small, unless they are all capitals."""
        return lower(name) if self.lever and not name.isupper() else name

    def against(self, control: str) -> str:
        """The control within a sentence: a number with the name of the lever."""
        bare = self.lever and control[:1] in "-0123456789"
        return f"{lower(self.lever)} {control}" if bare else self.value(control)


PLAIN = Names()


def lower(text: str) -> str:
    """A text within a sentence."""
    return text[:1].lower() + text[1:]


def written(own: Sequence[Difference]) -> Scale:
    """One way to write several differences of one outcome, so that the smallest interval is still one."""
    halves = [(one.high - one.low) / 2.0 for one in own if one.high > one.low]
    numbers = [value for one in own for value in (one.mean, one.low, one.high)]
    return scale(own[0].read_unit, *numbers, fine=min(halves, default=0.0))


# --- the sentence -----------------------------------------------------------------------------------------------------


def sentence(found: Sequence[Difference], names: Names = PLAIN) -> str:
    """A comparison in one sentence: of one treatment its first outcomes, of several the first outcome."""
    first = found[0]
    if len({one.treatment_name for one in found}) > 1:
        return _of_many(found, names)
    shown = sorted(found[:TOLD], key=lambda one: (one.null, not one.certain))
    subject = names.subject or f"Going from {first.control_name} to {first.treatment_name}"
    more = f"; {len(found) - len(shown)} more below" if len(found) > len(shown) else ""
    return f"{subject} {listed([clause(one, names.phrase(one.outcome)) for one in shown])}{more}."


def clause(one: Difference, what: str) -> str:
    """What a difference did to its outcome."""
    if one.null:
        return f"leaves {what} exactly as it is"
    if not one.certain:
        told = written([one])
        return (
            f"makes no difference to {what} that could be told from chance "
            f"({told.whole(one.mean, True, True)} {told.interval(one.low, one.high)})"
        )
    verb, side = ("adds", "to") if one.mean > 0.0 else ("takes", "off")
    return f"{verb} {size(one)} {side} {what}"


def size(one: Difference) -> str:
    """How much, with its interval, without a sign."""
    told = written([one])
    low, high = (one.low, one.high) if one.mean > 0.0 else (-one.high, -one.low)
    return f"{told.whole(abs(one.mean), spelled=True)} {told.interval(low, high)}"


def _of_many(found: Sequence[Difference], names: Names) -> str:
    """Which of several treatments moves the first outcome most."""
    first = found[0]
    what = names.phrase(first.outcome)
    own = [one for one in found if one.outcome == first.outcome]
    others = f"other values of {lower(names.lever)}" if names.lever else "others"
    sure = sorted((one for one in own if one.certain), key=lambda one: one.mean)
    control = f"Against {names.against(first.control_name)}"
    if not sure:
        if all(one.null for one in own):
            return f"{control}, none of {len(own)} {others} changes {what} at all."
        return f"{control}, none of {len(own)} {others} changes {what} by more than chance could."
    parts = []
    if sure[-1].mean > 0.0:
        parts.append(f"{names.value(sure[-1].treatment_name)} adds most to {what}, {size(sure[-1])}")
    if sure[0].mean < 0.0:
        what = "it" if parts else what
        parts.append(f"{names.value(sure[0].treatment_name)} takes most off {what}, {size(sure[0])}")
    return f"{control}, of {len(own)} {others}, {', and '.join(parts)}."


# --- the figure and the table -----------------------------------------------------------------------------------------


def by_outcome(found: Sequence[Difference]) -> dict[str, list[Difference]]:
    """The differences of each outcome, in the order of the outcomes."""
    parted: dict[str, list[Difference]] = {}
    for one in found:
        parted.setdefault(one.outcome, []).append(one)
    return parted


def forest(found: Sequence[Difference], names: Names = PLAIN) -> list[Group]:
    """A group per outcome with an axis of its own, a row per treatment."""
    made = []
    for outcome, own in by_outcome(found).items():
        first, title = own[0], names.title(outcome)
        axis = scale(first.read_unit, *(value for one in own for value in (one.low, one.high, one.mean)))
        level = scale(first.read_unit, first.control, level=True)
        told = f"change{f' in {axis.after.strip()},' if axis.after else ''}"
        if all(one.control == first.control for one in own):  # treatments may have outcomes of their own
            told = f"{told} from {level.whole(first.control)} under {first.control_name}"
        rows = [_row(one, written(own)) for one in own]
        made.append(Group(title, rows, axis, told.rstrip(",")))
    return made


def _row(one: Difference, told: Scale) -> Row:
    return Row(
        key=f"{one.outcome}/{one.treatment_name}",
        label=one.treatment_name,
        value=one.mean,
        low=one.low,
        high=one.high,
        text="exactly 0" if one.null else f"{told.whole(one.mean, True)} {told.interval(one.low, one.high)}",
        note="the same in every pair of runs" if one.null else "" if one.certain else "not told from chance",
        muted=not one.certain,
    )


def cells(one: Difference, found: Sequence[Difference], names: Names = PLAIN) -> list[str]:
    """A row of the table under COLUMNS."""
    told = written([other for other in found if other.outcome == one.outcome])
    spread = scale(one.read_unit, one.spread, one.noise)
    return [
        names.title(one.outcome),
        one.treatment_name,
        scale(one.read_unit, one.control, level=True).whole(one.control),
        told.whole(one.mean, True),
        f"{told.number(one.low)} to {told.number(one.high)}",
        NOTHING if one.null else percent(one.same_sign),
        f"{one.correlation:.3f}" if one.correlation == one.correlation else NOTHING,
        spread.whole(one.spread),
        spread.whole(one.noise),
        NOTHING if one.needed is None else number(one.needed),
    ]
