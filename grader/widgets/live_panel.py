"""The panel: what is on the lab daemon and how far the student is, in widgets that the keyboard reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.i18n import _
from grader.widgets.drawing import panel as draw
from grader.widgets.drawing.part import Part
from grader.widgets.panel_feed import PanelFeed
from grader.widgets.panel_tasks import TasksPart
from grader.widgets.reading.overview import Overview

#: Seconds between two looks while "live figures" is ticked.
LIVE_SECONDS = 2.0


class Panel:
    """Displays itself as the last value of a cell, and stays up to date until ``close``."""

    def __init__(self) -> None:
        import ipywidgets

        self._feed = PanelFeed(self._show, self._lost)
        self._part = Part(_("Looking for the lab daemon …"))
        self._status = ipywidgets.HTML(self._part.as_html())
        self._tasks = TasksPart()
        self._containers = _Section(_("Containers"), draw.containers)
        self._others = (
            _Section(_("Images"), draw.images),
            _Section(_("Networks"), draw.networks),
            _Section(_("Volumes"), draw.volumes),
        )
        live = ipywidgets.Checkbox(
            description=_("live figures of memory and CPU (costs some CPU itself)"),
            indent=False,
            layout={"width": "auto"},
        )
        live.observe(lambda change: self._feed.look_every(LIVE_SECONDS if change["new"] else None), "value")
        others = [widget for section in self._others for widget in section.widgets]
        self._box = ipywidgets.VBox([self._status, *self._tasks.widgets, *self._containers.widgets, live, *others])
        self._box.add_class("drydock-panel")

    def start(self) -> None:
        self._feed.start()
        self._tasks.start()

    def close(self) -> None:
        """End its threads and connections; what it shows stays. Safe to call twice."""
        self._feed.close()
        self._tasks.close()

    def _show(self, overview: Overview) -> None:
        self._say(draw.status(overview))
        self._containers.show(overview, len(overview.containers))
        counts = (len(overview.images), len(overview.networks), len(overview.volumes))
        for section, count in zip(self._others, counts, strict=True):
            section.show(overview, count)

    def _lost(self, why: str, gone: bool) -> None:
        self._say(draw.lost(why, gone=gone))
        for section in (self._containers, *self._others):
            section.forget()

    def _say(self, part: Part) -> None:
        self._part = part
        show(self._status, part)

    @property
    def text(self) -> str:
        """All that it shows now, as plain text."""
        sections = (self._tasks.text, self._containers.text, *(section.text for section in self._others))
        return "\n\n".join(text for text in (self._part.as_text(), *sections) if text)

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **wanted: Any) -> Any:
        # IPython asks for all forms by this name. The text is what is left where no widget can be shown.
        bundle = self._box._repr_mimebundle_(**wanted)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**data, "text/plain": self.text}


class _Section:
    """A heading that is a button (Tab and Space reach it), and what it opens."""

    def __init__(self, title: str, drawer: Callable[[Overview], Part]) -> None:
        import ipywidgets

        self._title = title
        self._drawer = drawer
        self._count = ""
        self._part = Part()
        self._body = ipywidgets.HTML("")
        self._button = ipywidgets.ToggleButton(value=True, layout={"width": "auto"})
        self._button.observe(lambda _change: self._head(), "value")
        self._head()

    @property
    def widgets(self) -> list[Any]:
        return [self._button, self._body]

    @property
    def text(self) -> str:
        head = "" if self._part.caption else f"{self._title}\n"
        return f"{head}{self._part.as_text()}" if self._count else ""

    def show(self, overview: Overview, count: int) -> None:
        self._fill(f" ({count})", self._drawer(overview))

    def forget(self) -> None:
        """Nothing is known while the daemon is away."""
        self._fill("", Part())

    def _fill(self, count: str, part: Part) -> None:
        self._count, self._part = count, part
        self._head()
        show(self._body, part)

    def _head(self) -> None:
        sign = "▾" if self._button.value else "▸"
        # Setting a trait to what it is says nothing to the browser.
        self._button.description = f"{sign} {self._title}{self._count}"
        self._body.layout.display = None if self._button.value else "none"


def show(widget: Any, part: Part) -> None:
    """Put it into an HTML widget; a trait that does not change says nothing to the browser."""
    widget.value = part.as_html()


_open: list[Panel] = []


def open_panel() -> Panel:
    """A new panel; the one this kernel had before is closed."""
    while _open:
        _open.pop().close()
    panel = Panel()
    _open.append(panel)
    panel.start()
    return panel
