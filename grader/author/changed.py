"""Which tasks of a lab were changed since a commit: git knows its notebook as it was then."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from grader.course.cells import cells_of
from grader.course.labs import CourseError, Lab, Task, tasks_of
from grader.i18n import _


def changed_tasks(lab: Lab, commit: str) -> list[str]:
    """The tasks whose answer, check or setup isn't as it was at ``commit``; all of a lab that was not there then.

    Raises CourseError where git knows no such commit.
    """
    if _git(lab.folder, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}") is None:
        raise CourseError(_("Git knows no commit {commit} here.").format(commit=commit), "git log --oneline")
    text = _git(lab.folder, "show", f"{commit}:./{lab.notebook.name}")
    then = {task.id: _sources(task) for task in tasks_of(tuple(cells_of(json.loads(text))))} if text else {}
    return [task.id for task in lab.tasks if then.get(task.id) != _sources(task)]


def _sources(task: Task) -> tuple[str, ...]:
    return tuple(cell.source for cell in (*task.setups, task.answer, task.check) if cell is not None)


def _git(folder: Path, *words: str) -> str | None:
    """What git says in this folder; None where it says no."""
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
