"""A small table that reads well as text and as HTML: the part of a chart that needs no eyes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from grader.report.plain import printable

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
