"""The panel's part on progress: one lab's tasks, that of the latest check or the one chosen."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from grader.course.heads import LabCard, progress_folder, read_labs
from grader.course.labs import CourseError, find_course
from grader.i18n import _
from grader.report.progress import ProgressFolder
from grader.widgets.drawing import panel as draw
from grader.widgets.drawing.part import Part
from grader.widgets.folder_watch import FolderWatch
from grader.widgets.panel_section import Section


class TasksPart:
    """Follows the files that the checks write. ``summary`` and ``section``: what to show, nothing outside a course."""

    def __init__(self) -> None:
        import ipywidgets

        self._cards: tuple[LabCard, ...] = ()
        self._folder: ProgressFolder | None = None
        # Outside a course (a notebook of the student's own) the panel has no tasks to show.
        with suppress(CourseError):
            course = find_course()
            self._cards, self._folder = read_labs(course), progress_folder(course)
        options = [(_("the lab you work on"), ""), *((f"{c.number} · {c.title}", c.name) for c in self._cards)]
        self._choice = ipywidgets.Dropdown(options=options, description=_("Tasks of"))
        self._choice.observe(lambda _change: self._show(), "value")
        self._summary = ipywidgets.HTML("")
        self._section = Section(_("Tasks"), self._choice)
        self._watch: FolderWatch | None = None
        self._text = ""
        self._show()

    @property
    def summary(self) -> list[Any]:
        return [self._summary] if self._cards else []

    @property
    def section(self) -> list[Any]:
        return self._section.widgets if self._cards else []

    @property
    def text(self) -> str:
        return f"{self._text}\n\n{self._section.text}".strip()

    def start(self) -> None:
        if self._folder is None:
            return
        # No inotify left (a limit of the machine), or no right to write: tasks then stay as they were at the start.
        with suppress(OSError):
            self._watch = FolderWatch(self._folder.path)
            threading.Thread(target=self._follow, args=(self._watch,), name="drydock-panel-tasks", daemon=True).start()

    def close(self) -> None:
        """End its thread. Safe to call twice."""
        if self._watch is not None:
            self._watch.close()

    def _follow(self, watch: FolderWatch) -> None:
        for _change in watch:
            self._show()

    def _show(self) -> None:
        folder = self._folder
        if folder is None or not self._cards:
            return
        wanted = self._choice.value or folder.latest()
        card = next((card for card in self._cards if card.name == wanted), None)
        if card is None:
            summary, tasks = Part(_("Run a check in a lab, or choose a lab under “Tasks”.")), Part()
        else:
            known = folder.of(card.name)
            summary, tasks = draw.progress(card, known), draw.tasks(card, known)
        self._text = summary.as_text()
        self._summary.value = summary.as_html()
        self._section.fill(tasks)
