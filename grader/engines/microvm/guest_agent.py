"""Talking to the guest's agent (guest/agent.c) over the loopback port that QEMU forwards to it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from grader.engines.protocol import EngineError
from grader.i18n import _

_CHUNK = 262_144


@dataclass(frozen=True)
class GuestAgent:
    """Where a guest's agent is on this machine, and the key to it.

    ``dial`` makes connections to the port where it is on another localhost than this process's; they may block.
    """

    port: int
    key: str
    dial: Callable[[int], socket.socket] | None = None

    def greeting(self, wish: str) -> bytes:
        """The line a connection begins with."""
        return f"{self.key} {wish}\n".encode()

    def open(self, wish: str, timeout: float | None = None) -> socket.socket:
        """A connection to what ``wish`` names (see agent.c). Raises OSError."""
        if self.dial is None:
            made = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        else:
            made = self.dial(self.port)
            made.settimeout(timeout)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.sendall(self.greeting(wish))
        return made

    async def reach(self, limit: int = _CHUNK) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which nothing was said yet. Raises OSError."""
        if self.dial is None:
            return await asyncio.open_connection("127.0.0.1", self.port, limit=limit)
        made = await asyncio.to_thread(self.dial, self.port)
        return await asyncio.open_connection(sock=made, limit=limit)

    def connect(self, port: int) -> socket.socket:
        """A connection to a port on the guest's localhost (for relay.Relay). Raises OSError."""
        return self.open(f"tcp {port}")

    def ask(self, wish: str, timeout: float = 30) -> str:
        """What the agent answers. Raises EngineError if it is an error, OSError if there is none."""
        with self.open(wish, timeout) as made:
            answer = _read_all(made, timeout).decode(errors="replace").strip()
        word, _sep, detail = answer.partition(":")
        if word != "ok":
            raise EngineError(
                _("The guest refused “{wish}”: {answer}").format(wish=wish.partition(" ")[0], answer=answer or "-")
            )
        return detail.strip()

    def shell(self, script: str, timeout: float = 60) -> str:
        """What a shell script in the guest prints. Raises OSError."""
        with self.open("shell", timeout) as made:
            made.sendall(script.encode() + b"\n")
            made.shutdown(socket.SHUT_WR)
            return _read_all(made, timeout).decode(errors="replace")


def _read_all(made: socket.socket, within: float) -> bytes:
    """All until the other end closes; TimeoutError after that many seconds, also when something comes all the time."""
    end = time.monotonic() + within
    parts = []
    while part := made.recv(65_536):
        parts.append(part)
        made.settimeout(max(0.001, end - time.monotonic()))
    return b"".join(parts)
