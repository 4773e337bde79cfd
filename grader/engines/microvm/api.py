"""The daemon's API on a Unix socket of ours, which only its owner may use: each connection goes through the door."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from grader.engines.microvm.visit import Door

_CHUNK = 262_144
#: Requests after which a container may publish other ports than before.
_CHANGES_PORTS = re.compile(
    rb"^(?:POST /\S*containers/[^/\s]+/(?:start|stop|restart|kill|pause|unpause)[?\s]"
    rb"|POST /\S*networks/[^/\s]+/(?:connect|disconnect)[?\s]|DELETE /\S*containers/)"
)


class ApiSocket:
    """The socket; ``before_answer`` runs before a client hears that such a request was carried out.

    So a port that a container publishes is there when ``docker run -d`` returns, not some moments later.
    """

    def __init__(self, door: Door, before_answer: Callable[[], Awaitable[None]]) -> None:
        self._door = door
        self._before_answer = before_answer
        self._server: asyncio.Server | None = None

    async def open(self, path: Path) -> None:
        """Listen. Raises OSError."""
        path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(path), backlog=128)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await self._door.reach()
        except OSError:
            writer.close()
            return
        inner_writer.write(self._door.greeting("docker"))
        changes = asyncio.Event()
        await asyncio.gather(self._there(reader, inner_writer, changes), self._back(inner_reader, writer, changes))
        for end in (writer, inner_writer):
            end.close()

    @staticmethod
    async def _there(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, changes: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if _CHANGES_PORTS.match(data):
                    changes.set()
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, changes: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if changes.is_set():
                    changes.clear()
                    await self._before_answer()
                writer.write(data)
                await writer.drain()
            writer.write_eof()
