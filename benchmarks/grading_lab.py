"""One lab's perfect work, graded by us and by stock nbgrader on one shared daemon: ``grading.py --lab``.

The same notebooks, in turns, in one run; both sides must give everybody all points, and a side that does not ends it.
Stock: one process of nbgrader's Autograde with its own preprocessors, a kernel on this machine, and a plain dockerd
that was started before. The daemon is wiped after each submission, as labs use the same names; that is in no figure.
Ours: ``drydock grade``, everything included.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from cpu_time import counted
from plain_docker import plain_docker

from grader.docker_api.environment import variables
from grader.report.render import mark
from grader.report.verdicts import Status

REPO = Path(__file__).resolve().parents[1]
#: What we want to cost of what stock costs.
GOAL = 0.8
_DRYDOCK = [sys.executable, "-c", "from grader.cli import main; main()"]


@dataclass(frozen=True)
class Side:
    """What one side took in one round, per submission: seconds by the clock, and of CPU."""

    name: str
    seconds: float
    cpu_seconds: float


def compared(lab: str, submissions: int, jobs: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Prints each round's figures, then medians beside stock's. Returns all figures."""
    name = next(path.parent.name for path in sorted((REPO / "solutions").glob(f"{lab}*/*.ipynb")))
    found: dict[str, list[Side]] = {}
    with tempfile.TemporaryDirectory(prefix="drydock-bench-", dir="/var/tmp") as folder:
        root = Path(folder)
        make_course(root, name, submissions)
        for _round in range(rounds):
            sides = [stock(root, name, submissions), *(ours(root, name, submissions, count) for count in jobs)]
            for side in sides:
                print(
                    f"{name}  {side.name:22} {side.seconds:6.2f} s each  {side.cpu_seconds:6.2f} CPU s each", flush=True
                )
                found.setdefault(side.name, []).append(side)
    (base, stocks), *rest = found.items()
    middle = statistics.median(side.cpu_seconds for side in stocks)
    print(f"{base}: {middle:.2f} CPU s each (median of {rounds})")
    for title, sides in rest:
        cpu = statistics.median(side.cpu_seconds for side in sides)
        print(f"{title}: {cpu:.2f} CPU s each, {cpu / middle:.2f} x stock's (goal: at most {GOAL})")
    return [{"lab": name, "submissions": submissions, **asdict(side)} for all_of in found.values() for side in all_of]


def make_course(root: Path, lab: str, submissions: int) -> None:
    shutil.copy(REPO / "nbgrader_config.py", root)
    shutil.copytree(REPO / "solutions" / lab, root / "solutions" / lab)
    _run(root, sys.executable, "-m", "nbgrader", "generate_assignment", lab)
    solved = _named_sources(REPO / "solutions" / lab / f"{lab}.ipynb")
    for student in students(submissions):
        folder = root / "submitted" / student / lab
        shutil.copytree(root / "labs" / lab, folder)
        notebook = nbformat.read(folder / f"{lab}.ipynb", as_version=4)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = solved[cell.metadata.nbgrader.grade_id]
        nbformat.write(notebook, folder / f"{lab}.ipynb")


def students(submissions: int) -> list[str]:
    return [f"s{number:04}" for number in range(submissions)]


def _named_sources(path: Path) -> Mapping[str, str]:
    cells = nbformat.read(path, as_version=4).cells
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in cells if "nbgrader" in cell.metadata}


def ours(root: Path, lab: str, submissions: int, jobs: int) -> Side:
    report = root / "all.json"
    with counted(f"drydock-bench-ours-{os.getpid()}") as cpu:
        began, used = time.monotonic(), cpu.seconds()
        _run(root, *_DRYDOCK, "grade", lab, "--jobs", str(jobs), "--report", str(report), *_named(submissions))
        seconds, used = time.monotonic() - began, cpu.seconds() - used
    for record in json.loads(report.read_text()):
        if record["score"] != record["max_score"]:
            lost = [check["name"] for check in record["checks"] if check["score"] != check["points"]]
            raise SystemExit(f"drydock did not give {record['student']} all points: {lost}")
    return Side(f"drydock, {jobs} job{'s' * (jobs > 1)}", seconds / submissions, used / submissions)


def _named(submissions: int) -> list[str]:
    """Named students are graded anew, whatever was graded before."""
    return [word for student in students(submissions) for word in ("--student", student)]


#: Grades the student that each line names, and answers with a line.
_STOCK = """
import os, sys
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
lab = sys.argv[1]
said = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    c = Config()
    c.CourseDirectory.update(root=".", source_directory="solutions", release_directory="labs", course_id="drydock",
                             ignore=["answers", "__pycache__"], assignment_id=lab, student_id=line.strip())
    c.Execute.timeout = 240
    running = Autograde(coursedir=CourseDirectory(config=c), config=c)
    running.force = True
    running.start()
    print("graded", file=said, flush=True)
"""


def stock(root: Path, lab: str, submissions: int) -> Side:
    name = f"drydock-bench-stock-{os.getpid()}"
    with counted(name) as cpu, plain_docker(cpu.parent) as daemon, tempfile.TemporaryFile("w+") as words:
        daemon.load_images()
        began, used, wiping, wiped = time.monotonic(), cpu.seconds(), 0.0, 0.0
        grader = subprocess.Popen(
            ["nsenter", f"--net=/proc/{daemon.pid}/ns/net", sys.executable, "-W", "ignore", "-c", _STOCK, lab],
            cwd=root,
            env=_environment(variables(daemon.host)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
        )
        assert grader.stdin is not None and grader.stdout is not None
        for student in students(submissions):
            grader.stdin.write(f"{student}\n")
            grader.stdin.flush()
            if not grader.stdout.readline():
                words.seek(0)
                raise SystemExit(f"stock nbgrader failed:\n{words.read()[-4000:]}")
            _see_all_points(root, lab, student)
            at, before = time.monotonic(), cpu.seconds()
            daemon.wipe()
            wiping, wiped = wiping + time.monotonic() - at, wiped + cpu.seconds() - before
        grader.stdin.close()
        grader.wait()
        seconds, used = time.monotonic() - began - wiping, cpu.seconds() - used - wiped
    return Side("stock, shared daemon", seconds / submissions, used / submissions)


def _see_all_points(root: Path, lab: str, student: str) -> None:
    """Stock gives points to every check that raises nothing; what the check said is in its output."""
    notebook = nbformat.read(root / "autograded" / student / lab / f"{lab}.ipynb", as_version=4)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            said = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
            if not any(text.startswith(mark(Status.PASSED, colour=False)) for text in said):
                raise SystemExit(
                    f"stock nbgrader: {marks['grade_id']} of {student} did not pass:\n{said or cell.outputs}"
                )


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **more}


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, env=_environment({}), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
