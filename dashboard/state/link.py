"""The state of a session as the query of an address, so that it can be kept, sent and gone back to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dashboard.state import analysis, session, stored
from dashboard.state.analysis import Analysis
from dashboard.state.session import FEWEST, MOST, RUNS, Setting
from dashboard.state.stored import Batch, StoredRun
from market import BadInput
from market.gears.draws import check_key
from market.play.hand import UNTOUCHED, Decision, Decisions
from market.scenario.scenario import Scenario, shipped
from runs.requests.request import read_value, written

SENT = "uploaded-"
"""Before the name of a scenario that was uploaded: no link holds it."""
BATCH = "batch"
"""What a link calls the scenario of the batch that the server was opened on."""
ANALYSIS = "analysis"
"""The same of the analysis that the server was opened on."""
ALLOWED = "allowed where the page was opened by gpumarket app"
LONGEST = 8000
"""Characters of a query that is read."""


@dataclass(frozen=True)
class Look:
    """What a session is set to and what of it is looked at; empty and 0 are what a scenario shows by itself."""

    setting: Setting = field(default_factory=Setting)
    product: str = ""
    quarter: str = ""
    run: int = 0
    hand: Decisions = UNTOUCHED
    stored: int | None = None


def query(look: Look) -> str:
    """A look as the query of an address: ``scenario=glut&set=market.shock_level=4.0``; nothing for the first look."""
    setting, first = look.setting, Setting()
    pairs = [] if look.stored is None else [("stored", str(look.stored))]
    if not pairs:
        named = named_of(setting)
        pairs += [("scenario", named)] if named != first.name else []
        pairs += [("set", f"{path}={written(value)}") for path, value in setting.changes]
        pairs += [] if setting.seed is None else [("seed", str(setting.seed))]
    for name, value, usual in (
        ("runs", setting.runs, first.runs),
        ("product", look.product, ""),
        ("quarter", look.quarter, ""),
        ("run", 0 if look.stored is not None else look.run, 0),
        *(("hand", told(one), "") for one in look.hand.taken),
    ):
        if value != usual:
            pairs.append((name, str(value)))
    return urlencode(pairs, safe="=.*,/")


def named_of(setting: Setting) -> str:
    """What a link calls a scenario."""
    batch = stored.opened()
    if setting.alone and batch is not None and setting.text == batch.text:
        return BATCH
    found = analysis.opened()
    if found is not None and setting.text == found.text:
        return ANALYSIS
    return SENT + setting.name if setting.text else setting.name


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
    if text == BATCH:
        return replace(look, setting=of_batch(the_batch("scenario", text)))
    if text == ANALYSIS:
        found = analysis.opened()
        if found is None:
            raise BadInput(f"scenario: found {text!r}; {ALLOWED} --analysis DIR")
        return replace(look, setting=of_analysis(found))
    if text not in shipped():
        raise BadInput(f"scenario: found {text!r}; allowed: {', '.join(shipped())}")
    return replace(look, setting=Setting(text))


def with_stored(look: Look, text: str) -> Look:
    batch = the_batch("stored", text)
    run = batch.run(whole(text, "stored"))
    setting = of_batch(batch, run, look.setting.runs)
    try:
        setting.scenario  # noqa: B018 # raises if a value is not allowed
    except BadInput as error:
        raise BadInput(f"stored: run {run.number} is of a point that is no scenario: {error}") from None
    return replace(look, setting=setting, run=run.replication, stored=run.number)


def the_batch(part: str, text: str) -> Batch:
    """The batch that the server was opened on.

    Raises:
        BadInput: it was opened on none.
    """
    batch = stored.opened()
    if batch is None:
        raise BadInput(f"{part}: found {text[:40]!r}; {ALLOWED} --batch DIR")
    return batch


def of_batch(batch: Batch, run: StoredRun | None = None, runs: int = RUNS) -> Setting:
    """The scenario of a batch, and the point of one of its runs as changes in it."""
    base = Setting(batch.stored.scenario.name, runs=runs, text=batch.text, alone=True)
    if run is None:
        return base
    own = base.base
    changes = tuple(sorted((path, value) for path, value in run.values.items() if value != own.get(path)))
    return replace(base, changes=changes, seed=None if run.seed == own.seed else run.seed)


def of_analysis(found: Analysis) -> Setting:
    """The setting that a stored analysis is of: the shipped scenario and its changes where they still are what it was
    run on, else its own scenario."""
    known, seed = found.scenario, found.seed
    if known.name in shipped():
        try:
            setting = Setting(known.name)
            for path, value in found.changes.items():
                setting = setting.changed(path, value)
            if setting.scenario.to_dict() == known.to_dict():
                return replace(setting, seed=None if seed == known.seed else seed)
        except BadInput:
            pass
    return Setting(known.name, text=found.text)


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
    """One decision more: a link has a part for each."""
    scenario = look.setting.scenario
    try:
        return replace(look, hand=Decisions((*look.hand.taken, decision(text))).check(scenario))
    except BadInput as error:
        raise BadInput(f"hand: {error}") from None


PARTS: dict[str, Callable[[Look, str], Look]] = {
    "scenario": with_scenario,
    "stored": with_stored,
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


def decision(text: str) -> Decision:
    """The decision that a text is.

    Raises:
        BadInput: it is none.
    """
    if text.count("/") < 3:
        raise BadInput(f"found {text[:60]!r}; allowed: QUARTER/DECISION/BUYER/PRODUCT, such as 2024Q2/2.0/xAI/H200")
    quarter, does, whose = text.split("/", 2)
    buyer, _, product = whose.rpartition("/")
    return Decision(quarter, buyer, product, number(does))


def number(text: str) -> float | str:
    """The number that a text is, the text where it is none."""
    try:
        return float(text)
    except ValueError:
        return text


def now() -> Look:
    """What the session looks at; a product, quarter or decision of another scenario is none."""
    setting, product, quarter = session.setting.value, session.product.value, session.quarter.value
    scenario = setting.scenario
    return Look(
        setting,
        product if product in scenario.products or product in scenario.outside else "",
        quarter if quarter in scenario.quarters else "",
        session.replication.value,
        possible(session.by_hand.value, scenario),
        stored_now(setting, session.replication.value),
    )


def stored_now(setting: Setting, replication: int) -> int | None:
    """The stored run that is looked at; None where something of it was changed."""
    batch, number = stored.opened(), session.stored.value
    if batch is None or number is None:
        return None
    run = batch.run(number)
    same = of_batch(batch, run).run_of() == setting.run_of() and run.replication == replication
    return number if same else None


def possible(hand: Decisions, scenario: Scenario) -> Decisions:
    """What of it can be decided in a scenario."""
    return Decisions(tuple(one for one in hand.taken if can_be(one, scenario)))


def can_be(one: Decision, scenario: Scenario) -> bool:
    """Whether a decision can be taken in a scenario."""
    try:
        one.check(scenario)
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
    session.stored.value = look.stored
