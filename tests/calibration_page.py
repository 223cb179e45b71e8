"""docs/calibration.md: how the constants were found and what is to be known of them, from the shipped posterior's
tables."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pandas as pd

import runs
from runs.calibration.space import settings
from runs.folder import manifest
from runs.words import NOTHING, number, percent

FOLDER = Path(runs.__file__).parent / "posteriors" / "colossus"
PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"

OPENING = """# How it was calibrated

The constants of `colossus` that its sources do not give are found from the figures of 2022Q4 to 2024Q4: not one
best vector but
a sample of {vectors} that fit alike, over which every command spreads its runs unless it is told otherwise.

```sh
gpumarket run colossus                                  # 200 runs over 40 vectors
gpumarket run colossus --posterior none                 # the starting values of the scenario, as they stand in its file
gpumarket compare no-rush colossus                      # points from the sample; none: the scenario's ranges
gpumarket backtest colossus --posterior colossus        # held against history
gpumarket calibrate colossus --out DIR --candidates --recovery 20      # all of this page again
gpumarket calibrate colossus --out DIR --quick          # the same, smaller
gpumarket run colossus --posterior DIR                  # a sample of your own
```

A vector replaces a starting value wherever a scenario still has it: what a scenario sets otherwise, what `--set`
or a lever
changes, stays as it is. Where the rules have changed since, the sample is refused with a sentence. `simulate` in
Python runs a scenario
as it stands; `runs.engine.spread.ensemble_of` spreads it.

What is minimised stands in [held against history](validation.md), how the search works and what was decided in
[decision 9](decisions/0009-calibration.md). Every number below is printed by `gpumarket calibrate` and ships in
`runs/posteriors/colossus`.
"""

FIELDS = """
## The free fields

Eighteen, global or alike for a class; uniform priors, of factors in the logarithm. *Narrower* is the width of the
sample's 90% interval over the
prior's: near 1, the figures say nothing of it. R-hat near 1 means that the chains have mixed; the largest is
{rhat} here, and the field that is known worst counts as {effective} independent vectors. {verdict}
"""

VERDICTS = (
    (1.05, "They have."),
    (1.3, "They have not quite: on a longer walk the ends of the intervals would still move."),
    (float("inf"), "They have not: read the intervals as the spread of what fits, not as probabilities."),
)
"""What is said up to which R-hat."""

ROWS = """
## What the sample meets

The median path of 512 runs over the sample, with draws that no search has seen, and the share of single runs inside.
"""

TRADED = """
## What trades off

Rank correlations in the sample over a half: of these pairs the figures tell a combination, not each one.
"""

FOUGHT = """
## Facts that fight

Where a vector is farther out of the one it is nearer to the other (rank correlation of half-bands outside, over
the vectors).
"""

STRUCTURES = """
## Structures compared

All eight fitted alike (the quick effort, one seed) to 2023Q4, and asked for 2024: the score of compute revenue
(USD billion) and of quotes (weeks),
each over the mean of the real figures and averaged; then the truths, then the facts, those of 2024 being
predictions. `plan`: the value of
compute follows the plan. Which of them ships, and that it is not the first, is told in [decision
9](decisions/0009-calibration.md).
"""

RECOVERED = """
## Known markets found again

{tests} markets were made from vectors drawn from the priors, with figures as history has them and errors as
history's are thought to have, and
fitted with a small effort on other draws. That the same market gives other figures on other draws is reckoned
with here;
the loss against history, fixed before, has no such term, and its 192 draws a fifth of that chance.
**{covered} of the truths lie inside the 90% intervals**, over all
fields. R2 is that of the sample's median
for the truth; *ranks* is the largest distance of the truths' ranks from even ones, which chance exceeds {chance} in
one case of twenty.
"""


def page() -> str:
    """The page, from the tables."""
    stated = manifest.read(FOLDER)
    parts = [
        OPENING.format(vectors=stated["vectors"]),
        mixed(),
        fields(),
        ROWS,
        rows(),
        TRADED,
        plain("trade_offs", {"one": "field", "other": "and", "correlation": "correlation"}),
        FOUGHT,
        plain("fighting", {"one": "fact", "other": "and", "correlation": "correlation"}),
        STRUCTURES,
        plain("structures", {
            "structure": "structure", "standardised": "standardised", "crps_revenue": "revenue",
            "crps_quotes": "quotes", "truths": "truths", "facts": "facts", "missed": "missed", "loss": "loss to 2023Q4",
        }),
        *recovered(),
    ]  # fmt: skip
    return "\n".join(filled(part.rstrip("\n")) for part in parts) + "\n"


def filled(text: str) -> str:
    """Paragraphs of prose in lines of even length; tables and blocks of code as they are."""
    blocks = re.split(r"(```.*?```)", text, flags=re.DOTALL)
    for k in range(0, len(blocks), 2):
        found = blocks[k].split("\n\n")
        blocks[k] = "\n\n".join(
            part if "|" in part or not part.strip() else textwrap.fill(part, 118, break_long_words=False)
            for part in found
        )
    return "".join(blocks)


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False, na_values=[""])


def markdown(headings: list[str], cells: list[list[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *cells]
    return "\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)


def said(value: object) -> str:
    if isinstance(value, float):
        return NOTHING if value != value else number(value, 3)
    return str(value)


def plain(name: str, columns: dict[str, str]) -> str:
    """A table as it is, some of its columns."""
    found = read(name)
    if found.empty:
        return "\nNone."
    return markdown(list(columns.values()), [[said(row[key]) for key in columns] for row in found.to_dict("records")])


def mixed() -> str:
    """How far the chains have mixed."""
    found = read("fields")
    rhat = float(found["rhat"].max())
    verdict = next(said for most, said in VERDICTS if rhat <= most)
    return FIELDS.format(rhat=number(rhat, 3), effective=f"{found['effective'].min():.0f}", verdict=verdict)


def fields() -> str:
    notes = {path: table.get("note", "") for path, table in settings("colossus")["parameters"].items()}
    cells = [
        [f"`{row['field']}`", notes[row["field"]], f"{number(row['prior_low'], 3)} to {number(row['prior_high'], 3)}",
         f"{number(row['low'], 3)} to {number(row['high'], 3)}", number(row["median"], 3), number(row["width"], 2),
         number(row["rhat"], 2), number(row["effective"], 3)]
        for row in read("fields").to_dict("records")
    ]  # fmt: skip
    return markdown(["field", "what", "prior", "90% of the sample", "median", "narrower", "R-hat", "effective"], cells)


def rows() -> str:
    cells = [
        [row["id"], row["part"], span(row), value(row["model"], row["unit"]), percent(row["of_runs"]),
         "in" if row["inside"] in (True, "True") else "**out**"]
        for row in read("rows").to_dict("records")
    ]  # fmt: skip
    return markdown(["", "figure", "band", "median path", "of runs", ""], cells)


def span(row: dict) -> str:
    low, high = (float(row[end]) for end in ("low", "high"))
    ends = [f"{100.0 * end:.4g}%" if row["unit"] == "share" else number(end, 4) for end in (low, high)]
    if low == high:
        return ends[0]
    if low == float("-inf"):
        return f"to {ends[1]}"
    return f"from {ends[0]}" if high == float("inf") else f"{ends[0]} to {ends[1]}"


def value(found: float, unit: object) -> str:
    return percent(found, 1) if unit == "share" else number(found, 3)


def recovered() -> list[str]:
    if not (FOLDER / "recovery.csv").is_file():
        return []
    from runs.calibration.recovery import Recovered

    found = Recovered(pd.read_csv(FOLDER / "recovery.csv"))
    by_field = found.by_field
    opening = RECOVERED.format(
        tests=found.table["test"].nunique(),
        covered=percent(found.covered),
        chance=f"{by_field['by_chance'].iloc[0]:.2f}",
    )
    cells = [
        [f"`{row['field']}`", number(row["r2"], 2), percent(row["inside"]), number(row["rank_distance"], 2)]
        for row in by_field.to_dict("records")
    ]
    return [opening, markdown(["field", "R2", "inside 90%", "ranks"], cells)]
