"""How often students ran a task's check, and how long they were at it, by what their own notebooks noted.

Those files are the students' to write: figures of a task, never of a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from statistics import median

from grader.autograde.item_analysis import TaskFigures
from grader.i18n import _
from grader.report.cell_runs import CellRun, can_be_past

#: Seconds between two cells that are no work any more: a notebook that is open overnight.
PAUSE = 600.0
ABOUT = _(
    "Checks run (in brackets: by how many students) and minutes at it: medians of what students' own notebooks noted;"
    " no mark."
)


@dataclass(frozen=True)
class Effort:
    """One student at one task: how often its check ran, and the seconds of work."""

    checks: int = 0
    seconds: float = 0.0


def efforts(runs: Iterable[CellRun], tasks: Collection[str], now: float) -> dict[str, Effort]:
    """Those of ``tasks`` whose check ran → how that went.

    Time goes to the task that is checked next; what no check follows is nobody's.
    """
    found: dict[str, Effort] = {}
    since, before = 0.0, -inf
    for run in sorted((run for run in runs if can_be_past(run.at, now)), key=lambda run: run.at):
        if run.at - before <= PAUSE:
            since += run.at - before
        before = run.at
        if run.task in tasks:
            known = found.get(run.task, Effort())
            found[run.task] = Effort(known.checks + 1, known.seconds + since)
            since = 0.0
    return found


def with_efforts(figures: Iterable[TaskFigures], known: Sequence[Mapping[str, Effort]]) -> list[TaskFigures]:
    """The same figures with the medians over those who ran the task's check. ``known``: of each student."""
    return [_with(task, [one[task.name] for one in known if task.name in one]) for task in figures]


def _with(task: TaskFigures, noted: Sequence[Effort]) -> TaskFigures:
    if not noted:
        return task
    attempts, seconds = median(one.checks for one in noted), median(one.seconds for one in noted)
    return replace(task, noted=len(noted), attempts=attempts, minutes=seconds / 60)


def cells(task: TaskFigures) -> tuple[str, str]:
    """Both figures, for a table's columns *checks run* and *minutes*."""
    if task.attempts is None or task.minutes is None:
        return "–", "–"
    return f"{task.attempts:g} ({task.noted})", f"{task.minutes:.1f}"
