"""Which Docker a namespace engine runs: this machine's own, another release from Debian's suites, or a folder's.

The release's programs are laid over the machine's /usr inside the engine's walls (outer.sh), so that the daemon and the
students' command line are of one release. The machine's own Docker, apt and dpkg are not touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.engines.folders import SYSTEM_PATH
from grader.engines.protocol import EngineError
from grader.files import atomic_write, cache_folder
from grader.i18n import _
from grader.locks import locked

#: What ``--docker`` says, for this process and those it starts: VERSION, DIR or HERE, and with STORE at its end.
VARIABLE = "DRYDOCK_DOCKER"
HERE = "here"
#: Images in containerd's store, as Docker 29 has them by default, rather than in the graph driver's.
STORE = "+containerd"

_NEW = ("docker.io", "docker-cli", "docker-buildx", "docker-compose", "containerd", "runc")
#: Debian's suite of each release, and its packages. Of libraries only what a stock Debian 13 has not.
_SUITES = {
    "20.10.24": ("bookworm", ("docker.io", "containerd", "runc", "tini", "libdevmapper1.02.1")),
    "26.1.5": ("trixie", (*_NEW, "tini")),
    "28.5.2": ("forky", (*_NEW, "tini-static")),
}
VERSIONS = tuple(_SUITES)
_PROGRAMS = ("dockerd", "containerd", "runc", "docker")
#: Written last: with it a fetched release is complete.
_NOTES = "packages.json"
_PLUGINS = Path("usr/libexec/docker/cli-plugins")


@dataclass(frozen=True)
class Release:
    """What was asked for. ``folder`` holds its programs, below usr/ or side by side; None is the machine's own."""

    name: str = HERE
    folder: Path | None = None
    containerd_store: bool = False

    @property
    def key(self) -> str:
        """Differs where a data-root made by one may not suit the other."""
        if self.folder is None:
            facts = _own_version()
        else:
            program = Path(self.which("dockerd") or self.folder)
            notes = self.folder / _NOTES
            facts = notes.read_text() if notes.exists() else f"{program.stat().st_size} {program.stat().st_mtime_ns}"
        return f"{facts.strip()} {self.containerd_store}"

    @property
    def daemon_json(self) -> dict[str, object]:
        """The daemon's own settings (dockerd(8), daemon.json) that an engine with this Docker needs."""
        # Said in any case: which store a daemon would take unasked differs between releases.
        features = {"containerd-snapshotter": self.containerd_store}
        settings: dict[str, object] = {"features": features}
        # (A folder's own is not asked: out here it may lack libraries.)
        if (self.name if self.folder else _own_version().removeprefix("Docker version ")).startswith("20."):
            # Its name server keeps silent where no outer one answers; resolvers wait twice 5 s for it (resolv.conf(5)).
            settings["dns-opts"] = ["timeout:1", "attempts:2"]
            # As later ones have it unasked: lab 02 builds without DOCKER_BUILDKIT, and its check wants BuildKit.
            features["buildkit"] = True
        return settings

    def which(self, program: str) -> str | None:
        """Where a program that will run in the engine lies on this machine."""
        # Each for itself: a folder's name may have a colon in it.
        own = [self.folder / below / program for below in ("usr/sbin", "usr/bin", "")] if self.folder else []
        found = (shutil.which(str(place)) for place in own)
        return next(filter(None, found), None) or shutil.which(program, path=SYSTEM_PATH)

    def seen_inside(self, program: Path) -> Path:
        """The path inside of a program that ``which`` found."""
        if self.folder is None or not program.is_relative_to(self.folder):
            return program
        below = program.relative_to(self.folder)
        return Path("/usr/sbin", below) if len(below.parts) == 1 else Path("/", below)


def _own_version() -> str:
    """What this machine's dockerd says of itself: the one that will run, found as the supervisor finds it."""
    program = Path(shutil.which("dockerd", path=SYSTEM_PATH) or "dockerd")
    return _version_of(program, program.stat().st_mtime_ns)


@cache
def _version_of(program: Path, _changed: int) -> str:
    """Asked once of each program: an engine's start needs it twice."""
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout


def said() -> str:
    """What the caller said, HERE included; empty where nothing was said."""
    return os.environ.get(VARIABLE, "")


def asked() -> str:
    """What the caller asked for; empty for the machine's own Docker."""
    return said() if said() != HERE else ""


@contextmanager
def using(name: str) -> Iterator[None]:
    """Engines that are made meanwhile, by processes started meanwhile as well, run this Docker."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = name
    try:
        yield
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


def see(kind: str, runs_any_release: bool) -> None:
    """Raises EngineError when another Docker than the machine's was asked for and this kind of engine can't run it."""
    if asked() and not runs_any_release:
        raise EngineError(
            _("The {kind} engine can't run another Docker ({name}) than it has.").format(kind=kind, name=asked()),
            f"drydock up --docker {HERE}",
        )


def brings(program: str) -> bool:
    """Whether the Docker that was asked for brings this program, so that the machine need not have it."""
    return asked().removesuffix(STORE) not in ("", HERE) and program in _PROGRAMS


def normal(name: str) -> str:
    """``name`` as it is written down: a version in full, a folder by its whole path. Raises EngineError."""
    plain = name.removesuffix(STORE)
    store = name[len(plain) :]
    if plain in ("", HERE):
        return HERE + store
    known = [version for version in VERSIONS if version == plain or version.startswith(f"{plain}.")]
    if known:
        return known[-1] + store
    folder = Path(plain)
    with suppress(RuntimeError):  # nobody of that name is here
        folder = folder.expanduser()
    if "/" not in plain and not folder.is_dir():
        raise EngineError(
            _("Docker {name} is none that Debian's suites are known to have: {versions}. Or name a folder.").format(
                name=plain, versions=", ".join(VERSIONS)
            ),
            f"drydock up --docker {VERSIONS[-1]}",
        )
    for program in _PROGRAMS[:3]:
        if Release(folder=folder).which(program) in (None, shutil.which(program, path=SYSTEM_PATH)):
            raise EngineError(
                _("There is no {program} in {folder}, neither side by side nor below usr/bin or usr/sbin.").format(
                    program=program, folder=folder
                ),
                f"ls '{folder}'",
            )
    return f"{folder.resolve()}{store}"


def chosen(progress: Callable[[str], None] | None = None) -> Release:
    """The Docker that was asked for, fetched now if it isn't in the cache yet. Raises EngineError."""
    if not asked():
        return Release()
    name = normal(asked())
    plain = name.removesuffix(STORE)
    folder: Path | None = None
    if plain in _SUITES:
        folder = _fetched(plain, progress or (lambda line: None))
    elif plain != HERE:
        folder = Path(plain)
    return Release(name, folder, plain != name)


def _fetched(version: str, progress: Callable[[str], None]) -> Path:
    """This release's programs, in the cache."""
    from grader.images.errors import ImagesError

    place = cache_folder() / "docker" / version
    if (place / _NOTES).exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    work = place.with_name(f".{version}")
    waiting = _("Another process is fetching a Docker; waiting for it.")
    try:
        with locked(place.parent / "lock", busy=lambda: progress(waiting)):
            if not (place / _NOTES).exists():
                for left in (work, place):
                    shutil.rmtree(left, ignore_errors=True)
                try:
                    _fetch(version, work, progress)
                    # Nobody looks into it again: a power cut must not leave programs without content there.
                    os.sync()
                    work.rename(place)
                finally:
                    # Only by who holds the lock: it is the next one's folder, too.
                    shutil.rmtree(work, ignore_errors=True)
    except ImagesError as error:
        raise EngineError(str(error), error.remedy) from error
    except OSError as error:
        raise EngineError(
            _("Docker {version} can't be unpacked: {why}.").format(version=version, why=error.strerror or error),
            f"df -h '{place.parent}'",
        ) from error
    return place


def _fetch(version: str, work: Path, progress: Callable[[str], None]) -> None:
    """Debian signs its lists of packages, these have each package's digest: apt checks the one, Apt the other.

    There are no digests here: a suite of Debian gets security updates, and the mirrors drop what they replace.
    """
    from grader.images.debian import Apt

    suite, names = _SUITES[version]
    progress(_("Fetching Docker {version} from Debian's {suite} …").format(version=version, suite=suite))
    scratch = work / "scratch"
    scratch.mkdir(parents=True)
    apt = Apt(scratch, progress, suite=suite)
    apt.refresh()
    packages = apt.exactly(names)
    found = next(package for package in packages if package.name == "docker.io").upstream_version.partition("+")[0]
    if found != version:
        raise EngineError(
            _("Debian's {suite} has Docker {found} now, and {version} no more.").format(
                suite=suite, found=found, version=version
            ),
            "drydock up --docker DIR",
        )
    apt.fetch(packages, scratch)
    # As in Debian since the merge of /usr; dpkg-deb keeps such links.
    for name in ("bin", "sbin", "lib", "lib64"):
        (work / "usr" / name).mkdir(parents=True)
        (work / name).symlink_to(f"usr/{name}")
    # Also where it brings none: the machine's own plugins are not this release's.
    (work / _PLUGINS).mkdir(parents=True)
    for package in packages:
        apt.extract(package, work)
    for name in ("lib64", "share/doc", "share/man"):
        shutil.rmtree(work / "usr" / name, ignore_errors=True)
    shutil.rmtree(scratch)
    notes = {package.name: {"version": package.version, "sha256": package.sha256} for package in packages}
    atomic_write(work / _NOTES, json.dumps({"suite": suite, "packages": notes}, indent=1))
