"""The guest's root file system: Docker, crun, busybox and their libraries from Debian packages, and our init."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from grader.engines.microvm import kernel
from grader.engines.microvm.initrd import initrd
from grader.engines.microvm.programs import DOOR, RUNC, SHIM, compile_programs
from grader.engines.microvm.programs import PACKAGES as COMPILER
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
    tree.file("sbin/door", programs[DOOR], 0o755)
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
