"""One small course for all tests here: its release and one graded run are made once."""

from __future__ import annotations

import pytest
from grading_course import Course, alembic_at_hand

__all__ = ["alembic_at_hand"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"))
    made.release()
    return made
