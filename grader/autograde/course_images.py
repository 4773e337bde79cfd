"""The course's names for images, which a student may give to others: put back before each cell of ours."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any

from docker.errors import APIError, DockerException, ImageNotFound

from grader.docker_api.client import BoundedClient, TooLarge
from grader.docker_api.course_images import look, tags_of
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
        self._client = BoundedClient(base_url=self._socket.host, version="auto", timeout=_PATIENCE * patience)  # type: ignore[arg-type]
        #: As they are before the student begins, for whoever compares with them.
        self.known = look(self._client)

    def restore(self) -> list[str]:
        """Undo false names; returns them. A daemon that does not answer is for the check to report."""
        undone = []
        try:
            now = self._tags_now()
            for tag, known in self.known.items():
                if (used_for := now.get(tag)) not in (None, known["Id"]) and self._undo(tag, known["Id"], used_for):
                    undone.append(tag)
        except (DockerException, OSError):
            pass
        return undone

    def _tags_now(self) -> dict[str, str]:
        """The course's tags and the images that have them: their IDs, or the tags themselves where that is too long."""
        with suppress(TooLarge):
            return tags_of(self._client)
        # Somebody's image has a label of many megabytes; that may be one of another name.
        client: Any = self._client
        found = {}
        for tag in self.known:
            with suppress(ImageNotFound):
                try:
                    found[tag] = str(client.inspect_image(tag)["Id"])
                except TooLarge:
                    found[tag] = tag
        return found

    def _undo(self, tag: str, right: str, wrong: str) -> bool:
        """Whether the name could be put back, or at least taken away. What one name refuses is no matter of others."""
        repository, _colon, name = tag.rpartition(":")
        try:
            try:
                self._client.tag(right, repository, name, force=True)
            except ImageNotFound:
                # The student's image keeps a name: with its last one the daemon would delete it.
                self._client.tag(wrong, f"look-alike-{secrets.token_hex(4)}")
                self._client.remove_image(tag, noprune=True)
        except APIError:
            return False
        return True

    @property
    def host(self) -> str:
        """The daemon itself, as a DOCKER_HOST value: what now has its address may be another one."""
        return self._socket.host

    def close(self) -> None:
        self._client.close()
        self._socket.close()
