"""The course's images as they were before the student began: what their names mean to a check."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import docker
from docker.errors import DockerException

from grader.engines import Endpoint
from grader.execution import PinnedSocket

_REPOSITORY = "drydock/"
#: Seconds for each request; a flooded daemon is slow.
_PATIENCE = 20.0


class CourseImages:
    """Knows the course's tags by image id and puts them back where a student gave a name to something else.

    Images that were removed stay removed: pruning is a safe exercise.
    """

    def __init__(self, endpoint: Endpoint, patience: float = 1.0) -> None:
        """``patience``: how many times longer than usual the daemon may take (``Engine.patience``)."""
        self._socket = PinnedSocket(endpoint.host)
        self._client: docker.DockerClient = replace(endpoint, host=self._socket.host).client(
            timeout=_PATIENCE * patience
        )
        self._known = self._tags()

    def _tags(self) -> dict[str, str]:
        images = self._client.api.images()
        return {
            tag: image["Id"] for image in images for tag in image.get("RepoTags") or [] if tag.startswith(_REPOSITORY)
        }

    def restore(self) -> list[str]:
        """Undo false names; returns them. A daemon that does not answer is for the check to report."""
        undone = []
        with suppress(DockerException, OSError):
            now = self._tags()
            for tag, identifier in self._known.items():
                if now.get(tag, identifier) != identifier:
                    repository, _colon, name = tag.rpartition(":")
                    self._client.api.tag(identifier, repository, name, force=True)
                    undone.append(tag)
        return undone

    def close(self) -> None:
        self._client.close()
        self._socket.close()
