"""``drydock feedback``: nbgrader's own pages for everybody, with several processes, whatever one of them meets."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from grading_course import ESSAY, HALF, LAB, SOLUTIONS, Course
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from grader.autograde.feedback_run import FeedbackRun, _replace
from grader.autograde.mailing import Mail, Missing, feedback_mails
from grader.autograde.submissions import alone
from grader.cli.feedback import command

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def graded(course: Course) -> Course:
    """Two who are graded, one whose grading was stopped, and three whose graded notebooks somebody has damaged."""
    course.hand_in("ada", course.answered(SOLUTIONS, "An image."))
    (course.hand_in("*", course.answered(HALF)) / "mine [1].txt").write_text("mine")
    for student in ("stopped", "damaged", "empty", "gone"):
        course.hand_in(student, course.blank())
    course.autograde()
    done = course.root / "autograded"
    half = json.loads((done / "stopped" / LAB / f"{LAB}.ipynb").read_text())
    del half["metadata"]["drydock"]["version"]
    left = {"stopped": json.dumps(half), "damaged": '{"metadata": {"drydock": {"version": 1}}}', "empty": ""}
    for student, text in left.items():
        path = done / student / LAB / f"{LAB}.ipynb"
        path.chmod(0o644)
        path.write_text(text)
    (done / "gone" / LAB / f"{LAB}.ipynb").unlink()
    return course


@pytest.fixture
def here(graded: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(graded.root)
    return graded.root


def pages(root: Path) -> dict[str, bytes]:
    found = root.joinpath("feedback").rglob("*")
    return {os.fspath(path.relative_to(root)): path.read_bytes() for path in found if path.is_file()}


def test_pages_are_nbgraders_own_and_one_trouble_is_no_others(graded: Course, here: Path) -> None:
    code = "from grader.cli import main; main()"
    words = [sys.executable, "-c", code, "feedback", LAB[:2], "--jobs", "2"]
    done = subprocess.run(words, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Feedback for 2 students" in done.stdout
    assert "No feedback for: damaged, empty, stopped" in done.stdout
    assert "drydock grade" in done.stdout
    ours = pages(here)
    names = (f"{LAB}.html", "site/index.html")
    wanted = {f"feedback/{student}/{LAB}/{name}" for student in ("*", "ada") for name in names}
    assert set(ours) - {f"feedback/.drafts-{LAB}.lock"} == wanted | {f"feedback/*/{LAB}/mine [1].txt"}
    page = here / "feedback" / "ada" / LAB / f"{LAB}.html"
    page.unlink()
    stock = [sys.executable, "-m", "nbgrader", "generate_feedback", LAB, "--student", "ada", "--force"]
    subprocess.run(stock, cwd=here, capture_output=True, check=True)
    assert page.read_bytes() == ours[f"feedback/ada/{LAB}/{LAB}.html"]
    # One way to do it: for who has passed, and only there.
    assert page.read_text().count("One way to do it") == len(SOLUTIONS)
    assert "--subnet 10.77.0.0/24 front" not in ours[f"feedback/*/{LAB}/{LAB}.html"].decode()


def test_what_is_old_is_replaced_and_what_a_killed_run_left_goes(graded: Course, here: Path) -> None:
    place = here / "feedback" / "ada" / LAB
    (place / "site").mkdir(parents=True, exist_ok=True)
    (place / "old.txt").write_text("old")
    (place / f"{LAB}.html").write_text("old")
    left = here / "feedback" / f".drafts-{LAB}" / "*"
    left.mkdir(parents=True)
    (left / f"{LAB}.html").write_text("half a page")
    done = CliRunner().invoke(command, [LAB, "--student", "ada"])
    assert done.exit_code == 0, done.output
    assert not (place / "old.txt").exists()
    assert "An image." in (place / f"{LAB}.html").read_text()
    assert not left.parent.exists()


def test_a_page_stays_where_the_graded_notebook_has_just_gone(graded: Course, here: Path) -> None:
    """As when somebody begins to grade it anew while the feedback is made."""
    page = here / "feedback" / "ada" / LAB / f"{LAB}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("a page")
    run, folder = FeedbackRun(graded.config(), LAB, ["ada"]), here / "autograded" / "ada"
    folder.rename(here / "away")
    (record,) = run.run(1)
    (here / "away").rename(folder)
    assert "was not finished" in record.error
    assert page.read_text() == "a page"


class Hangs(Preprocessor):  # type: ignore[misc]
    """As some of nbconvert's expressions over some texts, in code that is no Python."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        if "An image." in nb.cells[-1].source:
            left, again = signal.getitimer(signal.ITIMER_REAL)
            assert left > 0 and again > 0
            # Its time is over soon: nobody waits for minutes here.
            signal.setitimer(signal.ITIMER_REAL, 0.1, again)
            with suppress(BaseException):
                re.match(r"(a+)+$", "a" * 60 + "b")
            re.match(r"(a+)+$", "a" * 60 + "b")
        return nb, resources


def test_one_that_hangs_is_stopped_and_the_others_are_made(graded: Course, here: Path) -> None:
    config = graded.config()
    config.GenerateFeedback.preprocessors = [*config.GenerateFeedback.preprocessors, Hangs]
    for student in ("*", "ada"):
        page = here / "feedback" / student / LAB / f"{LAB}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("a page")
    records = {record.student: record for record in FeedbackRun(config, LAB, ["*", "ada"]).run(2)}
    assert "within 300 seconds" in records["ada"].error and not records["*"].error
    assert f"drydock feedback {LAB} --student ada" in records["ada"].error
    assert page.read_text() == "a page"
    assert (here / "feedback" / "*" / LAB / f"{LAB}.html").read_text() != "a page"
    assert not (here / "feedback" / f".drafts-{LAB}").exists()


def test_whose_mark_was_changed_by_hand_since_then_gets_no_mail_with_the_old_one(graded: Course, here: Path) -> None:
    config = graded.config()
    (record,) = FeedbackRun(config, LAB, ["ada"]).run(1)
    assert not record.error
    (mail,) = feedback_mails(config, LAB, ["ada"])
    assert isinstance(mail, Mail)
    with graded.gradebook() as book:
        grade = next(
            grade for grade in book.find_submission_notebook(LAB, LAB, "ada").grades if grade.cell.name == ESSAY
        )
        grade.manual_score = 3
        book.db.commit()
    (missing,) = feedback_mails(config, LAB, ["ada"])
    assert isinstance(missing, Missing)


def test_a_file_may_have_become_a_folder_since_then_and_a_folder_a_file(tmp_path: Path) -> None:
    place, made = tmp_path / "ada", tmp_path / "draft"
    for folder, names in ((place, ("site", "data/a", "same")), (made, ("site/deep/page", "data", "same"))):
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(folder.name)
    _replace(place, made)
    assert {str(path.relative_to(place)): path.read_text() for path in place.rglob("*") if path.is_file()} == {
        "site/deep/page": "draft",
        "data": "draft",
        "same": "draft",
    }


def test_two_runs_and_people_without_a_grade_get_a_sentence(graded: Course, here: Path) -> None:
    for words, says in (
        ([LAB, "--student", "gone"], "not graded yet"),
        (["99-none"], "no lab called 99-none"),
    ):
        assert says in str(CliRunner().invoke(command, words).exception)
    lock = here / "feedback" / f".drafts-{LAB}.lock"
    with alone(lock):
        done = CliRunner().invoke(command, [LAB, "--student", "ada"])
    assert "another `drydock feedback`" in str(done.exception)
    assert FeedbackRun(graded.config(), LAB, ["ada"]).students == ["ada"]
