"""What lies in a microVM engine's folder, beyond what every engine has there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.engines.layout import EngineFolder


@dataclass(frozen=True)
class GuestFolder(EngineFolder):
    """One guest's folder. Only its owner may enter it."""

    @property
    def enclosed(self) -> Path:
        """Of a guest in walls: what QEMU sees of this folder. Key, monitor and layer lie there, named as here."""
        return self.path / "q"

    @property
    def key(self) -> Path:
        """The key to the guest's door."""
        return self.path / "key"

    @property
    def monitor(self) -> Path:
        return self.path / "m"

    @property
    def console(self) -> Path:
        """What the guest's kernel says."""
        return self.path / "console"

    @property
    def layer(self) -> Path:
        """What a throwaway guest writes, above the template's disk."""
        return self.path / "layer.qcow2"

    @property
    def disk(self) -> Path:
        """The whole disk of a guest that keeps its data."""
        return self.path / "disk.qcow2"

    @property
    def boots(self) -> Path:
        """There from the moment a kept guest's disk is ahead of the template's snapshot: it must boot from now on."""
        return self.path / "boots"

    @property
    def kernel(self) -> Path:
        """The kernel that fits the modules on a kept disk."""
        return self.path / "vmlinux"

    @property
    def initrd(self) -> Path:
        return self.path / "initrd"

    @property
    def nothing(self) -> Path:
        """An empty folder, for the guest's spare shared folders."""
        return self.path / "none"


@dataclass(frozen=True)
class TemplateFolder:
    """A template: everything a guest is restored from. Nothing in it changes once it is complete."""

    path: Path

    @property
    def kernel(self) -> Path:
        return self.path / "vmlinux"

    @property
    def initrd(self) -> Path:
        return self.path / "initrd"

    @property
    def draft(self) -> Path:
        """The disk while the template is made: a file with holes."""
        return self.path / "disk.raw"

    @property
    def disk(self) -> Path:
        """The disk without holes: a template may travel in a container's image, which would fill them."""
        return self.path / "disk.qcow2"

    @property
    def layer(self) -> Path:
        """An empty layer to copy."""
        return self.path / "layer.qcow2"

    @property
    def memory(self) -> Path:
        return self.path / "memory"

    @property
    def state(self) -> Path:
        """The snapshot of processor and devices."""
        return self.path / "state"

    @property
    def key(self) -> Path:
        """The key to the door of a guest just restored; the first thing it gets is one of its own."""
        return self.path / "key"

    @property
    def counter(self) -> Path:
        """The frequency of the time-stamp counter of the machine that made the template, in kHz; 0 if unknown."""
        return self.path / "counter"

    @property
    def record(self) -> Path:
        """Sizes and hashes of the files above; written last."""
        return self.path / "record.json"
