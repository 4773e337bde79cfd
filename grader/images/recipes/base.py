"""What all recipes share: accounts, and what is left out of packages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from grader.images.debian import Package
from grader.images.tree import FileTree

#: The packages in an image, by name.
Packages = Mapping[str, Package]

# Scripts and settings that recipes put into images, and the Dockerfiles of the official route.
FILES = Path(__file__).parent / "files"


# Needed to install or manage a Debian system, not to run the one program in an image; or too big for what it gives
# (gcc for musl-dev, Berkeley DB for Python's dbm).
SKIPPED = frozenset(
    [
        "adduser",
        "base-passwd",
        "cdebconf",
        "debconf",
        "debconf-2.0",
        "dpkg",
        "gcc-14-base",
        "gcc-15-base",
        "gcc-16-base",
        "gcc-aarch64-linux-gnu",
        "gcc-x86-64-linux-gnu",
        "init-system-helpers",
        "install-info",
        "iproute2",
        "libdb5.3t64",
        "libpam-modules",
        "libpam-runtime",
        "login",
        "lsb-base",
        "mawk",
        "awk",
        "openssl-provider-legacy",
        "passwd",
        "perl",
        "perl-base",
        "readline-common",
        "sensible-utils",
        "sysvinit-utils",
        "systemd",
        "tar",
        "ucf",
    ]
)

#: Globs of what no image needs.
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
    "*/__pycache__",
    "*.pyc",
)

# name, uid (and gid), home, shell. Numbers are those of the official images where they have the user.
_USERS = (
    ("root", 0, "/root", "/bin/sh"),
    ("www-data", 33, "/var/www", "/sbin/nologin"),
    ("nginx", 101, "/nonexistent", "/sbin/nologin"),
    ("redis", 999, "/data", "/bin/sh"),
    ("app", 1000, "/home/app", "/bin/sh"),
    ("nobody", 65534, "/nonexistent", "/sbin/nologin"),
)
_GROUP_OF_NOBODY = "nogroup"


def skeleton(tree: FileTree) -> None:
    """The folders, accounts and account tools that every image has."""
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
    tree.folder("home/app", uid=1000, gid=1000)
    tree.folder("var/www")
    accounts(tree)
    _who_is_who(tree)


def accounts(tree: FileTree, *more: tuple[str, int, str, str]) -> None:
    """Who there is; ``more`` as in _USERS, for an image of its own."""
    users = (*_USERS, *more)
    passwd = [f"{name}:x:{number}:{number}:{name}:{home}:{shell}" for name, number, home, shell in users]
    groups = [_GROUP_OF_NOBODY if name == "nobody" else name for name, *_rest in users]
    group = [f"{name}:x:{user[1]}:" for name, user in zip(groups, users, strict=True)]
    shadow = [f"{name}:*:::::::" for name, *_rest in users]
    tree.file("etc/passwd", "\n".join((*passwd, "")))
    tree.file("etc/group", "\n".join((*group, "")))
    tree.file("etc/shadow", "\n".join((*shadow, "")), 0o640)


def _who_is_who(tree: FileTree) -> None:
    tree.file("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
    tree.file("usr/local/bin/adduser", (FILES / "common" / "accounts").read_bytes(), 0o755)
    for name in ("addgroup", "useradd", "groupadd"):
        tree.link(f"usr/local/bin/{name}", "adduser")


def labels(title: str, version: str) -> dict[str, str]:
    """The labels all course images carry."""
    return {
        "drydock.course": "1",
        "org.opencontainers.image.title": title,
        "org.opencontainers.image.version": version,
    }


def upstream_version(packages: Packages, pattern: str) -> str:
    """The version, without Debian's parts, of the package whose whole name matches the regular expression."""
    package = next(package for name, package in packages.items() if re.fullmatch(pattern, name))
    return package.upstream_version
