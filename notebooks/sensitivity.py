"""A study of sensitivity from end to end: ``marimo edit notebooks/sensitivity.py``."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from market import Scenario
    from runs import Comparison, Lever, Sensitivity, plots

    return Comparison, Lever, Scenario, Sensitivity, mo, plots


@app.cell
def _(mo):
    mo.md(
        "# What drives the longest quote?\n\nFifteen things nobody knows, each in its range. First a screening that is "
        "cheap, then shares of variance for those that are left, then what the first of them changes."
    )


@app.cell
def _(Scenario):
    scenario = Scenario.load("colossus")
    {path: str(span) for path, span in scenario.uncertainties.items()}
    return (scenario,)


@app.cell
def _(Sensitivity, scenario):
    screening = Sensitivity(scenario, method="morris", outcomes=["peak_quote"], samples=10, runs=4)
    screened = screening.indices(screening.run())["peak_quote"]
    return screened, screening


@app.cell
def _(plots, screened):
    plots.tornado(screened)


@app.cell
def _(mo, screened):
    from runs.findings import sensitivity

    mo.md(f"{sensitivity.sentence(screened, 'the longest quote')} {' '.join(screened.warnings)}")


@app.cell
def _(scenario, screened):
    left = [path for path in screened.ranked.index if path in scenario.uncertainties][:4]
    kept = {path: scenario.uncertainties[path] for path in left}
    return kept, left


@app.cell
def _(Sensitivity, kept, scenario):
    shares = Sensitivity(scenario, method="sobol", outcomes=["peak_quote"], samples=32, runs=4, uncertainties=kept)
    found = shares.indices(shares.run())["peak_quote"]
    return found, shares


@app.cell
def _(found, plots):
    plots.tornado(found)


@app.cell
def _(Comparison, Lever, found, plots, scenario):
    first = str(found.ranked.index[0])
    low, high = scenario.uncertainties[first].low, scenario.uncertainties[first].high
    ends = Comparison(
        {scenario.name: scenario}, Lever(first, [low, high]), outcomes=["peak_quote"], vectors=1, runs=50
    ).run()
    plots.forest(ends)
    return ends, first


if __name__ == "__main__":
    app.run()
