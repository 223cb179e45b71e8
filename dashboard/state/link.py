"""The state of a session as the query of an address, so that it can be kept, sent and gone back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dashboard.state import session
from dashboard.state.session import FEWEST, MOST, Setting
from market import BadInput
from market.gears.draws import check_key
from market.play.hand import Decision
from market.scenario.scenario import Scenario, shipped
from runs.requests.request import read_value, written

SENT = "uploaded-"
"""Before the name of a scenario that was uploaded: no link holds it."""
LONGEST = 8000
"""Characters of a query that is read."""


@dataclass(frozen=True)
class Look:
    """What a session is set to and what of it is looked at; empty and 0 are what a scenario shows by itself."""

    setting: Setting = field(default_factory=Setting)
    product: str = ""
    quarter: str = ""
    run: int = 0
    hand: Decision | None = None


def query(look: Look) -> str:
    """A look as the query of an address: ``scenario=glut&set=market.shock_level=4.0``; nothing for the first look."""
    setting, first = look.setting, Setting()
    named = SENT + setting.name if setting.text else setting.name
    pairs = [("scenario", named)] if named != first.name else []
    pairs += [("set", f"{path}={written(value)}") for path, value in setting.changes]
    for name, value, usual in (
        ("seed", setting.seed, None),
        ("runs", setting.runs, first.runs),
        ("product", look.product, ""),
        ("quarter", look.quarter, ""),
        ("run", look.run, 0),
        ("hand", "" if look.hand is None else told(look.hand), ""),
    ):
        if value != usual:
            pairs.append((name, str(value)))
    return urlencode(pairs, safe="=.*,/")


def read(text: str) -> tuple[Look, str]:
    """The look of a query, and a sentence on the first part that cannot be; such a part is left out."""
    if len(text) > LONGEST:
        return Look(), f"The link: found {len(text)} characters; allowed: up to {LONGEST}."
    pairs = parse_qsl(text, keep_blank_values=True)
    look, sentence = Look(), ""
    for name in PARTS:  # the scenario first: what else is allowed hangs on it
        for value in (value for key, value in pairs if key == name):
            try:
                look = PARTS[name](look, value)
            except BadInput as error:
                sentence = sentence or f"The link: {error}."
    return look, sentence


def with_scenario(look: Look, text: str) -> Look:
    if text.startswith(SENT):
        raise BadInput(
            f"scenario: {text.removeprefix(SENT)[:40]!r} was uploaded and is not kept; upload it again on Data"
        )
    if text not in shipped():
        raise BadInput(f"scenario: found {text!r}; allowed: {', '.join(shipped())}")
    return replace(look, setting=Setting(text))


def with_change(look: Look, text: str) -> Look:
    path, mark, value = text.partition("=")
    if not mark:
        raise BadInput(f"set: found {text!r}; allowed: PATH=VALUE, such as market.shock_level=4.0")
    setting = look.setting.changed(path, read_value(value))
    setting.scenario  # noqa: B018 # raises if it is not allowed
    return replace(look, setting=setting)


def with_seed(look: Look, text: str) -> Look:
    seed = whole(text, "seed")
    check_key(seed)
    return replace(look, setting=replace(look.setting, seed=None if seed == look.setting.base.seed else seed))


def with_runs(look: Look, text: str) -> Look:
    runs = whole(text, "runs")
    if not FEWEST <= runs <= MOST:
        raise BadInput(f"runs: found {runs}; allowed: {FEWEST} to {MOST}")
    return replace(look, setting=replace(look.setting, runs=runs))


def with_product(look: Look, text: str) -> Look:
    scenario = look.setting.scenario
    return replace(look, product=one_of(text, "product", [*scenario.products, *scenario.outside]))


def with_quarter(look: Look, text: str) -> Look:
    return replace(look, quarter=one_of(text, "quarter", look.setting.scenario.quarters))


def with_run(look: Look, text: str) -> Look:
    run = whole(text, "run")
    check_key(look.setting.seed_used, run=run)
    return replace(look, run=run)


def with_hand(look: Look, text: str) -> Look:
    return replace(look, hand=decision(text, look.setting.scenario))


PARTS: dict[str, Callable[[Look, str], Look]] = {
    "scenario": with_scenario,
    "set": with_change,
    "seed": with_seed,
    "runs": with_runs,
    "product": with_product,
    "quarter": with_quarter,
    "run": with_run,
    "hand": with_hand,
}
"""What a query may hold."""


def whole(text: str, name: str) -> int:
    """The number that a text is.

    Raises:
        BadInput: it is none.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        raise BadInput(f"{name}: found {text[:40]!r}; allowed: a whole number")
    return int(text)


def one_of(text: str, name: str, known: list[str]) -> str:
    if text not in known:
        raise BadInput(f"{name}: found {text!r}; allowed: {', '.join(known)}")
    return text


def told(taken: Decision) -> str:
    """A decision as a link holds it: ``2024Q2/2.0/xAI/H200``, ``2024Q2/takes/xAI/H200``."""
    return f"{taken.quarter}/{taken.does}/{taken.buyer}/{taken.product}"


def decision(text: str, scenario: Scenario) -> Decision:
    """The decision that a text is.

    Raises:
        BadInput: it is none, or none that can be taken in the scenario.
    """
    if text.count("/") < 3:
        raise BadInput(
            f"hand: found {text[:60]!r}; allowed: QUARTER/DECISION/BUYER/PRODUCT, such as 2024Q2/2.0/xAI/H200"
        )
    quarter, does, whose = text.split("/", 2)
    buyer, _, product = whose.rpartition("/")
    try:
        return Decision(quarter, buyer, product, number(does)).check(scenario)
    except BadInput as error:
        raise BadInput(f"hand: {error}") from None


def number(text: str) -> float | str:
    """The number that a text is, the text where it is none."""
    try:
        return float(text)
    except ValueError:
        return text


def now() -> Look:
    """What the session looks at; a product, quarter or decision of another scenario is none."""
    setting, product, quarter = session.setting.value, session.product.value, session.quarter.value
    scenario, hand = setting.scenario, session.by_hand.value
    return Look(
        setting,
        product if product in scenario.products or product in scenario.outside else "",
        quarter if quarter in scenario.quarters else "",
        session.replication.value,
        hand if hand is not None and possible(hand, scenario) else None,
    )


def possible(hand: Decision, scenario: Scenario) -> bool:
    """Whether a decision can be taken in a scenario."""
    try:
        hand.check(scenario)
    except BadInput:
        return False
    return True


def follow(text: Any) -> None:
    """Set the session to a query; what is wrong with it is told in ``session.complaint``."""
    look, session.complaint.value = read(text if isinstance(text, str) else "")
    session.setting.value = look.setting
    session.product.value = look.product
    session.quarter.value = look.quarter
    session.replication.value = look.run
    session.by_hand.value = look.hand
