"""What checks that run by themselves cost: while nobody does anything, and while a lab's solution runs.

    .venv/bin/python benchmarks/auto_checks.py [--lab 07] [--seconds 30]

The lab's solution runs twice, on a fresh lab daemon each time, without automatic checks and with them; its checks are
left to the process that makes them, and in the first run to nobody. CPU time is by /proc: the notebook's kernel with
all it starts, dockerd, and that process with its checker. Ratios mean something on a busy machine, seconds don't.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from panel import dockerd

from grader.course.labs import RELEASE, SOURCE, Course
from grader.processes import descendants
from grader.report.progress import ProgressFolder
from grader.workspace import Workspace

_ROOT = Path(__file__).resolve().parents[1]
_DRYDOCK = str(Path(sys.executable).parent / "drydock")


def used(pid: int | None) -> float:
    """CPU seconds of a process, of those it started, and of those of them that have ended."""
    found = 0.0
    for one in [] if pid is None else [pid, *descendants(pid)]:
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            found += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return found


@dataclass
class Cost:
    """CPU seconds of a run: its cells' (kernel and its programs), dockerd's, that of looking; ``seen``: passes."""

    cells: float
    daemon: float
    looking: float
    start: float
    idle_looking: float
    idle_daemon: float
    seen: int


class AutoChecks:
    """The process as a notebook's kernel starts it, told which cell runs."""

    def __init__(self, lab: str, folder: Path, wanted: bool) -> None:
        command = [sys.executable, "-P", "-m", "grader.panel.auto_checks", lab]
        self._process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, text=True) if wanted else None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def tell(self, what: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(f"{what}\n")
            self._process.stdin.flush()

    def close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(60)


@contextmanager
def desk(lab: str) -> Iterator[Workspace]:
    """A course's copy with a lab daemon of its own, the solution in the place of the student's notebook."""
    with tempfile.TemporaryDirectory(prefix="dd-") as folder:
        Path(folder).chmod(0o711)
        os.environ.update(DRYDOCK_RUNTIME=f"{folder}/r", DRYDOCK_STATE=f"{folder}/s", DRYDOCK_COURSE=f"{folder}/course")
        os.environ.pop("DOCKER_HOST", None)
        course = Path(folder) / "course"
        for part in (f"{RELEASE}/{lab}", f"{SOURCE}/{lab}"):
            shutil.copytree(_ROOT / part, course / part)
        shutil.copy(_ROOT / "nbgrader_config.py", course)
        workspace = Workspace(Course(course))
        workspace.prepare(lab)
        subprocess.run([_DRYDOCK, "up"], cwd=course, check=True, capture_output=True)
        try:
            yield workspace
        finally:
            subprocess.run([_DRYDOCK, "down", "--forget"], cwd=course, check=True, capture_output=True)


def run(lab: str, *, wanted: bool, seconds: float) -> Cost:
    with desk(lab) as workspace:
        from grader.lab_daemon import lab_variables

        host = lab_variables()["DOCKER_HOST"]
        os.environ["DOCKER_HOST"] = host
        daemon = dockerd(host)
        folder = workspace.folder(lab)
        notebook = nbformat.read(workspace.course.lab(lab, SOURCE).notebook, as_version=4)
        checks = AutoChecks(lab, folder, wanted)
        time.sleep(8 if wanted else 0)
        idle = (start := used(checks.pid), used(daemon))
        time.sleep(seconds)
        idle = (used(checks.pid) - idle[0], used(daemon) - idle[1])
        before = (used(checks.pid), used(daemon))
        client = NotebookClient(
            notebook,
            timeout=600,
            allow_errors=True,
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=lambda **_cell: checks.tell("busy"),
            on_cell_executed=lambda **_cell: checks.tell("idle"),
        )
        cells = 0.0
        with client.setup_kernel():
            for index, cell in enumerate(notebook.cells):
                marks = cell.metadata.get("nbgrader", {})
                if cell.cell_type == "code" and (not marks.get("grade") or marks.get("solution")):
                    client.execute_cell(cell, index)
                    # A person reads for a moment before the next cell: time to look in.
                    time.sleep(3)
            cells = used(client.km.provisioner.pid)
        time.sleep(5)
        known = ProgressFolder(workspace.progress.path).of(lab)
        cost = Cost(
            cells,
            used(daemon) - before[1],
            used(checks.pid) - before[0],
            start,
            *idle,
            sum(task.by_itself for task in known.values()),
        )
        checks.close()
        return cost


def main(lab: str, seconds: float) -> None:
    name = Course(_ROOT).pick(lab)
    print(f"{name}, CPU seconds {'cells':>10} {'dockerd':>9} {'looking':>9}")
    costs = []
    for wanted in (False, True):
        cost = run(name, wanted=wanted, seconds=seconds)
        costs.append(cost)
        words = "with" if wanted else "without"
        print(f"{words:>22} {cost.cells:12.2f} {cost.daemon:9.2f} {cost.looking:9.2f}", flush=True)
    without, found = costs
    print(f"to start and look once {found.start:.2f}; idle for {seconds:g} s: {found.idle_looking:.2f}, ", end="")
    print(f"dockerd {found.idle_daemon:.2f} (without: {without.idle_daemon:.2f})")
    share = found.looking / (found.cells + found.daemon)
    print(f"automatic checks used {100 * share:.0f} % of what the cells and dockerd did; dockerd", end=" ")
    print(f"{found.daemon / without.daemon:.2f} times as much as without; {found.seen} tasks passed by themselves")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--lab", default="00")
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    main(given.lab, given.seconds)
