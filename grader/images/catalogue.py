"""The course images as the course promises them (``manifest.json``, committed) and as they are on this machine."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

MANIFEST = Path(__file__).parent / "manifest.json"
#: Docker's names of the architectures that the recipes are for, by the kernel's.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class CourseImage:
    """One course image.

    ``digest`` is the image ID (``sha256:…``), ``size`` the archive's size in bytes, ``packages`` the Debian packages
    in it with their versions, ``official`` the image on Docker Hub that can stand in for it. ``recipe`` is the module
    that makes it and ``recipe_digest`` changes with the code that decides its content. ``source`` says which of the
    two routes made it.
    """

    name: str
    tag: str
    recipe: str
    recipe_digest: str
    source: Literal["debian", "official"]
    architecture: str
    digest: str
    size: int
    official: str
    packages: dict[str, str]

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
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The reverse of ``to_dict``; raises TypeError for other fields."""
        return cls(**values)


@dataclass(frozen=True)
class ImageSet:
    """All course images on this machine, each an archive for ``docker load``.

    ``key`` changes when any image changes; what is prepared from the images (an engine's template) goes by it.
    ``notes`` are sentences about what differs from the committed manifest.
    """

    key: str
    archives: tuple[Path, ...]
    images: tuple[CourseImage, ...]
    notes: tuple[str, ...] = ()


def machine_architecture() -> str:
    """This machine's, by Docker's name if the recipes know it."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def manifest(architecture: str = "") -> tuple[CourseImage, ...]:
    """The committed manifest's images for this machine, or for another architecture. Cheap: reads one small file,
    builds nothing."""
    wanted = architecture or machine_architecture()
    return tuple(image for image in _whole_manifest() if image.architecture == wanted)


def _whole_manifest() -> tuple[CourseImage, ...]:
    return tuple(CourseImage.from_dict(values) for values in json.loads(MANIFEST.read_text("utf-8"))["images"])


def write_manifest(images: Sequence[CourseImage]) -> None:
    """Put these in the place of the manifest's for their architecture. Raises OSError."""
    others = [image for image in _whole_manifest() if image.architecture not in {new.architecture for new in images}]
    known = [image.to_dict() for image in sorted([*images, *others], key=lambda image: image.architecture)]
    MANIFEST.write_text(json.dumps({"images": known}, indent=2) + "\n", "utf-8")


def key_of(images: Sequence[CourseImage]) -> str:
    """A digest of names, tags and IDs: the same images have the same key whichever machine made them."""
    lines = [f"{' '.join(image.tags)} {image.digest}" for image in images]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
