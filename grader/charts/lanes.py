"""A map of who uses what: things as lanes from left to right, containers as columns, a mark where they meet.

Networks and volumes are drawn alike. A grid stays readable where lines between boxes would cross.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.charts import style
from grader.i18n import _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMN, _LANE = 2.1, 0.85
_LEFT = 2.6


@dataclass(frozen=True)
class Lane:
    """A network or a volume: its name, what it is, and whether to draw it with a dashed line."""

    name: str
    detail: str
    dashed: bool = False


@dataclass(frozen=True)
class Column:
    """A container: its name, what it is, and whether it runs."""

    name: str
    detail: str
    runs: bool


def draw_lanes(
    lanes: Sequence[Lane], columns: Sequence[Column], meetings: Mapping[tuple[int, int], str], empty: str
) -> Figure:
    """``meetings``: what is written where lane and column meet, by their numbers."""
    if not lanes and not columns:
        return _nothing(empty)
    width = _LEFT + _COLUMN * max(1, len(columns)) + 0.9
    figure = style.figure(1.0 + _LANE * max(1, len(lanes)), max(5.0, min(18.0, width)))
    ax = figure.subplots()
    ax.set_axis_off()
    ax.set_xlim(-_LEFT, _COLUMN * max(1, len(columns)) + 0.9)
    ax.set_ylim(-_LANE * (len(lanes) - 0.35), 1.0)
    for number, lane in enumerate(lanes):
        _draw_lane(ax, -_LANE * number, lane, number)
    for number, column in enumerate(columns):
        lowest = max((lane for lane, other in meetings if other == number), default=None)
        _draw_column(ax, _COLUMN * (number + 0.5), column, lowest)
    for (lane_number, column_number), text in meetings.items():
        _draw_meeting(ax, _COLUMN * (column_number + 0.5), -_LANE * lane_number, text, lane_number)
    return figure


def _draw_lane(ax: Axes, height: float, lane: Lane, number: int) -> None:
    colour = _colour(number)
    ax.plot(
        ax.get_xlim(), [height, height], color=colour, linewidth=4, linestyle=(0, (3, 1)) if lane.dashed else "solid"
    )
    ax.text(-_LEFT, height + 0.08, style.label(lane.name, 28), fontweight="bold", va="bottom", parse_math=False)
    ax.text(
        -_LEFT, height - 0.1, style.label(lane.detail, 44), fontsize=8, color=style.SOFT, va="top", parse_math=False
    )


def _draw_column(ax: Axes, middle: float, column: Column, lowest: int | None) -> None:
    edge = {"edgecolor": style.INK, "linestyle": "solid" if column.runs else "dashed"}
    if lowest is not None:
        ax.plot([middle, middle], [0.45, -_LANE * lowest], color=style.INK, linewidth=1.5, linestyle=edge["linestyle"])
    ax.text(
        middle,
        0.65,
        f"{style.label(column.name, 22)}\n{style.label(column.detail, 26)}",
        ha="center",
        va="center",
        fontsize=9,
        color=style.INK if column.runs else style.SOFT,
        bbox={"boxstyle": "round,pad=0.35", "facecolor": "white" if column.runs else style.PALE, **edge},
        parse_math=False,
    )


def _draw_meeting(ax: Axes, middle: float, height: float, text: str, number: int) -> None:
    ax.plot([middle], [height], marker="o", markersize=11, color=_colour(number), markeredgecolor=style.INK)
    lines = "\n".join(style.label(line, 28) for line in text.splitlines())
    ax.text(
        middle + 0.13,
        height - 0.07,
        lines,
        fontsize=8,
        va="top",
        parse_math=False,
        bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
    )


def _colour(number: int) -> str:
    return (style.BLUE, style.ORANGE, style.GREEN, style.PINK, style.SKY, style.RED)[number % 6]


def _nothing(sentence: str) -> Figure:
    figure = style.figure(0.6, 5.0)
    figure.text(0.5, 0.5, sentence or _("There is nothing to draw."), ha="center", va="center", color=style.SOFT)
    return figure
