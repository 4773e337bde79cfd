"""The daemon of a host as checks ask it, and whose trouble it is when that has no answer.

A host is a container of the student's, and all in it is theirs. So where the engine is well, a host that isn't there,
or whose daemon does not answer, is the student's (*failed*); where the engine isn't, it is ours.
"""

from __future__ import annotations

import ast
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, ClassVar

from grader.checks.container.subject import is_live, state_in_words
from grader.checks.host.way import Way
from grader.checks.throwaway import SEALED, START_SECONDS, course_image, throwaway
from grader.docker_api.connection import Connection
from grader.docker_api.course_images import CourseImages, as_there
from grader.docker_api.daemon import Attrs, Daemon
from grader.docker_api.errors import Obstructed, Unavailable
from grader.i18n import _
from grader.report.plain import excerpt, printable

if TYPE_CHECKING:
    from docker import APIClient

#: The image of hosts, and of the container in which their daemons are asked.
IMAGE = "drydock/host:1"
#: Where the daemon of a host listens, unless it is a user's.
SOCKET = "/var/run/docker.sock"
#: The fault that makes all that is said of a host fail.
AWAY = "host away"
#: Root of the engine's, to see and enter what a container of the student's may hide; without a network.
_ALL_SEEING = {"Privileged": True, "PidMode": "host", "UsernsMode": "host", "NetworkMode": "none", **SEALED}


class HostTrouble(Obstructed):
    """A host is not there, or its daemon does not answer."""

    def __init__(self, host: str, message: str, command: str = "", look: str = "") -> None:
        super().__init__(
            message,
            command=command or f"docker logs {shlex.quote(host)}",
            look=look or _("`docker logs {host}` shows what the daemon of the host says.").format(host=host),
            because=AWAY,
        )


class HostConnection(Connection):
    """A connection to the daemon in a container of the engine's."""

    #: The course image that hosts of this kind are made of.
    image: ClassVar[str] = IMAGE

    def __init__(self, engine: Daemon, name: str, cleanup: ExitStack, place: str = SOCKET) -> None:
        super().__init__(name)
        self.engine = engine
        self.name = name
        self._place = place
        self._cleanup = cleanup
        self._way: Way | None = None
        self._helper = ""

    def course_images(self, look: Callable[[], CourseImages]) -> CourseImages:
        """Those of the engine: what the names meant before the student made any host."""
        ours = self.engine.course_images()
        if not self.engine.keeps_images_in_containerd():
            return ours
        return super().course_images(lambda: as_there(ours, look()))

    def another(self, timeout: float) -> APIClient:
        from grader.docker_api.client import BoundedClient

        if self._way is None:
            self._way = self._found(timeout)
        return BoundedClient(version="auto", timeout=timeout, base_url=self._way.host)  # type: ignore[arg-type]

    def container(self) -> Attrs:
        """The running container that is the host. Raises HostTrouble."""
        found = self.engine.find(lambda client: client.inspect_container(self.name))
        if found is None or str(found.get("Name", "")).removeprefix("/") != self.name:
            raise HostTrouble(
                self.name,
                _("there is no host, for no container is named {name}").format(name=self.name),
                "docker ps --all",
                _("A host is a container: the text of the task says what to make, and what to call it."),
            )
        if not is_live(found):
            state = state_in_words(found)
            raise HostTrouble(self.name, _("the host {name} is {state}").format(name=self.name, state=state))
        return found

    def _found(self, timeout: float) -> Way:
        host = self.container()
        # Who waits for a daemon looks some twenty times.
        self._helper = self._helper or self._started_helper()
        place, program = self._listens_at(host, timeout)
        way = Way(self.engine, self._helper, int(host["State"]["Pid"]), place, program)
        self._cleanup.callback(way.close)
        word = way.look(timeout)
        if word != "daemon":
            raise self.trouble(word)
        return way

    def _started_helper(self) -> str:
        image = host_image(self.engine, self.image)
        helper = self._cleanup.enter_context(
            throwaway(self.engine, image, ["1000"], host=_ALL_SEEING, Entrypoint=["sleep"])
        )
        self.engine.ask(lambda client: client.start(helper), patience=START_SECONDS)
        return helper

    def _listens_at(self, _host: Attrs, _timeout: float) -> tuple[str, str]:
        """The daemon's socket in the host, and the program that has to listen there."""
        return self._place, "/usr/sbin/dockerd"

    def trouble(self, word: str) -> HostTrouble:
        """Who listens there, as the way found out, if it is not the daemon."""
        return HostTrouble(self.name, _listener_in_words(self.name, self._place, word))

    def forget(self) -> None:
        """Look anew when it is asked the next time."""
        self.close()
        self._way = None


def host_image(engine: Daemon, image: str = IMAGE) -> str:
    """The ID of the course's image of hosts. Raises Unavailable or Obstructed."""
    if engine.course_image(image) is None:
        why = _("hosts are asked with the help of {image}, which this lab does not declare")
        raise Unavailable(why.format(image=image))
    return str(course_image(engine, image)["Id"])


def stranger_in(word: str) -> str:
    """The program that listens in the daemon's place, or nothing."""
    kind, _space, program = word.partition(" ")
    if kind != "stranger":
        return ""
    with suppress(ValueError, SyntaxError):
        program = printable(ast.literal_eval(program))
    return excerpt(program)


def _listener_in_words(name: str, place: str, word: str) -> str:
    if program := stranger_in(word):
        other = _("at {place} of the host {name} listens another program than the Docker daemon: {program}")
        return other.format(place=place, name=name, program=program)
    sentences = {
        "absent": _("no daemon listens on the host {name}: it has no {place}"),
        "refused": _("no daemon listens on the host {name}: the one at {place} has ended"),
        "silent": _("the daemon of the host {name} does not answer"),
    }
    # Nothing said: the host ended while we looked.
    return sentences.get(word, _("the host {name} has just ended")).format(name=name, place=place)


class HostDaemon(Daemon):
    """Questions to the daemon of a host, within the time of the engine's."""

    def __init__(self, connection: HostConnection) -> None:
        engine = connection.engine
        super().__init__(connection, engine.deadline, request_seconds=engine._request_seconds, on_wait=engine._on_wait)
        self._host = connection
        self._trouble: Obstructed | None = None

    def answers_promptly(self) -> bool:
        """The control question is the engine's: what a host does is the student's."""
        return self.engine.answers_promptly()

    @property
    def engine(self) -> Daemon:
        return self._host.engine

    @property
    def surroundings(self) -> tuple[Daemon, str] | None:
        return self.engine, str(self._host.container()["Id"])

    @contextmanager
    def asking(self, *, patience: float | None = None) -> Iterator[APIClient]:
        if self._trouble is not None:
            raise self._trouble
        try:
            with super().asking(patience=patience) as client:
                yield client
        except HostTrouble as trouble:
            self._trouble = trouble
            raise
        except Obstructed as trouble:
            # About one object, or about the daemon as a whole?
            if self.deadline.is_over() or super().answers_promptly():
                raise
            raise self._gone() from trouble
        except Unavailable as trouble:
            if not trouble.lost or self.deadline.is_over() or not self.engine.answers_promptly():
                raise
            raise self._gone() from trouble

    def _gone(self) -> HostTrouble:
        try:
            self._host.container()
            trouble = self._host.trouble("silent")
        except HostTrouble as why:
            trouble = why
        self._trouble = trouble
        return trouble

    def look_again(self) -> None:
        """Forget what was found out: a daemon may be starting."""
        self._trouble, self._lost, self._info = None, "", None
        self._host.forget()
