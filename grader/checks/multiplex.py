"""Docker's framing of stdout and stderr in one stream.

Eight bytes lead each piece: the stream's number (1 stdout, 2 stderr), three zeros, the length as a big-endian
32-bit number (Engine API reference, "Stream format" under container attach).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_HEADER = struct.Struct(">BxxxL")


def demultiplexed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The pieces in order; a cut-off last piece comes as far as it goes."""
    position = 0
    while position + _HEADER.size <= len(data):
        stream, length = _HEADER.unpack_from(data, position)
        position += _HEADER.size
        yield stream, data[position : position + length]
        position += length
