"""A teacher who is not root: nbgrader releases, collects and gives feedback in a class's exchange."""

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

from grader.classroom import handins
from grader.classroom.places import COURSE_ID, ClassError, ClassFolder, StudentFolder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives folders to another user")
#: Accounts that each Debian has, and that are nobody's: nbgrader wants a name for its user.
_TEACHER, _OTHER = pwd.getpwnam("daemon").pw_uid, pwd.getpwnam("nobody").pw_uid
_LAB = "01-first"
#: nbgrader starts ``alembic`` by its name; it lies beside this Python.
_PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def place() -> Iterator[ClassFolder]:
    with tempfile.TemporaryDirectory(prefix="dd-class-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        made = ClassFolder(Path(folder) / "class")
        made.make()
        made.give_exchange(_TEACHER)
        yield made


def _course(place: ClassFolder) -> Path:
    course = place.path.parent / "course"
    for folder in (course / "source" / _LAB, course / "release" / _LAB):
        folder.mkdir(parents=True)
        (folder / f"{_LAB}.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    # As `drydock author course` calls it; students look into the one folder that the class has.
    (course / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "harbour-course"\n')
    # A gradebook that is there: to make one nbgrader runs Alembic, which asks by access(2), where no capability helps,
    # for a folder of the environment, which may lie below /root here.
    url = f"sqlite:///{course / 'gradebook.db'}"
    make = f"from nbgrader.api import Gradebook; Gradebook({url!r}, {COURSE_ID!r}).close()"
    subprocess.run([sys.executable, "-c", make], env={**os.environ, "PATH": _PATH}, check=True)
    for path in (course, *course.rglob("*")):
        os.chown(path, _TEACHER, _TEACHER)
    return course


def _as(user: int, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """As this user. It may read everything, so that Python is found wherever the tests lie; it may not write."""
    may_read = ["--inh-caps", "-all,+dac_read_search", "--ambient-caps", "-all,+dac_read_search"]
    who = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups", *may_read]
    environment = {"PATH": _PATH, "HOME": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([*who, *words], cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def _nbgrader(place: ClassFolder, course: Path, *words: str) -> None:
    settings = [f"--CourseDirectory.root={course}", "--NbGrader.logfile="]
    # Where the exchange is, and that hand-ins are root's, stands in what the teacher's server and terminals are given.
    given = ["env", f"JUPYTER_CONFIG_PATH={place.teacher}"]
    done = _as(_TEACHER, *given, sys.executable, "-m", "nbgrader", *words, *settings, cwd=course)
    assert done.returncode == 0, done.stderr


def test_release_and_collect(place: ClassFolder) -> None:
    course = _course(place)
    # At each start of the teacher's server.
    for _start in range(2):
        place.also_called_as_in(course)
    _nbgrader(place, course, "release_assignment", _LAB)
    assert (place.outbound / _LAB / f"{_LAB}.ipynb").is_file()
    student = StudentFolder(place.students / "ada")
    handed_in = student.outbox / f"ada+{_LAB}+2020-01-01 00:00:00.000000 UTC+x"
    handed_in.mkdir(parents=True)
    shutil.copy(place.outbound / _LAB / f"{_LAB}.ipynb", handed_in)
    handed_in.chmod(0o777)
    assert len(list(handins.collect(place, student, "ada"))) == 1
    _nbgrader(place, course, "collect", _LAB)
    assert (course / "submitted" / "ada" / _LAB / f"{_LAB}.ipynb").is_file()


def test_nobody_else_writes_or_looks_into_it(place: ClassFolder) -> None:
    """Also when nbgrader has released something, by which all may write into the exchange."""
    _nbgrader(place, _course(place), "release_assignment", _LAB, f"--course={COURSE_ID}")
    # As nbgrader makes one that is missing; at the next start of anybody's server it is closed again.
    place.inbound.chmod(0o2733)
    place.make()
    there = place.exchange / COURSE_ID
    for words in (["mv", str(there), f"{there}.old"], ["mv", str(place.outbound), str(place.exchange / "x")]):
        assert _as(_OTHER, *words, cwd=place.path.parent).returncode != 0
    for folder in (place.inbound, place.outbound, place.feedback, there):
        assert _as(_OTHER, "touch", str(folder / "x"), cwd=place.path.parent).returncode != 0
    for folder, others in ((place.inbound, 0), (place.feedback, 0), (place.outbound, 0o5)):
        assert folder.stat().st_mode & 0o7 == others


def test_a_link_in_the_place_of_the_inbox_is_not_followed(place: ClassFolder) -> None:
    """It is the teacher's, and who carries is root."""
    student = StudentFolder(place.students / "ada")
    (student.outbox / f"ada+{_LAB}+t+x").mkdir(parents=True)
    elsewhere = place.path.parent / "elsewhere"
    elsewhere.mkdir()
    place.inbound.rmdir()
    place.inbound.symlink_to(elsewhere)
    with pytest.raises(OSError):
        list(handins.collect(place, student, "ada"))
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("part", ["inbound", "."])
def test_nothing_changes_its_owner_by_a_link(place: ClassFolder, part: str) -> None:
    link = place.exchange / COURSE_ID / part
    elsewhere = place.path.parent / "elsewhere"
    (elsewhere / "inbound").mkdir(parents=True)
    shutil.rmtree(link)
    link.symlink_to(elsewhere)
    place.make()
    with pytest.raises(ClassError, match=f"{link} is no folder, or a link leads there") as raised:
        place.give_exchange(_TEACHER)
    assert raised.value.remedy.startswith("ls -ld ")
    assert {path.stat().st_uid for path in (elsewhere, *elsewhere.iterdir())} == {0}
    assert [path.name for path in elsewhere.iterdir()] == ["inbound"]


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("c.CourseDirectory.course_id = 'harbour 2'  # ours", "harbour 2"),
        (f'c.CourseDirectory.course_id = "{COURSE_ID}"', None),
        ('# c.CourseDirectory.course_id = "harbour"', None),
        ('c.CourseDirectory.course_id = "../../etc"', None),
        ('c.CourseDirectory.course_id = ".."', None),
        ("c.CourseDirectory.course_id = open('/etc/hostname').read()", None),
    ],
)
def test_the_exchange_has_the_name_of_the_courses_own(
    place: ClassFolder, tmp_path: Path, line: str, called: str | None
) -> None:
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{line}\n")
    place.also_called_as_in(tmp_path)
    links = {path.name: str(path.readlink()) for path in place.exchange.iterdir() if path.is_symlink()}
    assert links == ({called: COURSE_ID} if called else {})


def test_what_was_released_past_the_students_is_told(place: ClassFolder, tmp_path: Path) -> None:
    place.also_called_as_in(tmp_path / "no-course")
    (tmp_path / "nbgrader_config.py").write_text('c.CourseDirectory.course_id = "harbour"\n')
    (old := place.exchange / "harbour").mkdir()
    with pytest.raises(ClassError, match=f"{old} is in the way") as raised:
        place.also_called_as_in(tmp_path)
    assert raised.value.remedy == f"mv -T {old} {old}.old"
    subprocess.run(["sh", "-c", raised.value.remedy], check=True)
    place.also_called_as_in(tmp_path)
    assert old.is_symlink()


def test_a_link_that_another_account_made_first_is_not_ours(place: ClassFolder, tmp_path: Path) -> None:
    """They could have it lead elsewhere the moment after."""
    (tmp_path / "nbgrader_config.py").write_text('c.CourseDirectory.course_id = "harbour"\n')
    link = place.exchange / "harbour"
    link.symlink_to(COURSE_ID)
    os.lchown(link, _TEACHER + 1, -1)
    with pytest.raises(ClassError, match=f"{link} is in the way") as raised:
        place.also_called_as_in(tmp_path)
    subprocess.run(["sh", "-c", raised.value.remedy], check=True)
    place.also_called_as_in(tmp_path)
    assert link.lstat().st_uid == 0


def test_settings_that_are_a_pipe_hold_nobody_up(place: ClassFolder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "nbgrader_config.py")
    place.also_called_as_in(tmp_path)
    assert [path for path in place.exchange.iterdir() if path.is_symlink()] == []
