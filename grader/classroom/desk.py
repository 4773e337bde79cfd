"""A student's first process inside the walls: lays out the labs, then becomes their JupyterLab.

    python -m grader.classroom.desk ORDER SERVER [ARGUMENT...]

It runs as the student, for what it writes lies in the student's folder: root never writes where somebody else may have
put a link.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.classroom import receipts
from grader.course.labs import COURSE_VARIABLE, RELEASE, Course
from grader.engines import detached
from grader.engines.adopted import reset_mark
from grader.engines.folders import runtime_folder
from grader.report.progress import VARIABLE as PROGRESS_VARIABLE
from grader.workspace import Workspace


@dataclass(frozen=True)
class Desk:
    """Folders, as seen inside: the student's own, and what is shown to them."""

    home: str
    course: str
    course_id: str
    outbound: str
    feedback: str

    def dump(self) -> str:
        return json.dumps(asdict(self))


def prepare(desk: Desk) -> Workspace:
    """All labs, and nbgrader's exchange as this student sees it. A student's file is never overwritten."""
    home = Path(desk.home)
    course = home / "course"
    course.mkdir(parents=True, exist_ok=True)
    for shown in Path(desk.course).iterdir():
        _link(course / shown.name, shown)
    # By this file a course is known; the teacher's own, with what may be secret in it, stays outside.
    settings_file = course / "nbgrader_config.py"
    if not settings_file.exists():
        settings_file.write_text("# The settings are your teacher's.\n")
    exchange = home / ".exchange"
    (exchange / desk.course_id / "inbound").mkdir(parents=True, exist_ok=True)
    _link(exchange / desk.course_id / "outbound", Path(desk.outbound))
    _link(exchange / desk.course_id / "feedback", Path(desk.feedback))
    workspace = Workspace(Course(course))
    workspace.prepare_all()
    _link(workspace.root / receipts.NAME, Path(desk.feedback) / receipts.NAME)
    settings = {
        "CourseDirectory": {"course_id": desk.course_id},
        # Labs are fetched to where the index, the panel and `drydock check` look for them.
        "Exchange": {"root": str(exchange), "assignment_dir": str(workspace.root / RELEASE)},
        "NbGrader": {"logfile": ""},
    }
    # The daemon that was started for this student, as the course's own commands know one that is there already.
    runtime_folder()
    detached.adopt("host", [workspace.root])
    mark = reset_mark()
    if mark is not None:
        mark.unlink(missing_ok=True)
    (home / ".jupyter").mkdir(exist_ok=True)
    (home / ".jupyter/nbgrader_config.json").write_text(json.dumps(settings, indent=1))
    return workspace


def _link(place: Path, target: Path) -> None:
    """``place`` leads to ``target``; what a student put there instead stays."""
    if place.is_symlink() and place.readlink() != target:
        place.unlink()
    if not place.is_symlink() and not place.exists():
        place.symlink_to(target)


def main(order: str, *server: str) -> None:
    desk = Desk(**json.loads(order))
    workspace = prepare(desk)
    os.environ[COURSE_VARIABLE] = str(workspace.course.root)
    os.environ[PROGRESS_VARIABLE] = str(workspace.progress.path)
    os.chdir(workspace.root)
    command = [*server, f"--ServerApp.root_dir={workspace.root}", "--ContentsManager.allow_hidden=True"]
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
