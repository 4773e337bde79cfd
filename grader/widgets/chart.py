"""One chart as a notebook shows it: a picture, what it says in a sentence or two, and the same as a table.

The picture is a PNG inside ``<img>``, so it stays in saved notebooks, feedback pages and nbconvert's HTML, needs no
JavaScript, and survives the cleaning that Jupyter does to notebooks it does not trust. (The same as SVG has twice the
bytes: matplotlib writes every letter as a path.) It brings its own light background: matplotlib's colours can't follow
JupyterLab's theme, and on a card they are readable in both.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from grader.i18n import _
from grader.report.plain import printable
from grader.widgets.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Pixels of an inch in CSS, and pixels of ours for each of them.
_CSS_PIXELS = 96
_SHARPNESS = 1.5
_CARD = "max-width:100%;height:auto;background:#fff;border-radius:6px"
#: matplotlib's text layout is not made for two threads, and live charts are drawn by their recorders.
_drawing = threading.Lock()


@dataclass(frozen=True)
class Chart:
    """Displays itself as the last value of a cell. ``draw`` makes the picture when it is needed."""

    title: str
    #: What a person who sees the picture would take from it.
    says: str
    table: Table
    draw: Callable[[], Figure]

    def __post_init__(self) -> None:
        # Names come from whoever made the containers.
        for field in ("title", "says"):
            object.__setattr__(self, field, printable(getattr(self, field), 2000))

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return f"{self.title}\n{self.says}\n\n{self.table.as_text()}"

    def png(self) -> bytes:
        """The picture, sharp enough for a screen with one and a half times the usual pixels."""
        target = BytesIO()
        with _drawing:
            self.draw().savefig(target, format="png", dpi=_SHARPNESS * _CSS_PIXELS)
        return target.getvalue()

    def as_html(self) -> str:
        alt = escape(f"{self.title}. {self.says}", quote=True)
        picture = self.png()
        source = b64encode(picture).decode("ascii")
        return (
            f'<figure class="drydock-chart" style="margin:4px 0">'
            f'<img role="img" alt="{alt}" width="{_width(picture)}" style="{_CARD}" '
            f'src="data:image/png;base64,{source}">'
            f"<figcaption>{escape(self.says)}</figcaption>"
            f"<details><summary>{escape(_('The same as a table'))}</summary>{self.table.as_html(self.title)}</details>"
            "</figure>"
        )

    def _repr_mimebundle_(self, **_wanted: object) -> dict[str, str]:
        # IPython asks for all forms by this name.
        return {"text/plain": self.text, "text/html": self.as_html()}

    def __str__(self) -> str:
        return self.text


def _width(png: bytes) -> int:
    """CSS pixels; the width is the first number of a PNG's first chunk (RFC 2083, 4.1.1)."""
    return round(int.from_bytes(png[16:20]) / _SHARPNESS)
