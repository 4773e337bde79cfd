"""What the panel at the right of a lab lists: its tasks by parts, what is known of each, and what is new."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.checks.looking import tasks_that_only_look
from grader.course.lab_cards import LabCard, card_of
from grader.course.labs import RELEASE, Course, Lab
from grader.course.settings import settings_in
from grader.i18n import _
from grader.panel.parts import how_far
from grader.report.progress import TaskProgress
from grader.report.render import SYMBOLS, status_word

#: Set to 0, no check runs by itself.
VARIABLE = "DRYDOCK_AUTO_CHECKS"
_HEADING = re.compile(r"^(##?)\s+(.+)$", re.MULTILINE)
#: A comment in some code is no heading.
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
#: What a part's heading says of its points: how many of its tasks are done stands there instead.
_POINTS = re.compile(r"\s*\([^()]*\d[^()]*\)$")


def allowed(course: Course) -> bool:
    """Whether checks may run by themselves here at all: the instructor's word, in course.toml or the environment."""
    said = os.environ.get(VARIABLE, "").strip().lower()
    return said not in ("0", "no", "off", "false") and settings_in(course.root).auto_checks


@dataclass(frozen=True)
class TaskList:
    """One lab's tasks, before anything is known of them."""

    lab: Lab
    card: LabCard
    #: The part each task stands in, by its id; where a lab has no parts, the section.
    parts: Mapping[str, str]
    #: The tasks whose checks only look.
    looking: frozenset[str]

    @classmethod
    def of(cls, course: Course, name: str) -> TaskList:
        """Raises CourseError."""
        lab = course.lab(name, RELEASE)
        looking = frozenset(task.id for task in tasks_that_only_look(lab))
        return cls(lab, card_of(lab, course.names(RELEASE)), _parts(lab), looking)

    def state(self, known: Mapping[str, TaskProgress], *, automatic: bool, may: bool) -> dict[str, Any]:
        """For the page. ``automatic``: whether checks run by themselves now; ``may``: whether they can be let to."""
        return {
            "lab": self.lab.name,
            "title": f"{self.card.number} · {self.card.title}",
            "summary": how_far(self.card, known),
            "automatic": automatic,
            "may": may,
            "tasks": [self._row(number, known, automatic=automatic) for number in range(len(self.card.tasks))],
            "words": {
                "region": _("Tasks of lab {number}").format(number=self.card.number),
                "tasks": _("Tasks"),
                "hint": _("Hint"),
                "close": _("Close"),
                "automatic": _("Checks that only look run by themselves"),
                "forbidden": _("Here no check runs by itself: run its cell."),
                "waiting": _("The kernel is starting, or has ended: until it runs nothing here changes."),
            },
        }

    def _row(self, number: int, known: Mapping[str, TaskProgress], *, automatic: bool) -> dict[str, Any]:
        card, task = self.card.tasks[number], self.lab.tasks[number]
        progress = known.get(card.id)
        return {
            "id": card.id,
            "title": card.title,
            "part": self.parts.get(card.id, ""),
            "passed": _passes(progress),
            # What passed once is done, though later tasks may have taken away what it made.
            "done": progress is not None and progress.passed,
            "mark": _mark(progress),
            "note": self._note(card.id, progress, automatic=automatic),
            "hint": task.hint,
            "points": card.points,
        }

    def _note(self, task: str, progress: TaskProgress | None, *, automatic: bool) -> str:
        if progress is not None and progress.passed and not _passes(progress):
            return _("Passed before, and not now.")
        if _passes(progress):
            return _("Seen by this panel.") if progress is not None and progress.by_itself else ""
        if automatic and task not in self.looking:
            return _("Run its check yourself: it does more than look.")
        return ""

    def news(self, before: Mapping[str, TaskProgress], now: Mapping[str, TaskProgress]) -> str:
        """A sentence on what has changed for better or worse, for those who hear the page; "" where nothing has."""
        said = []
        for card in self.card.tasks:
            was, does = _passes(before.get(card.id)), _passes(now.get(card.id))
            if does and not was:
                said.append(_("Task {task} passed.").format(task=card.title))
            elif was and not does:
                said.append(_("Task {task}: passed before, and not now.").format(task=card.title))
        return " ".join(said)


def _passes(progress: TaskProgress | None) -> bool:
    return progress is not None and progress.passes


def _mark(progress: TaskProgress | None) -> str:
    if progress is None:
        return _("· not tried")
    if progress.not_now:
        return _("○ open")
    return f"{SYMBOLS[progress.status]} {status_word(progress.status)}"


def _parts(lab: Lab) -> dict[str, str]:
    found: dict[str, str] = {}
    part = section = ""
    checks = {task.check.id: task.id for task in lab.tasks}
    # The first cell has the title of the whole.
    for cell in lab.cells[1:]:
        if cell.cell_type == "markdown":
            for level, words in _HEADING.findall(_CODE.sub("", cell.source)):
                heading = re.sub(r"[`*]", "", _POINTS.sub("", words)).strip()
                part, section = (heading, "") if level == "#" else (part, heading)
        elif cell.id in checks:
            found[checks[cell.id]] = part or section
    return found
