"""What nbgrader_config.py says of time and space counts wherever a notebook is run as in grading."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.autograde.batch import course_config
from grader.autograde.settings import CONFIG_FILE, Drydock
from grader.course.labs import CourseError
from grader.sandbox.bounds import Bounds


def test_a_course_says_how_long_a_cell_may_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    words = "import os\nos.environ['LANGUAGE'] = 'ru'\nc.Drydock.cell_seconds = 7\nc.Drydock.check_seconds = 9\n"
    (tmp_path / CONFIG_FILE).write_text(words)
    bounds = Drydock.of_course(tmp_path).bounds()
    assert (bounds.cell_seconds, bounds.check_seconds) == (7, 9)
    assert bounds.notebook_seconds == Bounds().notebook_seconds
    assert os.environ["LANGUAGE"] == "de", "the author's own language, and the student's"


def test_without_settings_there_are_the_usual_ones(tmp_path: Path) -> None:
    assert Drydock.of_course(tmp_path).bounds() == Bounds()


@pytest.mark.parametrize(
    "text",
    [
        "import nothing_like_this",
        "c = get_config(",
        "c = get_config()\nc.Drydock.check_seconds = 'x'",
        "c = get_config()\nc.CourseDirectory.course_id = 5",
    ],
)
def test_a_file_that_is_no_configuration_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "nbgrader_config.py").write_text(text)
    for read in (Drydock.of_course, course_config):
        with pytest.raises(CourseError, match=r"nbgrader_config\.py can't be used"):
            read(tmp_path)


def test_what_is_wrong_in_another_file_is_said_of_that_one(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text("nothing_like_this = 1\n")
    (tmp_path / CONFIG_FILE).write_text(
        "from pathlib import Path\nfrom grader.course.settings import settings_in\n"
        f"settings_in(Path({str(tmp_path)!r}))\n"
    )
    with pytest.raises(CourseError, match=r"^\S+course\.toml can't be used"):
        Drydock.of_course(tmp_path)
