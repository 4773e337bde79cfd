"""Figures on tasks: from records that were made by hand, so that each number can be counted on fingers."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from grader.autograde.item_analysis import figures
from grader.autograde.records import CheckRecord, SubmissionRecord
from grader.autograde.stats_page import stats_page
from grader.cli.group import main
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
    assert web.who == {"passed": ("ada",), "failed": ("bob", "cyd"), "blocked": (), "could_not_check": ()}
    assert (net.who[Status.COULD_NOT_CHECK], net.not_passed) == (("cyd",), []), "our fault is no failure of cyd's"
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


def test_what_was_found_in_its_place() -> None:
    def failed(found: str) -> CheckRecord:
        verdict = Verdict(Status.FAILED, "web uses port 80.", found=found)
        return CheckRecord("web", 4.0, 0, "", TaskReport("web", "web", "", (verdict,)))

    records = [record("ada", failed("8080")), record("bob", failed("8080")), record("cyd", failed("81"))]
    (web,) = figures(records)
    assert (web.failing_of, web.wrong, web.wrong_of) == (3, "8080", 2)


def test_the_terminal_shows_the_commonest_wrong_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def failed(found: str) -> CheckRecord:
        verdict = Verdict(Status.FAILED, "web [b]uses[/b] port 80.", found=found)
        return CheckRecord("web", 4.0, 0, "", TaskReport("web", "web", "", (verdict,)))

    texts = ["[red]8080[/red]\nand\x1b[2J", "[red]8080[/red]\nand\x1b[2J", "81"]
    names = [f"s{n:02}" for n in range(20)] + ["[b]z\n"]
    records = [record(name, failed(texts[n % 3]), check("net", 4)) for n, name in enumerate(names)]
    monkeypatch.setattr("grader.autograde.batch.course_folder", lambda start: start)
    monkeypatch.setattr("grader.autograde.batch.course_config", lambda root, db_url: None)
    monkeypatch.setattr("grader.autograde.batch.lab_in_gradebook", lambda config, lab: lab)
    monkeypatch.setattr("grader.autograde.item_analysis.graded_records", lambda config, lab: records)
    shown = CliRunner().invoke(main, ["stats", "01"], env={"COLUMNS": "80"}).output.splitlines()
    assert shown[1].split() == ["task", "passed", "median", "difficulty", "discrimination", "not", "checked"]
    assert [line.split()[:2] for line in shown[2:4]] == [["web", "0/21"], ["net", "21/21"]]
    assert shown[4:] == [
        "Who did not pass",
        rf"web: [b]z\n, {', '.join(names[:19])} …",
        "What failed most",
        "web: 21 × web [b]uses[/b] port 80.",
        r"  found most often (14 ×): [red]8080[/red]\nand\x1b[2J",
    ]


def test_the_page_says_in_words_what_its_pictures_show() -> None:
    scores = [(0, 4), (1, 3), (2, 2), (3, 1), (4, 0)]
    records = [
        record(f"zorro{n}", check("good", a, "<b>x</b> is y."), check("bad", b, "x"), score=a + b, most=8)
        for n, (a, b) in enumerate(scores)
    ]
    records.append(record("t", check("good", None, "Ours."), check("bad", 0, "x"), score=0, most=8))
    page = stats_page("01-web", records, figures(records))
    # Well-formed, so that a browser and a screen reader see the same.
    root = ElementTree.fromstring(re.sub(r"<!doctype html>|<meta[^>]*>", "", page))
    ids = {element.get("id") for element in root.iter()}
    pictures = list(root.iter("svg"))
    assert len(pictures) == 3
    assert all(picture.get("role") == "img" and picture.get("aria-labelledby") in ids for picture in pictures)
    words = " ".join("".join(root.itertext()).split())
    for sentence in ("6 graded submissions.", "× <b>x</b> is y.", "50–60 %: 5", "could not be checked for 1 student."):
        assert sentence in words
    assert "It doesn't tell who can do the rest" in words
    assert "prefers-color-scheme:dark" in page
    assert "http" not in page, "nothing is loaded from anywhere"
    assert "zorro" not in page, "no student's name"
    assert "0 graded submissions." in stats_page("01-web", [], [])
