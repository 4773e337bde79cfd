"""A lab's progress in a few words, and as a bar of letters for those who see it."""

from __future__ import annotations

from collections.abc import Mapping

from grader.course.heads import LabCard, TaskCard
from grader.i18n import _, ngettext
from grader.report.progress import TaskProgress

_BLOCKS = 10


def earned(card: LabCard, known: Mapping[str, TaskProgress]) -> float:
    """Points for tasks as the checks said last; what has passed once counts in full."""
    found = ((task.points, known.get(task.id)) for task in card.tasks)
    return sum(points * (1.0 if task.passed else task.fraction) for points, task in found if task is not None)


def next_task(card: LabCard, known: Mapping[str, TaskProgress]) -> TaskCard | None:
    """The first that has never passed."""
    return next((task for task in card.tasks if task.id not in known or not known[task.id].passed), None)


def how_far(card: LabCard, known: Mapping[str, TaskProgress]) -> str:
    passed = sum(task.id in known and known[task.id].passed for task in card.tasks)
    if not any(task.id in known for task in card.tasks):
        return _("not begun")
    words = ngettext(
        "{passed} of {count} task passed, {earned:g} of {points:g} points",
        "{passed} of {count} tasks passed, {earned:g} of {points:g} points",
        len(card.tasks),
    ).format(passed=passed, count=len(card.tasks), earned=round(earned(card, known), 1), points=card.points)
    return f"{words} – {_('done')}" if passed == len(card.tasks) else words


def bar(card: LabCard, known: Mapping[str, TaskProgress]) -> str:
    # Full only when everything is: never rounded up.
    full = int(_BLOCKS * earned(card, known) / card.points) if card.points else 0
    return "█" * full + "░" * (_BLOCKS - full)
