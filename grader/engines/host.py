"""The host engine: the Docker that already runs here, asked for by name only.

It has no walls, and it is somebody's real Docker. So nothing is removed but what Drydock itself made, which carries
one of its labels, and that only when told to (``forget``). What a student made there is theirs to remove. The label of
the course images is not used for this: containers inherit it from their image, whoever started them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from grader.docker_api.words import OWN_LABEL
from grader.engines import canary
from grader.engines.dind import explained, outer_client, outer_host
from grader.engines.lab_images import has
from grader.engines.protocol import Endpoint, Engine, EngineError, Limits, Probe
from grader.engines.template import course_images
from grader.i18n import _

if TYPE_CHECKING:
    from docker import DockerClient

#: What Drydock itself makes: containers that look into images and volumes, and the volumes that keep answers.
LABELS = (OWN_LABEL, "drydock.answer")


class HostEngine(Engine):
    """The Docker of this machine itself, only when asked for by name: it is neither started nor ended by us."""

    kind: ClassVar[str] = "host"
    isolation: ClassVar[str] = _("none: the Docker of this machine itself")

    def __init__(
        self,
        *,
        shares: Sequence[Path] = (),
        limits: Limits | None = None,
        images: bool = True,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(shares=shares, limits=limits, images=images)
        self._progress = progress
        self._client: DockerClient | None = None

    @classmethod
    def probe(cls) -> Probe:
        from docker.errors import DockerException

        try:
            client = outer_client(timeout=5)
            client.ping()
            client.close()
        except (DockerException, OSError) as error:
            return Probe(False, _("No Docker answers here: {why}").format(why=error), "docker info")
        return Probe(True, _("A Docker answers here. It is used only when asked for: drydock up --engine host."))

    @classmethod
    def kept(cls, folder: Path, *, shares: Sequence[Path], progress: Callable[[str], None] | None) -> Self:
        return cls(shares=shares, progress=progress)

    @classmethod
    def attach(cls, folder: Path) -> Self | None:
        if not cls.probe().works:
            return None
        engine = cls(images=False)
        engine.start()
        return engine

    @classmethod
    def forget(cls, folder: Path) -> None:
        """Remove what Drydock itself made in this Docker, and nothing else."""
        with explained(_("What Drydock made in this Docker can't be removed: {why}")):
            client = outer_client()
            for label in LABELS:
                for container in client.containers.list(all=True, filters={"label": label}, ignore_removed=True):
                    container.remove(force=True, v=True)
                for volume in client.volumes.list(filters={"label": label}):
                    volume.remove()

    @property
    def endpoint(self) -> Endpoint:
        if self._client is None:
            raise EngineError(_("The engine is not running."), "drydock up")
        return Endpoint(host=outer_host())

    def start(self) -> Endpoint:
        self.probe().must_work()
        with explained(_("This Docker can't be used: {why}")):
            self._client = outer_client()
        if self._images:
            with explained(_("The course images can't be brought into this Docker: {why}")):
                self._add_images(self._client)
            canary.prove(self.endpoint)
        return self.endpoint

    def _add_images(self, client: DockerClient) -> None:
        course = course_images(self._progress, self.more_images)
        for wanted, archive in zip(course.images, course.archives, strict=True):
            if not has(client, wanted.reference):
                with archive.open("rb") as stream:
                    client.images.load(stream)

    def stop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def is_alive(self) -> bool:
        return self._client is not None and self.probe().works
