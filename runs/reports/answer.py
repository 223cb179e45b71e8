"""A named question's answer as a report."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pandas as pd

from runs.analysis.compare import Difference
from runs.findings.differences import forest
from runs.questions.answer import Answer, Row
from runs.reports import figures
from runs.reports.analyses import MODEL, ONE_MACHINE
from runs.reports.contents import Picture, Report


def answered(found: Answer) -> Report:
    """The report of an answer: its figure shows the main treatment, its tables all of them."""
    head = found.question.head
    caption = (
        f"{found.question.subject}, against {head.control.label}: mean differences with 95% intervals, over pairs of "
        "runs with the same draws and parameters. Hollow and grey: 0 is inside the interval."
    )
    return Report(
        title=f"{head.id} {head.name}",
        question=head.question,
        answer=found.sentences[0],
        command=found.asked.command,
        design=[
            ("Control", head.control.label),
            ("Treatments", ", ".join(dict.fromkeys(row.difference.treatment_name for row in found.rows))),
            ("Scenario", head.scenario),
            ("Vectors", f"{found.asked.vectors} of what nobody knows"),
            ("Runs", f"{found.asked.runs} of each vector and side, with the credited mechanism on and off"),
            ("Expected", "the signs were written down before anything was run; p_holm allows for all that is asked"),
        ],
        figures={name: Picture(figures.intervals(forest(shown)), caption) for name, shown in _shown(found).items()},
        tables={**_words(found), **_families(found), "answers": _rows(found.rows), "explanation": _checks(found)},
        caveats=[found.explanation, *([" ".join(head.limits.split())] if head.limits else []), ONE_MACHINE, MODEL],
    )


def _words(found: Answer) -> dict[str, pd.DataFrame]:
    """The answer for every value of the lever, where there is one."""
    if len(found.sentences) < 2:
        return {}
    cases = [case for case, _ in found.question.cases]
    return {"in words": pd.DataFrame({"case": cases, "answer": found.sentences})}


def _shown(found: Answer) -> dict[str, list[Difference]]:
    """Differences of each figure: a row for each value of the lever, or of a family a figure for each."""
    cases = [case for case, _ in found.question.cases]
    if len(found.question.main) > 1:
        return {
            " ".join(["differences", case]).strip(): [row.difference for row in found.of_main(case)] for case in cases
        }
    rows = [row for case in cases for row in found.of_main(case)]
    return {
        "differences": [
            dataclasses.replace(row.difference, treatment_name=row.case or row.difference.treatment_name)
            for row in rows
        ]
    }


def _families(found: Answer) -> dict[str, pd.DataFrame]:
    """Of a family a table for each value of the lever: a row per treatment, a column per outcome; and what it goes
    with."""
    if len(found.question.main) < 2:
        return {}
    made = {}
    for case, _ in found.question.cases:
        table: dict[str, dict[str, object]] = {name: {"treatment": name} for name in found.question.main}
        for row in found.of_main(case):
            one, name = row.difference, row.metric
            cells = {name: one.mean, f"{name}_low": one.low, f"{name}_high": one.high}
            table[one.treatment_name] |= {f"{name}_without": one.control, **cells}
        made[" ".join(["treatments", case]).strip()] = pd.DataFrame(list(table.values()))
    return made | ({"goes with": _rows(found.trends)} if found.trends else {})


def _rows(rows: Sequence[Row]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "case": row.case,
                "treatment": row.difference.treatment_name,
                "against": row.difference.control_name,
                "outcome": row.metric,
                "unit": row.difference.unit,
                "control": row.difference.control,
                "difference": row.difference.mean,
                "difference_low": row.difference.low,
                "difference_high": row.difference.high,
                "expected": row.expects,
                "p_holm": row.holm,
                "verdict": row.verdict,
            }
            for row in rows
        ]
    )


def _checks(found: Answer) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "case": row.case,
                "treatment": row.on.treatment_name,
                "outcome": row.metric,
                "with_it": row.on.mean,
                "without_it": row.off.mean,
                "without_it_low": row.off.low,
                "without_it_high": row.off.high,
                "the_effect": row.result,
            }
            for row in found.checks
        ]
    )
