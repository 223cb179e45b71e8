"""Work in the background: progress, cancel, failure, and what is shown while rules are compiled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from dashboard.parts.progress import sentence
from dashboard.state import jobs
from dashboard.state.jobs import Job, Status, left, once
from dashboard.state.session import scenario_of
from market import BadInput
from market.gears.simulate import Cancelled


def made(work: Callable, meanwhile: Callable | None = None) -> Job:
    return Job(once(work), meanwhile, base=lambda wanted: scenario_of("reference"))


def finish(job: Job) -> None:
    assert job.task._last_finished_event.wait(20)


@pytest.fixture(autouse=True)
def compiled(monkeypatch) -> None:
    monkeypatch.setattr(jobs, "compiling", lambda scenario: iter(()))
    monkeypatch.setattr(jobs, "SOON", 0.0)
    monkeypatch.setattr(jobs, "EVERY", 0.0)


def test_a_job_is_cancelled_fails_with_a_sentence_and_keeps_what_was_there(session):
    started, go_on = threading.Event(), threading.Event()

    def work(wanted, progress):
        if wanted == "bad":
            raise BadInput("field: found x; allowed: y")
        if wanted == "slow":
            assert progress(1, 4)
            started.set()
            assert go_on.wait(20)
            if progress(2, 4) is False:
                raise Cancelled
        return wanted

    job = made(work)
    assert job.status.value == Status("idle")
    job.start("first")
    finish(job)
    assert (job.result.value, job.status.value) == ("first", Status("done"))
    job.start("slow")
    assert started.wait(20)
    assert job.status.value == Status("running", 1, 4)
    job.cancel()
    go_on.set()
    finish(job)
    assert (job.result.value, job.status.value) == ("first", Status("cancelled"))
    job.start("bad")
    finish(job)
    assert (job.result.value, job.status.value) == ("first", Status("failed", sentence="field: found x; allowed: y"))


def test_the_time_left_is_said_once_the_pace_is_known():
    assert left(0.5, 1, 4) == left(9.0, 4, 4) == ""
    assert left(3.0, 1, 4) == "9 s left"


def test_while_rules_are_compiled_a_few_runs_are_shown_and_the_time_is_said(session, monkeypatch):
    seen: list[tuple[Status, object]] = []

    def compiling(scenario) -> Iterator[float]:
        for seconds in (0.0, 7.0):
            yield seconds
            seen.append((job.status.value, job.result.value))

    def few(wanted, progress):
        assert progress(3, 20)
        assert job.status.value == Status("stepping", 3, 20)
        return "few"

    job = made(lambda wanted, progress: "all", few)
    monkeypatch.setattr(jobs, "compiling", compiling)
    job.start("wanted")
    finish(job)
    assert seen == [(Status("compiling", sentence="0 s"), "few"), (Status("compiling", sentence="7 s"), "few")]
    assert (job.result.value, job.status.value) == ("all", Status("done"))
    assert "7 s so far" in sentence(seen[1][0], "20 of 200 runs")


def test_who_cancels_while_rules_are_compiled_keeps_the_few_runs(session, monkeypatch):
    started, go_on = threading.Event(), threading.Event()

    def compiling(scenario) -> Iterator[float]:
        yield 0.0
        started.set()
        assert go_on.wait(20)
        yield 1.0

    job = made(lambda wanted, progress: pytest.fail("was cancelled"), lambda wanted, progress: "few")
    monkeypatch.setattr(jobs, "compiling", compiling)
    job.start("wanted")
    assert started.wait(20)
    job.cancel()
    go_on.set()
    finish(job)
    assert (job.result.value, job.status.value) == ("few", Status("cancelled"))


def test_nothing_is_said_of_compiling_where_nothing_is_compiled(session):
    said: list[str] = []
    job = made(lambda wanted, progress: progress(1, 1) and "done")
    forget = job.status.subscribe(lambda now: said.append(now.phase))
    job.start("wanted")
    finish(job)
    forget()
    assert said == ["waiting", "running", "done"]


def test_how_far_quick_work_is_is_not_told(session, monkeypatch):
    """Each time it is told the page is rendered."""
    monkeypatch.setattr(jobs, "SOON", 1000.0)
    said: list[str] = []
    job = made(lambda wanted, progress: [progress(done, 20) for done in range(20)])
    forget = job.status.subscribe(lambda now: said.append(now.phase))
    job.start("wanted")
    finish(job)
    forget()
    assert said == ["waiting", "done"]


def test_one_result_after_the_other_is_shown(session):
    seen: list[object] = []

    def work(wanted, progress):
        yield "few"
        seen.append(job.result.value)
        yield "all"

    job = Job(work, base=lambda wanted: scenario_of("reference"))
    job.start("wanted")
    finish(job)
    assert seen == ["few"]
    assert (job.result.value, job.status.value) == ("all", Status("done"))


def test_what_is_wanted_no_more_is_not_computed_on(session):
    shown, go_on = threading.Event(), threading.Event()

    def work(wanted, progress):
        yield f"few {wanted}"
        if wanted == "first":
            shown.set()
            assert go_on.wait(20)
            if progress(0, 200) is False:
                raise Cancelled
            pytest.fail("was superseded")
        yield f"all {wanted}"

    job = Job(work, base=lambda wanted: scenario_of("reference"))
    job.start("first")
    assert shown.wait(20)
    job.start("second")
    go_on.set()
    finish(job)
    assert (job.result.value, job.status.value) == ("all second", Status("done"))


def test_work_whose_page_was_closed_ends_without_a_word(session, monkeypatch):
    """Its variables are gone with the page; a failure while it is open is told."""

    def work(wanted, progress):
        raise RuntimeError("no known context found")

    job = made(work)
    job.start("open")
    finish(job)
    assert "no known context found" in job.status.value.sentence
    monkeypatch.setattr(jobs, "has_current_context", lambda: False)
    job.start("closed")
    finish(job)
    assert job.status.value == Status("waiting")
    assert job.task.exception is None
