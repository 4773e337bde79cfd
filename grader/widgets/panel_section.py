"""A section of the panel: a heading that is a button (Tab and Space reach it), and what it opens."""

from __future__ import annotations

from typing import Any

from grader.widgets.drawing.part import Part


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
