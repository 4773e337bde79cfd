"""What Drydock needs from the system, read from the same table as scripts/setup."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from grader.engines import cgroups
from grader.i18n import _
from grader.images.catalogue import ARCHITECTURES, machine_architecture
from grader.processes import machine_memory

_TABLE = "system-packages.txt"


@dataclass(frozen=True)
class Package:
    """A Debian package, what proves that it is there, and what it is for."""

    proofs: tuple[str, ...]
    name: str
    purpose: str

    @property
    def installed(self) -> bool:
        return any(True for proof in self.proofs for _found in Path("/").glob(proof.lstrip("/")))


def packages(wanted: str) -> Iterator[Package]:
    """The packages of one set: ``lab``, ``microvm`` or ``tests``."""
    for line in files("grader.cli").joinpath(_TABLE).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        group, proofs, name, purpose = (part.strip() for part in line.split("|"))
        if group == wanted:
            yield Package(tuple(proofs.split(",")), name, purpose)


# -- Facts about this machine that decide whether a lab can run: read-only, and well under a second in all.

_GIB = 1024**3
#: The course images, their template and a few labs of work take about 2 GiB; below this a lab may fail.
DISK_WANTED = 4 * _GIB
#: An idle daemon takes about 50 MB, JupyterLab with two kernels about 400 MB.
MEMORY_WANTED = 1 * _GIB


class Level(StrEnum):
    """How much a fact weighs: only ``BAD`` makes drydock doctor exit with 1."""

    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Fact:
    """One thing found out. ``remedy`` is the command that mends it, where there is one."""

    topic: str
    level: Level
    what: str
    remedy: str = ""


def facts(places: dict[str, Path]) -> Iterator[Fact]:
    """Everything but the engines. ``places`` are folders whose free space matters, by what lies there."""
    yield Fact(_("system"), Level.OK, _system())
    yield _processor()
    yield Fact(_("user"), Level.OK, _user())
    yield _memory()
    yield from (_disk(purpose, path) for purpose, path in places.items())
    yield _cgroups()
    yield from _programs()
    yield from _packages()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    return _("{name}, kernel {kernel}, Python {python}, {cpus} CPUs").format(
        name=name, kernel=platform.release(), python=platform.python_version(), cpus=os.cpu_count()
    )


def _processor() -> Fact:
    """What the course's images and labs can on this kind of machine."""
    found = machine_architecture()
    if found == "amd64":
        return Fact(_("processor"), Level.OK, found)
    if found in ARCHITECTURES.values():
        differs = _(
            "{found}: the course images are made for it, too; programs for amd64 don't start without an emulator (lab "
            "15, task bell: could not check), and there is no microVM engine"
        )
        return Fact(_("processor"), Level.NOTE, differs.format(found=found))
    lost = _("{found}: the course images can be made for {known} only")
    return Fact(_("processor"), Level.BAD, lost.format(found=found, known=", ".join(ARCHITECTURES.values())))


def _user() -> str:
    return _("root") if os.geteuid() == 0 else _("user id {uid}, not root").format(uid=os.geteuid())


def _memory() -> Fact:
    known = machine_memory()
    if not known:
        return Fact(_("memory"), Level.NOTE, _("not known here"))
    free, total = known["MemAvailable"], known["MemTotal"]
    what = _("{free:.1f} of {total:.1f} GiB free").format(free=free / _GIB, total=total / _GIB)
    if free < MEMORY_WANTED:
        return Fact(_("memory"), Level.BAD, what, _("close other programs: a lab wants 1 GiB"))
    return Fact(_("memory"), Level.OK, what)


def _disk(purpose: str, path: Path) -> Fact:
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    what = _("{free:.1f} GiB free for {purpose} ({path})").format(free=free / _GIB, purpose=purpose, path=path)
    if free < DISK_WANTED:
        return Fact(_("disk"), Level.BAD, what, f"du -xh --max-depth=1 '{there}' | sort -h | tail")
    return Fact(_("disk"), Level.OK, what)


def cgroup_version() -> int | None:
    """2 for the unified hierarchy, 1 for the old one, None where there are no control groups."""
    mounts = Path("/sys/fs/cgroup")
    if (mounts / "cgroup.controllers").exists():
        return 2
    return 1 if (mounts / "memory").is_dir() else None


def _cgroups() -> Fact:
    version = cgroup_version()
    if version is None:
        return Fact(_("control groups"), Level.NOTE, _("none: limits on containers will not hold"))
    missing = cgroups.unheld() if os.geteuid() == 0 else ()
    if missing:
        what = _("version {version}, without limits on {names} for a whole engine: a submission can use up the machine")
        return Fact(_("control groups"), Level.NOTE, what.format(version=version, names=", ".join(missing)))
    return Fact(_("control groups"), Level.OK, _("version {version}").format(version=version))


def _programs() -> Iterator[Fact]:
    for name, argv in {
        "docker": ["docker", "--version"],
        "dockerd": ["dockerd", "--version"],
        "buildx": ["docker", "buildx", "version"],
        "compose": ["docker", "compose", "version", "--short"],
    }.items():
        found = _first_line(argv)
        # What is missing is named once, with its package, by _packages.
        yield Fact(name, Level.OK if found else Level.NOTE, found or _("not found"))


def _first_line(argv: list[str]) -> str:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    program = shutil.which(argv[0], path=path)
    if program is None:
        return ""
    try:
        done = subprocess.run([program, *argv[1:]], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().split("\n")[0] if done.returncode == 0 else ""


def _packages() -> Iterator[Fact]:
    absent = [package for package in packages("lab") if not package.installed]
    if not absent:
        yield Fact(_("packages"), Level.OK, _("all that a lab needs are installed"))
        return
    sudo = "" if os.geteuid() == 0 else "sudo "
    install = f"{sudo}apt-get install {' '.join(package.name for package in absent)}"
    # Elsewhere (macOS, another Linux) they have other names, if any, and a Docker that is there may do.
    level, remedy = (Level.BAD, install) if shutil.which("apt-get") else (Level.NOTE, "")
    for package in absent:
        what = _("{name} is missing ({purpose})").format(name=package.name, purpose=package.purpose)
        yield Fact(_("packages"), level, what, remedy)
