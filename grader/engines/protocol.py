"""What every engine promises: where a real Docker daemon comes from, and how it goes away again."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from grader.docker_api.environment import variables
from grader.engines.nsenter import Walls
from grader.errors import ExpectedError
from grader.i18n import _

if TYPE_CHECKING:
    import docker


#: Of a machine's memory, what one daemon and all its containers may have. One container of a student's that took 22 of
#: 24 GB held up the machine for 20 minutes; with the ceiling the kernel ends that container.
MACHINE_SHARE = 0.85


class EngineError(ExpectedError):
    """An engine can't start or was lost. ``str()`` is one sentence for a person; ``remedy`` the next command."""

    def __init__(self, message: str, remedy: str = "") -> None:
        # Where there is nothing better to do: it tells what would work here.
        super().__init__(message, remedy or "drydock doctor")


@dataclass(frozen=True)
class Probe:
    """Whether an engine works on this machine, and if not, why and what would mend it."""

    works: bool
    reason: str
    remedy: str = ""

    def must_work(self) -> None:
        """Raises EngineError where it doesn't."""
        if not self.works:
            raise EngineError(self.reason, self.remedy)


@dataclass(frozen=True)
class Limits:
    """Ceilings for one whole engine, its containers included. ``None`` means no ceiling of ours.

    memory_bytes and disk_bytes are bytes, pids a number of tasks, cpus a number of CPUs (1.5 is one and a half).
    """

    memory_bytes: int | None = None
    pids: int | None = None
    cpus: float | None = None
    disk_bytes: int | None = None

    def on_machine(self, memory: int | None) -> Limits:
        """These, on a machine with so many bytes of memory: a ceiling above what it can spare would be none."""
        if self.memory_bytes is None or memory is None:
            return self
        return replace(self, memory_bytes=min(self.memory_bytes, int(memory * MACHINE_SHARE)))


@dataclass(frozen=True)
class Endpoint:
    """How to reach a running daemon.

    ``host`` is a DOCKER_HOST value. ``netns_pid`` is a process in the network namespace where the daemon
    publishes ports and where containers' addresses can be reached; None means the caller's own namespace.
    """

    host: str
    netns_pid: int | None = None

    def client(self, timeout: float | None = 30) -> docker.DockerClient:
        """A docker-py client for this daemon; ``timeout`` in seconds per request, None for no time-out.

        Not everything in there is ours, so that an answer may have a certain size (docker_api/client.py).
        """
        from grader.docker_api.client import BoundedDocker

        return BoundedDocker(self.host, timeout)


class Engine(ABC):
    """A real Docker Engine that starts fresh, with the course images in it, and is thrown away at the end.

    Use it as a context manager. Nothing of it outlives the process that started it, unless it is ``kept``.
    """

    kind: ClassVar[str]
    #: One sentence: which wall stands between a container in this engine and the host.
    isolation: ClassVar[str]
    #: Whether two engines at once may publish the same port.
    has_own_ports: ClassVar[bool] = False
    #: Whether one that ``attach`` finds has all that its start gives it, whoever was killed meanwhile.
    found_ready: ClassVar[bool] = True
    #: Whether starting one takes about a second, once the course images are made.
    starts_at_once: ClassVar[bool] = False
    #: Whether it can run another Docker than this machine's (releases.py).
    runs_any_release: ClassVar[bool] = False
    #: How many times longer than elsewhere its users should be ready to wait: for a cell, a check, and in a check.
    patience: ClassVar[float] = 1.0
    #: Names of the images it has besides the course's own: what a lab declares. To be set before the start.
    more_images: Sequence[str] = ()

    def __init__(self, *, shares: Sequence[Path] = (), limits: Limits | None = None, images: bool = True) -> None:
        """``shares``: host folders the daemon sees at the same path. ``images``: with the course images in it."""
        self._shares = shares_of(shares)
        self._limits = limits or Limits()
        self._images = images

    @classmethod
    @abstractmethod
    def probe(cls) -> Probe:
        """Say whether this engine works here. Starts no daemon; takes well under a second."""

    @abstractmethod
    def start(self) -> Endpoint:
        """Start the daemon and return when its API answers and, with the course images, a container has run on it.

        Raises EngineError.
        """

    @abstractmethod
    def stop(self) -> None:
        """End the daemon and remove all that belongs to it. Safe to call twice."""

    @property
    @abstractmethod
    def endpoint(self) -> Endpoint:
        """The running daemon. Raises EngineError when it isn't running."""

    def variables(self) -> dict[str, str]:
        """The environment of whoever uses the running daemon. Raises EngineError when it isn't running."""
        return variables(self.endpoint.host, self.patience)

    @abstractmethod
    def is_alive(self) -> bool:
        """Whether the daemon's processes still run (not whether the API answers quickly)."""

    def enter(self, argv: Sequence[str]) -> list[str]:
        """``argv`` wrapped so that it runs in the daemon's network namespace, as the caller, on the caller's files.

        For trusted processes: localhost:PORT is what containers publish. As it is, where that is the caller's own.
        """
        return list(argv)

    def confine(self, argv: Sequence[str]) -> list[str]:
        """``argv`` wrapped so that it runs inside this engine's walls as an unprivileged user (for student code).

        Own process and IPC namespaces, the engine's network, read-only system, no file of the host but the
        engine's shared folders. Raises EngineError on engines that have no walls.
        """
        raise EngineError(
            _(
                "The {kind} engine has no walls for student code here; grading needs another one, or user namespaces."
            ).format(kind=self.kind)
        )

    @classmethod
    def unheld_limits(cls) -> tuple[str, ...]:
        """Which of ``Limits`` ("memory", "pids", "disk") would not hold on this machine for a whole engine."""
        return ()

    @classmethod
    def offers_walls(cls) -> bool:
        """Whether ``for_strangers`` gives an engine with walls, on this machine. Takes well under a second.

        As it is: whether the class has a ``confine`` of its own. One that has walls only here and there says so.
        """
        return cls.confine is not Engine.confine

    @classmethod
    def for_strangers(cls, *, shares: Sequence[Path] = (), limits: Limits | None = None) -> Engine:
        """An engine for the programs of strangers, not started yet: with walls if it ``offers_walls``."""
        return cls(shares=shares, limits=limits)

    def walls(self) -> Walls | None:
        """What ``confine`` goes by, for a process of root's that is already running; None where that can't go in."""
        return None

    # -- a lab engine, which outlives the process that started it

    #: Whether published ports must be brought to this machine's localhost by published_ports.py, which can do so for
    #: engines in namespaces (namespaces.py) alone. Any other brings them there itself.
    needs_relay: ClassVar[bool] = False

    @classmethod
    def kept(cls, folder: Path, *, shares: Sequence[Path], progress: Callable[[str], None] | None) -> Self:
        """An engine that goes on when this process ends and keeps its data in ``folder``. Raises EngineError."""
        raise EngineError(_("The {kind} engine can't run in the background.").format(kind=cls.kind))

    @classmethod
    def attach(cls, folder: Path) -> Self | None:
        """The running kept engine of this folder; None if none runs."""
        return None

    def discard(self) -> None:
        """End a kept engine whose data nobody wants any more: at once, without stopping its containers kindly."""
        self.stop()

    @classmethod
    def forget(cls, folder: Path) -> None:
        """Remove the data of a kept engine that doesn't run. Raises EngineError."""
        raise EngineError(_("The {kind} engine keeps no data of its own.").format(kind=cls.kind))

    @classmethod
    def remove_tree(cls, path: Path) -> None:
        """Remove a folder that was shared with an engine, and with it what the engine's own users wrote there."""
        shutil.rmtree(path, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def shares_of(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Absolute, existing folders; raises EngineError for one that isn't."""
    for path in paths:
        if not path.is_dir():
            raise EngineError(_("The shared folder {path} does not exist.").format(path=path), f"mkdir -p '{path}'")
    return tuple(path.resolve() for path in paths)
