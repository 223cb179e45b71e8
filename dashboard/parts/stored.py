"""What the tabs say of the stored analysis that the page was opened on, and the way back to it."""

from __future__ import annotations

from typing import Any

import solara

from dashboard.parts.panels import Words
from dashboard.state import session
from dashboard.state.analysis import Analysis
from dashboard.state.jobs import Job
from dashboard.state.link import of_analysis
from dashboard.state.together import together


def FromStored(found: Analysis) -> solara.Element:
    """That what is shown is a stored analysis; marked where it was run by other rules."""
    return Words("p", found.told, "gm-notice gm-stored" if found.kept.foreign else "gm-lead gm-stored")


def Back(found: Analysis, job: Job[Any, Any], form: solara.Reactive[Any]) -> solara.Element:
    """Look at the stored analysis again, with the drawer set to it."""

    def go() -> None:
        with together():
            job.forget()
            form.value, session.setting.value = None, of_analysis(found)

    return solara.Button(f"Back to the stored {found.CALLED}", outlined=True, on_click=go)
