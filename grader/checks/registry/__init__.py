"""Expectations about a registry of the student's and the images in it, asked over its own HTTP API."""

from __future__ import annotations

from grader.checks.registry.image import RegistryImage
from grader.checks.registry.subject import RegistrySubject


class Registry(RegistrySubject):
    """``t.registry("localhost:8100")``: everything a task can expect of a registry."""

    def image(self, reference: str) -> RegistryImage:
        """``t.registry(…).image("tide:1")``: what it keeps under this name, or by ``tide@sha256:…``."""
        return RegistryImage(self, reference)


__all__ = ["Registry", "RegistryImage"]
