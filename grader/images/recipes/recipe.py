"""The form of a recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.images.archive import ImageConfig
from grader.images.downloads import Download
from grader.images.recipes.base import FILES, Packages
from grader.images.recipes.layers import SYSTEM, SharedLayer
from grader.images.tree import FileTree

#: Where an image keeps the archives of others.
HELD = "usr/share/drydock/images"


@dataclass(frozen=True)
class Recipe:
    """How one course image is made.

    On the shared layers of ``below``, ``packages`` are unpacked with all they depend on but ``skip``; ``shape`` then
    turns the unpacked files into the image's own; ``config`` may use the packages' versions. ``official`` is the
    image on Docker Hub that can stand in; ``files/NAME/Dockerfile`` adds what the course needs to that one. It is ""
    where there is none. ``on_request``: made only for labs that declare it, and for courses that name it.
    ``downloads`` come from other indexes than Debian's; ``shape`` finds their files in folders of their names.
    ``holds``: images whose archives lie in this one, below HELD, for a daemon in a container of it.
    """

    name: str
    tag: str
    packages: tuple[str, ...]
    official: str
    config: Callable[[Packages], ImageConfig]
    shape: Callable[[FileTree], None]
    below: tuple[SharedLayer, ...] = (SYSTEM,)
    skip: frozenset[str] = frozenset()
    on_request: bool = False
    downloads: tuple[Download, ...] = ()
    holds: tuple[Recipe, ...] = ()

    @property
    def reference(self) -> str:
        """The image's full name, as in ``docker run``."""
        return f"drydock/{self.name}:{self.tag}"

    @property
    def tags(self) -> tuple[str, ...]:
        """All names the image is known by."""
        return (self.reference, f"drydock/{self.name}:latest")

    @property
    def files(self) -> Path:
        """The folder of this recipe's own files."""
        return FILES / self.name
