"""One line below each report of a student's notebook: how far they are in the lab, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from grader.i18n import _, ngettext
from grader.report.progress import ProgressFolder, TaskProgress
from grader.report.verdicts import Status, TaskReport


class Counted(Protocol):
    """A task, as its notebook's cells tell it."""

    @property
    def id(self) -> str: ...

    @property
    def points(self) -> float: ...


def progress_line(folder: ProgressFolder, lab: str, report: TaskReport) -> str:
    """The line; "" where the released lab, which knows the tasks and their points, can't be read."""
    from grader.course.labs import RELEASE, Course, CourseError

    try:
        tasks = Course(folder.path.parent.parent).lab(lab, RELEASE).tasks
    except (CourseError, OSError):
        return ""
    return line_of(tasks, folder.of(lab), report)


def line_of(tasks: tuple[Counted, ...], known: Mapping[str, TaskProgress], report: TaskReport) -> str:
    """``2 of 14 tasks · 13 of 100 points · next: ask``, by what the checks said last."""
    if report.task not in {task.id for task in tasks}:
        return ""
    return f"{counted(tasks, known)} · {_next([task.id for task in tasks], done(tasks, known), report)}"


def counted(tasks: tuple[Counted, ...], known: Mapping[str, TaskProgress]) -> str:
    """``2 of 14 tasks · 13 of 100 points``, by what the checks said last."""
    earned = sum(known[task.id].fraction * task.points for task in tasks if task.id in known)
    words = ngettext("{done} of {total} task", "{done} of {total} tasks", len(tasks))
    points = _("{earned:g} of {total:g} points")
    return " · ".join(
        [
            words.format(done=len(done(tasks, known)), total=len(tasks)),
            # Rounded down, as the share in a report: what is nearly all is not all.
            points.format(earned=int(earned * 10 + 1e-6) / 10, total=sum(task.points for task in tasks)),
        ]
    )


def done(tasks: tuple[Counted, ...], known: Mapping[str, TaskProgress]) -> set[str]:
    """The tasks that passed when they were checked last."""
    return {task.id for task in tasks if task.id in known and known[task.id].status is Status.PASSED}


def _next(ids: list[str], done: set[str], report: TaskReport) -> str:
    """The first open task from this one on, then from the top: who skips a task goes on before they come back."""
    here = 0 if report.status is Status.BLOCKED else ids.index(report.task)
    for task in ids[here:] + ids[:here]:
        if task not in done:
            return _("next: {task}").format(task=task)
    return _("all done: rehearse the grading in the last cell")
