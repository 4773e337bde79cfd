"""The panel's part on progress: one lab's tasks, that of the latest check or the one chosen."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from grader.author.course import CourseError, find_course
from grader.i18n import _
from grader.progress import ProgressFolder
from grader.widgets.drawing import panel as draw
from grader.widgets.drawing.part import Part
from grader.widgets.folder_watch import FolderWatch
from grader.widgets.reading.course import LabCard, progress_folder, read_labs


class TasksPart:
    """Follows the files that the checks write."""

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
        self._body = ipywidgets.HTML("")
        self._watch: FolderWatch | None = None
        self._show()

    @property
    def widgets(self) -> list[Any]:
        return [self._choice, self._body] if self._cards else []

    @property
    def text(self) -> str:
        return self._part().as_text() if self._cards else ""

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
        self._body.value = self._part().as_html()

    def _part(self) -> Part:
        folder = self._folder
        wanted = self._choice.value or (folder.latest() if folder is not None else "")
        card = next((card for card in self._cards if card.name == wanted), None)
        if card is None or folder is None:
            return Part(_("Run a check in a lab, or choose a lab here."))
        return draw.progress(card, folder.of(card.name))
