"""A tiny course of its own for every test, in a folder whose name has a space and Cyrillic letters."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from student_desk import released_course

from grader.course.labs import Course

__all__ = ["released_course"]

_TESTS = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = tmp_path / "курс докера"
    shutil.copytree(_TESTS / "fixtures" / "course", root)
    shutil.copy(_TESTS.parent / "nbgrader_config.py", root)
    return Course(root)


@pytest.fixture
def released(released_course: Path, tmp_path: Path) -> Course:
    """The same with its release, for who changes nothing before it: nbgrader takes seconds."""
    root = tmp_path / "курс докера"
    shutil.copytree(released_course, root)
    return Course(root)
