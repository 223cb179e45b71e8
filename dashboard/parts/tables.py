"""Tables of a page, and their content as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import solara
import xarray as xr

from dashboard.reading.colors import of_buyer
from market.scenario.scenario import Scenario
from runs.analysis.summary import estimates
from runs.words import compact, dollars, percent, weeks


@solara.component_vue("tables.vue")
def Table(
    columns: list = [],  # noqa: B006
    rows: list = [],  # noqa: B006
    label: str = "",
    empty: str = "",
    selectable: bool = False,
    chosen: str | None = None,
    event_choose: Callable[[str], Any] | None = None,
) -> None: ...


COLUMNS: dict[str, tuple[str, str, Callable[[float | None], str]]] = {
    "needed": ("Needed", "HAE", compact),
    "ordered": ("Ordered", "HAE", compact),
    "delivered": ("Delivered", "HAE", compact),
    "deployed": ("In use", "HAE", compact),
    "backlog": ("Backlog", "HAE", compact),
    "share_units": ("Share", "of units", lambda share: percent(share, 1)),
    "price_paid": ("Paid", "per HAE", dollars),
    "realised_lead_weeks": ("Wait", "weeks", weeks),
}
"""What the table of buyers shows: heading, unit, how it is written."""


def buyer_columns(data: xr.Dataset) -> list[dict[str, Any]]:
    """The headings of :func:`buyer_rows`, with the measures' own descriptions."""
    first = {"name": "Buyer", "unit": "", "help": "", "left": True}
    return [first] + [
        {"name": name, "unit": unit, "help": data[f"buyer_{column}"].attrs["long_name"], "left": False}
        for column, (name, unit, _) in COLUMNS.items()
    ]


def buyer_rows(data: xr.Dataset, quarter: str) -> list[dict[str, Any]]:
    """A row per buyer: medians over the runs in one quarter."""
    then = data.sel(quarter=quarter)
    buyers = [str(name) for name in data.buyer.values]
    columns = [
        [write(found.median) for found in estimates(then[f"buyer_{column}"].transpose("buyer", "run"))]
        for column, (_, _, write) in COLUMNS.items()
    ]
    return [
        {"key": buyer, "color": of_buyer(buyers, buyer), "cells": [buyer, *cells]}
        for buyer, *cells in zip(buyers, *columns, strict=True)
    ]


def buyers_csv(data: xr.Dataset, quarter: str) -> str:
    """The table of buyers in full precision: median, Monte Carlo error, 5th and 95th percentile of each measure."""
    return frame(data, [f"buyer_{column}" for column in COLUMNS], [quarter]).to_csv(index=False)


def series_csv(data: xr.Dataset) -> str:
    """Every measure of every quarter, as long as it is; columns as in :func:`buyers_csv`."""
    return frame(data, [str(name) for name in data.data_vars], [str(q) for q in data.quarter.values]).to_csv(
        index=False
    )


def frame(data: xr.Dataset, names: Sequence[str], quarters: Sequence[str]) -> pd.DataFrame:
    """Estimates of measures, a row for each measure, quarter and buyer or product."""
    rows = []
    for name in names:
        own = data[name].sel(quarter=list(quarters))
        kind = next((str(d) for d in own.dims if d not in ("run", "quarter")), "")
        members = [str(member) for member in own[kind].values] if kind else [""]
        array = own.transpose("quarter", *([kind] if kind else []), "run").to_numpy()
        keys = [(quarter, member) for quarter in quarters for member in members]
        for (quarter, member), found in zip(keys, estimates(array.reshape(len(keys), -1)), strict=True):
            rows.append(
                {
                    "measure": name,
                    "quarter": quarter,
                    "of": member,
                    "unit": own.attrs["unit"],
                    "median": found.median,
                    "error": found.error,
                    "p05": found.low,
                    "p95": found.high,
                }
            )
    return pd.DataFrame(rows)


def file_name(scenario: Scenario, what: str) -> str:
    """A name that says which scenario a file is of."""
    return f"{scenario.name}-{scenario.hash[:8]}-{what}.csv"
