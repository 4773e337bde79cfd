"""The guest's disk: an ext4 file system made from a tar without root, and empty layers to write on above it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from grader.engines.protocol import EngineError
from grader.i18n import _
from grader.images.tree import FileTree

#: The disk as the guest sees it. It takes room here only for what was written.
SIZE = 8 * 2**30
#: Files and folders it can hold.
_INODES = 400_000


def make_disk(tree: FileTree, disk: Path, scratch: Path) -> None:
    """Write ``tree`` as a sparse ext4 image. Raises EngineError."""
    archive = scratch / "root.tar"
    with archive.open("wb") as out:
        tree.write(out)
    with disk.open("wb") as out:
        out.truncate(SIZE)
    command = [
        "mke2fs", "-q", "-F", "-t", "ext4",
        # Checksums and a lazy table cost time under emulation, and this disk is thrown away when it is damaged.
        "-O", "^metadata_csum,^64bit,^resize_inode,sparse_super2",
        "-E", "lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0,nodiscard",
        "-J", "size=16", "-m", "0", "-N", str(_INODES), "-L", "drydock", "-d", str(archive), str(disk),
    ]  # fmt: skip
    path = {"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=path)
    archive.unlink()
    if done.returncode != 0:
        remedy = "apt-get install e2fsprogs libarchive13t64" if "archive" in done.stderr else "df -h ~/.cache"
        raise EngineError(_("The guest's disk can't be made: {why}").format(why=done.stderr.strip()[-300:]), remedy)


def pack(draft: Path, disk: Path) -> None:
    """Turn a finished sparse image into a qcow2 one, whose size is what is in it. Raises EngineError."""
    _qemu_img(["convert", "-q", "-f", "raw", "-O", "qcow2", "-o", "lazy_refcounts=on", str(draft), str(disk)])
    draft.unlink()


def make_empty_layer(layer: Path) -> None:
    """An empty qcow2 image of the disk's size: copied for each engine, it takes what that engine writes."""
    _qemu_img(["create", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on", str(layer), str(SIZE)])


def _qemu_img(words: list[str]) -> None:
    done = subprocess.run(["qemu-img", *words], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        why = done.stderr.strip()[-300:]
        raise EngineError(_("The guest's disk can't be made: {why}").format(why=why), "df -h ~/.cache")
