"""The panel: what is on the lab daemon and how far the student is, in widgets that the keyboard reaches."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from grader.author.course import CourseError, find_course
from grader.i18n import _
from grader.progress import ProgressFolder
from grader.widgets.drawing import panel as draw
from grader.widgets.folder_watch import FolderWatch
from grader.widgets.panel_feed import PanelFeed
from grader.widgets.reading.course import LabCard, progress_folder, read_labs
from grader.widgets.reading.overview import Overview

#: Seconds between two looks while "live figures" is ticked.
LIVE_SECONDS = 2.0


class Panel:
    """Displays itself as the last value of a cell, and stays up to date until ``close``."""

    def __init__(self) -> None:
        import ipywidgets

        self._status = ipywidgets.HTML(draw.paragraph(_("Looking for the lab daemon …")))
        self._live = ipywidgets.Checkbox(
            description=_("live figures of memory and CPU (costs some CPU itself)"), indent=False
        )
        self._live.observe(lambda change: self._feed.look_every(LIVE_SECONDS if change["new"] else None), "value")
        self._sections = {
            name: _Section(title, drawer)
            for name, title, drawer in (
                ("containers", _("Containers"), draw.containers),
                ("images", _("Images"), draw.images),
                ("networks", _("Networks"), draw.networks),
                ("volumes", _("Volumes"), draw.volumes),
            )
        }
        self._tasks = _Tasks()
        self._box = ipywidgets.VBox(
            [
                self._status,
                *self._tasks.widgets,
                self._sections["containers"].button,
                self._sections["containers"].body,
                self._live,
                *(
                    widget
                    for name in ("images", "networks", "volumes")
                    for widget in (self._sections[name].button, self._sections[name].body)
                ),
            ]
        )
        self._box.add_class("drydock-panel")
        self._feed = PanelFeed(self._show, self._lost)

    def start(self) -> None:
        self._feed.start()
        self._tasks.start()

    def close(self) -> None:
        """End its threads and connections; what it shows stays. Safe to call twice."""
        self._feed.close()
        self._tasks.close()

    def _show(self, overview: Overview) -> None:
        _set(self._status, draw.status_line(overview))
        for name, count in (
            ("containers", len(overview.containers)),
            ("images", len(overview.images)),
            ("networks", len(overview.networks)),
            ("volumes", len(overview.volumes)),
        ):
            self._sections[name].show(overview, count)

    def _lost(self, why: str) -> None:
        _set(self._status, draw.lost_line(why))
        for section in self._sections.values():
            section.forget()

    @property
    def text(self) -> str:
        """What it shows now, as HTML without the widgets around it: for tests and for the curious."""
        return "\n".join(
            [self._status.value, self._tasks.html, *(section.body.value for section in self._sections.values())]
        )

    def _ipython_display_(self) -> None:
        # IPython asks an object to display itself by this name.
        from IPython.display import display

        display(self._box)


class _Section:
    """A heading that is a button (Tab and Space reach it), and what it opens."""

    def __init__(self, title: str, drawer: Callable[[Overview], str]) -> None:
        import ipywidgets

        self._title = title
        self._drawer = drawer
        self.body = ipywidgets.HTML("")
        self.button = ipywidgets.ToggleButton(value=True, description=title, layout={"width": "auto"})
        self.button.observe(lambda _change: self._open(), "value")
        self._count = ""
        self._open()

    def show(self, overview: Overview, count: int) -> None:
        self._count = f" ({count})"
        self._open()
        _set(self.body, self._drawer(overview))

    def forget(self) -> None:
        """Nothing is known while the daemon is away."""
        self._count = ""
        self._open()
        _set(self.body, "")

    def _open(self) -> None:
        sign = "▾" if self.button.value else "▸"
        words = f"{sign} {self._title}{self._count}"
        if self.button.description != words:
            self.button.description = words
        self.body.layout.display = None if self.button.value else "none"


class _Tasks:
    """Progress through one lab's tasks: that of the latest check, or the one chosen."""

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
    def html(self) -> str:
        return str(self._body.value)

    def start(self) -> None:
        if self._folder is None:
            return
        # No inotify left (a limit of the machine): tasks are then shown as they were when the panel opened.
        with suppress(OSError):
            self._watch = FolderWatch(self._folder.path)
            threading.Thread(target=self._follow, args=(self._watch,), name="drydock-panel-tasks", daemon=True).start()

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()

    def _follow(self, watch: FolderWatch) -> None:
        for _change in watch:
            self._show()

    def _show(self) -> None:
        if self._folder is None or not self._cards:
            return
        wanted = self._choice.value or self._folder.latest()
        card = next((card for card in self._cards if card.name == wanted), None)
        _set(
            self._body,
            draw.progress(card, self._folder.of(card.name))
            if card is not None
            else draw.paragraph(_("Run a check in a lab, or choose a lab here.")),
        )


def _set(widget: Any, html: str) -> None:
    """Say nothing to the browser when nothing is new: a screen reader would read it again."""
    if widget.value != html:
        widget.value = html


_open: list[Panel] = []


def open_panel() -> Panel:
    """A new panel; the one this kernel had before is closed."""
    while _open:
        _open.pop().close()
    panel = Panel()
    _open.append(panel)
    panel.start()
    return panel
