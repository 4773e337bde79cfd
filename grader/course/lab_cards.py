"""The labs as their notebooks' heads tell them: title, time, what they build on, tasks and points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.course.labs import RELEASE, Course, CourseError, Lab

_HEADING = re.compile(r"^#+\s+(.+)$", re.MULTILINE)
_TITLE = re.compile(r"^#\s+(?:\d+\s*·\s*)?(.+)$", re.MULTILINE)
_FACT = re.compile(r"^\*\*(Time|You need|Story):\*\*\s*(.+?)\s*$", re.MULTILINE)
_TIME = re.compile(r"\d+(?:\s*[–-]\s*\d+)?\s*minutes")
#: Of a lab: neither Docker 23 nor 20.10.
_NUMBER = re.compile(r"(?<![\d/.-])(?<!Docker )\d\d(?![\d-]|\.\d)")


@dataclass(frozen=True)
class TaskCard:
    """A task as the index shows it: its grade_id, its title, and the most points it gives."""

    id: str
    title: str
    points: float


@dataclass(frozen=True)
class LabCard:
    """A lab in a few words. ``builds_on``: names of other labs of the course. ``time``: "60–75 minutes", or "".

    ``story``: in a sentence, why one would want it; may be "".
    """

    name: str
    title: str
    time: str
    builds_on: tuple[str, ...]
    tasks: tuple[TaskCard, ...]
    story: str = ""
    #: The images that it declares beside the course's own, by name.
    images: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        return self.name.split("-")[0]

    @property
    def points(self) -> float:
        return sum(task.points for task in self.tasks)


def read_labs(course: Course) -> tuple[LabCard, ...]:
    """The released labs, in their order. One whose notebook can't be read is left out."""
    names = course.names(RELEASE)
    cards = []
    for name in names:
        try:
            cards.append(card_of(course.lab(name, RELEASE), names))
        except CourseError:
            continue
    return tuple(cards)


def card_of(lab: Lab, names: Sequence[str]) -> LabCard:
    head = next((cell.source for cell in lab.cells if cell.cell_type == "markdown"), "")
    title = _TITLE.search(head)
    facts = dict(_FACT.findall(head))
    time = _TIME.search(facts.get("Time", ""))
    return LabCard(
        lab.name,
        title[1].strip() if title else lab.name,
        time[0] if time else "",
        tuple(_builds_on(lab.name, facts.get("You need", ""), names)),
        tuple(_tasks(lab)),
        facts.get("Story", ""),
        lab.images,
    )


def _builds_on(lab: str, needs: str, names: Sequence[str]) -> list[str]:
    """The labs that are named, by number, in the first sentence on what one needs; the others tell what helps."""
    plain = re.sub(r"\]\([^)]*\)", "]", needs)
    wanted = set(_NUMBER.findall(re.split(r"\.\s", plain)[0]))
    return [name for name in names if name.split("-")[0] in wanted and name != lab]


def _tasks(lab: Lab) -> list[TaskCard]:
    found = []
    heading = ""
    headings: dict[str, str] = {}
    for cell in lab.cells:
        if cell.cell_type != "markdown":
            continue
        heads = _HEADING.findall(cell.source)
        heading = heads[-1] if heads else heading
        for task in lab.tasks:
            if f"Task `{task.id}`" in cell.source and task.id not in headings and heading:
                headings[task.id] = re.sub(r"^\d+\s*·\s*", "", heading).replace("`", "").strip()
    shared = list(headings.values())
    for task in lab.tasks:
        plain = task.id.replace("-", " ").capitalize()
        title = headings.get(task.id, plain)
        # A section with several tasks in it does not tell them apart.
        found.append(TaskCard(task.id, title if shared.count(title) == 1 else plain, task.points))
    return found
