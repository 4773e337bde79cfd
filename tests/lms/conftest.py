"""A course with marks, and a platform of our own that checks what a real one checks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from grading_course import Course, alembic_at_hand
from lms_platform import Platform

from grader.lms.key import ToolKey

__all__ = ["alembic_at_hand"]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"))
    made.release()
    shutil.copy(made.root / "gradebook.db", made.root / "blank.db")
    return made


@pytest.fixture
def course(released: Course) -> Course:
    """Nobody has handed in anything, and nothing was sent."""
    (released.root / "gradebook.db").write_bytes((released.root / "blank.db").read_bytes())
    for name in ("lms-sent.jsonl", "lms.toml"):
        (released.root / name).unlink(missing_ok=True)
    return released


@pytest.fixture(params=["canvas", "moodle"])
def platform(request: pytest.FixtureRequest, course: Course) -> Iterator[Platform]:
    """Set up as the page says: it has the tool's key, and the course its addresses."""
    with Platform(request.param, ToolKey.make(course.root)) as running:
        (course.root / "lms.toml").write_text(running.toml())
        yield running
