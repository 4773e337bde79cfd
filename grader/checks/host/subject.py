"""``t.host("node1")``: a Docker host in a container, and all that can be expected of what is on it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from grader.checks import arguments, kinds
from grader.checks.container.subject import ContainerSubject
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Context, Finding, expectation
from grader.checks.host.daemon import AWAY, IMAGE, SOCKET, HostConnection, HostDaemon
from grader.checks.waiting import wait_for
from grader.docker_api.daemon import Attrs
from grader.i18n import _
from grader.report.verdicts import Verdict


@dataclass
class HostContext(Context):
    """What expectations about things on one host share: their verdicts are the task's, and say where they looked."""

    host: str = ""
    socket: str = SOCKET

    def record(self, verdict: Verdict) -> None:
        sentence = _("On {host}: {sentence}").format(host=self.host, sentence=verdict.sentence)
        super().record(replace(verdict, sentence=sentence))

    def from_here(self, command: str) -> str:
        inside = f"docker exec {shlex.quote(self.host)} "
        if command.startswith("curl -i "):
            # What the image of hosts has in its place.
            command = f"wget -S -O - {command.removeprefix('curl -i ')}"
        elif self.socket != SOCKET:
            command = re.sub(r"^docker\b", f"docker -H unix://{shlex.quote(self.socket)}", command)
        return inside + command if command else command

    def is_told(self, fault: str) -> bool:
        return super().is_told(AWAY if fault.endswith(f":{AWAY}") else fault)


class Inhabited(ContainerSubject):
    """A container with a daemon in it; ``.container("web")`` and all other kinds are then asked of that."""

    on_hosts = False

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        """``t.host("node1").KIND``: as ``t.KIND``, on the host."""
        if kind.startswith("_"):
            raise AttributeError(kind)
        subject = kinds.kind_named(kind)
        if not subject.on_hosts:
            raise AuthorError(_("{kind} is nothing to ask of a host").format(kind=kind))
        return lambda *words, **named: subject.stated(self._inside(), *words, **named)

    def _inside(self) -> HostContext:
        """The host's context, one for the whole task."""
        outer, key = self._context, self._key
        found = outer.hosts.get(key)
        if not isinstance(found, HostContext):
            prefix = f"{key}/"
            seen = {key.removeprefix(prefix) for key in outer.sightings if key.startswith(prefix)}
            daemon = HostDaemon(self._connection())
            # What it registers is undone before the way there is closed, which is made at the first question.
            daemon.cleanup = outer.cleanup
            outer.cleanup.callback(daemon.connection.close)
            found = self._context_of(daemon, seen)
            found.cleanup = outer.cleanup
            outer.cleanup.callback(lambda: outer.sightings.update(prefix + key for key in seen))
            outer.hosts[key] = found
        return found

    @property
    def _key(self) -> str:
        """Which daemon of the task's it is."""
        return self.name

    def _connection(self) -> HostConnection:
        return HostConnection(self._context.daemon, self.name, self._context.cleanup)

    def _context_of(self, daemon: HostDaemon, seen: set[str]) -> HostContext:
        outer = self._context
        return HostContext(outer.task, daemon, outer.values, verdicts=outer.verdicts, sightings=seen, host=self.name)


class Host(Inhabited):
    """``t.host("node1")``: a Docker host; with ``socket="/run/user/1000/docker.sock"`` the daemon of a user on it."""

    kind = "host"
    _socket: str = SOCKET

    @classmethod
    def stated(cls, context: Context, name: str, *, socket: str = SOCKET) -> Self:
        subject = super().stated(context, name)
        subject._socket = arguments.path(socket, "socket")
        return subject

    @property
    def _key(self) -> str:
        return self.name if self._socket == SOCKET else f"{self.name}:{self._socket}"

    def _connection(self) -> HostConnection:
        return HostConnection(self._context.daemon, self.name, self._context.cleanup, self._socket)

    def _context_of(self, daemon: HostDaemon, seen: set[str]) -> HostContext:
        return replace(super()._context_of(daemon, seen), socket=self._socket)

    @property
    def what(self) -> str:
        return _("Host {name}").format(name=self.name)

    def identity(self) -> str:
        """What the daemon on it calls itself: no other daemon's `docker info` has this ID."""
        return str(self._inside().daemon.info().get("ID"))

    @expectation
    def answers(self, within: float = 10) -> Claim:
        """Its Docker daemon answers, now or within so many seconds."""
        limit = arguments.seconds(within, "within")
        inside = self._inside()
        daemon = inside.daemon
        assert isinstance(daemon, HostDaemon)

        def look() -> Finding:
            daemon.look_again()
            version = daemon.ask(lambda client: client.version())
            return Finding(True, f"Docker {version.get('Version')}")

        def judge(_attrs: Attrs) -> Finding:
            until = _("the daemon of {name} answers").format(name=self.name)
            return wait_for(self._daemon, "container", self.name, look, until=until, seconds=limit, retry=_RETRY)

        return Claim(
            self._says(_("{what} has a Docker daemon that answers")),
            _("an answer"),
            judge,
            f"docker exec {self._shell_name} docker version",
            _("A host is a container of the image {image}; `docker logs {name}` shows what its daemon says.").format(
                image=re.sub(":.*", "", IMAGE), name=self.name
            ),
        )


#: Seconds between two tries: no event of the engine's tells that a daemon inside a container has begun to listen.
_RETRY = 0.5
