"""One small course for all tests here: its release and one graded run are made once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading_course import Course


@pytest.fixture(scope="session", autouse=True)
def alembic_at_hand() -> Iterator[None]:
    """nbgrader runs `alembic` by name."""
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    yield
    os.environ["PATH"] = before


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = Course(tmp_path_factory.mktemp("course"))
    made.release()
    return made
