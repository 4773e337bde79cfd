"""Run a student's saved notebook as grading would: rebuilt from the release, on a daemon of its own.

Needs neither the gradebook nor the solutions: the release in ``labs/`` says what there is to check, all but the hidden
tests. The student's notebook and files are copied, their lab daemon isn't asked anything.
"""

from __future__ import annotations

import filecmp
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from grader.autograde.config import IGNORED
from grader.autograde.copying import copy_submitted, hand_over
from grader.autograde.grading import Grading
from grader.autograde.rebuild import rebuild
from grader.autograde.settings import Drydock
from grader.autograde.submission import read_notebook
from grader.autograde.verdict_cells import read_report
from grader.course.answers import KnownWrong, known_wrong
from grader.course.cells import name_of
from grader.course.release import Release, release_in, released_files
from grader.logs import SILENT
from grader.report.cell_runs import telling_line
from grader.report.verdicts import TaskReport, explained
from grader.sandbox.sandbox import SandboxSupply, give_file, remove_orphans
from grader.values import StudentKey


@dataclass(frozen=True)
class CellTrouble:
    """A cell that did not go well in the rehearsal: its name or first line, and what it said last."""

    cell: str
    words: str


@dataclass(frozen=True)
class Rehearsed:
    """One task. ``troubles``: of the cells between the task before and this one's check."""

    task: str
    points: float
    report: TaskReport
    troubles: tuple[CellTrouble, ...]


@dataclass(frozen=True)
class Rehearsal:
    """``notebook`` is the student's as saved; ``saved``: when, in seconds since 1970; ``replaced``: files of the lab
    that the student has changed, and that grading takes as they were given out."""

    lab: str
    kind: str
    saved: float
    notebook: NotebookNode
    tasks: tuple[Rehearsed, ...]
    replaced: tuple[str, ...]


def rehearse(notebook: Path, released: Path, *, kind: str, key: StudentKey, settings: Drydock) -> Rehearsal:
    """Rehearse the grading of ``notebook``, whose lab was released as the notebook ``released``, by these settings.

    Raises EngineError, KernelLost, and Unreadable for a file that is no notebook.
    """
    remove_orphans(kind)
    # Without a question for trust: whose code it is has started the rehearsal. Where an engine has no walls, it runs as
    # it does in their notebook.
    with closing(SandboxSupply(settings.bounds(), kind)) as supply:
        release = release_in(released)
        supply.prepare(release.images)
        saved = notebook.stat().st_mtime
        student, _left_out = read_notebook(notebook, settings.largest_notebook, settings.most_cells)
        rebuilt = rebuild(student, release)
        with supply.take(release.images) as sandbox:
            replaced = tuple(_give_files(notebook.parent, released.parent, sandbox.folder, settings))
            Grading(sandbox, release, key, SILENT, originals=[released.parent]).run(rebuilt)
    tasks = tuple(_tasks(rebuilt, release, known_wrong(released.parent)))
    return Rehearsal(notebook.stem, kind, saved, student, tasks, replaced)


def _give_files(own: Path, released: Path, folder: Path, settings: Drydock) -> Iterator[str]:
    """As in grading: what was handed in, over which come the lab's own files. Yields those that were changed."""
    labs_own = list(released_files(released))
    with tempfile.TemporaryDirectory(prefix="drydock-rehearsal-") as copied:
        copy_submitted(own, Path(copied), settings.ceilings(), ignored=IGNORED, unwelcome=set(labs_own))
        hand_over(Path(copied), folder)
    for relative in labs_own:
        mine = own / relative
        if mine.is_file() and not filecmp.cmp(mine, released / relative, shallow=False):
            yield relative.as_posix()
        give_file(released, folder, relative)


def _tasks(graded: NotebookNode, release: Release, wrong: Sequence[KnownWrong]) -> Iterator[Rehearsed]:
    known = release.by_name()
    troubles: list[CellTrouble] = []
    for cell in graded.cells:
        if cell.cell_type != "code":
            continue
        name = name_of(cell)
        wanted = known.get(name)
        report = read_report(cell) if wanted is not None and wanted.asks_daemon else None
        if wanted is not None and report is not None:
            yield Rehearsed(name, wanted.points, explained(report, wrong), tuple(troubles))
            troubles = []
        elif words := _last_words(cell):
            troubles.append(CellTrouble(name or telling_line(cell.source), words))


def _last_words(cell: NotebookNode) -> str:
    """Why a cell did not end well, in one line; empty when it did."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return ""
    # A shell script's error is only that there was one; the program has said why.
    if errors[-1].ename == "CalledProcessError":
        said = "".join(output.text for output in cell.outputs if output.output_type == "stream")
        lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("See 'docker")]
        if lines:
            return str(next((line for line in lines if "rror" in line), lines[-1]))
    return f"{errors[-1].ename}: {errors[-1].evalue}".strip()
