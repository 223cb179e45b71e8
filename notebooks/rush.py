"""Who waited when xAI wanted 100,000? ``marimo edit notebooks/rush.py``."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from matplotlib.figure import Figure

    from market import Scenario, simulate
    from runs import plots

    return Figure, Scenario, mo, plots, simulate


@app.cell
def _(mo):
    mo.md(
        "# Who waited when xAI wanted 100,000?\n\nIn 2024 xAI, with fresh billions and a site built in 122 days, "
        "wanted 100,000 H100 at once, then 200,000. `no-rush` is the same world, on the same draws, in which it orders "
        "like any other lab. So the difference is the rush."
    )


@app.cell
def _(Scenario, simulate):
    runs = 200
    rush, calm = (simulate(Scenario.load(name), runs=runs) for name in ("colossus", "no-rush"))
    return calm, runs, rush


@app.cell
def _(calm, rush):
    xai = {
        name: one["buyer_delivered"].sel(buyer="xAI", quarter=slice("2024Q2", "2025Q2")).sum("quarter").median().item()
        for name, one in (("rush", rush), ("no rush", calm))
    }
    xai
    return (xai,)


@app.cell
def _(calm, rush):
    others = [str(name) for name in rush["buyer"].values if name != "xAI"]
    window = {"buyer": others, "quarter": slice("2024Q2", "2025Q2")}
    more = (rush["buyer_delivered"] - calm["buyer_delivered"]).sel(window).sum("quarter")
    lost = -more.mean("run")  # HAE that others did not get in these quarters, because of the rush
    return lost, more, others, window


@app.cell
def _(lost, more, runs):
    import pandas as pd

    error = more.std("run", ddof=1) / runs**0.5
    who = pd.DataFrame({"HAE less": lost.to_series(), "±95%": 1.96 * error.to_series()})
    who = who.sort_values("HAE less", ascending=False).round()
    who
    return (who,)


@app.cell
def _(calm, rush, window):
    waits = {
        name: one["buyer_realised_lead_weeks"].sel(window).mean(["run", "quarter"]).to_series().round(1)
        for name, one in (("rush", rush), ("no rush", calm))
    }
    return (waits,)


@app.cell
def _(Figure, calm, plots, rush):
    figure = Figure(figsize=(9.0, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for ax, one in ((left, rush), (right, calm)):
        plots.band(one, "product_quoted_lead_weeks", ax, product="H100")
    figure
    return (figure,)


@app.cell
def _(lost, mo, waits, who, xai):
    first = who.index[0]
    longer = (waits["rush"] - waits["no rush"]).sort_values(ascending=False)
    mo.md(
        f"xAI got {xai['rush']:,.0f} HAE from 2024Q2 to 2025Q2, {xai['rush'] - xai['no rush']:,.0f} more than without "
        f"the rush. The others went without {float(lost.sum()):,.0f} HAE in these quarters, **{first}** most of all "
        f"({who['HAE less'].iloc[0]:,.0f}); the wait grew most for {longer.index[0]}, by {longer.iloc[0]:.1f} weeks."
    )
    return first, longer


if __name__ == "__main__":
    app.run()
