"""Of which layers images are made and which they have in common, as stacked bars on one scale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.charts import style
from grader.charts.chart import Chart, Table
from grader.charts.lab_docker import inspect_image
from grader.checks.arguments import human_size
from grader.checks.image.layers import in_common
from grader.docker_api.daemon import Daemon
from grader.docker_api.words import dig
from grader.i18n import _, ngettext
from grader.report.plain import shortened

#: What builders write around an instruction: the shell it ran in, build arguments, BuildKit's mark.
_NOISE = (
    (re.compile(r"\s*# buildkit$"), ""),
    (re.compile(r"^(RUN )?\|\d+ .*?/bin/sh -c "), "RUN "),
    (re.compile(r"^(RUN )?/bin/sh -c #\(nop\)\s*"), ""),
    (re.compile(r"^(RUN )?/bin/sh -c "), "RUN "),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True)
class Layer:
    """One step of an image's history, in bytes. ``shared``: another image of the chart has the very same layer."""

    instruction: str
    size: int
    shared: bool = False


@dataclass(frozen=True)
class ImageLayers:
    """An image's steps, the lowest first. Steps without bytes (ENV, CMD …) are among them."""

    reference: str
    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        return sum(layer.size for layer in self.layers)

    @property
    def with_bytes(self) -> tuple[Layer, ...]:
        return tuple(layer for layer in self.layers if layer.size)


@dataclass(frozen=True)
class _Step:
    created: int
    instruction: str
    size: int


@dataclass(frozen=True)
class _Raw:
    reference: str
    steps: tuple[_Step, ...]
    digests: tuple[str, ...]


def read_layers(daemon: Daemon, references: Sequence[str]) -> tuple[ImageLayers, ...]:
    """Raises NotThere for an image that the daemon does not have."""
    raws = [_read(daemon, reference) for reference in references]
    return tuple(_with_shared(raw, [other for other in raws if other is not raw]) for raw in raws)


def _read(daemon: Daemon, reference: str) -> _Raw:
    attrs = inspect_image(daemon, reference)
    history = daemon.ask(lambda client: client.history(reference))
    steps = tuple(
        _Step(int(step.get("Created") or 0), instruction(str(step.get("CreatedBy") or "")), int(step.get("Size") or 0))
        for step in reversed(history)
    )
    return _Raw(reference, steps, tuple(dig(attrs, "RootFS", "Layers") or ()))


def instruction(created_by: str) -> str:
    """A step of the history as a Dockerfile writes it: without shell, build arguments and the builder's marks."""
    text = created_by.strip()
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    return text or "?"


def _with_shared(raw: _Raw, others: Sequence[_Raw]) -> ImageLayers:
    most = max((_shared(raw, other) for other in others), default=0)
    return ImageLayers(
        raw.reference,
        tuple(Layer(step.instruction, step.size, index < most) for index, step in enumerate(raw.steps)),
    )


def _shared(one: _Raw, other: _Raw) -> int:
    """How many steps from the bottom are the same layers.

    The history names no digests. Equal steps are the same layers only as far as the digests agree, too.
    """
    digests = in_common(one.digests, other.digests)
    count = 0
    for mine in one.steps[: in_common(one.steps, other.steps)]:
        if mine.size and not digests:
            break
        digests -= bool(mine.size)
        count += 1
    return count


# -- Layer sizes as stacked bars, one for each image, on one scale.

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
        instruction=shortened(largest.instruction, 60),
    )
    shared = sum(layer.size for layer in pieces if layer.shared)
    if shared:
        said += " " + _("{size} of it are layers shared with another image here.").format(size=human_size(shared))
    return said


def _table(images: Sequence[ImageLayers]) -> Table:
    rows = []
    for image in images:
        number = 0
        for layer in image.layers:
            number += bool(layer.size)
            rows.append((image.reference, number if layer.size else "", human_size(layer.size), _said(layer)))
    return Table.of((_("image"), _("layer"), _("size"), _("made by (lowest first)")), rows)
