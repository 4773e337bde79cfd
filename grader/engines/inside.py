"""What a student's code finds inside the walls: its Python, and its home.

Standard library only."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.engines.nsenter import interpreter

FOLDER = "/opt/python"
EXECUTABLE = f"{FOLDER}/bin/python"
_NAME = f"python{sys.version_info.major}.{sys.version_info.minor}"
_OWN_PACKAGES = f"lib/{_NAME}/site-packages"
_SCRIPT = Path(__file__).with_name("python.sh")
_PACKAGE = Path(__file__).resolve().parents[1]
#: /opt is hidden for that process alone, but not before what lies there was found: so it is made elsewhere. The
#: variables say where the course lies.
_AT_ITS_PLACE = f"""
set -e
script=$1
shift
mount -t tmpfs -o mode=755 drydock-python /dev/shm
sh "$script" "/dev/shm/{Path(FOLDER).name}"
mount --rbind /dev/shm "{Path(FOLDER).parent}"
umount -l /dev/shm
unset DD_PYTHON_NAME DD_PYTHON_BASE DD_PYTHON_CONFIG DD_PYTHON_PATHS DD_PYTHON_FOLDERS
exec "$@"
"""


def variables() -> dict[str, str]:
    """What python.sh is to know."""
    shown = dict(_shown())
    base = _inside(Path(interpreter()).resolve(), shown)
    packages = [_inside(path, shown) for path in _packages()]
    version = ".".join(map(str, sys.version_info[:3]))
    config = ("home = " + str(Path(base).parent), "include-system-site-packages = false", f"version = {version}")
    return {
        "DD_PYTHON_NAME": _NAME,
        "DD_PYTHON_BASE": base,
        "DD_PYTHON_CONFIG": "\n".join(config),
        "DD_PYTHON_PATHS": "\n".join(packages),
        "DD_PYTHON_FOLDERS": "\n".join(f"{folder}\t{place}" for folder, place in shown.items()),
    }


def at_its_place(argv: Sequence[str]) -> list[str]:
    """``argv``, which begins with EXECUTABLE, wrapped so that this process has the environment there, too.

    For root, with ``variables`` in its environment.
    """
    return ["unshare", "--mount", "--propagation", "slave", "sh", "-c", _AT_ITS_PLACE, "sh", str(_SCRIPT), *argv]


def can_have_its_place() -> bool:
    """Whether ``at_its_place`` works: not in a container without privileges."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], check=False).returncode == 0


def _shown() -> Iterator[tuple[Path, str]]:
    """Folders of this machine, and their places below FOLDER. /usr is inside as it is."""
    base = Path(sys.base_prefix).resolve()
    outside = [path for path in _packages() if not path.is_relative_to("/usr")]
    if not base.is_relative_to("/usr"):
        yield base, "base"
        outside = [path for path in outside if not path.is_relative_to(base)]
    for number, path in enumerate(outside):
        yield path, f"packages{number or ''}"
    if _PACKAGE.parent not in _packages():
        yield _PACKAGE, f"{_OWN_PACKAGES}/{_PACKAGE.name}"


def _packages() -> list[Path]:
    """Where installed packages are imported from, each once (lib64 is often a link to lib)."""
    found = [Path(path).resolve() for path in site.getsitepackages()]
    return [path for path in dict.fromkeys(found) if path.is_dir()]


def _inside(path: Path, shown: dict[Path, str]) -> str:
    for folder, place in shown.items():
        if path.is_relative_to(folder):
            return str(Path(FOLDER, place, path.relative_to(folder)))
    return str(path)


# -- The student's home inside an engine's walls: a folder in memory, its own for each program that is confined there.
#
# What the cells of another kernel leave at home (IPython's startup files, plugins of the docker command) would run in
# this one. Standard library only.

#: Where the engine's /etc/passwd (outer.sh) says that the student lives.
HOME = "/home/student"
_MEGABYTES = 256


def home_options(user: int) -> str:
    """Of its tmpfs(5), beside nosuid and nodev, if it is this user's and nobody else's."""
    return f"mode=700,uid={user},gid={user},size={_MEGABYTES}m"
