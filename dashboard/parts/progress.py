"""What the computing is at: a line under the title that is always there, so that nothing jumps."""

from __future__ import annotations

import solara
from solara.alias import rv

from dashboard.parts.panels import Words
from dashboard.state import session
from dashboard.state.session import Ensemble, Status


@solara.component
def Progress():
    now, shown = session.status.value, session.ensemble.value
    with rv.Html(tag="div", class_="gm-progress", attributes={"role": "status", "aria-live": "polite"}):
        Words("span", sentence(now, shown), "gm-bad" if now.phase == "failed" else "")
        if now.busy:
            rv.ProgressLinear(
                value=100 * now.done / max(1, now.total),
                indeterminate=now.phase != "running",
                height=4,
                rounded=True,
                class_="gm-bar",
                attributes={"aria-label": "Progress"},
            )
            solara.Button("Cancel", text=True, small=True, on_click=session.cancel)
        elif now.phase in ("cancelled", "failed"):
            solara.Button("Try again", text=True, small=True, on_click=lambda: session.recompute(session.setting.value))


def sentence(now: Status, shown: Ensemble | None) -> str:
    """What a reader needs to know about the figures below."""
    if now.phase == "compiling":
        return "Compiling the rules once for this machine, some 30 seconds..."
    if now.phase == "waiting":
        return "Preparing the runs..."
    if now.phase == "running":
        return f"Computing {now.done} of {now.total} runs..."
    if now.phase == "failed":
        return now.sentence
    if now.phase == "cancelled":
        return "Cancelled." + (" The figures are those of the setting before." if shown else "")
    if shown is None:
        return ""
    failed = f"; {len(shown.failures)} stopped: {shown.failures[0].sentence}" if shown.failures else ""
    return f"{shown.setting.runs} runs in {shown.seconds:.1f} s; ± is the Monte Carlo error of a median{failed}"
