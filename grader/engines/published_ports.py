"""Which ports an engine's containers publish, from its daemon: they come and go with the containers.

Containers start, stop, or change their networks: Docker's events tell. It ends when the engine does.
``main`` runs it for a kept engine in namespaces, whose daemon publishes ports in its own network namespace.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from grader.docker_api.events import container_of, events_path, read_event
from grader.engines.relay import Connector, Connects, Relay

if TYPE_CHECKING:
    from grader.engines.namespaces import NamespaceEngine

#: What may change a published port: a container off an internal network, for instance, gets its ports when it is
#: connected to another one.
CHANGES = {
    "type": ["container", "network"],
    "event": ["start", "die", "pause", "unpause", "connect", "disconnect"],
}


class ReachesApi(Connects, Protocol):
    """What can also make connections to an engine's API."""

    def greeting(self, wish: str) -> bytes:
        """What a connection to ``wish`` begins with."""

    async def reach(self, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]: ...


_LIST = "/containers/json"
#: Bytes of an answer: a guest belongs to its student, who may make it say anything.
_LARGEST = 2**23
#: A connection that broke, or a guest that says what no daemon says.
_STRANGE = (ValueError, KeyError, TypeError, AttributeError)
_BROKEN = (OSError, asyncio.IncompleteReadError, *_STRANGE)


class PublishedPorts:
    """Follows the daemon's events, and looks at once when told that something may have changed.

    Each look costs an emulated daemon some hundredths of a second, beside what the student waits for. So nobody looks
    where nothing can have changed.
    """

    def __init__(
        self, api: ReachesApi, status_file: Path, listen: Callable[[int], socket.socket] | None = None, *, moment: float
    ) -> None:
        """``moment``: seconds in which whoever started a container has its answer, and so has made us look."""
        self._api = api
        self._relay = Relay(api, status_file, listen)
        self._moment = moment
        self._one_at_a_time = asyncio.Lock()
        #: Containers, as of the last look.
        self._running: set[str] = set()
        self._publishing: set[str] = set()

    async def follow(self) -> None:
        """Keep up with the daemon until it ends."""
        with contextlib.suppress(*_BROKEN):
            reader, writer = await _request(self._api, events_path(CHANGES))
            await self.refresh()
            while not reader.at_eof():
                try:
                    if line := await reader.readline():
                        await self._hear(read_event(line))
                except _STRANGE:
                    # Labels without end make a line too long to be read: it may be about anything.
                    await self.refresh()
            writer.close()

    async def _hear(self, event: dict[str, Any]) -> None:
        container, action = container_of(event), str(event["Action"])
        if action == "die":
            self._running.discard(container)
        if action == "start":
            await asyncio.sleep(self._moment)
            changed = container not in self._running
        elif action == "connect":
            # One that is not running yet is being started.
            changed = container in self._running
        else:
            changed = container in self._publishing
        if changed and event["Type"] == "network":
            # The daemon tells while it still holds the container's lock, before it lists the new ports. Inspecting
            # the container waits for that lock.
            with contextlib.suppress(*_BROKEN):
                await self._runs(container)
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
                listed = await _get(self._api, _LIST)
                publishing = [one for one in listed if _published([one]) and await self._runs(one["Id"])]
                self._running = {one["Id"] for one in listed}
                self._publishing = {one["Id"] for one in publishing}
                await self._relay.follow(_published(publishing))

    async def _runs(self, container: str) -> bool:
        """What the container itself says: the daemon's list is behind it for a moment after the container ended."""
        found = await _get(self._api, f"/containers/{container}/json")
        return bool(found.get("State", {}).get("Running"))

    async def close(self) -> None:
        async with self._one_at_a_time:
            with contextlib.suppress(OSError):
                await self._relay.follow(set())


def _published(containers: Any) -> set[int]:
    ports = [port for container in containers for port in container.get("Ports") or []]
    return {int(port["PublicPort"]) for port in ports if port.get("Type") == "tcp" and port.get("PublicPort")}


async def _get(api: ReachesApi, path: str) -> Any:
    reader, writer = await _request(api, path)
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


async def _request(api: ReachesApi, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask the daemon, and return when the answer's body begins. HTTP/1.0: the body ends with the connection."""
    reader, writer = await api.reach(limit=2**22)
    writer.write(api.greeting("docker") + f"GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


# -- The relay of a kept engine, a process of its own.


class EngineApi:
    """The API of an engine in namespaces, and its localhost."""

    def __init__(self, api: Path, connector: Connector) -> None:
        self._api = api
        self.connect = connector.connect

    def greeting(self, _wish: str) -> bytes:
        return b""

    async def reach(self, limit: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(self._api, limit=limit)


async def run(engine: NamespaceEngine) -> None:
    """Relay until the engine ends."""
    api = EngineApi(engine.folder.socket, Connector(engine.enter))
    await PublishedPorts(api, engine.folder.ports, moment=0).follow()


def main(kind: str, folder: str) -> None:
    from grader.engines.choice import engine_class
    from grader.engines.namespaces import NamespaceEngine

    engine = engine_class(kind).attach(Path(folder))
    if isinstance(engine, NamespaceEngine):
        asyncio.run(run(engine))
