"""The way out of a guest for its daemon's API, on a socket of ours."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path
from typing import Protocol

from grader.engines.microvm.guest_agent import GuestAgent

_CHUNK = 262_144
#: Requests after which a container may publish ports that it did not before, or no longer those that it did.
_BEGINS_PORTS = re.compile(rb"^POST /\S*(?:containers/[^/\s]+/(?:start|restart|unpause)|networks/[^/\s]+/connect)[?\s]")
_ENDS_PORTS = re.compile(
    rb"^(?:POST /\S*(?:containers/[^/\s]+/(?:stop|kill|pause)|networks/[^/\s]+/disconnect)[?\s]|DELETE /\S*containers/)"
)


class BeforeAnswer(Protocol):
    """What runs before a client hears that such a request was carried out."""

    async def __call__(self, *, ends: bool) -> None: ...


class _Changes:
    """What the requests of one connection change, until the next answer."""

    def __init__(self) -> None:
        self.begins = self.ends = False

    def note(self, data: bytes) -> None:
        self.begins = self.begins or bool(_BEGINS_PORTS.match(data))
        self.ends = self.ends or bool(_ENDS_PORTS.match(data))


class ApiSocket:
    """The socket; ``before_answer`` runs before a client hears that such a request was carried out.

    So a port that a container publishes is there when ``docker run -d`` returns, not some moments later.
    """

    def __init__(self, agent: GuestAgent, before_answer: BeforeAnswer) -> None:
        self._agent = agent
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
            inner_reader, inner_writer = await self._agent.reach()
        except OSError:
            writer.close()
            return
        inner_writer.write(self._agent.greeting("docker"))
        changes = _Changes()
        await asyncio.gather(self._there(reader, inner_writer, changes), self._back(inner_reader, writer, changes))
        for end in (writer, inner_writer):
            end.close()

    @staticmethod
    async def _there(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, changes: _Changes) -> None:
        try:
            while data := await reader.read(_CHUNK):
                changes.note(data)
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except OSError:
            # A client that went with answers unread (Ctrl-C): the daemon would wait for more to say to it.
            writer.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, changes: _Changes) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if changes.begins or changes.ends:
                    ends, changes.begins, changes.ends = not changes.begins, False, False
                    await self._before_answer(ends=ends)
                writer.write(data)
                await writer.drain()
            writer.write_eof()
