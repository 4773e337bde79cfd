"""How all pictures look: colours that colour-blind people tell apart, hatches besides colours, text of any origin.

The colours are those of Okabe and Ito (jfly.uni-koeln.de/color), light enough for black text.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from grader import extras
from grader.report.plain import printable, shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, YELLOW, SKY, PINK, RED = (
    "#0072b2", "#e69f00", "#009e73", "#f0e442", "#56b4e9", "#cc79a7", "#d55e00",
)  # fmt: skip
INK, SOFT, PALE = "#1a1a1a", "#595959", "#e6e6e6"
#: Neighbours differ in colour and in hatch.
FILLS = ((SKY, ""), (ORANGE, "//"), (GREEN, ".."), (YELLOW, "\\\\"), (PINK, "xx"), ("#bbbbbb", "--"), ("#ffffff", "++"))
#: Lines of one picture differ in colour and in dashes.
LINES = ((BLUE, "-"), (RED, (0, (5, 2))), (GREEN, (0, (1, 1))), (PINK, (0, (6, 2, 1, 2))))
#: Inches; 72 points each, so about the width of a notebook's output.
WIDTH = 9.0


def figure(height: float, width: float = WIDTH) -> Figure:
    """An empty picture of ``height`` inches. No global state of matplotlib is touched. Raises MissingPart."""
    with extras.needed():
        from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def label(text: object, limit: int = 60) -> str:
    """Text of any origin for a picture, at most ``limit`` characters.

    A character that the font lacks would be warned about in the student's cell: it becomes a box.
    """
    shown = shortened(printable(text, 400).replace("\n", " "), limit)
    return "".join(character if ord(character) in _characters() else "\N{WHITE SQUARE}" for character in shown)


@cache
def _characters() -> frozenset[int]:
    with extras.needed():
        from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())
