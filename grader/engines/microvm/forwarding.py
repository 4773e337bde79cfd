"""The ways out of a guest: the daemon's API on a socket of ours, and published ports on this machine's localhost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from grader.engines.microvm.guest_agent import GuestAgent
from grader.engines.relay import CHANGES, Relay

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
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                changes.note(data)
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, changes: _Changes) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                if changes.begins or changes.ends:
                    ends, changes.begins, changes.ends = not changes.begins, False, False
                    await self._before_answer(ends=ends)
                writer.write(data)
                await writer.drain()
            writer.write_eof()


# -- Published ports of a guest on this machine's localhost: they come and go with the containers that publish them.

_LIST = "/containers/json"
#: Bytes of an answer: a guest belongs to its student, who may make it say anything.
_LARGEST = 2**23
_EVENTS = f"/events?filters={quote(json.dumps(CHANGES))}"

#: Seconds in which whoever started a container by our socket has its answer, and so has made us look.
_MOMENT = 0.2
#: A connection that broke, or a guest that says what no daemon says.
_BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError, asyncio.IncompleteReadError)


class Ports:
    """Follows the daemon's events, and looks at once when told that something may have changed.

    Each look costs an emulated daemon some hundredths of a second, beside what the student waits for. So nobody looks
    where nothing can have changed.
    """

    def __init__(
        self, agent: GuestAgent, status_file: Path, listen: Callable[[int], socket.socket] | None = None
    ) -> None:
        self._agent = agent
        self._relay = Relay(agent, status_file, listen)
        self._one_at_a_time = asyncio.Lock()
        #: Containers, as of the last look.
        self._running: set[str] = set()
        self._publishing: set[str] = set()

    async def follow(self) -> None:
        """Keep up with the daemon until it ends."""
        with contextlib.suppress(*_BROKEN):
            reader, writer = await _request(self._agent, _EVENTS)
            await self.refresh()
            while line := await reader.readline():
                await self._hear(json.loads(line))
            writer.close()

    async def _hear(self, event: dict[str, Any]) -> None:
        actor, action = event["Actor"], str(event["Action"])
        container = actor["Attributes"].get("container") if event["Type"] == "network" else actor["ID"]
        if action == "die":
            self._running.discard(container)
        if action == "start":
            await asyncio.sleep(_MOMENT)
            changed = container not in self._running
        elif action == "connect":
            # One that is not running yet is being started.
            changed = container in self._running
        else:
            changed = container in self._publishing
        if changed:
            await self.refresh()

    async def before_answer(self, *, ends: bool) -> None:
        """Look, because a request was carried out that can end (or else begin) a container's ports."""
        if self._publishing or not ends:
            await self.refresh()

    async def refresh(self) -> None:
        """Listen on what is published now, and on nothing else."""
        async with self._one_at_a_time:
            with contextlib.suppress(*_BROKEN):
                listed = await _get(self._agent, _LIST)
                publishing = [one for one in listed if _published([one]) and await self._runs(one["Id"])]
                self._running = {one["Id"] for one in listed}
                self._publishing = {one["Id"] for one in publishing}
                await self._relay.follow(_published(publishing))

    async def _runs(self, container: str) -> bool:
        """What the container itself says: the daemon's list is behind it for a moment after the container ended."""
        found = await _get(self._agent, f"/containers/{container}/json")
        return bool(found.get("State", {}).get("Running"))

    async def close(self) -> None:
        async with self._one_at_a_time:
            with contextlib.suppress(OSError):
                await self._relay.follow(set())


def _published(containers: Any) -> set[int]:
    ports = [port for container in containers for port in container.get("Ports") or []]
    return {int(port["PublicPort"]) for port in ports if port.get("Type") == "tcp" and port.get("PublicPort")}


async def _get(agent: GuestAgent, path: str) -> Any:
    reader, writer = await _request(agent, path)
    try:
        parts, size = [], 0
        while part := await reader.read(2**18):
            parts.append(part)
            size += len(part)
            if size > _LARGEST:
                raise ValueError("no daemon has so many containers")
        return json.loads(b"".join(parts))
    finally:
        writer.close()


async def _request(agent: GuestAgent, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask the daemon, and return when the answer's body begins. HTTP/1.0: the body ends with the connection."""
    reader, writer = await agent.reach(limit=2**22)
    writer.write(agent.greeting("docker") + f"GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer
