"""``check.card()``: at a lab's end, how far the student is, what is open, what is proved, and what comes next.

From what the checks said last, without asking the daemon: quick, and there without a rehearsal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from grader.course.claims import claims_of
from grader.course.lab_cards import LabCard, card_of
from grader.course.labs import RELEASE, Course, CourseError, Lab, Task, is_own_copy, own_copy
from grader.i18n import _
from grader.report.progress import ProgressFolder, TaskProgress
from grader.report.progress_line import counted, done
from grader.report.render import NO_MATHS, with_code


@dataclass(frozen=True)
class EndCard:
    """Displays itself as the last value of a cell. ``following``: the next lab, or None at the course's end."""

    lab: Lab
    known: Mapping[str, TaskProgress]
    following: LabCard | None

    @property
    def open_tasks(self) -> list[Task]:
        passed = done(self.lab.tasks, self.known)
        return [task for task in self.lab.tasks if task.id not in passed]

    @property
    def proved(self) -> list[str]:
        """The sentences whose tasks have passed."""
        passed = done(self.lab.tasks, self.known)
        return [claim.words for claim in claims_of(self.lab) if claim.task in passed]

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield counted(self.lab.tasks, self.known)
        if self.open_tasks:
            yield f"\n{_('Still open:')}"
            yield from (f"- {task.id} ({self._about(task)})" for task in self.open_tasks)
        yield f"\n{self._rehearse()}"
        if self.proved:
            yield f"\n{_proved()}"
            yield from (f"- “{words}”" for words in self.proved)
        yield f"\n{self._next()}"

    def as_html(self) -> str:
        tasks = [
            f'<li><a href="{escape(self._link(task), quote=True)}">{escape(task.id)}</a> '
            f"({escape(self._about(task))})</li>"
            for task in self.open_tasks
        ]
        proved = [f"<li>“{with_code(words)}”</li>" for words in self.proved]
        following = escape(self._next())
        if self.following:
            following = f'<a href="{quote(f"../{self.following.name}/{self.following.name}.ipynb")}">{following}</a>'
        return (
            f'<section class="drydock-card {NO_MATHS}" aria-label="{escape(_("How far you are"))}">'
            f"<p><strong>{escape(counted(self.lab.tasks, self.known))}</strong></p>"
            f"{_list(_('Still open:'), tasks)}<p>{with_code(self._rehearse())}</p>{_list(_proved(), proved)}"
            f"<p>{following}</p></section>"
        )

    def _about(self, task: Task) -> str:
        points = _("{points:g} points").format(points=task.points)
        known = self.known.get(task.id)
        if known is None:
            return points
        seen = _("it had passed once") if known.passed else _("tried")
        return f"{points}, {seen}"

    def _link(self, task: Task) -> str:
        """To the cell with the task's text, or to its check: JupyterLab scrolls there."""
        text = (cell for cell in self.lab.cells if cell.cell_type == "markdown" and f"Task `{task.id}`" in cell.source)
        return quote(f"{self.lab.name}.ipynb") + f"#cell-id={quote(next(text, task.check).id)}"

    def _rehearse(self) -> str:
        return _(
            "Rehearse the grading: save the notebook (`Ctrl + S`), then run its last cell. "
            "In a terminal it is `drydock check {number} --fresh`."
        ).format(number=self.lab.name.split("-")[0])

    def _next(self) -> str:
        if self.following is None:
            return _("That was the last lab.")
        return _("Next: lab {number}, {title}").format(number=self.following.number, title=self.following.title)

    def _repr_mimebundle_(self, **_wanted: object) -> dict[str, str]:
        # IPython asks for all forms by this name.
        return {"text/plain": str(self), "text/html": self.as_html()}


def _proved() -> str:
    return _("You have put to the test, and know what is in it:")


def _list(heading: str, items: list[str]) -> str:
    return f"<p>{escape(heading)}</p><ul>{''.join(items)}</ul>" if items else ""


def card(lab: str, folder: ProgressFolder | None) -> EndCard | None:
    """The card of a student's own copy; elsewhere (in grading, in CI) one sentence instead."""
    if folder is None or not is_own_copy(Path.cwd(), lab):
        told = _("How far you are is told in a student's own copy of the lab only: {folder}")
        print(told.format(folder=own_copy(lab)))
        return None
    course = Course(Path.cwd().parents[2])
    names = course.names(RELEASE)
    try:
        read = course.lab(lab, RELEASE)
    except CourseError as problem:
        print(problem)
        return None
    return EndCard(read, folder.of(lab), _following(course, lab, names))


def _following(course: Course, lab: str, names: list[str]) -> LabCard | None:
    later = [name for name in names if name > lab]
    try:
        return card_of(course.lab(later[0], RELEASE), names) if later else None
    except CourseError:
        return None
