"""The market in ten cells: ``marimo edit notebooks/market.py``."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    from market import Market, Scenario, simulate
    from runs import plots

    return Market, Scenario, mo, plots, simulate


@app.cell
def _(mo):
    mo.md("# The market in ten cells\n\nBuyers and a supplier that cannot make enough; prices and waits come out.")


@app.cell
def _(Scenario):
    scenario = Scenario.load("colossus")  # a world and its rules, frozen: the only input
    scenario.quarters[0], scenario.quarters[-1], list(scenario.buyers)
    return (scenario,)


@app.cell
def _(Market, scenario):
    model = Market(scenario, replication=3)  # one future, in Mesa: step it, look at it, change it
    model.step()
    model.table("buyers")[["buyer", "needed", "ordered", "delivered", "backlog"]].round()
    return (model,)


@app.cell
def _(scenario, simulate):
    results = simulate(scenario, runs=100)  # a hundred futures, compiled; run 3 is the model above, to the last bit
    results
    return (results,)


@app.cell
def _(plots, results):
    plots.band(results, "product_quoted_lead_weeks", product="H100")


@app.cell
def _(plots, results):
    plots.shares(results)


@app.cell
def _(plots, results):
    plots.waterfall(results, "2024Q2")


@app.cell
def _(scenario, simulate):
    alike = simulate(scenario.replace("market.allocation", "uniform"), runs=100)  # one field changed, on the same draws
    return (alike,)


@app.cell
def _(alike, mo, results):
    waits = {
        name: float(one["realised_lead_weeks"].sel(quarter=slice("2023Q3", "2024Q4")).mean())
        for name, one in (("as the supplier does", results), ("everybody alike", alike))
    }
    mo.md("\n".join(f"- {name}: {wait:.1f} weeks from order to delivery" for name, wait in waits.items()))
    return (waits,)


if __name__ == "__main__":
    app.run()
