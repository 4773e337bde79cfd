"""How far a student is: what the checks said last, kept beside the student's own copies of the labs.

For the student's eyes only, in the panel and on the index page. Grades come from grading, never from here.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from grader.files import atomic_write
from grader.locks import locked
from grader.report.verdicts import Status, TaskReport

if TYPE_CHECKING:
    from grader.course.labs import Course

#: Names the folder for a notebook's kernel.
VARIABLE = "DRYDOCK_PROGRESS"
#: In a workspace.
FOLDER = ".progress"


@dataclass(frozen=True)
class TaskProgress:
    """The latest verdict on a task, its share of the points, and whether it has ever passed. ``at``: since 1970.

    ``by_itself``: nobody ran the check that passed, the panel saw it. ``not_now``: it saw since that it passes no
    longer.
    """

    status: Status
    fraction: float
    passed: bool
    at: float
    by_itself: bool = False
    not_now: bool = False

    @property
    def passes(self) -> bool:
        """As far as is known now."""
        return self.status is Status.PASSED and not self.not_now


@dataclass(frozen=True)
class ProgressFolder:
    """One file for each lab: a JSON object from task ids to what is known of them."""

    path: Path

    @classmethod
    def in_workspace(cls, workspace: Path) -> Self:
        return cls(workspace / FOLDER)

    def note(self, lab: str, report: TaskReport) -> None:
        """Where it can't be noted, on a full disk for instance, it isn't: that must not make a check fail."""
        self._change(lab, report.task, lambda before: _after(before, report))

    def note_seen(self, lab: str, report: TaskReport, *, since: float) -> None:
        """What the panel saw by itself, beginning at ``since``: that a task passes, or no longer does.

        It is no attempt: what never passed stays as it was. And a check that somebody ran meanwhile knows better (one
        in the future was noted by a clock that ran ahead).
        """

        def change(before: TaskProgress | None) -> TaskProgress | None:
            meanwhile = before is not None and since <= before.at <= time.time()
            return before if meanwhile else _seen(before, report)

        self._change(lab, report.task, change)

    def _change(self, lab: str, task: str, change: Callable[[TaskProgress | None], TaskProgress | None]) -> None:
        with suppress(OSError):
            self.path.mkdir(parents=True, exist_ok=True)
            # A notebook, `drydock check` and the panel may all have news.
            with locked(self.path / ".lock"):
                known = dict(self.of(lab))
                before = known.get(task)
                after = change(before)
                if after is not None and after != before:
                    self._write(lab, {**known, task: after})

    def of(self, lab: str) -> Mapping[str, TaskProgress]:
        """What is known of a lab's tasks; nothing where the file is missing or damaged."""
        try:
            content: Any = json.loads(self.file(lab).read_text(encoding="utf-8"))
            return {str(task): _task(entry) for task, entry in content.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            # A student can write to it, and a teacher's page reads it.
            return {}

    def latest(self) -> str:
        """The lab whose check ran last, or ""."""
        found = [(file.stat().st_mtime, file.stem) for file in self.path.glob("*.json")]
        return max(found, default=(0.0, ""))[1]

    def file(self, lab: str, ending: str = ".json") -> Path:
        return self.path / f"{Path(lab).name}{ending}"

    def _write(self, lab: str, known: Mapping[str, TaskProgress]) -> None:
        atomic_write(self.file(lab), json.dumps({task: asdict(entry) for task, entry in known.items()}, indent=1))


def _task(entry: Mapping[str, Any]) -> TaskProgress:
    return TaskProgress(
        Status(str(entry["status"])),
        # Whatever number stands there (NaN among them, which is no more than 0).
        min(1.0, max(0.0, float(entry["fraction"]))),
        bool(entry["passed"]),
        float(entry["at"]),
        entry.get("by_itself") is True,
        entry.get("not_now") is True,
    )


def _after(before: TaskProgress | None, report: TaskReport) -> TaskProgress:
    passed = report.status is Status.PASSED or (before is not None and before.passed)
    # A daemon that was away says nothing about the work: what was earned stays.
    unknown = report.status is Status.COULD_NOT_CHECK and before is not None
    fraction = before.fraction if unknown and before is not None else report.fraction
    by_itself = before is not None and before.by_itself and report.status is not Status.PASSED
    return TaskProgress(report.status, fraction, passed, time.time(), by_itself)


def _seen(before: TaskProgress | None, report: TaskReport) -> TaskProgress | None:
    if report.status is Status.PASSED:
        if before is not None and before.status is Status.PASSED:
            return replace(before, not_now=False)
        by_itself = before is None or not before.passed or before.by_itself
        return TaskProgress(Status.PASSED, 1.0, True, time.time(), by_itself)
    if report.status is Status.FAILED and before is not None and before.passed:
        return replace(before, not_now=True)
    return before


def folder_of_this_notebook() -> ProgressFolder | None:
    """The folder that `drydock lab` gave this process, or the one in the workspace where the notebook lies."""
    given = os.environ.get(VARIABLE)
    if given:
        return ProgressFolder(Path(given))
    # workspace/labs/NN-name: opened by another program, or by a JupyterLab that was started by hand.
    here = Path.cwd()
    around = [ProgressFolder.in_workspace(folder) for folder in (here, *here.parents)[:3]]
    return next((folder for folder in around if folder.path.is_dir()), None)


def progress_folder(course: Course) -> ProgressFolder:
    """Where this student's progress is noted."""
    return folder_of_this_notebook() or ProgressFolder.in_workspace(course.workspace)
