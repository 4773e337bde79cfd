"""Figures on tasks: from records that were made by hand, so that each number can be counted on fingers."""

from __future__ import annotations

from typing import Any

import pytest

from grader.autograde.item_analysis import figures
from grader.autograde.records import CheckRecord, SubmissionRecord
from grader.report.verdicts import Status, TaskReport, Verdict


def check(name: str, score: float | None, *sentences: str) -> CheckRecord:
    status = Status.COULD_NOT_CHECK if score is None else Status.FAILED
    verdicts = tuple(Verdict(status, sentence) for sentence in sentences) or (Verdict(Status.PASSED, "It is there."),)
    return CheckRecord(name, 4.0, score, "", TaskReport(name, name, "", verdicts))


def record(student: str, *checks: CheckRecord, **more: Any) -> SubmissionRecord:
    return SubmissionRecord(student, "01", checks=checks, **more)


def test_a_class_counted_on_fingers() -> None:
    running, missing = "web is running.", "web exists."
    records = [
        record("ada", check("web", 4), check("net", 4)),
        record("bob", check("web", 2, running), check("net", 4)),
        record("cyd", check("web", 0, missing, running), check("net", None, "Our fault.")),
        record("dan", error="No notebook."),
    ]
    web, net = figures(records)
    assert (web.name, web.students, web.passed, web.failed, web.unchecked) == ("web", 3, 1, 2, 0)
    assert (web.median, web.difficulty) == (2, 0.5)
    assert (web.failing, web.failing_of) == (running, 2)
    assert (net.students, net.passed, net.unchecked, net.median, net.difficulty) == (3, 2, 1, 4, 1)
    assert (net.failing, net.failing_of) == ("", 0), "what we could not check is nobody's failure"
    assert web.discrimination is None, "three students say nothing"


def test_a_task_that_only_the_weak_pass_shows() -> None:
    scores = [(0, 4), (1, 3), (2, 2), (3, 1), (4, 0)]
    records = [
        record(f"s{n}", check("good", a, "x"), check("bad", b, "x"), check("rest", 4 * a, "x"), check("all", 4))
        for n, (a, b) in enumerate(scores)
    ]
    good, bad, _rest, everybody = figures(records)
    assert good.discrimination == pytest.approx(1)
    assert bad.discrimination == pytest.approx(-1)
    assert everybody.discrimination is None
    assert everybody.difficulty == 1


def test_nobody_has_no_figures() -> None:
    assert figures([]) == []
    assert figures([record("ada", error="x")]) == []
