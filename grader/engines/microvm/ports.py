"""Published ports of a guest on this machine's localhost: they come and go with the containers that publish them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from grader.engines.microvm.visit import Door
from grader.engines.relay import CHANGES, Relay

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

    def __init__(self, door: Door, status_file: Path, listen: Callable[[int], socket.socket] | None = None) -> None:
        self._door = door
        self._relay = Relay(door, status_file, listen)
        self._one_at_a_time = asyncio.Lock()
        #: Containers, as of the last look.
        self._running: set[str] = set()
        self._publishing: set[str] = set()

    async def follow(self) -> None:
        """Keep up with the daemon until it ends."""
        with contextlib.suppress(*_BROKEN):
            reader, writer = await _request(self._door, _EVENTS)
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
                listed = await _get(self._door, _LIST)
                publishing = [one for one in listed if _published([one]) and await self._runs(one["Id"])]
                self._running = {one["Id"] for one in listed}
                self._publishing = {one["Id"] for one in publishing}
                await self._relay.follow(_published(publishing))

    async def _runs(self, container: str) -> bool:
        """What the container itself says: the daemon's list is behind it for a moment after the container ended."""
        found = await _get(self._door, f"/containers/{container}/json")
        return bool(found.get("State", {}).get("Running"))

    async def close(self) -> None:
        async with self._one_at_a_time:
            with contextlib.suppress(OSError):
                await self._relay.follow(set())


def _published(containers: Any) -> set[int]:
    ports = [port for container in containers for port in container.get("Ports") or []]
    return {int(port["PublicPort"]) for port in ports if port.get("Type") == "tcp" and port.get("PublicPort")}


async def _get(door: Door, path: str) -> Any:
    reader, writer = await _request(door, path)
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


async def _request(door: Door, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask the daemon, and return when the answer's body begins. HTTP/1.0: the body ends with the connection."""
    reader, writer = await door.reach(limit=2**22)
    writer.write(door.greeting("docker") + f"GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer
