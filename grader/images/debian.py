"""Debian packages without dpkg's database: which ones a recipe needs, and verified copies of them.

Works as an ordinary user: apt is given its own cache, and its own lists when the machine has none. No maintainer
script runs; packages are only unpacked.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from grader.i18n import _, ngettext
from grader.images.catalogue import ARCHITECTURES
from grader.images.errors import ImagesError
from grader.images.tree import FileTree


class OutdatedListsError(ImagesError):
    """The package sources no longer hold what the package lists promise."""


@dataclass(frozen=True)
class Package:
    """A package as the machine's apt offers it. ``size`` is the download in bytes."""

    name: str
    version: str
    architecture: str
    filename: str
    sha256: str
    size: int
    depends: tuple[tuple[str, ...], ...]

    @property
    def upstream_version(self) -> str:
        """The version without Debian's epoch and revision: ``5:8.0.2-3+deb13u3`` is 8.0.2."""
        return self.version.partition(":")[2].rpartition("-")[0] or self.version.rpartition("-")[0]


class Apt:
    """The machine's package sources, or another ``suite`` of the same mirror; its packages, or another
    ``architecture``'s.

    ``folder`` holds verified packages and apt's private files. Raises ImagesError.
    """

    def __init__(
        self, folder: Path, progress: Callable[[str], None], *, suite: str = "", architecture: str = ""
    ) -> None:
        self._progress = progress
        self.folder = folder
        self._debs = folder / "debs"
        self._private = folder / "apt"
        self._known: dict[str, Package | None] = {}
        self._private_lists = False
        self._update_said = ""
        self._foreign = architecture
        for path in (self._debs, self._private / "lists" / "partial", self._private / "cache" / "archives"):
            path.mkdir(parents=True, exist_ok=True)
        self._require_tools()
        self._sources = self._private / "sources.list"
        if suite:
            self._sources.write_text(f"deb {self._mirror()} {suite} main\n")

    def _mirror(self) -> str:
        """The address from which this machine gets Debian's packages. Raises ImagesError."""
        said = self._run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"])
        for line in said.stdout.splitlines():
            address, _blank, release = line.partition(" ")
            # Security updates have a mirror of their own, and other vendors' sources have no such releases.
            if address.rstrip("/").endswith("/debian") and "security" not in release:
                return address
        raise ImagesError(_("This machine gets no packages from a mirror of Debian."), "apt-get indextargets")

    @staticmethod
    def _require_tools() -> None:
        for tool in ("apt-get", "apt-cache", "dpkg", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise ImagesError(
                    _("The course images are made from Debian packages, and this machine has no {tool}.").format(
                        tool=tool
                    ),
                    "python -m grader.images --official",
                )

    def architecture(self) -> str:
        """Docker's name for the packages' architecture. Raises ImagesError for one the recipes don't know."""
        # Of these two Debian's name is Docker's.
        debian = self._foreign or self._run(["dpkg", "--print-architecture"]).stdout.strip()
        if debian not in ARCHITECTURES.values():
            raise ImagesError(
                _("The recipes know {known}, and this machine is {found}.").format(
                    known=", ".join(ARCHITECTURES.values()), found=debian
                ),
                "python -m grader.images --official",
            )
        return debian

    def closure(self, roots: Iterable[str], *, skip: frozenset[str]) -> list[Package]:
        """The packages and all they depend on, sorted by name; what is in ``skip`` is not followed.

        A dependency with alternatives is met by the first that exists. Raises ImagesError.
        """
        found: dict[str, Package] = {}
        wanted = sorted(set(roots))
        while wanted:
            self._look_up(wanted)
            for name in wanted:
                found[name] = self._require(name)
            groups = [group for name in wanted for group in found[name].depends if not skip & set(group)]
            self._look_up({name for group in groups for name in group})
            wanted = sorted({self._first_known(group) for group in groups} - set(found))
        return [found[name] for name in sorted(found)]

    def exactly(self, names: Iterable[str]) -> list[Package]:
        """These packages alone. Raises ImagesError."""
        wanted = list(names)
        self._look_up(wanted)
        return [self._require(name) for name in wanted]

    def _first_known(self, group: Sequence[str]) -> str:
        return next((name for name in group if self._known.get(name)), group[0])

    def _require(self, name: str) -> Package:
        package = self._known[name]
        if package is not None:
            return package
        missing = _("The package {name} is in none of this machine's package sources.").format(name=name)
        if not self._private_lists:
            # It may only be that the machine has no lists: Debian's Docker images come without.
            raise OutdatedListsError(missing, f"apt-cache policy {name}")
        if "Failed to fetch" in self._update_said:
            raise explain(["apt-get", "update"], self._update_said)
        raise ImagesError(missing, f"apt-cache policy {name}")

    def _look_up(self, names: Iterable[str]) -> None:
        unknown = sorted(set(names) - set(self._known))
        if not unknown:
            return
        self._known.update(dict.fromkeys(unknown))
        for stanza in self._apt_cache_show(unknown).split("\n\n"):
            if stanza.strip():
                package = _parse(stanza)
                self._known[package.name] = package

    def _apt_cache_show(self, names: Sequence[str]) -> str:
        # apt-cache exits 100 when one of the names is unknown, so its exit code says nothing here.
        command = ["apt-cache", *self._options(), "show", "--no-all-versions", *names]
        return subprocess.run(command, capture_output=True, text=True, env=_plain_locale(), check=False).stdout

    def refresh(self) -> None:
        """Fetch the package lists into our own folder; the system's lists stay as they are. Raises ImagesError."""
        self._progress(_("Reading the package lists from the machine's package sources"))
        self._private_lists = True
        self._known.clear()
        # Succeeds, with warnings, even when no source could be reached: one that is down must not stop the others.
        result = self._run(["apt-get", *self._options(), "-q", "update"])
        self._update_said = result.stderr + result.stdout

    def _options(self) -> list[str]:
        options = {
            "Dir::Cache": str(self._private / "cache"),
            # What is installed here must not decide what goes into the images.
            "Dir::State::status": "/dev/null",
            # Debian's Docker images turn this off, and every apt-cache call would parse all lists again.
            "Dir::Cache::pkgcache": "pkgcache.bin",
            "Dir::Cache::srcpkgcache": "",
            # As root, apt would drop to a user who may not write into our folder, and warn.
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": "1",
        }
        if self._foreign:
            options |= {"APT::Architecture": self._foreign, "APT::Architectures": self._foreign}
        if self._sources.exists():
            options["Dir::Etc::SourceList"] = str(self._sources)
            options["Dir::Etc::SourceParts"] = "/dev/null"
        if self._private_lists:
            options["Dir::State::Lists"] = str(self._private / "lists")
        return [word for name, value in options.items() for word in ("-o", f"{name}={value}")]

    def fetch(self, packages: Sequence[Package], scratch: Path) -> None:
        """Download what isn't there yet or is damaged; each file is checked by its hash. Raises ImagesError."""
        missing = [package for package in packages if not self._is_intact(package)]
        if not missing:
            return
        megabytes = sum(package.size for package in missing) / 1e6
        self._progress(
            ngettext(
                "Downloading {count} package ({size:.1f} MB)",
                "Downloading {count} packages ({size:.1f} MB)",
                len(missing),
            ).format(count=len(missing), size=megabytes)
        )
        names = [f"{package.name}={package.version}" for package in missing]
        self._run(["apt-get", *self._options(), "-q", "download", *names], folder=scratch)
        for package in missing:
            self._accept(package, scratch)

    def _accept(self, package: Package, scratch: Path) -> None:
        for path in scratch.glob(f"{package.name}_*.deb"):
            if _sha256(path) == package.sha256:
                path.replace(self.path(package))
                return
        raise ImagesError(
            _("The downloaded package {name} is not what the package list promises.").format(name=package.name),
            "python -m grader.images",
        )

    def forget(self) -> None:
        """Remove apt's private cache and lists (up to 100 MB); they are only worth keeping while a build runs."""
        shutil.rmtree(self._private, ignore_errors=True)

    def path(self, package: Package) -> Path:
        """Where the verified copy lies."""
        return self._debs / Path(package.filename).name

    def _is_intact(self, package: Package) -> bool:
        path = self.path(package)
        return path.is_file() and _sha256(path) == package.sha256

    def unpack(self, package: Package, tree: FileTree) -> None:
        """Add the package's files to ``tree``. Raises ImagesError."""
        command = ["dpkg-deb", "--fsys-tarfile", str(self.path(package))]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            tree.unpack(process.stdout)
        if process.returncode != 0:
            raise ImagesError(
                _("dpkg-deb can't read {path}.").format(path=self.path(package)), "python -m grader.images"
            )

    def extract(self, package: Package, folder: Path) -> None:
        """Unpack the package's files to the disk. Raises ImagesError."""
        self._run(["dpkg-deb", "--extract", str(self.path(package)), str(folder)])

    def control(self, package: Package) -> bytes:
        """The package's control file, as scanners look for it."""
        return self._run(["dpkg-deb", "--field", str(self.path(package))]).stdout.encode()

    def _run(self, command: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(command, capture_output=True, text=True, env=_plain_locale(), cwd=folder, check=False)
        if result.returncode != 0:
            raise explain(command, result.stderr + result.stdout)
        return result


def _plain_locale() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


def explain(command: Sequence[str], output: str) -> ImagesError:
    """One sentence for the usual ways apt fails."""
    lines = [line for line in output.splitlines() if line.startswith(("E:", "Err:", "W:"))]
    detail = re.sub(r"^(E|W|Err:\d+):? *", "", lines[0]) if lines else output.strip()[-200:]
    if re.search(r"No space left on device|enough free space", output, re.IGNORECASE):
        return ImagesError(_("The disk is full: apt could not write its files."), "df -h")
    network = r"Temporary failure resolving|Could not resolve|Could not connect|Connection (failed|timed out|refused)"
    if re.search(network, output):
        return ImagesError(_("The package sources can't be reached: {detail}").format(detail=detail), "apt-get update")
    words = " ".join(word for word in command if not word.startswith("-") and "::" not in word)[:60]
    if re.search(r"404 +Not Found", output):
        return OutdatedListsError(
            _("The package lists are older than the package sources: {detail}").format(detail=detail),
            "apt-get update",
        )
    return ImagesError(_("`{command}` failed: {detail}").format(command=words, detail=detail), "apt-get update")


def _parse(stanza: str) -> Package:
    fields = HeaderParser().parsestr(stanza)
    depends = ", ".join(filter(None, (fields.get("Pre-Depends", ""), fields.get("Depends", ""))))
    groups = (re.sub(r"\([^)]*\)|\[[^]]*\]|:\w+", "", group) for group in depends.split(",") if group.strip())
    return Package(
        name=fields["Package"],
        version=fields["Version"],
        architecture=fields["Architecture"],
        filename=fields["Filename"],
        sha256=fields["SHA256"],
        size=int(fields["Size"]),
        depends=tuple(tuple(name.strip() for name in group.split("|")) for group in groups),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
