"""Of which layers images are made, and which of them images have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from grader.docker_api.daemon import Daemon
from grader.docker_api.words import dig
from grader.widgets.lab_docker import inspect_image

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
    digests = _common(one.digests, other.digests)
    count = 0
    for mine in one.steps[: _common(one.steps, other.steps)]:
        if mine.size and not digests:
            break
        digests -= bool(mine.size)
        count += 1
    return count


def _common(one: Sequence[object], other: Sequence[object]) -> int:
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
