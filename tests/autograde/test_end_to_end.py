"""Real nbgrader converters on real submissions: scores, reasons, feedback, manual marks, faults."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from grading_course import ESSAY, HALF, LAB, SOLUTIONS, Course
from nbgrader.converters.base import NbGraderException

from grader.autograde.verdict_cells import read_report
from grader.engines import Engine
from grader.report.render import report_as_text
from grader.report.verdicts import TaskReport
from grader.sandbox.sandbox import PREFIX
from grader.sandbox.session import Session

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def graded(course: Course) -> Course:
    course.hand_in("ada", course.answered(SOLUTIONS, "An image is a stack of layers."))
    course.hand_in("bob", course.answered(HALF))
    course.hand_in("cyd", course.blank())
    course.hand_in("dan", "this is no notebook")
    folder = course.hand_in("eve", course.answered(SOLUTIONS))
    (folder / f"{LAB}.ipynb").unlink()
    (folder / f"{LAB}.ipynb").symlink_to(course.root / "solutions" / LAB / f"{LAB}.ipynb")
    course.autograde()
    course.feedback()
    return course


def test_the_release_has_neither_solutions_nor_hidden_tests_nor_answers(course: Course) -> None:
    text = (course.root / "labs" / LAB / f"{LAB}.ipynb").read_text()
    assert "# Type your commands here" in text
    for secret in ("10.77", "secret-label", "HIDDEN", "SOLUTION"):
        assert secret not in text
    assert (course.root / "labs" / LAB / "site" / "index.html").exists()
    assert not (course.root / "labs" / LAB / "answers").exists()
    known = (course.root / "labs" / LAB / ".reasons.json").read_text()
    assert "It is called" in known
    for secret in ("10.77", "chose", "frnt\n", "docker"):
        assert secret not in known


def test_perfect_half_and_empty_work_get_full_partial_and_no_points(graded: Course) -> None:
    assert graded.grades("ada") == {"net": 4, "vol": 3, "last": 2, ESSAY: None}
    assert graded.grades("bob") == {"net": 2, "vol": 1.5, "last": 0, ESSAY: 0}
    assert graded.grades("cyd") == {"net": 0, "vol": 0, "last": 0, ESSAY: 0}
    assert graded.flagged("ada") == {ESSAY}
    assert graded.flagged("cyd") == set()


def test_every_score_has_a_sentence(graded: Course) -> None:
    text = json.dumps(graded.graded("bob"))
    assert "1.5 of 3 points: 1 of 2 expectations met." in text
    assert "0 of 2 points" in text


def test_a_file_that_is_no_notebook_waits_for_the_instructor(graded: Course) -> None:
    for student in ("dan", "eve"):
        assert graded.grades(student) == {"net": None, "vol": None, "last": None, ESSAY: None}
        assert graded.flagged(student) == {"net", "vol", "last", ESSAY}
    assert "not a notebook" in json.dumps(graded.graded("dan"))
    assert "symbolic link" in json.dumps(graded.graded("eve"))
    assert SOLUTIONS["net"] not in json.dumps([c.source for c in graded.graded("eve").cells])


def test_feedback_gives_reasons_and_keeps_hidden_tests_hidden(graded: Course) -> None:
    page = (graded.root / "feedback" / "bob" / LAB / f"{LAB}.html").read_text()
    for wanted in ("expected", "found", "10.77.0.0/24", "docker network create --help", "Graded by Drydock"):
        assert wanted in page, wanted
    for hidden in ("HIDDEN TESTS", "has_subnet", "has_label"):
        assert hidden not in page, hidden
    # A kept wrong answer that only the hidden test sees, and that was handed in as it is.
    assert "One way to get here: Docker &lt;chose&gt; the subnet." in page
    blank = (graded.root / "feedback" / "cyd" / LAB / f"{LAB}.html").read_text()
    assert "One way to get here: It is called <code" in blank
    assert "chose" not in blank
    assert "native engine" in page or "rootless" in page or "native:" in page


def test_a_regrade_keeps_manual_marks(graded: Course) -> None:
    with graded.gradebook() as book:
        book.find_grade(ESSAY, LAB, LAB, "ada").manual_score = 4.5
        book.find_grade("net", LAB, LAB, "ada").manual_score = 1
        book.db.commit()
    graded.hand_in("ada", graded.answered({**SOLUTIONS, "vol": "!docker volume create data"}, "An image."))
    graded.autograde(force=True, student="ada")
    assert graded.grades("ada") == {"net": 4, "vol": 1.5, "last": 2, ESSAY: None}
    with graded.gradebook() as book:
        assert book.find_grade(ESSAY, LAB, LAB, "ada").manual_score == 4.5
        assert book.find_submission(LAB, "ada").score == 1 + 1.5 + 2 + 4.5


def test_a_daemon_that_ends_leaves_what_was_earned_and_flags_the_rest(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grader's fault: the engine is lost after the first check."""
    check = Session.check

    def check_then_lose_the_daemon(session: Session, name: str, source: str) -> TaskReport:
        report = check(session, name, source)
        _end(session._sandbox.engine)
        return report

    monkeypatch.setattr(Session, "check", check_then_lose_the_daemon)
    course.hand_in("fay", course.answered(SOLUTIONS))
    course.autograde(student="fay")
    assert course.grades("fay") == {"net": 4, "vol": None, "last": None, ESSAY: 0}
    assert course.flagged("fay") == {"vol", "last"}
    reports = [report for cell in course.graded("fay").cells if (report := read_report(cell))]
    assert "ended early" in report_as_text(reports[1])


def _end(engine: Engine) -> None:
    pid = engine.endpoint.netns_pid
    if engine.is_alive() and pid:
        os.kill(pid, signal.SIGKILL)
        engine._supervisor._process.wait(120)  # type: ignore[attr-defined]


def test_without_walls_nothing_starts_unless_trust_is_declared(
    course: Course, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    course.hand_in("gil", course.blank())
    monkeypatch.setitem(course.settings, "engine", "host")
    monkeypatch.setattr("grader.engines.host.HostEngine.probe", _works)
    with pytest.raises(NbGraderException, match="i_trust_these_students"):
        course.autograde(student="gil")
    assert not (course.root / "autograded" / "gil").exists()
    monkeypatch.setitem(course.settings, "i_trust_these_students", True)
    # Then the next question is whether there is such an engine.
    monkeypatch.setenv("DRYDOCK_OUTER_DOCKER_HOST", "unix:///nonexistent.sock")
    with pytest.raises(NbGraderException, match="Nothing was graded"):
        course.autograde(student="gil")


def _works(*_engine: object) -> object:
    from grader.engines import Probe

    return Probe(True, "")


def test_formgraders_button_does_the_same(graded: Course) -> None:
    """The button calls nbgrader's API in the Jupyter server, whose event loop is running meanwhile."""
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    graded.hand_in("hal", graded.answered(SOLUTIONS))
    config = graded.config()

    async def press() -> dict[str, object]:
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        result: dict[str, object] = api.autograde(LAB, "hal", force=True)
        return result

    result = asyncio.run(press())
    assert result["success"], result
    assert "behind the walls of the" in str(result["log"])
    assert graded.grades("hal") == {"net": 4, "vol": 3, "last": 2, ESSAY: 0}


def test_nothing_is_left_behind(graded: Course) -> None:
    # By their names those of this process: other test workers may be grading at this moment.
    ours = f"{PREFIX}{os.getpid()}-*"
    # The last one is ended in the background.
    end = time.monotonic() + 120
    while any(Path(tempfile.gettempdir()).glob(ours)) and time.monotonic() < end:
        time.sleep(0.1)
    assert list(Path(tempfile.gettempdir()).glob(ours)) == []


def test_the_graded_notebook_is_valid(graded: Course) -> None:
    for student in ("ada", "bob", "cyd", "dan"):
        nbformat.validate(graded.graded(student))
