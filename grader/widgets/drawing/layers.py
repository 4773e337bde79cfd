"""Layer sizes as stacked bars, one for each image, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.checks.sizes import human_size
from grader.i18n import _, ngettext
from grader.widgets.chart import Chart
from grader.widgets.drawing import style
from grader.widgets.reading.layers import ImageLayers, Layer
from grader.widgets.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A piece narrower than this part of the whole width has no room for its number.
_NARROW = 0.03
_LEGEND_ROWS = 12


def layers_chart(images: Sequence[ImageLayers]) -> Chart:
    names = ", ".join(image.reference for image in images)
    return Chart(
        _("Layers of {images}").format(images=names),
        " ".join(_sentence(image) for image in images),
        _table(images),
        lambda: draw_layers(images),
    )


def draw_layers(images: Sequence[ImageLayers]) -> Figure:
    rows = [max(1, min(_LEGEND_ROWS, len(image.with_bytes))) for image in images]
    figure = style.figure(sum(0.55 + 0.21 * count for count in rows) + 0.35)
    axes = figure.subplots(len(images), 1, sharex=True, squeeze=False, height_ratios=[2 + count for count in rows])
    most = max((image.size for image in images), default=0) or 1
    for ax, image in zip(axes[:, 0], images, strict=True):
        _draw_image(ax, image, most)
    axes[-1, 0].set_xlabel(_("size of the layers, each bar on the same scale"), color=style.SOFT)
    return figure


def _draw_image(ax: Axes, image: ImageLayers, most: int) -> None:
    ax.set_title(f"{style.label(image.reference)}: {human_size(image.size)}", loc="left", fontsize=11, parse_math=False)
    left = 0
    handles = []
    for number, layer in enumerate(image.with_bytes, start=1):
        colour, hatch = style.FILLS[(number - 1) % len(style.FILLS)]
        (bar,) = ax.barh(
            0, layer.size, left=left, height=0.8, color=colour, hatch=hatch, edgecolor=style.INK, linewidth=0.8
        )
        bar.set_label(style.label(f"{number}  {human_size(layer.size):>8}  {_said(layer)}", 74))
        handles.append(bar)
        if layer.size > _NARROW * most:
            ax.text(left + layer.size / 2, 0, str(number), ha="center", va="center", bbox=_chip())
        left += layer.size
    ax.set_xlim(0, most * 1.02)
    ax.set_ylim(-0.55, 0.55)
    ax.set_yticks([])
    ax.xaxis.set_major_formatter(lambda size, _position: human_size(round(size)))
    ax.spines[["top", "right", "left"]].set_visible(False)
    hidden = len(handles) - _LEGEND_ROWS
    if hidden > 0:
        handles = handles[:_LEGEND_ROWS]
    legend = ax.legend(
        handles=handles, loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8, labelspacing=0.35
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    if hidden > 0:
        legend.set_title(
            ngettext("(and {count} more: see the table)", "(and {count} more: see the table)", hidden).format(
                count=hidden
            )
        )


def _chip() -> dict[str, object]:
    """White behind a number, so that no hatch makes it hard to read."""
    return {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"}


def _said(layer: Layer) -> str:
    return f"{layer.instruction} {_('(shared)')}" if layer.shared else layer.instruction


def _sentence(image: ImageLayers) -> str:
    pieces = image.with_bytes
    if not pieces:
        return _("{image} has no bytes in any layer.").format(image=image.reference)
    largest = max(pieces, key=lambda layer: layer.size)
    said = ngettext(
        "{image}: {size} in {count} layer with bytes, the largest {largest} from “{instruction}”.",
        "{image}: {size} in {count} layers with bytes, the largest {largest} from “{instruction}”.",
        len(pieces),
    ).format(
        image=image.reference,
        size=human_size(image.size),
        count=len(pieces),
        largest=human_size(largest.size),
        instruction=_shortened(largest.instruction),
    )
    shared = sum(layer.size for layer in pieces if layer.shared)
    if shared:
        said += " " + _("{size} of it are layers shared with another image here.").format(size=human_size(shared))
    return said


def _shortened(text: str, limit: int = 60) -> str:
    """Shortened for a sentence (no font limits what characters it may have)."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _table(images: Sequence[ImageLayers]) -> Table:
    rows = []
    for image in images:
        number = 0
        for layer in image.layers:
            number += bool(layer.size)
            rows.append((image.reference, number if layer.size else "", human_size(layer.size), _said(layer)))
    return Table.of((_("image"), _("layer"), _("size"), _("made by (lowest first)")), rows)
