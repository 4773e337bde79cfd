"""A fork server's client: asks it for warm kernels and checkers, forked from a process that has made their imports.

Half of what an isolated grading costs beyond the student's own commands is Python starting and importing, for every
kernel and every checker anew. A fork server pays that once. Every process is used once and by one student, as ever.
"""

from __future__ import annotations

import array
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import IO

from grader.engines import inside
from grader.engines.nsenter import Walls


@dataclass(frozen=True)
class KernelRequest:
    """An IPython kernel inside an engine's walls. Bytes, numbers of processes; ``umask`` as in umask(2)."""

    walls: Walls
    environment: dict[str, str]
    #: Its working folder, and a folder to make in it or elsewhere; both as seen inside the walls.
    folder: str
    sockets: str
    arguments: list[str]
    #: The descriptor whose other end closes when the kernel is no longer wanted.
    lifeline: int
    umask: int
    address_space: int
    file_size: int
    processes: int


@dataclass(frozen=True)
class CheckerRequest:
    """A runner of check cells in the network namespace of process ``network`` (None: where the fork server is)."""

    environment: dict[str, str]
    network: int | None = None


Request = KernelRequest | CheckerRequest
_KINDS: dict[str, type[KernelRequest] | type[CheckerRequest]] = {"kernel": KernelRequest, "checker": CheckerRequest}


@dataclass(frozen=True)
class Message:
    """A request, and the numbers that the descriptors sent with it must have in the new process."""

    request: Request
    descriptors: list[int] = field(default_factory=list)

    def pack(self) -> bytes:
        kind = next(name for name, cls in _KINDS.items() if isinstance(self.request, cls))
        return json.dumps({"kind": kind, "request": asdict(self.request), "descriptors": self.descriptors}).encode()

    @classmethod
    def unpack(cls, data: bytes) -> Message:
        content = json.loads(data)
        fields = dict(content["request"])
        if "walls" in fields:
            fields["walls"] = Walls(*fields["walls"])
        return cls(_KINDS[content["kind"]](**fields), list(content["descriptors"]))


#: Bytes of the longest request or answer; one message of the socket (unix(7), SOCK_SEQPACKET).
MESSAGE_BYTES = 100_000
#: Seconds for the fork server's first answer, which waits for its imports, on a busy machine.
_PATIENCE = 60.0
#: So many of them may be let go, each with what it has imported; then all goes the slow way.
_RETIRED = 2
#: Of the environment; the new processes get their own, but a language is chosen when messages are first used.
_LANGUAGE = ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES")

#: No folder of anybody's is a place to import from. Not by the option -P: a fork inherits it, and IPython would then
#: keep the student's kernel from importing what lies beside the notebook.
_BOOT = """
import sys
del sys.path[0]
from grader.sandbox.fork_server import main
main(int(sys.argv[1]))
"""


def clean_environment() -> dict[str, str]:
    """No home of the caller's: nothing of a submission, a lab or a user can shadow a module or a setting."""
    language = {name: os.environ[name] for name in _LANGUAGE if name in os.environ}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", **language, "HOME": "/nonexistent"}


class ForkServerLost(Exception):
    """The fork server can't fork; start the process the slow way. ``str()`` says why."""


class ForkedProcess:
    """A process that is not our child: what subprocess.Popen offers, as far as it is needed, by its pidfd."""

    def __init__(self, pid: int, handle: int, pipes: Mapping[int, IO[bytes]], server: subprocess.Popen[bytes]) -> None:
        self.pid = pid
        self._server = server
        self.stdin = pipes.get(0)
        self.stdout = pipes.get(1)
        self.stderr = pipes.get(2)
        self._handle: int | None = handle

    @property
    def orphaned(self) -> bool:
        """Whether the fork server has ended, and what it had forked with it: out of any student's reach."""
        return self._server.poll() is not None

    def poll(self) -> int | None:
        """None while it runs, else 0: how a process ended is its parent's to know."""
        return 0 if self._ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises subprocess.TimeoutExpired after ``timeout`` seconds."""
        if not self._ended(None if timeout is None else timeout * 1000):
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return 0

    def kill(self) -> None:
        if self._handle is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def _ended(self, milliseconds: float | None) -> bool:
        if self._handle is None:
            return True
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        if not poll.poll(milliseconds):
            return False
        # pidfd_open(2): readable when the process has ended.
        os.close(self._handle)
        self._handle = None
        return True

    def __del__(self) -> None:
        if self._handle is not None:
            os.close(self._handle)


class ForkServer:
    """One warm process to fork from. It has run no student's code and ends with us; may be used by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._retired: list[tuple[socket.socket | None, subprocess.Popen[bytes] | None]] = []

    def start(self) -> None:
        """Start it and return at once; it imports while others work. Starting twice does nothing."""
        with self._lock:
            if self._process is None:
                self._start()

    def _start(self) -> None:
        if sys.platform != "linux":
            return  # It lives by pidfd_open(2) and by sockets of unix(7) that macOS lacks.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_PATIENCE)
        with theirs:
            argv, python = [sys.executable, "-c", _BOOT, str(theirs.fileno())], {}
            if inside.can_have_its_place():
                # What a forked kernel has imported must lie where it finds the rest.
                argv = inside.at_its_place([inside.EXECUTABLE, *argv[1:]])
                python = inside.variables()
            self._process = subprocess.Popen(
                argv,
                cwd="/",
                env={**python, **clean_environment(), "PYTHONWARNINGS": "ignore"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )
        self._socket = ours

    def fork(self, request: Request, descriptors: Mapping[int, int], pipes: Mapping[int, IO[bytes]]) -> ForkedProcess:
        """A new process. ``descriptors``: number there → descriptor here; ``pipes``: our ends of 0, 1 and 2.

        Raises ForkServerLost.
        """
        message = Message(request, list(descriptors))
        with self._lock:
            if self._process is None:
                if len(self._retired) >= _RETIRED:
                    raise ForkServerLost("lost too often")
                try:
                    self._start()
                except OSError as trouble:
                    raise ForkServerLost(str(trouble)) from trouble
            if self._socket is None or self._process is None:
                raise ForkServerLost(sys.platform)
            try:
                socket.send_fds(self._socket, [message.pack()], list(descriptors.values()))
                data, handles = self._receive(self._socket)
                answer = json.loads(data)
                if "error" in answer:
                    raise ForkServerLost(str(answer["error"]))
                return ForkedProcess(int(answer["pid"]), handles[0], pipes, self._process)
            except (OSError, ValueError, KeyError, IndexError) as trouble:
                # What it has forked dies with it, and may be in use: it is let go, and ended with us.
                self._retire()
                raise ForkServerLost(f"{type(trouble).__name__}: {trouble}") from trouble

    @staticmethod
    def _receive(channel: socket.socket) -> tuple[bytes, list[int]]:
        # Close-on-exec, or every process we start would hold the handles of all others.
        space = socket.CMSG_SPACE(array.array("i", [0]).itemsize)
        data, ancillary, _flags, _address = channel.recvmsg(MESSAGE_BYTES, space, socket.MSG_CMSG_CLOEXEC)
        handles = array.array("i")
        for _level, _kind, content in ancillary:
            handles.frombytes(content)
        return data, list(handles)

    def _retire(self) -> None:
        self._retired.append((self._socket, self._process))
        self._socket = self._process = None

    def close(self) -> None:
        """End it, with every process that still lives of it. Safe to call twice."""
        with self._lock:
            self._retire()
            for channel, process in self._retired:
                if channel is not None:
                    channel.close()
                if process is not None:
                    process.kill()
                    process.wait()
            self._retired.clear()
