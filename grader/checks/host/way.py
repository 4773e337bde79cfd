"""A way to a host's Docker API that leads through the engine's: what docker-py needs is a socket to connect to.

Each connection to a socket of this process's own becomes a command in a helper container (inside.py), whose input and
output the engine's API passes on ("Exec start", with a hijacked connection). So it works wherever the engine's API is
reached, and no program of the student's has a part in it.
"""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from grader.docker_api.daemon import Daemon
from grader.docker_api.errors import NoAnswer
from grader.docker_api.streams import FRAME
from grader.files import pinned

_PROGRAM = Path(__file__).with_name("inside.py")
_PIECE = 64 * 1024
#: Of a line that the program says.
_LONGEST = 1000


class Way:
    """Leads to the host whose first process has this number among the engine's. ``helper``: a running container.

    ``place`` is the daemon's socket in the host, ``program`` who has to listen there.
    """

    def __init__(self, engine: Daemon, helper: str, first: int, place: str, program: str) -> None:
        self._engine = engine
        self._helper = helper
        code = _PROGRAM.read_text(encoding="utf-8")
        self._command = ["python3", "-I", "-S", "-c", code, str(first), place, program]
        self._known: list[str] = []
        self._ready: list[Stream] = []
        self._all: list[Stream] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._place = ExitStack()
        folder = self._place.enter_context(tempfile.TemporaryDirectory(prefix="drydock-"))
        self._socket = str(Path(folder, "s"))
        self._listener.bind(self._socket)
        handle = pinned(self._socket)
        if handle is not None:
            # Nobody else finds it: the handle leads to the very socket, and its name is gone.
            self._place.close()
            self._place.callback(os.close, handle)
            self._socket = f"/proc/self/fd/{handle}"
        self._listener.listen()
        threading.Thread(target=self._serve, name="drydock-host", daemon=True).start()

    @property
    def host(self) -> str:
        """A DOCKER_HOST value, in this process."""
        return f"unix://{self._socket}"

    def look(self, seconds: float) -> str:
        """Who listens in the host: "daemon", "absent", "refused", "silent", or "stranger" and a program.

        Raises what docker-py raises of the engine, and OSError.
        """
        stream = Stream(self._engine, self._helper, [*self._command, *self._known], seconds)
        self._all.append(stream)
        word, _space, which = stream.first_line().partition(" ")
        if word == "daemon":
            self._known = [which]
            self._ready.append(stream)
            return word
        stream.close()
        return f"{word} {which}".strip()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=[connection], name="drydock-host", daemon=True).start()

    def _pass_on(self, connection: socket.socket) -> None:
        """What goes wrong ends the connection: who asks here learns why by looking again."""
        with connection, suppress(Exception):
            if not self._ready:
                self.look(10)
            stream = self._ready.pop()
            back = threading.Thread(target=_answer, args=[stream, connection], name="drydock-host", daemon=True)
            back.start()
            try:
                while data := connection.recv(_PIECE):
                    stream.send(data)
            finally:
                stream.close()
                back.join()

    def close(self) -> None:
        for stream in self._all:
            stream.close()
        self._wait_for_the_end()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._place.close()

    def _wait_for_the_end(self) -> None:
        """Of all commands in the helper: the engine takes ten seconds to remove it where one ends just then."""
        for _try in range(50):
            with suppress(NoAnswer):
                if not self._engine.ask(lambda client: client.inspect_container(self._helper)).get("ExecIDs"):
                    return
            time.sleep(0.04)


def _answer(stream: Stream, connection: socket.socket) -> None:
    with suppress(OSError):
        for piece in stream.pieces():
            connection.sendall(piece)
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Stream:
    """Input and output of a command in a container."""

    def __init__(self, daemon: Daemon, container: str, command: list[str], seconds: float, *, user: str = "") -> None:
        # A connection of its own: threads use it.
        self._client = daemon.connection.another(seconds)
        self.identity = str(self._client.exec_create(container, command, stdin=True, user=user)["Id"])
        self._raw: Any = self._client.exec_start(self.identity, socket=True)
        self._socket: Any = getattr(self._raw, "_sock", self._raw)
        self._socket.settimeout(seconds)

    def first_line(self) -> str:
        # Until it is told to begin, the program says nothing: what came with the response's head would be lost.
        self._socket.sendall(b"\n")
        line = b""
        for piece in self.pieces():
            line += piece
            if b"\n" in line or len(line) > _LONGEST:
                break
        self._socket.settimeout(None)
        return line.decode(errors="replace").strip()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def pieces(self) -> Iterator[bytes]:
        """Of its output, as it comes."""
        while head := self._exactly(FRAME.size):
            stream, length = FRAME.unpack(head)
            piece = self._exactly(length)
            if stream == 1:
                yield piece

    def _exactly(self, length: int) -> bytes:
        """Fewer only at the end."""
        data = b""
        while len(data) < length and (piece := self._socket.recv(length - len(data))):
            data += piece
        return data

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        # docker-py keeps the response there; closed in another order, it complains when it is collected.
        with suppress(AttributeError, OSError, ValueError):
            self._raw._response.close()
        self._client.close()
