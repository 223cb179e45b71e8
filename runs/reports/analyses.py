"""What ``sensitivity``, ``compare`` and ``discover`` write with ``--out``: their results as reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from market import Scenario
from runs.analysis.compare import holm
from runs.calibration import posterior
from runs.findings import differences, sensitivity
from runs.folder import results
from runs.reports import figures
from runs.reports.contents import Picture, Report
from runs.words import percent

if TYPE_CHECKING:
    from runs.analysis.compare import Difference
    from runs.analysis.discover import Discovery
    from runs.analysis.indices import Indices
    from runs.analysis.sensitivity import Study
    from runs.requests import Comparison, Search, Sensitivity

ONE_MACHINE = (
    "The same command gives these digits again in the environment named below; elsewhere the last ones may differ."
)
MODEL = "All of this holds in the model, whose constants were chosen by looking at history, not fitted to it."


def said_of(scenario: Scenario) -> tuple[str, str]:
    """The line of the design that names a scenario."""
    return "Scenario", f"{scenario.name}: {scenario.title} (hash {scenario.hash[:12]})"


# --- sensitivity ------------------------------------------------------------------------------------------------------


def study(asked: Sensitivity, done: Study, found: Mapping[str, Indices]) -> Report:
    """Which inputs drive the outcomes; of several the first answers.

    Args:
        asked: what was asked.
        done: what was run for it.
        found: indices by outcome, or by measure and quarter, of which there is one figure, if it was asked over time.
    """
    over_time = asked.over_time
    first = next(iter(found.values()))
    of = ", ".join(dict.fromkeys(name.rpartition(" in ")[0] if over_time else name for name in found))
    if over_time:
        courses = {name: sensitivity.course(series, name) for name, series in measures(found).items()}
        pictures = {"over_time": Picture(figures.over_time(list(courses.values())), OVER_TIME)}
        tables = {f"{first.main} by quarter": _by_quarter(found), "indices": _long(found)}
        measure, series = next(iter(measures(found).items()))
        answers = sensitivity.over_time_sentence(series, measure)
    else:
        pictures = {
            name: Picture(figures.intervals([sensitivity.tornado(one, name)]), _tornado_caption(one))
            for name, one in found.items()
        }
        tables = {f"{one.method} {name}": _ranked(one) for name, one in found.items()}
        tables |= {f"pairs {name}": _pairs(one.second) for name, one in found.items() if one.second is not None}
        answers = sensitivity.sentence(first, first.outcome)
    return Report(
        title=f"Sensitivity of {done.scenario.name}",
        question=f"Which of the things that nobody knows drive {of}, and which cannot be told from chance?",
        answer=answers,
        command=asked.settled(done).command,
        design=[
            said_of(done.scenario),
            ("Method", METHODS[done.method]),
            ("Inputs", f"{len(first.table) - 1:,} beside one that nothing reads (inert)"),
            ("Points", f"{first.points:,} of {first.runs_per_point:,} runs, {done.run_count:,} runs"),
            ("Draws", f"seed {done.seed}, {'shared by all points' if done.shared else 'own for every run'}"),
        ],
        figures=pictures,
        tables=tables,
        caveats=[*_warnings(found), *_sensitivity_caveats(first)],
    )


METHODS = {
    "sobol": "Sobol indices on Saltelli's design (Sobol 1993; Saltelli et al. 2010)",
    "morris": "elementary effects (Morris 1991; Campolongo et al. 2007)",
    "pawn": "PAWN, from distributions (Pianosi & Wagener 2018)",
    "delta": "delta, from densities (Borgonovo 2007; Plischke et al. 2013)",
}


def _ranked(one: Indices) -> pd.DataFrame:
    table = one.ranked.copy()
    table["under_the_floor"] = ["yes" if one.under(str(name)) else "no" for name in table.index]
    return table


def _pairs(second: pd.DataFrame) -> pd.DataFrame:
    return second.sort_values("S2", ascending=False, kind="stable").reset_index()


def _by_quarter(found: Mapping[str, Indices]) -> pd.DataFrame:
    """The main index of the inputs in the figure, a row per quarter; of several measures one below the other."""
    rows = []
    parted = measures(found)
    for measure, series in parted.items():
        shown = sensitivity.leading(list(series.values()))
        for quarter, one in series.items():
            row = {"quarter": quarter} | ({"measure": measure} if len(parted) > 1 else {})
            rows.append({**row, **one.table[one.main][shown].to_dict(), "floor": one.floor})
    return pd.DataFrame(rows)


def measures(found: Mapping[str, Indices]) -> dict[str, dict[str, Indices]]:
    """Indices over time by measure and quarter; they go by ``MEASURE in 2023Q1``."""
    parted: dict[str, dict[str, Indices]] = {}
    for name, one in found.items():
        measure, _, quarter = name.rpartition(" in ")
        parted.setdefault(measure, {})[quarter] = one
    return parted


def _long(found: Mapping[str, Indices]) -> pd.DataFrame:
    rows = []
    for key, one in found.items():
        measure, _, quarter = key.rpartition(" in ")
        for name, row in one.table.iterrows():
            values = {column: row[column] for column in (one.main, f"{one.main}_low", f"{one.main}_high")}
            rows.append({"measure": measure, "quarter": quarter, "input": name, **values, "floor": one.floor})
    return pd.DataFrame(rows)


def _tornado_caption(one: Indices) -> str:
    return (
        f"What drives {one.outcome}: inputs by their main index, lines are 95% intervals. Grey: at or under the noise "
        f"floor of {sensitivity.written(one).least(one.floor)}, which chance alone would reach."
    )


OVER_TIME = (
    "The main index in every quarter, of the inputs that leave the noise floor at all; the grey band is what "
    "chance alone would reach. Intervals stand in the table."
)


def _warnings(found: Mapping[str, Indices]) -> list[str]:
    """What the analysis warns of; of many outcomes, how often it does instead of the numbers of each."""
    if len(found) < 4:
        return [f"{name}: {warning}." for name, one in found.items() for warning in one.warnings]
    kinds = [warning.partition(": ")[0] for one in found.values() for warning in one.warnings]
    return [f"{kinds.count(kind)} times out of {len(found)}: {kind}." for kind in dict.fromkeys(kinds)]


def _sensitivity_caveats(first: Indices) -> list[str]:
    inert = "the upper end of the interval of an input that nothing reads"
    seeds = f"the larger of what the draws of the runs alone would show and {inert}"
    told = [
        "Brackets are 95% intervals from resampling the points; they speak of the sample's size, not of the model.",
        f"The noise floor is {seeds if first.seeds == first.seeds else inert}; "
        "an input at or under it cannot be told from one that does nothing.",
    ]
    if first.replication == first.replication:
        told.append(
            f"{percent(first.replication)} of the variance of {first.outcome} is left between the runs of a point: "
            "luck, whatever the inputs are. The indices are of the mean over a point's runs."
        )
    told.append("Indices depend on the ranges that were given to the inputs: a wider range makes an input matter more.")
    return [*told, ONE_MACHINE, MODEL]


# --- compare ----------------------------------------------------------------------------------------------------------


def comparison(asked: Comparison, found: Sequence[Difference]) -> Report:
    """What treatments change; the first outcome answers."""
    arms, first = asked.arms, found[0]
    outcomes = list(dict.fromkeys(one.outcome for one in found))
    many = [
        f"{len(found)} intervals are shown; of so many some leave 0 out by chance. p_holm allows for it (Holm 1979)."
    ]
    dropped = [f"{one.dropped} pairs of {one.treatment_name} failed and were left out." for one in found if one.dropped]
    spread = (
        f"Intervals are Student's over {first.vectors} parameter vectors, each the mean of {first.seeds} runs: runs of "
        "a vector are alike."
        if first.vectors > 1
        else f"One parameter vector: intervals are Student's over {first.seeds} draws and say nothing of what nobody "
        "knows."
    )
    return Report(
        title=f"Against {first.control_name}",
        question=f"What changes in {', '.join(outcomes)} under {', '.join(list(arms)[1:])}?",
        answer=differences.sentence(found),
        command=asked.settled.command,
        design=[
            *((name, f"{scenario.name} (hash {scenario.hash[:12]})") for name, scenario in arms.items()),
            ("Vectors", vectors_from(asked, first.vectors)),
            ("Runs", f"{first.seeds} of each vector and arm, {asked.run_count:,} runs"),
            (
                "Draws",
                f"seed {asked.seed_used}, the same for every arm: run n of one is paired with run n of any other",
            ),
            ("Uncertain", uncertain(asked) if first.vectors > 1 else "nothing, parameters as they are"),
        ],
        figures={"differences": Picture(figures.intervals(differences.forest(found)), _differences_caption(first))},
        tables={"differences": _differences(found)},
        caveats=[*dropped, spread, *(many if len(found) > 1 else []), ONE_MACHINE, MODEL],
    )


def vectors_from(asked: Comparison, count: int) -> str:
    """How many vectors, and where they are from."""
    found = posterior.find(asked.posterior, next(iter(asked.arms.values())))
    if found is None or count == 1:
        return f"{count} of what nobody knows, Latin hypercube, seed {asked.sampler_seed}"
    return f"{count} of the posterior {found.source}, hash {found.hash}"


def uncertain(asked: Comparison) -> str:
    """The fields that vary from vector to vector."""
    control = next(iter(asked.arms.values()))
    found = posterior.find(asked.posterior, control)
    return ", ".join(control.uncertainties if found is None else found.space.names)


def _differences_caption(first: Difference) -> str:
    return (
        f"Mean differences from {first.control_name} with 95% intervals, over pairs of runs with the same draws and "
        "parameters. Hollow and grey: 0 is inside the interval."
    )


def _differences(found: Sequence[Difference]) -> pd.DataFrame:
    table = pd.DataFrame([dataclasses.asdict(one) for one in found])
    names = {"treatment_name": "under", "mean": "difference", "low": "difference_low", "high": "difference_high"}
    table = table.rename(columns=names)
    table["p_holm"] = holm(table["p"].tolist())
    ends = ["difference", "difference_low", "difference_high", "p_holm", "same_sign", "correlation", "spread", "noise"]
    table["unit"] = table["unit"].replace("1", "")
    return table[["under", "outcome", "unit", *ends, "control", "treatment", "variance_bought"]]


# --- discover ---------------------------------------------------------------------------------------------------------


def discovery(asked: Search, found: Discovery) -> Report:
    """Where an outcome happens."""
    stored = results.open(asked.folder)
    scenario, seed = stored.scenario, stored.manifest["seed"]
    pictures = {}
    if found.boxes:
        caption = (
            "Each box within what was sampled: blue is inside. Of parameters that are not named, all values are inside."
        )
        pictures = {"boxes": Picture(figures.boxes(found), caption)}
    return Report(
        title=f"Discovery in {scenario.name}",
        question=f"Where does {found.condition} happen?",
        answer=f"{found.sentence}.",
        command=dataclasses.replace(asked, condition=found.condition).command,
        design=[
            said_of(scenario),
            ("Batch", str(asked.folder)),
            ("Points", f"{found.points:,}, {found.runs:,} runs, {found.cases:,} of them cases; draws by seed {seed}"),
            ("Space", ", ".join(axis.path for axis in found.axes)),
            ("Method", "classification tree (Breiman et al. 1984) read as boxes (Bryant & Lempert 2010)"),
            ("Box", f"a part of the space in which {percent(found.min_density)} of the runs or more are cases"),
        ],
        figures=pictures,
        tables={"boxes": box_table(found)} if found.boxes else {},
        caveats=discovery_caveats(found),
    )


def box_table(found: Discovery) -> pd.DataFrame:
    """A row per box: its limits in words, coverage, density with its interval, runs and points."""
    rows = [
        {
            "box": str(box), "coverage": box.coverage, "density": box.density, "density_low": box.low,
            "density_high": box.high, "runs": box.runs, "points": box.points, "cases": box.cases,
        }
        for box in found.boxes
    ]  # fmt: skip
    return pd.DataFrame(rows)


def discovery_caveats(found: Discovery) -> list[str]:
    """What to know before believing a box."""
    told = []
    if found.dropped:
        told.append(f"{found.dropped:,} runs failed or are not defined and were left out.")
    if found.points < 40:
        told.append(f"{found.points} points are few: the boxes describe these points and may not hold between them.")
    return [
        *told,
        "Coverage is the share of all cases that lie in a box, density the share of a box's runs that are cases.",
        "Intervals of a density are Wilson's, at the number of independent runs that those of the box are worth: runs "
        "of a point share its parameters and are alike.",
        "A box was drawn on the runs it is judged by, which flatters it a little; a batch with other seeds would tell.",
        "Edges of a box are known as finely as points lie there.",
        ONE_MACHINE,
        MODEL,
    ]
