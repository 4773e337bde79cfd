"""The dind engine: a Docker daemon in a privileged container of a Docker that already runs here.

For Docker Desktop on macOS and Windows, or any reachable Docker. The student's own containers, images, volumes and
networks are never touched: everything of ours is one container (and, for a lab engine, one volume) with our label. Each
runtime folder has one of its own. (Who reaches the same Docker from two machines, as the same user, has one lab in it.)
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from grader.course.labs import CourseError
from grader.course.settings import settings
from grader.engines import canary, detached
from grader.engines.detached import OuterNote
from grader.engines.dind_containers import LABEL, owner_labels, remove_containers, remove_orphans
from grader.engines.folders import EngineFolder, is_usual
from grader.engines.protocol import Endpoint, Engine, EngineError, Limits, Probe
from grader.engines.template import course_images
from grader.i18n import _

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

_API_PORT = 2375
_READY_SECONDS = 60.0


def lab_ports() -> range:
    """What labs publish: a container's ports can't be opened later, so the engine's container opens these at once."""
    try:
        return settings().ports
    except CourseError as error:
        raise EngineError(str(error), error.remedy) from error


def image() -> str:
    """The image with a daemon in it: ``DRYDOCK_DIND_IMAGE``, else Docker's official one."""
    return os.environ.get("DRYDOCK_DIND_IMAGE", "docker:dind")


def outer_client(timeout: float = 60, noted: str = "") -> DockerClient:
    """The Docker that is here already: the ``noted`` one, else by the user's own settings (see ``outer_host``)."""
    import docker

    return docker.from_env(timeout=int(timeout), environment={**os.environ, "DOCKER_HOST": noted or outer_host()})


def outer_host() -> str:
    """The DOCKER_HOST of the Docker that is here already: the user's own, or the default socket."""
    host = os.environ.get("DOCKER_HOST", "")
    # In a lab's shells it is our own engine's; which Docker that one is in was noted at its start.
    outer = os.environ.get("DRYDOCK_OUTER_DOCKER_HOST") or detached.outer_of(host) or host
    return outer or "unix:///var/run/docker.sock"


@contextlib.contextmanager
def explained(sentence: str) -> Iterator[None]:
    """Turn what Docker, or the way to it, says into EngineError; ``{why}`` in the sentence stands for that."""
    from docker.errors import DockerException

    try:
        yield
    except (DockerException, OSError) as error:  # those of requests, as time-outs, are OSErrors
        raise EngineError(sentence.format(why=error), "docker info") from error


class DindEngine(Engine):
    """A daemon in a privileged container of a Docker that is here already, as Docker Desktop is.

    Raises EngineError where that Docker does not answer.
    """

    kind: ClassVar[str] = "dind"
    isolation: ClassVar[str] = _(
        "a privileged container of the Docker on this machine: keeps things apart, but is no wall against malice"
    )
    #: Its container runs before the images are loaded.
    found_ready: ClassVar[bool] = False

    def __init__(
        self,
        *,
        shares: Sequence[Path] = (),
        limits: Limits | None = None,
        images: bool = True,
        name: str = "",
        publish: bool = False,
        folder: Path | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(shares=shares, limits=limits, images=images)
        self._name = name or f"drydock-{secrets.token_hex(4)}"
        self._keep = bool(name)
        self._publish = publish
        self._folder = folder
        self._progress = progress
        self._container: Container | None = None
        self._host = ""

    @classmethod
    def probe(cls) -> Probe:
        from docker.errors import DockerException, ImageNotFound

        try:
            client = outer_client(timeout=5)
            client.ping()
        except (DockerException, OSError) as error:
            return Probe(False, _("No Docker answers here: {why}").format(why=error), "docker info")
        try:
            client.images.get(image())
        except ImageNotFound:
            return Probe(False, _("The image {image} is not here yet.").format(image=image()), f"docker pull {image()}")
        finally:
            client.close()
        return Probe(True, cls.isolation)

    @classmethod
    def kept(cls, folder: Path, *, shares: Sequence[Path], progress: Callable[[str], None] | None) -> Self:
        return cls(shares=shares, name=_kept_name(folder), publish=True, folder=folder, progress=progress)

    @classmethod
    def attach(cls, folder: Path) -> Self | None:
        from docker.errors import DockerException

        engine = cls(name=_kept_name(folder), publish=True, folder=folder)
        with contextlib.suppress(DockerException, OSError):
            found = outer_client(noted=detached.read(folder).outer).containers.get(engine._name)
            if found.labels.get(LABEL) and found.status == "running":
                engine._container = found
                engine._host = _address(found)
                return engine
        return None

    @classmethod
    def forget(cls, folder: Path) -> None:
        name = _kept_name(folder)
        with explained(_("The engine's data can't be removed: {why}")):
            client = outer_client(noted=detached.read(folder).outer)
            remove_containers(client, name)
            for volume in client.volumes.list(filters={"label": f"{LABEL}={name}"}):
                volume.remove()

    @property
    def endpoint(self) -> Endpoint:
        if not self._host:
            raise EngineError(_("The engine is not running."), "drydock up")
        return Endpoint(host=self._host)

    def start(self) -> Endpoint:
        if self._host:
            return self.endpoint
        try:
            with explained(_("The engine's container does not start: {why}")):
                self._start()
        except BaseException:
            # Why it does not start is worth more than why it can't be removed then; the next start tries that again.
            with contextlib.suppress(EngineError):
                self.stop()
            raise
        return self.endpoint

    def _start(self) -> None:
        client = outer_client()
        remove_orphans(client)
        if self._keep:
            # One that has ended (a reboot): what is in it lies in its volume. One that runs may be another place's.
            remove_containers(client, self._name, running=False)
        container = self._noting_where(client, self._folder) if self._folder else self._run(client, None)
        self._host = _address(container)
        self._wait()
        if self._images:
            self._load_images()
            canary.prove(self.endpoint)

    def _noting_where(self, client: DockerClient, folder: Path) -> Container:
        """Run the container where it answered before: JupyterLab and its notebooks have the address from then."""
        from docker.errors import APIError

        outer, before = outer_host(), detached.read(folder)
        # Noted before it runs: whoever finds it after this process was killed must know where.
        detached.write(folder, OuterNote(outer, before.host, before.port))
        try:
            container = self._run(client, before.port)
        except APIError:
            if before.port is None:
                raise
            # Somebody else may have the port by now; what else is wrong is said at the second try.
            self.stop()
            container = self._run(client, None)
        detached.write(folder, OuterNote(outer, _address(container), _bound_port(container)))
        return container

    def _run(self, client: DockerClient, port: int | None) -> Container:
        # Created first: what can't be started, as for a port that is taken, is ours to remove all the same.
        container: Container = client.containers.create(image(), **self._run_options(port))
        self._container = container
        container.start()
        container.reload()
        return container

    def _run_options(self, port: int | None) -> dict[str, Any]:
        # The API has no TLS, so it is open on this machine's loopback address only.
        ports: dict[str, Any] = {f"{_API_PORT}/tcp": ("127.0.0.1", port)}
        if self._publish:
            ports |= {f"{port}/tcp": ("127.0.0.1", port) for port in lab_ports()}
        options: dict[str, Any] = {
            "name": self._name,
            # Without the explicit --tls=false dockerd waits 15 seconds to show a warning; see `ports` above.
            "command": [
                "dockerd",
                "--tls=false",
                f"--host=tcp://0.0.0.0:{_API_PORT}",
                "--host=unix:///var/run/docker.sock",
            ],
            "environment": {"DOCKER_TLS_CERTDIR": ""},
            "privileged": True,
            "labels": {LABEL: self._name} if self._keep else {LABEL: self._name, **owner_labels()},
            "ports": ports,
            "volumes": {str(share): {"bind": str(share), "mode": "rw"} for share in self._shares},
        }
        if self._keep:
            volume = outer_client().volumes.create(f"{self._name}-data", labels={LABEL: self._name})
            options["volumes"][volume.name] = {"bind": "/var/lib/docker", "mode": "rw"}
        if self._limits.memory_bytes:
            options["mem_limit"] = self._limits.memory_bytes
        if self._limits.pids:
            options["pids_limit"] = self._limits.pids
        if self._limits.cpus:
            options["nano_cpus"] = int(self._limits.cpus * 1e9)
        return options

    def _wait(self) -> None:
        import requests
        from docker.errors import DockerException

        deadline = time.monotonic() + _READY_SECONDS
        assert self._container is not None
        while time.monotonic() < deadline:
            # A daemon that starts makes no event on the outer one, so its API is asked.
            with contextlib.suppress(DockerException, requests.RequestException, OSError):
                self.endpoint.client(timeout=5).ping()
                return
            self._container.reload()
            if self._container.status != "running":
                break
            time.sleep(0.05)
        log = self._container.logs(tail=5).decode(errors="replace").strip().replace("\n", " / ")
        raise EngineError(_("The daemon in the container did not start: {log}").format(log=log), "docker info")

    def _load_images(self) -> None:
        course = course_images(self._progress, self.more_images)
        client = self.endpoint.client(timeout=300)
        there = {tag for image in client.images.list() for tag in image.tags}
        if not all(set(image.tags) <= there for image in course.images):
            for archive in course.archives:
                with archive.open("rb") as stream:
                    client.images.load(stream)

    def stop(self) -> None:
        from docker.errors import DockerException

        if self._keep and self._host and self._container is not None:
            # Its daemon stops what runs in it, for which it takes 15 seconds; whatever is left then is killed.
            with contextlib.suppress(DockerException, OSError):
                self._container.stop(timeout=20)
        self.discard()

    def discard(self) -> None:
        from docker.errors import NotFound

        container, self._container, self._host = self._container, None, ""
        if container is not None:
            with explained(_("The engine's container can't be removed: {why}")), contextlib.suppress(NotFound):
                # v=True: the anonymous volume of the image's /var/lib/docker goes too; a kept engine's is a named one.
                container.remove(force=True, v=True)

    def is_alive(self) -> bool:
        from docker.errors import DockerException

        if self._container is None:
            return False
        # A Docker that does not answer runs nothing for us.
        with contextlib.suppress(DockerException, OSError):
            self._container.reload()
            return bool(self._container.status == "running")
        return False


def _kept_name(folder: Path) -> str:
    """One Docker serves all of a user's runtime folders, and each may have an engine "lab". Where nobody chose another
    folder, the name is what it was when that alone was its name."""
    name = folder.name if is_usual(folder) else EngineFolder(folder).engine_id
    return f"drydock-{os.getuid()}-{name}"


def _address(container: Container) -> str:
    """Where the container's API can be reached: its published port, or its own address on a Linux host."""
    container.reload()
    bound = _bound_port(container)
    host = os.environ.get("DRYDOCK_DIND_HOST", "127.0.0.1")
    # None of one that has ended already; _wait tells what it said.
    if bound is not None:
        with contextlib.suppress(OSError), socket.create_connection((host, bound), timeout=2):
            return f"tcp://{host}:{bound}"
    address = next(iter(container.attrs["NetworkSettings"]["Networks"].values()))["IPAddress"]
    return f"tcp://{address}:{_API_PORT}"


def _bound_port(container: Container) -> int | None:
    ports = container.attrs["NetworkSettings"]["Ports"]
    bound = (ports.get(f"{_API_PORT}/tcp") or [{}])[0].get("HostPort")
    return int(bound) if bound else None
