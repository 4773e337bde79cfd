"""The panel: what is on the lab daemon and how far the student is, in widgets that the keyboard reaches."""

from __future__ import annotations

from typing import Any

from grader.i18n import _
from grader.notebook import shell_of_kernel
from grader.widgets.drawing import panel as draw
from grader.widgets.drawing.part import Part
from grader.widgets.panel_feed import PanelFeed
from grader.widgets.panel_section import Section
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
        self._say(draw.status(overview))
        self._containers.fill(draw.containers(overview), f" ({len(overview.containers)})")
        self._images.fill(draw.images(overview), f" ({len(overview.images)})")
        self._networks.fill(draw.networks(overview), f" ({len(overview.networks)})")
        self._volumes.fill(draw.volumes(overview), f" ({len(overview.volumes)})")

    def _lost(self, why: str, gone: bool) -> None:
        self._say(draw.lost(why, gone=gone))
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
        # IPython asks for all forms by this name. The text is what is left where no widget can be shown.
        bundle = self._box._repr_mimebundle_(**wanted)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**data, "text/plain": self.text}


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
