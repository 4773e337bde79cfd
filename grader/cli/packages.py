"""What Drydock needs from the system, read from the same table as scripts/setup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

_TABLE = "system-packages.txt"


@dataclass(frozen=True)
class Package:
    """A Debian package, what proves that it is there, and what it is for."""

    set: str
    proofs: tuple[str, ...]
    name: str
    purpose: str

    @property
    def installed(self) -> bool:
        return any(_exists(proof) for proof in self.proofs)


def _exists(pattern: str) -> bool:
    return any(True for _match in Path("/").glob(pattern.lstrip("/")))


def packages(wanted: str) -> Iterator[Package]:
    """The packages of one set: ``lab``, ``microvm`` or ``tests``."""
    for line in files("grader.cli").joinpath(_TABLE).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        group, proofs, name, purpose = (part.strip() for part in line.split("|"))
        if group == wanted:
            yield Package(group, tuple(proofs.split(",")), name, purpose)


def missing(wanted: str) -> list[Package]:
    return [package for package in packages(wanted) if not package.installed]
