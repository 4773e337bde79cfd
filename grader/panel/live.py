"""The panel: what is on the lab daemon and how far the student is, in widgets that the keyboard reaches."""

from __future__ import annotations

from contextlib import suppress
from html import escape
from typing import Any

from grader import extras
from grader.course.lab_cards import LabCard, read_labs
from grader.course.labs import CourseError, find_course
from grader.i18n import _
from grader.panel import parts
from grader.panel.feed import PanelFeed
from grader.panel.folder_watch import FolderWatch, follow
from grader.panel.overview import Overview
from grader.panel.parts import Part
from grader.report.progress import ProgressFolder, progress_folder
from grader.shell import shell_of_kernel


class Section:
    """Fold and text of one section; ``widgets`` go into the panel, ``text`` is the same without a browser."""

    def __init__(self, title: str, *above: Any) -> None:
        """``above``: widgets that the button opens, too."""
        import ipywidgets

        self._title = title
        self._count = ""
        self._part = Part()
        self._html = ipywidgets.HTML("")
        self._body = ipywidgets.VBox([*above, self._html])
        self._button = ipywidgets.ToggleButton(value=True, layout={"width": "auto"})
        self._button.observe(lambda _change: self._head(), "value")
        self._head()

    @property
    def widgets(self) -> list[Any]:
        return [self._button, self._body]

    @property
    def text(self) -> str:
        head = "" if self._part.caption else f"{self._title}\n"
        return f"{head}{self._part.as_text()}" if self._part != Part() else ""

    def fill(self, part: Part, count: str = "") -> None:
        """Setting a trait of a widget to what it is says nothing to the browser."""
        self._count, self._part = count, part
        self._head()
        self._html.value = part.as_html()

    def _head(self) -> None:
        sign = "▾" if self._button.value else "▸"
        self._button.description = f"{sign} {self._title}{self._count}"
        self._body.layout.display = None if self._button.value else "none"


# -- The panel's part on progress: one lab's tasks, that of the latest check or the one chosen.


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
        # Where nothing can be watched, tasks stay as they were at the start.
        self._watch = follow(self._folder.path, self._show, "drydock-panel-tasks")

    def close(self) -> None:
        """End its thread. Safe to call twice."""
        if self._watch is not None:
            self._watch.close()

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
            summary, tasks = parts.progress(card, known), parts.tasks(card, known)
        self._text = summary.as_text()
        self._summary.value = summary.as_html()
        self._section.fill(tasks)


#: Seconds between two looks while "live figures" is ticked.
LIVE_SECONDS = 2.0


class Panel:
    """Displays itself as the last value of a cell, and stays up to date until ``close``."""

    def __init__(self) -> None:
        with extras.needed():
            import ipywidgets

        self._feed = PanelFeed(self._show, self._lost)
        self._part = Part(_("Looking for the lab daemon …"))
        self._status = ipywidgets.HTML(self._part.as_html())
        self._tasks = TasksPart()
        live = ipywidgets.Checkbox(
            description=_("live figures (they cost some CPU)"),
            indent=False,
            layout={"width": "auto"},
        )
        live.observe(lambda change: self._feed.look_every(LIVE_SECONDS if change["new"] else None), "value")
        self._containers = Section(_("Containers"), live)
        self._images, self._networks, self._volumes = (
            Section(_("Images")),
            Section(_("Networks")),
            Section(_("Volumes")),
        )
        self._sections = (self._containers, self._images, self._networks, self._volumes)
        widgets = [widget for section in self._sections for widget in section.widgets]
        self._box = ipywidgets.VBox([*self._tasks.summary, *self._tasks.section, self._status, *widgets])
        self._box.add_class("drydock-panel")

    def start(self) -> None:
        self._feed.start()
        self._tasks.start()

    def close(self) -> None:
        """End its threads and connections; what it shows stays. Safe to call twice."""
        self._feed.close()
        self._tasks.close()

    def _show(self, overview: Overview) -> None:
        self._say(parts.status(overview))
        self._containers.fill(parts.containers(overview), f" ({len(overview.containers)})")
        self._images.fill(parts.images(overview), f" ({len(overview.images)})")
        self._networks.fill(parts.networks(overview), f" ({len(overview.networks)})")
        self._volumes.fill(parts.volumes(overview), f" ({len(overview.volumes)})")

    def _lost(self, why: str, gone: bool) -> None:
        self._say(parts.lost(why, gone=gone))
        # Nothing is known while the daemon is away.
        for section in self._sections:
            section.fill(Part())

    def _say(self, part: Part) -> None:
        self._part = part
        self._status.value = part.as_html()

    @property
    def text(self) -> str:
        """All that it shows now, as plain text."""
        texts = (self._part.as_text(), *(section.text for section in self._sections), self._tasks.text)
        return "\n\n".join(text for text in texts if text)

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **wanted: Any) -> Any:
        # IPython asks for all forms by this name. The words are what is left where no widget can be shown.
        bundle = self._box._repr_mimebundle_(**wanted)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        note = _("This was saved and isn't live. Run its cell again for a live panel: Shift+Enter.")
        return {
            **data,
            "text/plain": self.text,
            "text/html": f"<p>{escape(note)}</p><pre>{escape(self.text)}</pre>",
        }


def open_panel() -> Panel:
    """A new panel; the one this kernel had before is closed."""
    shell = shell_of_kernel()
    earlier = getattr(shell, "drydock_panel", None)
    if earlier is not None:
        earlier.close()
    panel = Panel()
    if shell is not None:
        # A kernel has one panel at a time, so its shell keeps it.
        shell.drydock_panel = panel
    panel.start()
    return panel
