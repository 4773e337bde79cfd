"""What BuildKit tells of a build while it runs: its steps, which of them came from the cache, and what they printed.

The Engine API sends it as messages of BuildKit's own (api/services/control/control.proto: StatusResponse, Vertex,
VertexLog), in protobuf's wire format (protobuf.dev/programming-guides/encoding). Only a few of its fields are read.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: "[build 3/5] RUN make": a line of the Dockerfile. Others are BuildKit's own: "[internal] load …", "exporting …".
_LINE = re.compile(r"\[[^]]*\d+/\d+\] (?P<line>.*)", re.DOTALL)
#: Bytes of what all steps print that are kept.
_PRINTED = 1024 * 1024


@dataclass
class Step:
    """One line of a Dockerfile in one build."""

    line: str = ""
    ran: bool = False
    printed: bytes = b""


@dataclass
class Trace:
    """All that was told so far."""

    steps: dict[bytes, Step] = field(default_factory=dict)
    error: str = ""
    _kept: int = 0

    def take(self, message: Mapping[str, Any]) -> None:
        """One message of the stream. Raises ValueError or KeyError for what is none."""
        if "error" in message:
            self.error = str(message["error"])
        elif message.get("id") == "moby.buildkit.trace":
            for number, value in _fields(base64.b64decode(message["aux"])):
                if number == 1:
                    self._take_vertex(dict(_fields(value)))
                elif number == 3:
                    self._take_log(dict(_fields(value)))

    def _take_vertex(self, vertex: Mapping[int, Any]) -> None:
        """Its digest 1, name 3, cached 4, started 5; told again whenever one of them changes."""
        match = _LINE.fullmatch(bytes(vertex.get(3, b"")).decode("utf-8", "replace"))
        if match is None or match["line"].startswith("FROM "):
            return
        step = self.steps.setdefault(bytes(vertex[1]), Step())
        step.line = match["line"]
        step.ran = 5 in vertex and not vertex.get(4)

    def _take_log(self, log: Mapping[int, Any]) -> None:
        """The vertex's digest 1, the text 4."""
        text = bytes(log.get(4, b""))[: _PRINTED - self._kept]
        self._kept += len(text)
        self.steps.setdefault(bytes(log[1]), Step()).printed += text

    @property
    def lines(self) -> list[Step]:
        return [step for step in self.steps.values() if step.line]

    def lines_with(self, text: str) -> list[Step]:
        return [step for step in self.lines if text in step.line]


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Number and value of each field: a whole number, or bytes. Raises ValueError where it is no such message."""
    place = 0
    try:
        while place < len(data):
            key, place = _number(data, place)
            kind = key & 7
            if kind == 0:
                value, place = _number(data, place)
                yield key >> 3, value
                continue
            if kind == 2:
                size, place = _number(data, place)
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
            else:
                raise ValueError(f"wire type {kind}")
            yield key >> 3, data[place : place + size]
            place += size
    except IndexError:
        raise ValueError("a message that breaks off") from None


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where the next field begins."""
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
