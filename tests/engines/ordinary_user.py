"""A stage for tests as an ordinary user: a home folder of its own, and as few rights as a locked-down pod leaves."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader import images
from grader.engines.microvm import template
from grader.files import cache_folder

REPO = Path(__file__).resolve().parents[2]
USER_ID = 4321
# A private mount namespace shows the ordinary user the repository and the Python under a path it may enter, and a
# passwd, subuid and subgid of its own: nothing on the machine changes. The Python finds the package at its new path.
# Two devices are everybody's, as udev makes them (its 50-udev-default.rules); where there is no udev they are root's.
_STAGE = """
set -e
mount -t tmpfs -o mode=755 stage /mnt
mkdir /mnt/repo /mnt/venv
mount --bind "$REPO" /mnt/repo
for name in fuse net/tun; do
    [ -c "/dev/$name" ] || continue
    mkdir -p "/mnt/dev/$name"
    mknod -m 666 "/mnt/dev/$name/open" c $(stat -c "0x%t 0x%T" "/dev/$name")
    mount --bind "/mnt/dev/$name/open" "/dev/$name"
done
mount -t overlay -o "lowerdir=$HOME/etc/venv:$VENV" venv /mnt/venv
for file in passwd group subuid subgid; do mount --bind "$HOME/etc/$file" "/etc/$file"; done
cd /mnt/repo
exec setpriv --reuid="$USER_ID" --regid="$USER_ID" --clear-groups $RIGHTS -- "$@"
"""
PYTHON = "/mnt/venv/bin/python"


@contextmanager
def ordinary_home(name: str, user: int = USER_ID) -> Iterator[Path]:
    """A home folder in the open (pytest's own is closed to others), with this machine's course images in its cache."""
    home = Path(f"/var/tmp/dd-{name}-{os.getpid()}")
    try:
        (home / "etc").mkdir(parents=True)
        _copy_images(home / "cache/drydock/images")
        extra = {
            "passwd": f"tester:x:{user}:{user}::{home}:/bin/sh\n",
            "group": f"tester:x:{user}:\n",
            "subuid": "tester:500000:65536\n",
            "subgid": "tester:500000:65536\n",
        }
        for file, line in extra.items():
            there = Path("/etc") / file
            there.touch()
            (home / "etc" / file).write_text(there.read_text() + line)
        place = home / "etc/venv" / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
        place.mkdir(parents=True)
        (place / "_editable_impl_drydock_course.pth").write_text("/mnt/repo\n")
        _programs(home / "etc/venv/bin")
        give(home, user)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _copy_images(folder: Path) -> None:
    """Of the cache, what every lab has: what some labs declare besides is ten times as large."""
    wanted = {archive.name for archive in images.ensure().archives}

    def others(place: str, names: list[str]) -> list[str]:
        return [name for name in names if name.endswith(".tar") and name not in wanted]

    shutil.copytree(cache_folder() / "images", folder, ignore=others)


def _programs(folder: Path) -> None:
    """The environment's programs, with the Python at its new path: the old one may lie in a home closed to others."""
    folder.mkdir()
    for program in Path(sys.prefix, "bin").iterdir():
        if program.is_file() and program.read_bytes()[:2] == b"#!":
            (folder / program.name).write_bytes(program.read_bytes().replace(sys.prefix.encode(), b"/mnt/venv"))
            (folder / program.name).chmod(0o755)


@contextmanager
def home_with_a_guest(name: str) -> Iterator[Path]:
    """The same with this machine's microVM template in the cache: built once, as the author of CI's cache would."""
    made = template.ensure()
    with ordinary_home(name) as home:
        cache = home / "cache/drydock/microvm"
        shutil.copytree(made.folder.path, cache / made.folder.path.name)
        give(home / "cache")
        yield home


def give(folder: Path, user: int = USER_ID) -> None:
    """Make all of ``folder`` the user's."""
    for place in (folder, *folder.rglob("*")):
        os.chown(place, user, user, follow_symlinks=False)


def start_as_user(
    home: Path, argv: Sequence[str], *, locked: bool, user: int = USER_ID, **environment: str
) -> subprocess.Popen[str]:
    """Start ``argv`` as the user, in the repository. ``locked``: without any right that a pod may withhold."""
    rights = "--no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all" if locked else ""
    if locked:
        filter_file = home / "filter"
        filter_file.write_bytes(no_namespaces_filter())
        rights += f" --seccomp-filter={filter_file}"
    return subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", _STAGE, "sh", *argv],
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "DRYDOCK_RUNTIME": str(home / "run"),
            "PYTHONPATH": "/mnt/repo",
            "REPO": str(REPO),
            "VENV": sys.prefix,
            "USER_ID": str(user),
            "RIGHTS": rights,
            **environment,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def as_user(
    home: Path, argv: Sequence[str], *, locked: bool, timeout: float, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``argv`` as the user to its end."""
    process = start_as_user(home, argv, locked=locked, **environment)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        err += f"\nnot done after {timeout} seconds"
    return subprocess.CompletedProcess(list(argv), process.returncode, out, err)


def no_namespaces_filter() -> bytes:
    """A seccomp filter (seccomp(2)) that refuses new namespaces and mounts, as the default profile of Docker does."""
    load, equal, any_bit, answer = 0x20, 0x15, 0x45, 0x06
    allow, refuse, unknown = 0x7FFF0000, 0x00050001, 0x00050026
    # mount, umount2, pivot_root, chroot, ptrace, unshare, setns, open_tree … fspick, mount_setattr
    numbers = (165, 166, 155, 161, 101, 272, 308, *range(428, 434), 442)
    steps = [(load, 0, 0, 4), (equal, 1, 0, 0xC000003E), (answer, 0, 0, refuse), (load, 0, 0, 0)]
    for number in numbers:
        steps += [(equal, 0, 1, number), (answer, 0, 0, refuse)]
    # clone3 hides its flags from a filter; programs fall back to clone, whose flags for namespaces are seen.
    steps += [(equal, 0, 1, 435), (answer, 0, 0, unknown)]
    steps += [(equal, 0, 3, 56), (load, 0, 0, 16), (any_bit, 0, 1, 0x7E020000), (answer, 0, 0, refuse)]
    steps += [(answer, 0, 0, allow)]
    return b"".join(struct.pack("<HBBI", *step) for step in steps)
