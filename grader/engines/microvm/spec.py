"""What a guest's supervisor is told."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from grader.files import write_whole


@dataclass(frozen=True)
class Enclosure:
    """The walls around a guest for the programs of strangers (walls.py). Lists are words to put before a command."""

    #: QEMU's own files, all that it may write to beside the shared folder.
    files: str
    #: Runs a program in QEMU's walls.
    qemu: list[str]
    #: Runs a trusted program on QEMU's localhost, where the guest's door is, and on the students', where ports appear.
    door_network: list[str]
    student_network: list[str]
    #: Where students find the daemon.
    socket: str


@dataclass(frozen=True)
class GuestSpec:
    """Paths are absolute."""

    folder: str
    #: A complete template; for a guest that boots, any folder with a kernel and an initial RAM disk.
    template: str
    accelerator: str
    #: Boot from this disk, and keep the guest's memory in this file, instead of restoring the template's snapshot.
    boot_disk: str = ""
    boot_memory: str = ""
    shares: list[str] = field(default_factory=list)
    keep_data: bool = False
    detached: bool = False
    #: Published ports come to a localhost.
    publish: bool = True
    #: Bytes that images and containers may take; the guest's disk sets a limit of its own.
    disk_bytes: int | None = None
    enclosure: Enclosure | None = None

    def save(self, path: Path) -> None:
        write_whole(path, json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> GuestSpec:
        fields = json.loads(path.read_text())
        if fields["enclosure"] is not None:
            fields["enclosure"] = Enclosure(**fields["enclosure"])
        return cls(**fields)
