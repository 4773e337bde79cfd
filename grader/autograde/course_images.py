"""The course's names for images, which a student may give to others: put back before each cell of ours."""

from __future__ import annotations

import secrets
from dataclasses import replace

import docker
from docker.errors import APIError, DockerException, ImageNotFound

from grader.checks.course import look, tags_of
from grader.engines import Endpoint
from grader.execution import PinnedSocket

#: Seconds for each request; a flooded daemon is slow.
_PATIENCE = 20.0


class CourseImages:
    """Knows what the course's names mean, and puts them back where a student gave one to something else.

    Images that were removed stay removed: pruning is a safe exercise. But then their names mean nothing.
    """

    def __init__(self, endpoint: Endpoint, patience: float = 1.0) -> None:
        """``patience``: how many times longer than usual the daemon may take (``Engine.patience``)."""
        self._socket = PinnedSocket(endpoint.host)
        self._client: docker.DockerClient = replace(endpoint, host=self._socket.host).client(
            timeout=_PATIENCE * patience
        )
        #: As they are before the student begins, for whoever compares with them.
        self.known = look(self._client.api)

    def restore(self) -> list[str]:
        """Undo false names; returns them. A daemon that does not answer is for the check to report."""
        undone = []
        try:
            now = tags_of(self._client.api)
            for tag, known in self.known.items():
                if (used_for := now.get(tag)) not in (None, known["Id"]) and self._undo(tag, known["Id"], used_for):
                    undone.append(tag)
        except (DockerException, OSError):
            pass
        return undone

    def _undo(self, tag: str, right: str, wrong: str) -> bool:
        """Whether the name could be put back, or at least taken away. What one name refuses is no matter of others."""
        repository, _colon, name = tag.rpartition(":")
        try:
            try:
                self._client.api.tag(right, repository, name, force=True)
            except ImageNotFound:
                # The student's image keeps a name: with its last one the daemon would delete it.
                self._client.api.tag(wrong, f"look-alike-{secrets.token_hex(4)}")
                self._client.api.remove_image(tag, noprune=True)
        except APIError:
            return False
        return True

    def close(self) -> None:
        self._client.close()
        self._socket.close()
