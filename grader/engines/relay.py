"""An engine's ports on this machine's localhost, as Docker Desktop does it.

The relay listens on 127.0.0.1 for exactly the TCP ports it is given (published_ports.py), and passes connections on. A
port that somebody else has there it opens at another loopback address, and notes which. UDP is not relayed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from grader.files import atomic_write

#: Where a port is if somebody else has it on localhost: all of 127.0.0.0/8 is this machine (RFC 1122, 3.2.1.3).
_ELSEWHERE = tuple(f"127.0.0.{number}" for number in range(2, 22))
_CONNECTOR = Path(__file__).with_name("connector.py")


class Connects(Protocol):
    """What can make connections to an engine's localhost."""

    def connect(self, port: int) -> socket.socket: ...


class Connector:
    """Sockets made inside an engine's network namespace, one at a time."""

    def __init__(self, enter: Callable[[list[str]], list[str]]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel = ours
        self._lock = threading.Lock()
        argv = enter([sys.executable, "-I", "-S", str(_CONNECTOR), str(theirs.fileno())])
        self._process = subprocess.Popen(argv, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()

    def connect(self, port: int) -> socket.socket:
        """A socket connected to the engine's localhost. Raises ConnectionError."""
        return self._ask("connect", port)

    def listen(self, port: int) -> socket.socket:
        """A socket that listens on the engine's localhost. Raises ConnectionError."""
        return self._ask("listen", port)

    def _ask(self, way: str, port: int) -> socket.socket:
        with self._lock:
            self._channel.send(f"{way} {port}".encode())
            text, descriptors, _flags, _address = socket.recv_fds(self._channel, 200, 1)
        if not descriptors:
            raise ConnectionError(text.decode() or "the engine is gone")
        return socket.socket(fileno=descriptors[0])

    def close(self) -> None:
        self._channel.close()
        self._process.wait()


class Relay:
    """Listeners for what is published now; ``status_file`` tells people which ports could not be had.

    ``listen`` makes them; on this machine's localhost if it isn't given. ``most``: connections at once, and one beyond
    is closed. ``admit`` reads what a connection begins with and says what is passed on of that; one for which it raises
    OSError is closed.
    """

    def __init__(
        self,
        connector: Connects,
        status_file: Path,
        listen: Callable[[int], socket.socket] | None = None,
        most: float = math.inf,
        admit: Callable[[asyncio.StreamReader], Awaitable[bytes]] | None = None,
    ) -> None:
        self._connector = connector
        self._most = most
        self._admit = admit
        self._passing = 0
        self._listen = listen
        self._status_file = status_file
        self._servers: dict[int, asyncio.Server] = {}
        self._refused: dict[int, str] = {}
        self._elsewhere: dict[int, tuple[str, asyncio.Server]] = {}

    async def follow(self, published: set[int]) -> None:
        """Listen on these ports and no others."""
        for port in set(self._servers) - published:
            self._servers.pop(port).close()
        for port in set(self._elsewhere) - published:
            self._elsewhere.pop(port)[1].close()
        self._refused = {port: why for port, why in self._refused.items() if port in published}
        for port in published - set(self._servers):
            try:
                self._servers[port] = await self._open(port)
                self._refused.pop(port, None)
            except OSError as error:
                # asyncio puts Python's own words around the system's.
                self._refused[port] = os.strerror(error.errno) if error.errno else str(error)
                await self._open_elsewhere(port)
        # Who has found the other address may go on using it when localhost's is free again.
        elsewhere = {port: self._elsewhere[port][0] for port in self._refused if port in self._elsewhere}
        status = {"listening": sorted(self._servers), "refused": self._refused, "elsewhere": elsewhere}
        # Where there is no room for the note, the ports are open all the same.
        with contextlib.suppress(OSError):
            atomic_write(self._status_file, json.dumps(status))

    async def _open(self, port: int) -> asyncio.Server:
        if self._listen is None:
            return await asyncio.start_server(self._serve(port), "127.0.0.1", port)
        made = await asyncio.to_thread(self._listen, port)
        return await asyncio.start_server(self._serve(port), sock=made)

    async def _open_elsewhere(self, port: int) -> None:
        if self._listen is not None or port in self._elsewhere:
            return
        for address in _ELSEWHERE:
            with contextlib.suppress(OSError):
                self._elsewhere[port] = address, await asyncio.start_server(self._serve(port), address, port)
                return

    def _serve(self, port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self._passing >= self._most:
                writer.close()
                return
            self._passing += 1
            try:
                await both_ways(reader, writer)
            finally:
                self._passing -= 1

        async def both_ways(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                first = await self._admit(reader) if self._admit else b""
                inner = await asyncio.to_thread(self._connector.connect, port)
                inner_reader, inner_writer = await asyncio.open_connection(sock=inner)
            except OSError:
                writer.close()
                return
            inner_writer.write(first)
            await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))

        return pass_on


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
            return
    writer.close()
