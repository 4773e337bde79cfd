"""A part of the panel: sentences, a table, more sentences. The same as HTML and as plain text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from grader.report.plain import printable
from grader.widgets.table import Table

_LINE = '<p style="margin:2px 0;overflow-wrap:anywhere">{text}</p>'


@dataclass(frozen=True)
class Part:
    """Text of any origin may be in it.

    ``bar`` is for eyes only, since a screen reader would spell its blocks. ``caption`` is for ears only: for eyes there
    is a heading above.
    """

    before: str = ""
    caption: str = ""
    table: Table | None = None
    after: str = ""
    bar: str = ""

    def as_html(self) -> str:
        table = "" if self.table is None else self.table.as_html(self.caption, heard_only=True)
        # ipywidgets makes lines twice as high as letters.
        style = "line-height:1.4;overflow-x:auto"
        return f'<div style="{style}">{_paragraph(self.before, self.bar)}{table}{_paragraph(self.after)}</div>'

    def as_text(self) -> str:
        table = "" if self.table is None else f"{self.caption}\n{self.table.as_text()}"
        before = f"{self.bar} {printable(self.before)}".strip()
        return "\n".join(text for text in (before, table, printable(self.after)) if text)


def _paragraph(text: str, bar: str = "") -> str:
    shown = f'<span aria-hidden="true">{escape(bar)}</span> ' if bar else ""
    return _LINE.format(text=shown + escape(printable(text))) if text else ""
