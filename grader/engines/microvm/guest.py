"""What a guest boots from: its root file system, its disk, its initial RAM disk, and our programs in it.

Docker, crun, busybox and their libraries come from Debian packages; guest/*.c is compiled with tcc and musl, two small
packages instead of a compiler."""

from __future__ import annotations

import json
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from grader.engines.microvm import kernel
from grader.engines.microvm.kernel import Module
from grader.engines.protocol import EngineError
from grader.i18n import _
from grader.images.debian import Apt, OutdatedListsError, Package
from grader.images.recipes.base import LEFT_OUT, SKIPPED
from grader.images.recipes.busybox_tools import install as install_busybox
from grader.images.tree import FileTree

FILES = Path(__file__).with_name("guest")
#: Debian's kernel for all 64-bit PCs; the one "for clouds" has no 9p.
_KERNEL = "linux-image-amd64"
_SYSTEM = ("docker.io", "containerd", "crun", "busybox-static", "iptables", "tini")
#: runc is not needed (see _shape), nor what only an installed kernel needs.
_SKIPPED = SKIPPED | {"runc", "netbase", "kmod", "linux-base", "initramfs-tools", "linux-initramfs-tool"}
_PROGRAMS = (
    "usr/sbin/dockerd",
    "usr/bin/docker-init",
    "usr/bin/tini*",
    "usr/bin/containerd",
    "usr/bin/containerd-shim-runc-v2",
    "usr/bin/crun",
    "usr/bin/busybox",
    "usr/sbin/xtables-legacy-multi",
    "usr/lib/x86_64-linux-gnu/*.so*",
    "usr/lib/x86_64-linux-gnu/xtables/*",
    "usr/lib64/*",
)
_LEFT_OUT = (*LEFT_OUT, "usr/lib/x86_64-linux-gnu/xtables/libip6t_*", "usr/lib/x86_64-linux-gnu/xtables/libebt_*")

#: What containerd knows of containers ends with the guest's boot, as they do: dockerd makes it anew. In memory, nobody
#: waits for the disk.
_CONTAINERD = """version = 2
root = "/run/containerd/root"
state = "/run/containerd/daemon"
disabled_plugins = [
  "io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.native", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.nri.v1.nri",
]
[grpc]
  address = "/run/containerd/containerd.sock"
"""
_DAEMON = {
    # The classic image store, as in the other engines.
    "features": {"containerd-snapshotter": False},
    # One process less for each published port; the kernel's rules do the same.
    "userland-proxy": False,
    "storage-driver": "overlay2",
}


@dataclass(frozen=True)
class Guest:
    """All parts of a guest, in memory."""

    vmlinux: bytes
    initrd: bytes
    root: FileTree


def fetch(apt: Apt, scratch: Path) -> tuple[Package, ...]:
    """All packages a guest is made of, downloaded. Raises ImagesError."""
    try:
        return _fetch(apt, scratch)
    except OutdatedListsError:
        apt.refresh()
        return _fetch(apt, scratch)


def _fetch(apt: Apt, scratch: Path) -> tuple[Package, ...]:
    found = {package.name: package for package in apt.closure((*_SYSTEM, _KERNEL), skip=_SKIPPED)}
    found |= {package.name: package for package in apt.closure(COMPILER, skip=_SKIPPED | {"libc6", "libc6-dev"})}
    packages = tuple(found[name] for name in sorted(found))
    apt.fetch(packages, scratch)
    return packages


def make(apt: Apt, packages: tuple[Package, ...], scratch: Path) -> Guest:
    """Put the guest together from downloaded packages. Raises ImagesError, EngineError."""
    parts = {"kernel": FileTree(), "compiler": FileTree(), "system": FileTree()}
    for package in packages:
        apt.unpack(package, parts[_part_of(package)])
    found = kernel.Kernel(parts["kernel"])
    programs = compile_programs(parts["compiler"], scratch)
    busybox = parts["system"].read("usr/bin/busybox")
    root = _shape(parts["system"], programs)
    late = found.modules([*kernel.EARLY, *kernel.LATE, *kernel.ON_DEMAND])
    kernel.install(root, found.version, late)
    root.file("etc/modules", "\n".join((*kernel.LATE, "")))
    return Guest(found.vmlinux(), initrd(busybox, found.modules(kernel.EARLY)), root)


def _part_of(package: Package) -> str:
    if package.name.startswith("linux-image"):
        return "kernel"
    return "compiler" if package.name in {*COMPILER, "musl"} else "system"


def _shape(tree: FileTree, programs: dict[str, bytes]) -> FileTree:
    busybox = tree.read("usr/bin/busybox")
    tree.keep(_PROGRAMS)
    tree.drop(_LEFT_OUT)
    for name in ("bin", "sbin", "lib", "lib64"):
        tree.folder(f"usr/{name}")
        tree.link(name, f"usr/{name}")
    for path in ("dev", "etc/docker", "home", "mnt", "proc", "root", "sys", "run", "var/lib/docker", "var/log"):
        tree.folder(path)
    for path in ("tmp", "var/tmp"):
        tree.folder(path, 0o1777)
    tree.link("var/run", "/run")
    install_busybox(tree, busybox)
    tree.link("usr/sbin/modprobe", "../bin/busybox")
    for name in ("iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"):
        tree.link(f"usr/sbin/{name}", "xtables-legacy-multi")
    # crun does what runc does in half the time under emulation. Docker and BuildKit ask for it by runc's name, so that
    # `docker info` reads as it does elsewhere. What runc.c adds is in its head; the second name is its own.
    tree.file("usr/bin/runc", programs[RUNC], 0o755)
    tree.link("usr/sbin/key", "../bin/runc")
    # The shim's program, before which stands ours: shim.c.
    tree.move("usr/bin/containerd-shim-runc-v2", "usr/lib/containerd/containerd-shim-runc-v2")
    tree.file("usr/bin/containerd-shim-runc-v2", programs[SHIM], 0o755)
    tree.file("sbin/init", (FILES / "init.sh").read_bytes(), 0o755)
    tree.file("sbin/agent", programs[AGENT], 0o755)
    tree.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    tree.file("etc/group", "root:x:0:\ndocker:x:999:\n")
    tree.file("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 drydock\n")
    tree.file("etc/hostname", "drydock\n")
    tree.file("etc/resolv.conf", "nameserver 192.0.2.53\n")
    tree.file("etc/os-release", 'NAME="Drydock"\nPRETTY_NAME="Drydock microVM (Debian packages)"\nID=debian\n')
    tree.file("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
    tree.file("etc/containerd.toml", _CONTAINERD)
    tree.file("etc/docker/daemon.json", json.dumps(_DAEMON))
    return tree


# -- The initial RAM disk: busybox, the modules that find the disk, and early.sh, as a cpio archive.

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


# -- The guest's disk: an ext4 file system made from a tar without root, and empty layers to write on above it.

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


# -- The guest's own programs (guest/*.c), compiled with tcc and musl: two small Debian packages instead of a
# compiler.

#: Debian packages with the compiler and the C library.
COMPILER = ("tcc", "musl-dev")
_SOURCES = Path(__file__).with_name("guest")
#: The programs' names: each is one file of C.
AGENT, RUNC, SHIM = "agent", "runc", "shim"


def compile_programs(toolchain: FileTree, scratch: Path) -> dict[str, bytes]:
    """Each program under its name. ``toolchain`` holds the unpacked COMPILER. Raises EngineError."""
    place = _lay_out(toolchain, scratch / "toolchain")
    return {name: _compile(name, place, scratch / name) for name in (AGENT, RUNC, SHIM)}


def _lay_out(toolchain: FileTree, place: Path) -> Path:
    for path in filter(toolchain.is_file, toolchain):
        if path.startswith(("usr/bin/", "usr/lib/", "usr/include/")):
            there = place / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(toolchain.read(path))
    return place


def _compile(name: str, place: Path, out: Path) -> bytes:
    compiler = place / "usr/bin/x86_64-tcc"
    if not compiler.exists():
        compiler = place / "usr/bin/tcc"
    compiler.chmod(0o755)
    libraries = place / "usr/lib/x86_64-linux-musl"
    source = _SOURCES / f"{name}.c"
    command = [
        str(compiler), f"-B{place}/usr/lib/x86_64-linux-gnu/tcc", "-nostdinc", "-nostdlib", "-static", "-Wall",
        f"-I{place}/usr/include/x86_64-linux-musl", f"-I{place}/usr/lib/x86_64-linux-gnu/tcc/include",
        "-o", str(out), str(libraries / "crt1.o"), str(libraries / "crti.o"), str(source), str(libraries / "libc.a"),
        str(place / "usr/lib/x86_64-linux-gnu/tcc/libtcc1.a"), str(libraries / "libc.a"), str(libraries / "crtn.o"),
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        why = done.stderr.strip()[-300:]
        raise EngineError(_("The guest's program {name} can't be compiled: {why}").format(name=name, why=why))
    return out.read_bytes()
