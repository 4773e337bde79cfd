"""``t.podman("harbour")``: Podman in a container, root's or a user's, and all that is expected of what it has made.

Podman has no daemon to ask. So the check starts its API while it asks, as the user whose containers it is about
(podman-system-service(1)): what listens there must be the course's own program.
"""

from __future__ import annotations

import re
import secrets
import shlex
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from grader.checks import arguments
from grader.checks.errors import AuthorError
from grader.checks.expectation import Claim, Context, Finding, Subject, expectation, required_name
from grader.checks.history import none_here
from grader.checks.host.daemon import HostConnection, HostDaemon, HostTrouble, stranger_in
from grader.checks.host.subject import HostContext, Inhabited
from grader.checks.host.way import Stream
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.words import dig
from grader.i18n import _
from grader.report.plain import listed

_PROGRAM = "/usr/bin/podman"
#: Ends with its input: when the check is over, however it ended.
_SERVICE = f"""
read -r _
{_PROGRAM} system service --time=120 "unix://$0" >/dev/null 2>&1 &
until [ -S "$0" ] || ! kill -0 $! 2>/dev/null; do sleep 0.05; done
echo begun
read -r _
kill $!
rm -f "$0"
"""
#: What Podman's Docker-compatible API tells as Docker does. Its past is not among it, nor are its settings.
_KINDS = frozenset({"container", "image", "images", "network", "volume", "volumes"})
#: The oldest that Podman 4 and 5 answer by.
_LIBPOD = "v4.0.0/libpod"


class PodmanConnection(HostConnection):
    """A connection to the API of a user's Podman in a container of the engine's."""

    image: ClassVar[str] = "drydock/podman:5"
    #: Podman gives names without a registry one.
    registry: ClassVar[str] = "localhost/"

    def __init__(self, engine: Daemon, name: str, cleanup: ExitStack, user: str, sightings: set[str]) -> None:
        super().__init__(engine, name, cleanup)
        self._user = user
        self._sightings = sightings
        self._begun = False

    def _listens_at(self, host: Attrs, timeout: float) -> tuple[str, str]:
        from docker.errors import APIError

        place = f"/tmp/drydock-{secrets.token_hex(6)}.sock"
        # Podman's first start as a user takes long where others work too. Only the first: the control question of one
        # that hangs must stay short, or the check's time is over before anybody can say whose fault that is.
        patience = timeout if self._begun else max(timeout, min(30.0, self.engine.deadline.remaining() / 2))
        self._begun = True
        try:
            service = Stream(self.engine, str(host["Id"]), ["sh", "-c", _SERVICE, place], patience, user=self._user)
        except APIError as refusal:
            # A user that isn't there (Docker 28 does not even begin), or a container that is gone or paused by now.
            if refusal.is_client_error():
                raise self.trouble("") from refusal
            raise
        self._cleanup.callback(service.close)
        self._sightings.add(f"exec:{service.identity}")
        service.first_line()
        return place, _PROGRAM

    def trouble(self, word: str) -> HostTrouble:
        if program := stranger_in(word):
            message = _("on {name} another program answers than Podman: {program}").format(
                name=self.name, program=program
            )
        else:
            message = _("Podman on {name} does not answer").format(name=self.name)
        return HostTrouble(
            self.name,
            message,
            f"{_typed(self.name, self._user)} podman info",
            _("The check asks the podman of the image, as the user whose containers it is about."),
        )


@dataclass
class PodmanContext(HostContext):
    """What expectations about things of one user's Podman share."""

    user: str = ""

    def from_here(self, command: str) -> str:
        # Its command takes the words of Docker's.
        return (
            super()
            .from_here(re.sub(r"^docker\b", "podman", command))
            .replace(f"docker exec {shlex.quote(self.host)}", _typed(self.host, self.user), 1)
        )


class Podman(Inhabited):
    """``t.podman("harbour")`` is root's Podman in that container, ``t.podman("harbour", user="app")`` a user's."""

    kind = "podman"
    _user: str = "root"

    @classmethod
    def stated(cls, context: Context, name: str, *, user: str = "root") -> Self:
        if not isinstance(user, str) or not re.fullmatch(r"[a-z_][a-z0-9_-]*", user):
            raise AuthorError(_("user must be the name of a user, not {user!r}").format(user=user))
        subject = super().stated(context, name)
        subject._user = user
        return subject

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        if not kind.startswith("_") and kind not in _KINDS:
            raise AuthorError(_("{kind} is nothing to ask of Podman").format(kind=kind))
        return super().__getattr__(kind)

    @property
    def what(self) -> str:
        return _("Podman on {name}").format(name=self.name)

    @property
    def _key(self) -> str:
        return f"{self._user}@{self.name}"

    def _connection(self) -> HostConnection:
        outer = self._context
        return PodmanConnection(outer.daemon, self.name, outer.cleanup, self._user, outer.sightings)

    def _context_of(self, daemon: HostDaemon, seen: set[str]) -> HostContext:
        outer = self._context
        return PodmanContext(
            outer.task,
            daemon,
            outer.values,
            verdicts=outer.verdicts,
            sightings=seen,
            host=self.name,
            user=self._user,
        )

    def pod(self, name: str) -> Pod:
        """A pod of this Podman's."""
        return Pod(self._inside(), required_name(name))


class Pod(Subject):
    """``t.podman("harbour").pod("crew")``: containers that share a network and more."""

    kind = "pod"

    @property
    def what(self) -> str:
        return _("Pod {name}").format(name=self.name)

    def _fetch(self) -> Attrs | None:
        attrs = self._daemon.find(lambda client: _asked(client, f"pods/{self.name}/json"))
        # Podman also accepts the beginning of an ID as a name; only the name counts here.
        return attrs if attrs and attrs.get("Name") == self.name else None

    def _missing(self) -> Finding:
        pods: list[Attrs] = self._daemon.ask(lambda client: _asked(client, "pods/json")) or []
        names = sorted(str(pod.get("Name")) for pod in pods)
        return none_here(self, _("there is no pod {name}; the pods here: {names}"), names, "podman pod ps")

    @expectation
    def is_running(self) -> Claim:
        """Each container of it runs."""
        return Claim(
            self._says(_("{what} runs with all its containers")),
            _("running"),
            lambda attrs: Finding(attrs.get("State") == "Running", str(attrs.get("State")).lower()),
            "podman pod ps",
            _("A pod where one container has ended is degraded: `podman ps --all --pod` shows which."),
        )

    @expectation
    def has_members(self, *containers: str) -> Claim:
        """Exactly these containers are in it; the one that holds its namespaces (infra) doesn't count."""
        wanted = sorted(arguments.texts(containers, "containers")) if containers else []

        def judge(attrs: Attrs) -> Finding:
            infra = dig(attrs, "InfraContainerID")
            members = sorted(str(c.get("Name")) for c in attrs.get("Containers") or [] if c.get("Id") != infra)
            return Finding(members == wanted, listed(members, empty=_("no containers")))

        shown = listed(wanted, empty=_("no containers"))
        return Claim(
            self._says(_("{what} has exactly the members {containers}"), containers=shown),
            shown,
            judge,
            "podman ps --all --pod",
            _("A container is put into a pod when it is made: `podman run --help`, look for pod."),
        )


def _asked(client: Any, path: str) -> Any:
    """A question to the part of the API that is Podman's own."""
    return client._result(client._get(f"{client.base_url}/{_LIBPOD}/{path}"), json=True)


def _typed(name: str, user: str) -> str:
    """How a command of this user's is typed in the container, where the student is."""
    return f"docker exec {shlex.quote(name)}" if user == "root" else f"docker exec -u {user} {shlex.quote(name)}"
