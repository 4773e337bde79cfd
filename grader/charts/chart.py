"""One chart as a notebook shows it: a picture, a sentence or two, the same as a table; drawn again as more is known."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any

from grader.i18n import _
from grader.report.plain import printable
from grader.shell import shell_of_kernel

_CELL = "text-align:left;padding:2px 10px 2px 0;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere"

#: A narrow panel may break a long name of a container anywhere, but neither "CPUs" nor "running".
_WHOLE_WORDS = "overflow-wrap:normal"
_LONG_WORD = 24
_UNSEEN = "position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden"


@dataclass(frozen=True)
class Table:
    """Columns with headings, and rows of text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
        """Cells may come from whoever made the containers: control characters are made visible here."""
        return cls(tuple(columns), tuple(tuple(_one_line(cell) for cell in row) for row in rows))

    def as_text(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        # The last column may be long and needs no padding.
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )

    def as_html(self, caption: str, *, heard_only: bool = False) -> str:
        """``heard_only``: the caption is for screen readers, where eyes see a heading just above."""
        hidden = f";{_UNSEEN}" if heard_only else ""
        head = "".join(f'<th scope="col" style="{_CELL};{_WHOLE_WORDS}">{escape(name)}</th>' for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f'<td style="{_style(cell)}">{_breakable(cell)}</td>' for cell in row) + "</tr>"
            for row in self.rows
        )
        return (
            f'<table style="margin:4px 0"><caption style="{_CELL};caption-side:top{hidden}">{escape(caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def _style(cell: str) -> str:
    return _CELL if any(len(word) > _LONG_WORD for word in cell.split()) else f"{_CELL};{_WHOLE_WORDS}"


def _breakable(cell: str) -> str:
    """An image's name and a published port may go on in the next line after a slash."""
    return escape(cell).replace("/", "/<wbr>")


def _one_line(cell: object) -> str:
    return printable(cell, 200).replace("\n", " ⏎ ").replace("\t", " ")


# -- One chart as a notebook shows it: a picture, what it says in a sentence or two, and the same as a table.
#
# The picture is a PNG inside ``<img>``, so it stays in saved notebooks, feedback pages and nbconvert's HTML, needs no
# JavaScript, and survives the cleaning that Jupyter does to notebooks it does not trust. (The same as SVG has twice
# the bytes: matplotlib writes every letter as a path.) It brings its own light background: matplotlib's colours can't
# follow JupyterLab's theme, and on a card they are readable in both.

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


# -- A chart that is drawn again in its place while more becomes known.

#: Seconds between two drawings: a picture takes some 0.05 s of CPU, and eyes don't need more.
_PAUSE = 0.5


class Screen:
    """Shows what ``chart`` makes, as often as asked but not oftener than is useful. Any thread may refresh it."""

    def __init__(self, chart: Callable[[], Chart]) -> None:
        self._chart = chart
        self._lock = threading.Lock()
        self._handle: Any = None
        self._cell: Any = None
        self._drawn = 0.0

    def show(self) -> None:
        """Show it below the current cell, or draw it anew where this cell has shown it already."""
        shell = shell_of_kernel()
        if shell is None:
            print(self._chart().text)
            return
        from IPython.display import display

        with self._lock:
            cell = (id(shell), shell.execution_count)
            if self._handle is not None and self._cell == cell:
                self._handle.update(self._chart())
            else:
                self._handle, self._cell = display(self._chart(), display_id=True), cell
            self._drawn = time.monotonic()

    def refresh(self, *, last: bool = False) -> None:
        """Draw it anew where it is shown, if it is. ``last``: nothing comes after this, so draw it in any case."""
        with self._lock:
            if self._handle is None or (not last and time.monotonic() - self._drawn < _PAUSE):
                return
            # A front end that went away must not end a recording.
            with suppress(Exception):
                self._handle.update(self._chart())
            self._drawn = time.monotonic()
