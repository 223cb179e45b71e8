"""What work is at: a line under the title that is always there, so that nothing jumps."""

from __future__ import annotations

from collections.abc import Callable

import solara
from solara.alias import rv

from dashboard.parts.panels import Words
from dashboard.state.jobs import Job, Status


@solara.component
def Progress(job: Job, said: str, again: Callable[[], None] | None = None) -> None:
    """The line, with a bar and a way out; ``said`` is what it says when there is nothing to wait for, or not for long.

    ``again`` starts the work anew where no other button does.
    """
    now = job.status.value
    with rv.Html(tag="div", class_="gm-progress", attributes={"role": "status", "aria-live": "polite"}):
        text = sentence(now, said if job.result.value is not None else "") or said
        Words("span", text, "gm-bad" if now.phase == "failed" else "")
        if now.busy and now.phase != "waiting":
            counted = now.phase in ("stepping", "running")
            rv.ProgressLinear(
                value=100 * now.done / max(1, now.total),
                indeterminate=not counted,
                height=4,
                rounded=True,
                class_="gm-bar",
                attributes={"aria-label": "Progress"},
            )
            solara.Button("Cancel", text=True, small=True, on_click=job.cancel)
        elif again is not None and now.phase in ("cancelled", "failed"):
            solara.Button("Try again", text=True, small=True, on_click=again)


def sentence(now: Status, shown: str) -> str:
    """What a reader needs to know about work that is not simply done, beside what is said of what is shown."""
    if now.phase == "waiting":
        return "" if shown else "Preparing the runs..."
    if now.phase == "stepping":
        return f"Stepping {now.done} of {now.total} runs, until the rules are compiled..."
    if now.phase == "compiling":
        before = f"{shown}. " if shown else ""
        return f"{before}Compiling the rules, once for this machine: {now.sentence} so far, seldom over a minute..."
    if now.phase == "running":
        more = f", {now.sentence}" if now.sentence else ""
        return f"Computing {now.done:,} of {now.total:,} runs{more}..."
    if now.phase == "failed":
        return now.sentence
    if now.phase == "cancelled":
        return "Cancelled." + (" What is below is of the setting before." if shown else "")
    return ""
