"""What ``sensitivity``, ``compare`` and ``discover`` write with ``--out``: their results as reports."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from runs.analysis.compare import holm
from runs.reports import figures
from runs.reports.contents import Picture, Report
from runs.words import number, percent

if TYPE_CHECKING:
    from market import Scenario
    from runs.analysis.compare import Difference
    from runs.analysis.discover import Discovery
    from runs.analysis.indices import Indices
    from runs.analysis.sensitivity import Study

ONE_MACHINE = (
    "The same command gives these digits again in the environment named below; elsewhere the last ones may differ."
)
MODEL = "All of this holds in the model, whose constants were chosen by looking at history, not fitted to it."


def command(*words: object) -> str:
    """A command line that a shell reads as these words; those that are None are left out."""
    return shlex.join(["gpumarket", *(str(word) for word in words if word is not None)])


def interval(low: float, high: float) -> str:
    """Two ends in brackets, three digits each."""
    return f"[{number(low, 3)}, {number(high, 3)}]"


def unit_of(unit: str) -> str:
    """A unit behind a number, nothing where it has none."""
    return "" if unit in ("", "1") else f" {unit}"


def said_of(scenario: Scenario) -> tuple[str, str]:
    """The line of the design that names a scenario."""
    return "Scenario", f"{scenario.name}: {scenario.title} (hash {scenario.hash[:12]})"


# --- sensitivity ------------------------------------------------------------------------------------------------------


def sensitivity(study: Study, found: Mapping[str, Indices], over_time: bool, repeat: str) -> Report:
    """Which inputs drive the outcomes; of several the first answers.

    Args:
        study: whose scenario and design are told.
        found: indices by outcome, or by measure and quarter if ``over_time``.
        over_time: one figure of all quarters instead of one per outcome.
        repeat: the command line.
    """
    first = next(iter(found.values()))
    of = ", ".join(dict.fromkeys(name.rpartition(" in ")[0] if over_time else name for name in found))
    if over_time:
        pictures = {"over_time": Picture(figures.over_time(found), OVER_TIME)}
        tables = {f"{first.main} by quarter": _by_quarter(found), "indices": _long(found)}
        answers = _leads_over_time(found)
    else:
        pictures = {name: Picture(figures.tornado(one), _tornado_caption(one)) for name, one in found.items()}
        tables = {f"{one.method} {name}": _ranked(one) for name, one in found.items()}
        tables |= {f"pairs {name}": _pairs(one.second) for name, one in found.items() if one.second is not None}
        answers = leads(first)
    return Report(
        title=f"Sensitivity of {study.scenario.name}",
        question=f"Which of the things that nobody knows drive {of}, and which cannot be told from chance?",
        answer=answers,
        command=repeat,
        design=[
            said_of(study.scenario),
            ("Method", METHODS[study.method]),
            ("Inputs", f"{len(first.table) - 1:,} beside one that nothing reads (inert)"),
            ("Points", f"{first.points:,} of {first.runs_per_point:,} runs, {study.run_count:,} runs"),
            ("Draws", f"seed {study.seed}, {'shared by all points' if study.shared else 'own for every run'}"),
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


def leads(found: Indices) -> str:
    """The answer: what drives an outcome most, and how many inputs are under the floor."""
    ranked = found.ranked.drop(index="inert", errors="ignore")
    name, row = str(ranked.index[0]), ranked.iloc[0]
    under = sum(found.under(str(other)) for other in ranked.index)
    rest = f"{under} of {len(ranked)} inputs cannot be told from chance"
    if found.under(name):
        return f"Nothing that was varied can be told from chance in {found.outcome}: {rest}."
    main = found.main
    unit = unit_of(found.unit) if found.method == "morris" else ""
    value = f"{figures.SIGN.get(main, main)} {number(row[main], 3)}{unit}"
    return f"{name} drives {found.outcome} most: {value} {interval(row[f'{main}_low'], row[f'{main}_high'])}; {rest}."


def _leads_over_time(found: Mapping[str, Indices]) -> str:
    """How often the input leads that leads most often."""
    tops = []
    for one in found.values():
        ranked = one.ranked.drop(index="inert", errors="ignore")
        tops.append("" if one.under(str(ranked.index[0])) else str(ranked.index[0]))
    named = [name for name in tops if name]
    if not named:
        return f"In none of {len(tops)} quarters can anything that was varied be told from chance."
    name = max(dict.fromkeys(named), key=named.count)
    at = max(
        (key for key, top in zip(found, tops, strict=True) if top == name),
        key=lambda key: found[key].table.loc[name, found[key].main],
    )
    best, main = found[at], found[at].main
    row = best.table.loc[name]
    return (
        f"{name} drives {at.rpartition(' in ')[0]} most in {named.count(name)} of {len(tops)} quarters, at its "
        f"strongest in {at.rpartition(' in ')[2]}: {figures.SIGN.get(main, main)} {number(row[main], 3)}"
        f"{unit_of(best.unit) if best.method == 'morris' else ''} "
        f"{interval(row[f'{main}_low'], row[f'{main}_high'])}."
    )


def _ranked(one: Indices) -> pd.DataFrame:
    table = one.ranked.copy()
    table["under_the_floor"] = ["yes" if one.under(str(name)) else "no" for name in table.index]
    return table


def _pairs(second: pd.DataFrame) -> pd.DataFrame:
    return second.sort_values("S2", ascending=False, kind="stable").reset_index()


def _by_quarter(found: Mapping[str, Indices]) -> pd.DataFrame:
    """The main index of the inputs in the figure, a row per quarter; of several measures one below the other."""
    measures: dict[str, list[str]] = {}
    for key in found:
        measures.setdefault(key.rpartition(" in ")[0], []).append(key)
    rows = []
    for measure, keys in measures.items():
        shown = figures.leading([found[key] for key in keys])
        for key in keys:
            one = found[key]
            row = {"quarter": key.rpartition(" in ")[2]} | ({"measure": measure} if len(measures) > 1 else {})
            rows.append({**row, **one.table[one.main][shown].to_dict(), "floor": one.floor})
    return pd.DataFrame(rows)


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
        f"floor of {number(one.floor, 3)}, which chance alone would reach."
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


def comparison(
    arms: Mapping[str, Scenario], found: Sequence[Difference], seed: int, sampler_seed: int, repeat: str
) -> Report:
    """What treatments change; the first outcome answers.

    Args:
        arms: scenarios by name, the control first.
        found: their differences from it.
        seed: of the draws.
        sampler_seed: of the parameter vectors.
        repeat: the command line.
    """
    first = found[0]
    control = next(iter(arms.values()))
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
        answer=changes(found),
        command=repeat,
        design=[
            *((name, f"{scenario.name} (hash {scenario.hash[:12]})") for name, scenario in arms.items()),
            ("Vectors", f"{first.vectors} of what nobody knows, Latin hypercube, seed {sampler_seed}"),
            ("Runs", f"{first.seeds} of each vector and arm, {len(arms) * first.vectors * first.seeds:,} runs"),
            ("Draws", f"seed {seed}, the same for every arm: run n of one is paired with run n of the other"),
            ("Uncertain", ", ".join(control.uncertainties) if first.vectors > 1 else "nothing, parameters as they are"),
        ],
        figures={"differences": Picture(figures.differences(found), _differences_caption(first))},
        tables={"differences": _differences(found)},
        caveats=[*dropped, spread, *(many if len(found) > 1 else []), ONE_MACHINE, MODEL],
    )


def changes(found: Sequence[Difference]) -> str:
    """The answer: the treatment that changes the first outcome most, and how much of all that is told from 0."""
    rows = [one for one in found if one.outcome == found[0].outcome]
    most = max(rows, key=lambda one: (one.certain, abs(one.mean)))
    sign = "+" if most.mean > 0.0 else ""
    value = f"{sign}{number(most.mean, 3)}{unit_of(most.unit)} {interval(most.low, most.high)}"
    against = f"from {number(most.control)} under {most.control_name}"
    uncertain = sum(not one.certain for one in found)
    rest = f"; {uncertain} of {len(found)} differences cannot be told from 0" if len(found) > 1 else ""
    if not most.certain:
        return f"No change of {most.outcome} can be told from 0: {most.treatment_name} {value}, {against}{rest}."
    of = " most" if len(rows) > 1 else ""
    return f"{most.treatment_name} changes {most.outcome}{of}: {value}, {against}{rest}."


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


def discovery(found: Discovery, scenario: Scenario, folder: str, seed: int, repeat: str) -> Report:
    """Where an outcome happens.

    Args:
        found: the boxes.
        scenario: of the batch.
        folder: of the batch, as the user called it.
        seed: of the batch's draws.
        repeat: the command line.
    """
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
        command=repeat,
        design=[
            said_of(scenario),
            ("Batch", folder),
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
