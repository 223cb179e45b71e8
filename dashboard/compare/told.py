"""What a comparison comes to, in the words of the page: a sentence, a table, a chart."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dashboard.compare.form import Comparison
from dashboard.reading.declared import label
from runs.analysis.compare import Difference
from runs.findings import differences
from runs.findings.differences import Names, lower
from runs.findings.figures import Group

COLUMNS = [{"name": name, "unit": unit, "help": about, "left": not about} for name, unit, about in differences.COLUMNS]


def names(shown: Comparison) -> Names:
    """What things are called on the page."""
    one, wanted = shown.found[0], shown.wanted
    if not wanted.lever:
        return Names(shown.asked, subject=begun(wanted.difference))
    lever = label(wanted.lever)
    moved = f"{lever}, moved from {worded(one.control_name)} to {worded(one.treatment_name)},"
    return Names(shown.asked, moved, lever)


def begun(text: str) -> str:
    """With a capital, but for a name that is written otherwise."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first == first.lower() else text


def sentence(shown: Comparison) -> str:
    """The comparison in one sentence."""
    return differences.sentence(shown.found, names(shown))


def against(shown: Comparison) -> str:
    """The control within a sentence."""
    return names(shown).against(shown.found[0].control_name)


def worded(name: str) -> str:
    """A value's name within a sentence."""
    return name if name.isupper() else lower(name)


def groups(shown: Comparison) -> list[Group]:
    """The chart: a group per outcome with a scale of its own, a row per treatment."""
    return differences.forest(shown.found, names(shown))


def table_rows(shown: Comparison) -> list[dict[str, Any]]:
    """A row per outcome and treatment, in the order in which outcomes can be picked."""
    called, order = names(shown), list(shown.asked)
    return [
        {"key": f"{one.outcome}/{one.treatment_name}", "cells": differences.cells(one, shown.found, called)}
        for one in sorted(shown.found, key=lambda one: order.index(one.outcome))
    ]


def differences_csv(found: Sequence[Difference]) -> str:
    """All numbers of a comparison in full precision."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(asdict(found[0])), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(one) for one in found)
    return text.getvalue()
