"""What nbgrader copies of a submission's other files: plain ones, and nothing through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from grading_course import LAB, SOLUTIONS, Course
from nbgrader.converters.base import NbGraderException

pytestmark = [pytest.mark.daemon, pytest.mark.deep]


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def bring_links(course: Course, folder: Path) -> None:
    (folder / "book.txt").symlink_to(course.root / "gradebook.db")
    (folder / "of-bob.txt").symlink_to(course.root / "submitted" / "bob" / LAB / f"{LAB}.ipynb")
    (folder / "nowhere").symlink_to(folder / "none")
    (folder / "site" / "deep.txt").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    (folder / "huge.bin").open("wb").truncate(200_000_000)
    (folder / "mine [1].txt").write_text("mine")


PLAIN = {f"{LAB}.ipynb", "site/index.html", "mine [1].txt"}


def test_links_bring_nothing_to_feedback_even_when_the_notebook_is_none(course: Course) -> None:
    course.hand_in("bob", course.blank())
    bring_links(course, course.hand_in("ada", "no notebook"))
    course.autograde(student="ada")
    course.feedback()
    assert files(course.root / "autograded" / "ada" / LAB) == PLAIN
    assert files(course.root / "feedback" / "ada" / LAB) == {f"{LAB}.html", *PLAIN} - {f"{LAB}.ipynb"}
    assert (course.root / "submitted" / "ada" / LAB / "book.txt").is_symlink()


def test_an_endless_file_behind_a_link_is_not_read(course: Course) -> None:
    folder = course.hand_in("cyd", course.answered(SOLUTIONS))
    (folder / "zero").symlink_to("/dev/zero")
    course.autograde(student="cyd")
    assert course.grades("cyd")["net"] == 4
    assert not (course.root / "autograded" / "cyd" / LAB / "zero").exists()


def test_an_endless_time_stamp_stops_that_submission_only(
    course: Course, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (course.hand_in("dan", course.blank()) / "timestamp.txt").symlink_to("/dev/zero")
    with pytest.raises(NbGraderException, match=r"timestamp\.txt"):
        course.autograde(student="dan")
    course.autograde(student="[bd]*")
    assert course.grades("bob")["net"] == 0
    assert not (course.root / "autograded" / "dan").exists()
