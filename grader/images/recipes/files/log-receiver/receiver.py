#!/usr/bin/env python3
"""Takes what Docker's log drivers gelf and fluentd send, and prints each message as one line of JSON.

GELF comes to port 12201 (UDP, whole or in chunks, packed by gzip or zlib or plain; TCP, each ended by a zero byte),
Fluentd's forward protocol to port 24224 (TCP). Part of the Drydock course; standard library only.
"""

from __future__ import annotations

import gzip
import json
import signal
import socketserver
import struct
import sys
import threading
import time
import zlib
from io import BufferedIOBase
from typing import Any

GELF_PORT, FLUENTD_PORT = 12201, 24224
#: GELF: a message comes in so many chunks at most, and within so many seconds.
_MOST_CHUNKS, _CHUNK_SECONDS = 128, 5.0
#: Bytes: no log line is longer.
_MOST = 16 << 20


class BadMessage(Exception):
    """What came is no message of this protocol."""


def show(via: str, message: Any) -> None:
    """One line for one message, whole, whoever else writes at the same time."""
    line = json.dumps({"via": via, **message}, ensure_ascii=False, default=_as_text)
    with _LOCK:
        print(line, flush=True)


_LOCK = threading.Lock()


def _as_text(value: object) -> object:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


# -- GELF


def gelf(data: bytes) -> dict[str, Any]:
    """The message in a datagram or between two zero bytes. Raises BadMessage."""
    try:
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        elif data[:1] == b"\x78" and int.from_bytes(data[:2], "big") % 31 == 0:
            data = zlib.decompress(data)
        message = json.loads(data)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise BadMessage(f"no GELF: {error}") from error
    if not isinstance(message, dict):
        raise BadMessage("no GELF: not an object")
    return message


class Chunks:
    """Puts the parts of long messages together; what stays incomplete is thrown away."""

    def __init__(self) -> None:
        self._parts: dict[bytes, dict[int, bytes]] = {}
        self._since: dict[bytes, float] = {}

    def add(self, data: bytes) -> bytes | None:
        """The whole message with the last of its parts; None before."""
        if data[:2] != b"\x1e\x0f":
            return data
        if len(data) < 12:
            raise BadMessage("a chunk without its head")
        name, number, count = data[2:10], data[10], data[11]
        if not 0 < count <= _MOST_CHUNKS or number >= count:
            raise BadMessage(f"chunk {number} of {count}")
        now = time.monotonic()
        for old in [old for old, since in self._since.items() if now - since > _CHUNK_SECONDS]:
            del self._parts[old], self._since[old]
        self._since.setdefault(name, now)
        parts = self._parts.setdefault(name, {})
        parts[number] = data[12:]
        if len(parts) < count:
            return None
        del self._parts[name], self._since[name]
        return b"".join(parts[number] for number in range(count))


_CHUNKS = Chunks()


class GelfDatagram(socketserver.BaseRequestHandler):
    """One datagram."""

    def handle(self) -> None:
        try:
            whole = _CHUNKS.add(self.request[0])
            if whole is not None:
                show("gelf", gelf(whole))
        except BadMessage as error:
            print(f"log-receiver: {error}", file=sys.stderr, flush=True)


class GelfStream(socketserver.StreamRequestHandler):
    """One sender's connection."""

    def handle(self) -> None:
        rest = b""
        while block := self.rfile.read1(1 << 16):
            *whole, rest = (rest + block).split(b"\0")
            for data in filter(None, whole):
                try:
                    show("gelf", gelf(data))
                except BadMessage as error:
                    print(f"log-receiver: {error}", file=sys.stderr, flush=True)
            if len(rest) > _MOST:
                return


# -- Fluentd's forward protocol, version 1: MessagePack.


_SIMPLE = {0xC0: None, 0xC2: False, 0xC3: True}
_NUMBERS = {
    **{0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q"},
    **{0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"},
}


class Unpacker:
    """MessagePack from a stream, as far as the forward protocol needs it."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream

    def next(self) -> Any:
        """The next value. Raises EOFError at the end, BadMessage."""
        first = self._take(1)[0]
        if first < 0x80:
            return first
        if first < 0x90:
            return self._map(first & 0x0F)
        if first < 0xA0:
            return self._list(first & 0x0F)
        if first < 0xC0:
            return self._text(first & 0x1F)
        if first >= 0xE0:
            return first - 0x100
        return self._long(first)

    def _long(self, first: int) -> Any:
        if first in _SIMPLE:
            return _SIMPLE[first]
        if first in _NUMBERS:
            return self._number(_NUMBERS[first])
        if 0xD4 <= first <= 0xD8:
            return self._extension(1 << (first - 0xD4))
        for take, forms in (
            (self._take, {0xC4: ">B", 0xC5: ">H", 0xC6: ">I"}),
            (self._extension, {0xC7: ">B", 0xC8: ">H", 0xC9: ">I"}),
            (self._text, {0xD9: ">B", 0xDA: ">H", 0xDB: ">I"}),
            (self._list, {0xDC: ">H", 0xDD: ">I"}),
            (self._map, {0xDE: ">H", 0xDF: ">I"}),
        ):
            if first in forms:
                return take(self._number(forms[first]))
        raise BadMessage(f"no MessagePack: {first:#x}")

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _text(self, length: int) -> str:
        return self._take(length).decode(errors="replace")

    def _list(self, length: int) -> list[Any]:
        return [self.next() for _number in range(length)]

    def _map(self, length: int) -> dict[str, Any]:
        return {str(_as_text(self.next())): self.next() for _number in range(length)}

    def _extension(self, length: int) -> Any:
        kind, data = self._number(">b"), self._take(length)
        if kind == 0 and length == 8:  # EventTime: seconds and nanoseconds
            seconds, nanoseconds = struct.unpack(">II", data)
            return seconds + nanoseconds / 1e9
        return data

    def _take(self, length: int) -> bytes:
        if length > _MOST:
            raise BadMessage(f"{length} bytes at once")
        data = self._stream.read(length)
        if len(data) < length:
            raise EOFError
        return data


def events(message: Any) -> list[tuple[float, dict[str, Any]]]:
    """Time and record of each event, in the protocol's modes message and forward. Raises BadMessage."""
    if isinstance(message, list) and len(message) >= 2 and isinstance(message[1], list):
        return [(float(when), record) for when, record in message[1]]
    if isinstance(message, list) and len(message) >= 3 and isinstance(message[2], dict):
        return [(float(message[1]), message[2])]
    raise BadMessage("not a message of the modes message and forward")


class FluentdStream(socketserver.StreamRequestHandler):
    """One sender's connection."""

    def handle(self) -> None:
        unpacker = Unpacker(self.rfile)
        try:
            while True:
                message = unpacker.next()
                for when, record in events(message):
                    show("fluentd", {"tag": message[0], "time": when, **record})
                self._acknowledge(message)
        except EOFError:
            return
        except (BadMessage, TypeError, ValueError) as error:
            print(f"log-receiver: {error}", file=sys.stderr, flush=True)

    def _acknowledge(self, message: list[Any]) -> None:
        options = message[-1] if isinstance(message[-1], dict) and len(message) > 2 else {}
        chunk = options.get("chunk")
        if isinstance(chunk, str) and len(chunk) < 32 and len(message) > (2 if isinstance(message[1], list) else 3):
            self.wfile.write(b"\x81\xa3ack" + bytes([0xA0 | len(chunk)]) + chunk.encode())


class _Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(0))
    everywhere = ""
    servers: list[socketserver.BaseServer] = [
        socketserver.UDPServer((everywhere, GELF_PORT), GelfDatagram),
        _Threads((everywhere, GELF_PORT), GelfStream),
        _Threads((everywhere, FLUENTD_PORT), FluentdStream),
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ready = f"GELF on port {GELF_PORT} (UDP and TCP), Fluentd's forward protocol on {FLUENTD_PORT}"
    print(f"log-receiver: {ready}", file=sys.stderr, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
