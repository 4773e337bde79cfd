"""What all recipes share: the system below every image, its users, and what is left out of packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.images.archive import ImageConfig
from grader.images.debian import Package
from grader.images.tree import FileTree

Packages = Mapping[str, Package]


@dataclass(frozen=True)
class Recipe:
    """How one course image is made.

    ``packages`` are unpacked with all they depend on; ``shape`` then turns the unpacked files into the image's own;
    ``config`` may use the packages' versions. ``official`` is the image on Docker Hub that can stand in for it and
    ``dockerfile`` what must be added to that one. ``software`` is the package whose version the image shows.
    """

    name: str
    tag: str
    title: str
    software: str
    packages: tuple[str, ...]
    official: str
    dockerfile: str
    config: Callable[[Packages], ImageConfig]
    shape: Callable[[FileTree, Packages], None]
    debian_base: bool = True

    @property
    def reference(self) -> str:
        """The image's full name, as in ``docker run``."""
        return f"drydock/{self.name}:{self.tag}"

    @property
    def tags(self) -> tuple[str, ...]:
        """All names the image is known by."""
        return (self.reference, f"drydock/{self.name}:latest")


# libc6 brings the dynamic linker and libgcc_s; base-files only says which Debian this is.
BASE_PACKAGES = ("libc6", "base-files", "busybox-static", "netbase")

# Needed to install or to manage a Debian system, not to run the one program in an image.
SKIPPED = frozenset(
    """adduser base-passwd cdebconf debconf debconf-2.0 dpkg gcc-14-base gcc-15-base gcc-16-base gcc-aarch64-linux-gnu gcc-x86-64-linux-gnu init-system-helpers
    install-info iproute2 libdb5.3t64 libpam-modules libpam-runtime login lsb-base mawk awk openssl-provider-legacy passwd perl
    perl-base readline-common sensible-utils sysvinit-utils systemd tar ucf""".split()
)

LEFT_OUT = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/lintian",
    "usr/share/bash-completion",
    "usr/share/bug",
    "usr/share/vim",
    "usr/share/apport",
    "usr/share/applications",
    "usr/share/pixmaps",
    "usr/lib/*/gconv",
    "usr/lib/*/audit",
    "usr/lib/*/engines-3",
    "usr/lib/systemd",
    "usr/lib/tmpfiles.d",
    "usr/lib/sysusers.d",
    "etc/init.d",
    "etc/default",
    "etc/logrotate.d",
    "etc/ufw",
    "etc/cron.d",
    "etc/ld.so.conf.d/fakeroot*",
    "*/__pycache__",
    "*.pyc",
)

# name, uid, gid, home, shell. Numbers are those of the official images where they have the user.
USERS = (
    ("root", 0, 0, "/root", "/bin/sh"),
    ("www-data", 33, 33, "/var/www", "/sbin/nologin"),
    ("nginx", 101, 101, "/nonexistent", "/sbin/nologin"),
    ("redis", 999, 999, "/data", "/bin/sh"),
    ("app", 1000, 1000, "/home/app", "/bin/sh"),
    ("nobody", 65534, 65534, "/nonexistent", "/sbin/nologin"),
)
GROUP_NAMES = {65534: "nogroup"}


def skeleton(tree: FileTree) -> None:
    """The folders and account files that every image has."""
    if tree.usr_merged:
        for name in ("bin", "sbin", "lib", "lib64"):
            tree.folder(f"usr/{name}")
            tree.link(name, f"usr/{name}")
    for path in ("dev", "etc", "home", "mnt", "opt", "proc", "run", "srv", "sys", "usr/local/bin", "var/log"):
        tree.folder(path)
    for path in ("tmp", "var/tmp"):
        tree.folder(path, 0o1777)
    tree.link("var/run", "/run")
    tree.folder("root", 0o700)
    tree.folder("home/app", 0o755, uid=1000, gid=1000)
    tree.folder("var/www")
    groups = {uid: GROUP_NAMES.get(uid, name) for name, uid, *_rest in USERS}
    passwd = [f"{name}:x:{uid}:{gid}:{name}:{home}:{shell}" for name, uid, gid, home, shell in USERS]
    group = [f"{name}:x:{gid}:" for gid, name in groups.items()]
    shadow = [f"{name}:*:::::::" for name, *_rest in USERS]
    tree.file("etc/passwd", "\n".join(passwd) + "\n")
    tree.file("etc/group", "\n".join(group) + "\n")
    tree.file("etc/shadow", "\n".join(shadow) + "\n", 0o640)
    tree.file("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")


def labels(title: str, version: str) -> dict[str, str]:
    """The labels all course images carry."""
    return {
        "drydock.course": "1",
        "org.opencontainers.image.title": title,
        "org.opencontainers.image.version": version,
    }
