"""What a question file holds."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from market import BadInput
from market.scenario.schema import STRICT, suggest
from market.scenario.wide import is_value, leaves

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


WORD = re.compile(r"\{([a-z_]+)\}")
"""A place for a word, such as ``{quarter}``."""


def filled(content: Any, words: dict[str, str], where: str) -> Any:
    """Texts, in tables and lists too, with their words filled in.

    Raises:
        BadInput: a word is not among them; the sentence begins with ``where``.
    """

    def word(match: re.Match[str]) -> str:
        if match[1] not in words:
            known = suggest(match[1], words) if words else "allowed: words where the treatment has 'each'"
            raise BadInput(f"{where}: found {match[0]!r}; {known}")
        return words[match[1]]

    if isinstance(content, str):
        return WORD.sub(word, content)
    if isinstance(content, list):
        return [filled(one, words, where) for one in content]
    if isinstance(content, dict):
        return {filled(key, words, where): filled(value, words, where) for key, value in content.items()}
    return content


class Side(BaseModel):
    """A world of the comparison: the question's, with some fields set, some events added.

    A treatment is held ``against`` the control, or one of the further controls by its label. With ``each`` it is a
    family, one treatment for each row of words, which are filled in wherever ``{word}`` stands.
    """

    model_config = STRICT
    label: str
    scenario: str | None = None
    set_: Settings = {}
    events: list[dict[str, Any]] = []
    against: str = ""
    each: list[dict[str, str]] = []

    def members(self, where: str) -> dict[str, Side]:
        """The treatments of a family by where they stand, words filled in; else itself alone.

        Raises:
            BadInput: a word is not in some row.
        """
        if not self.each:
            return {where: self}
        made = {}
        for k, words in enumerate(self.each):
            at = f"{where}.each[{k}]"
            parts = {name: filled(getattr(self, name), words, at) for name in ("label", "set_", "events")}
            made[at] = self.model_copy(update={**parts, "each": [words]})
        return made

    @property
    def words(self) -> dict[str, str]:
        """Words of a member of a family."""
        return self.each[0] if self.each else {}


class Along(BaseModel):
    """The level of another metric, without the treatment, that differences are ranked against over a family."""

    model_config = STRICT
    metric: str
    expects: Sign


class Metric(BaseModel):
    """An outcome, what to call it in a sentence, and the sign stated before anything was run.

    ``expects_at`` has other signs for some treatments or values of the lever, by label, treatments first; ``margin`` is
    the difference, in the outcome's unit, up to which an expected 0 counts as such; ``along`` expects a family's
    differences to go with something.
    """

    model_config = STRICT
    name: str
    outcome: str
    words: str
    expects: Sign
    expects_at: dict[str, Sign] = {}
    why: str
    margin: Annotated[float, Field(gt=0.0)] | None = None
    along: Along | None = None

    @property
    def title(self) -> str:
        """What it is called in a list."""
        return self.name

    @property
    def phrase(self) -> str:
        """What it is called within a sentence."""
        return self.words


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
    events: list[dict[str, Any]] = []
    control: Side
    controls: list[Side] = []
    treatment: Side
    more: list[Side] = []
    across: Across | None = None
    metrics: Annotated[list[Metric], Field(min_length=1)]
    check: Check
