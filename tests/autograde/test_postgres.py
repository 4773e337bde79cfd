"""A gradebook on a real PostgreSQL: a server of the test's own, run by an ordinary user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from grading_course import ESSAY, HALF, LAB, SOLUTIONS, Course

pytestmark = [pytest.mark.daemon, pytest.mark.postgres]


def _as_ordinary_user() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--"]


def _quietly(command: list[str]) -> None:
    subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The URL of an empty database; the server listens on a Unix socket only."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    tools, user = binaries[-1].parent, _as_ordinary_user()
    # Short and in /tmp: a Unix socket's path holds 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="dd-pg-"))
    if user:
        shutil.chown(folder, "nobody")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    control = [*user, str(tools / "pg_ctl"), "-D", str(folder / "data"), "-w", "-t", "60"]
    initialise = [str(tools / "initdb"), "-D", str(folder / "data"), "-U", "drydock", "-A", "trust", "-N"]
    try:
        _quietly([*user, *initialise])
        _quietly([*control, "-l", str(folder / "log"), "-o", options, "start"])
        try:
            create = [str(tools / "createdb"), "-h", str(folder), "-U", "drydock", "course"]
            _quietly([*user, *create])
            yield f"postgresql+psycopg2://drydock@/course?host={folder}"
        finally:
            _quietly([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder)


def test_two_workers_grade_into_one_postgresql(database: str, tmp_path: Path) -> None:
    course = Course(tmp_path / "course", db_url=database)
    course.release()
    for student, answers in (("ada", SOLUTIONS), ("bob", HALF), ("cyd", {})):
        course.hand_in(student, course.answered(answers, "An image."))
    command = [sys.executable, "-c", "from grader.cli import main; main()", "grade", LAB]
    done = subprocess.run(
        [*command, "--jobs", "2", "--db", database], cwd=course.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert course.grades("ada") == {"net": 4, "vol": 3, "last": 2, ESSAY: None}
    assert course.grades("bob") == {"net": 2, "vol": 1.5, "last": 0, ESSAY: None}
    assert course.grades("cyd") == {"net": 0, "vol": 0, "last": 0, ESSAY: None}
    course.feedback()
    assert (course.root / "feedback" / "bob" / LAB / f"{LAB}.html").exists()
    assert not (course.root / "gradebook.db").exists()
