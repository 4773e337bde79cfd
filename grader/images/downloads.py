"""What Debian has not: files of other package indexes, fetched by their own clients and told by their hashes."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.i18n import _
from grader.images.errors import ImagesError
from grader.images.tree import FileTree

#: Docker's names for architectures: as wheels have them.
_WHEELS = {"amd64": "manylinux2014_x86_64", "arm64": "manylinux2014_aarch64"}


@dataclass(frozen=True)
class Download:
    """One file of a package index. ``sha256``: by Docker's name for the architecture, "any" where all have one file.
    ``only``: the architecture whose image needs it, if not all do."""

    index: Literal["pypi", "npm"]
    name: str
    version: str
    sha256: Mapping[str, str]
    only: str = ""

    def __hash__(self) -> int:
        return hash((self.index, self.name, self.version))

    @property
    def label(self) -> str:
        """Its name among an image's packages."""
        return f"{self.index}:{self.name}"

    def hash_for(self, architecture: str) -> str:
        """Raises ImagesError where there is none for this architecture."""
        wanted = self.sha256.get(architecture) or self.sha256.get("any")
        if wanted is None:
            raise ImagesError(_("{name} has no file for {found}.").format(name=self.name, found=architecture))
        return wanted


def fetch(download: Download, architecture: str, folder: Path, scratch: Path, progress: Callable[[str], None]) -> Path:
    """The file, kept in ``folder``; it is checked by its hash each time. Raises ImagesError."""
    wanted = download.hash_for(architecture)
    kept = folder / f"{download.name}-{download.version}-{wanted[:12]}"
    if kept.is_file() and _sha256(kept) == wanted:
        return kept
    progress(_("Downloading {name} {version}").format(name=download.name, version=download.version))
    place = scratch / f"{download.index}-{download.name}"
    place.mkdir()
    _run(_command(download, architecture), place)
    for path in place.iterdir():
        if _sha256(path) == wanted:
            folder.mkdir(parents=True, exist_ok=True)
            path.replace(kept)
            return kept
    raise ImagesError(
        _("The downloaded package {name} is not what its recipe promises.").format(name=download.name),
        "python -m grader.images",
    )


def unpack(path: Path, download: Download, tree: FileTree) -> None:
    """Add its files to ``tree``, below a folder of its name; a recipe moves from there what it keeps."""
    if download.index == "npm":
        with tarfile.open(path) as tar:
            for member in tar.getmembers():
                content = tar.extractfile(member) if member.isreg() else None
                if content is not None:
                    tree.file(f"{download.name}/{member.name}", content.read(), member.mode & 0o755)
        return
    with zipfile.ZipFile(path) as wheel:
        for info in wheel.infolist():
            if not info.is_dir():
                tree.file(f"{download.name}/{info.filename}", wheel.read(info), 0o755)


def _command(download: Download, architecture: str) -> list[str]:
    if download.index == "npm":
        return [_tool("npm"), "pack", "--silent", f"{download.name}@{download.version}"]
    pip = [sys.executable, "-m", "pip"] if importlib.util.find_spec("pip") else [_tool("pip3")]
    return [
        *pip, "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
        f"--platform={_WHEELS[architecture]}", f"{download.name}=={download.version}",
    ]  # fmt: skip


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ImagesError(
            _("One of the images is made with {tool}, and this machine has none.").format(tool=name),
            f"apt-get install {'python3-pip' if name == 'pip3' else name}",
        )
    return found


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise ImagesError(
            _("`{command}` failed: {detail}").format(
                command=" ".join((Path(command[0]).name, *command[1:3])), detail=words[-1] if words else done.returncode
            ),
            " ".join((command[0], *command[1:])),
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
