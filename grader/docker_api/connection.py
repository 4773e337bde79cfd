"""A connection to a daemon, opened with the first question: docker-py, which takes time to import, is imported then."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from grader.docker_api.course_images import CourseImages
from grader.docker_api.environment import patience

if TYPE_CHECKING:
    from docker import APIClient


class Connection:
    """One lazily opened connection, kept for many tasks."""

    #: What stands before the course's names there.
    registry: ClassVar[str] = ""

    def __init__(self, host: str | None, images: CourseImages | None = None, *, only_looks: bool = False) -> None:
        """``images``: the course's, as somebody saw them before the student began; else they are looked up once.

        ``only_looks``: what would leave a trace on the daemon raises Unavailable, and nobody waits for anything.
        """
        self.only_looks = only_looks
        self.host = host or os.environ.get("DOCKER_HOST") or ""
        self._client: APIClient | None = None
        self.images = images
        #: How many times longer than elsewhere a check, and all it waits for, may take with this daemon.
        self.pace = patience()

    def client(self, timeout: float) -> APIClient:
        if self._client is None:
            self._client = self.another(timeout)
        self._client.timeout = timeout  # type: ignore[assignment] # the stubs know whole seconds only
        return self._client

    def another(self, timeout: float) -> APIClient:
        """A client of its own that has asked the daemon for its version."""
        from docker.utils import kwargs_from_env

        from grader.docker_api.client import BoundedClient, LookingClient

        # DOCKER_TLS_VERIFY and DOCKER_CERT_PATH count as they do for the docker command.
        options: dict[str, Any] = dict(kwargs_from_env())
        if self.host:
            options["base_url"] = self.host
        kind = LookingClient if self.only_looks else BoundedClient
        return kind(version="auto", timeout=timeout, **options)  # type: ignore[arg-type]

    def course_images(self, look: Callable[[], CourseImages]) -> CourseImages:
        """The course's images as they were when first asked for; ``look`` asks the daemon."""
        if self.images is None:
            self.images = look()
        return self.images

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
