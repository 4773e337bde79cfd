"""The guest's kernel and its modules, taken from Debian's kernel package without installing it."""

from __future__ import annotations

import lzma
import re
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.engines.protocol import EngineError
from grader.i18n import _
from grader.images.tree import FileTree

#: What the initial RAM disk loads to find the root disk.
EARLY = ("crc32c_generic", "virtio_blk", "ext4")
#: What the guest loads before its snapshot is taken: all that Docker and the labs need, so that nothing is loaded
#: (under emulation: decompressed and linked, slowly) while a student waits.
LATE = (
    "qemu_fw_cfg", "virtio_net", "virtio_rng", "overlay", "veth", "bridge", "br_netfilter", "9pnet_virtio", "9p",
    "macvlan", "vxlan", "dummy", "ip_tables", "iptable_filter", "iptable_nat", "iptable_mangle", "iptable_raw",
    "nf_nat", "nf_conntrack_netlink", "xt_conntrack", "xt_MASQUERADE", "xt_addrtype", "xt_nat", "xt_tcpudp",
    "xt_mark", "xt_comment", "xt_multiport", "xt_REDIRECT", "nf_log_syslog", "inet_diag", "tcp_diag", "unix_diag",
)  # fmt: skip
#: Loaded by the kernel itself if somebody asks for what they do.
ON_DEMAND = (
    "ipvlan", "ip_vs", "ip_vs_rr", "xt_ipvs", "xt_statistic", "xt_limit", "xt_state", "xt_bpf", "xt_policy",
    "sch_netem", "sch_tbf", "loop", "fuse", "xfrm_user", "esp4",
    # Hosts in a lab have the newer iptables, and Podman nftables and a tun.
    "nf_tables", "nft_compat", "nft_chain_nat", "nft_ct", "nft_masq", "nft_nat", "nft_redir", "nft_reject_inet",
    "nft_fib_inet", "nft_limit", "nft_log", "nft_numgen", "nft_hash", "tun",
)  # fmt: skip

#: How a module ends behind its signature: the signature's length (four bytes), then this.
_SIGNED = b"~Module signature appended~\n"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Module:
    """One kernel module: where it lies below /usr/lib/modules/VERSION, its file, and what it needs, nearest first."""

    name: str
    path: str
    content: bytes
    needs: tuple[str, ...]
    aliases: tuple[str, ...]


class Kernel:
    """An unpacked kernel package."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        image = next(path for path in tree if path.startswith("boot/vmlinuz-"))
        self.version = image.removeprefix("boot/vmlinuz-")
        self._image = image
        self._folder = f"usr/lib/modules/{self.version}/"
        self._paths = {
            _canonical(path.rpartition("/")[2].partition(".ko")[0]): path
            for path in tree
            if path.startswith(self._folder) and ".ko" in path
        }

    def vmlinux(self) -> bytes:
        """The kernel itself, unpacked: QEMU starts it at its PVH entry, and the guest need not decompress it.

        The places in the image's header are those of Documentation/arch/x86/boot.rst.
        """
        image = self._tree.read(self._image)
        sectors = image[0x1F1] or 4
        offset, length = struct.unpack_from("<II", image, 0x248)
        payload = image[(sectors + 1) * 512 + offset :][:length]
        if payload[:4] != _ZSTD_MAGIC:
            raise EngineError(
                _("The kernel {version} is packed in a way that is not known here.").format(version=self.version)
            )
        if shutil.which("zstd") is None:
            raise EngineError(_("The program zstd is missing."), "apt-get install zstd")
        # The last four bytes are the unpacked size, which is not zstd's.
        done = subprocess.run(["zstd", "-dc"], input=payload[:-4], capture_output=True, check=False)
        if not done.stdout.startswith(b"\x7fELF"):
            raise EngineError(_("The kernel {version} can't be unpacked.").format(version=self.version))
        return done.stdout

    def modules(self, names: Iterable[str]) -> dict[str, Module]:
        """The modules of these names that the package has, and all they need, in an order that can be loaded."""
        found: dict[str, Module] = {}
        for name in names:
            self._add(_canonical(name), found)
        return found

    def _add(self, name: str, found: dict[str, Module]) -> None:
        path = self._paths.get(name)
        if name in found or path is None:
            return
        packed = self._tree.read(path)
        content = _unsigned(lzma.decompress(packed) if path.endswith(".xz") else packed)
        needs = tuple(_canonical(other) for other in _words(content, b"depends", ","))
        first = tuple(_canonical(other) for other in _words(content, b"softdep", " ") if not other.endswith(":"))
        for other in (*first, *needs):
            self._add(other, found)
        short = path.removeprefix(self._folder).removesuffix(".xz")
        found[name] = Module(name, short, content, needs, tuple(_values(content, b"alias")))


def install(tree: FileTree, version: str, modules: dict[str, Module]) -> None:
    """Put modules into a root with the tables that modprobe reads (modules.dep(5)); depmod(8) is not needed."""
    folder = f"usr/lib/modules/{version}"
    for module in modules.values():
        tree.file(f"{folder}/{module.path}", module.content)
    lines = [
        f"{module.path}: {' '.join(modules[name].path for name in _all_needs(module, modules))}".rstrip()
        for module in modules.values()
    ]
    aliases = [f"alias {alias} {module.name}" for module in modules.values() for alias in module.aliases]
    tree.file(f"{folder}/modules.dep", "\n".join((*lines, "")))
    tree.file(f"{folder}/modules.alias", "\n".join((*aliases, "")))
    for empty in ("modules.symbols", "modules.builtin", "modules.order"):
        tree.file(f"{folder}/{empty}", "")


def _all_needs(module: Module, modules: dict[str, Module]) -> list[str]:
    """What must be loaded before, the nearest first."""
    found: list[str] = []
    todo = [name for name in module.needs if name in modules]
    while todo:
        name = todo.pop(0)
        if name in found:
            found.remove(name)
        found.append(name)
        todo += [other for other in modules[name].needs if other in modules]
    return found


def _unsigned(module: bytes) -> bytes:
    """The module without its signature, whose verification is long under emulation: who could exchange a module could
    exchange the kernel, too. See struct module_signature in the kernel's include/linux/module_signature.h.
    """
    if not module.endswith(_SIGNED):
        return module
    end = len(module) - len(_SIGNED)
    header = 12
    (length,) = struct.unpack(">I", module[end - 4 : end])
    return module[: end - header - length]


def _values(content: bytes, key: bytes) -> Iterator[str]:
    """Entries of a module's .modinfo section: NUL-separated key=value."""
    for match in re.finditer(rb"\0" + key + rb"=([^\0]*)", content):
        yield match.group(1).decode(errors="replace")


def _words(content: bytes, key: bytes, separator: str) -> list[str]:
    return [word.strip() for value in _values(content, key) for word in value.split(separator) if word.strip()]


def _canonical(name: str) -> str:
    return name.replace("-", "_")
