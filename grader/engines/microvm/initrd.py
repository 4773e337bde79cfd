"""The initial RAM disk: busybox, the modules that find the disk, and early.sh, as a cpio archive."""

from __future__ import annotations

import stat
from pathlib import Path

from grader.engines.microvm.kernel import Module

_EARLY = Path(__file__).with_name("guest") / "early.sh"


def initrd(busybox: bytes, modules: dict[str, Module]) -> bytes:
    """The archive for QEMU's -initrd; ``modules`` in an order that can be loaded."""
    entries: list[tuple[str, int, bytes]] = [
        (name, stat.S_IFDIR | 0o755, b"") for name in ("bin", "dev", "root", "modules")
    ]
    entries += [
        ("init", stat.S_IFREG | 0o755, _EARLY.read_bytes()),
        ("bin/busybox", stat.S_IFREG | 0o755, busybox),
        ("modules/order", stat.S_IFREG | 0o644, "\n".join(f"{name}.ko" for name in modules).encode()),
    ]
    entries += [(f"modules/{name}.ko", stat.S_IFREG | 0o644, module.content) for name, module in modules.items()]
    return cpio(entries)


def cpio(entries: list[tuple[str, int, bytes]]) -> bytes:
    """A newc archive (cpio(5)): what the kernel unpacks as its first root. Entries are path, mode and content."""
    parts = []
    for number, (path, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")], start=1):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
        header = b"070701" + b"".join(b"%08x" % field for field in fields)
        parts += [_padded(header + name), _padded(content)]
    return b"".join(parts)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
