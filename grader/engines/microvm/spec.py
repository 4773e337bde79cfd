"""What a guest's supervisor is told."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class GuestSpec:
    """Paths are absolute. ``keep_data`` is also read by sweep.py, which leaves such a folder's data alone."""

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
    #: The devices for shared folders are taken out of the guest before anybody uses it.
    walled: bool = False
    #: Published ports come to this machine's localhost.
    publish: bool = True

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> GuestSpec:
        return cls(**json.loads(path.read_text()))
