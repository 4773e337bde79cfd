"""The course images as the course promises them (``manifest.json``, committed) and as they are on this machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class CourseImage:
    """One course image.

    ``size`` is the archive's size in bytes, ``digest`` the image ID (``sha256:…``), ``packages`` the Debian packages
    in it with their versions, ``official`` the image on Docker Hub that can stand in for it.
    """

    name: str
    tag: str
    recipe: str
    packages: dict[str, str]
    size: int
    digest: str
    official: str
    architecture: str

    @property
    def reference(self) -> str:
        """The image's full name, as in ``docker run``."""
        return f"drydock/{self.name}:{self.tag}"

    @property
    def tags(self) -> tuple[str, ...]:
        """All names the image is known by."""
        return (self.reference, f"drydock/{self.name}:latest")

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The reverse of ``to_dict``; raises TypeError for other fields."""
        return cls(**values)


@dataclass(frozen=True)
class ImageSet:
    """All course images on this machine, each an archive for ``docker load``.

    ``key`` changes when any image changes; what is prepared from the images (an engine's template) goes by it.
    """

    key: str
    archives: tuple[Path, ...]
    images: tuple[CourseImage, ...]


@cache
def manifest() -> tuple[CourseImage, ...]:
    """The committed manifest. Cheap: reads one small file, builds nothing."""
    text = (files("grader.images") / "manifest.json").read_text("utf-8")
    return tuple(CourseImage.from_dict(values) for values in json.loads(text)["images"])
