"""The folder where course images are kept: built once per machine, checked before use, safe to share and interrupt.

Layout (by default ``images`` in the user's cache folder)::

    lock                           held (flock) while anything is written; the kernel frees it when its holder dies
    debs/                          downloaded packages, each verified by its hash before every use
    downloads/                     the same of other package indexes
    apt/                           apt's private files; empty while no build runs
    tmp/                           work in progress; what is here while nobody holds the lock is left over
    archives/NAME-TAG-RECIPE-ID.tar    an image; archives are never changed in place
    archives/NAME-TAG-RECIPE.json      its record, written last: an archive without one does not count
    arm64/                         the same once more, of images for other machines than this one
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.files import cache_folder, settle, sha256_of, stamp_of
from grader.i18n import _
from grader.images.catalogue import CourseImage
from grader.images.errors import ImagesError
from grader.images.recipes.base import FILES
from grader.images.recipes.outside import OutsideRecipe, module_name
from grader.images.recipes.recipe import Recipe
from grader.locks import locked

#: Receives lines for a person, one per step.
Progress = Callable[[str], None]

# Packages (25 MB), archives (130 MB), the same again while images are rebuilt, and some air.
_NEEDED_BYTES = 400_000_000
# Other checkouts of the course, with other recipes, may share the folder: each image stays in so many versions.
_KEEP_VERSIONS = 3


@dataclass(frozen=True)
class StoredImage:
    """An archive in the cache with its record. ``stamp`` is what the file looked like when its hash was taken."""

    image: CourseImage
    archive: Path
    sha256: str
    stamp: tuple[int, ...]
    notes: tuple[str, ...]


class ImageCache:
    """The archives and the lock; ``folder`` is the user's cache unless given. ``architecture``: where it isn't this
    machine's. ``say`` gets a line for each step."""

    def __init__(self, folder: Path | None, say: Progress, *, architecture: str = "") -> None:
        self.folder = (folder if folder is not None else cache_folder() / "images").absolute() / architecture
        self._archives = self.folder / "archives"
        self.say = say

    def find(self, recipe: Recipe, *, verify: bool) -> StoredImage | None:
        """The recipe's archive if it is there and intact.

        An archive counts as intact while the file is untouched since its hash was taken; otherwise, and with
        ``verify``, the hash is taken again (0.1 s per 100 MB). Damage is said and answered with None.
        """
        record = self._record(recipe)
        try:
            stored = self._read(record)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            self.say(_("The record of {image} is damaged; making it again.").format(image=recipe.reference))
            return None
        if not _is_intact(stored, verify=verify):
            self.say(_("The archive of {image} is damaged; making it again.").format(image=recipe.reference))
            return None
        return stored

    def _read(self, record: Path) -> StoredImage:
        values: dict[str, Any] = json.loads(record.read_text("utf-8"))
        return StoredImage(
            image=CourseImage.from_dict(values["image"]),
            archive=self._archives / values["archive"],
            sha256=values["sha256"],
            stamp=tuple(values["stamp"]),
            notes=tuple(values["notes"]),
        )

    def put(self, recipe: Recipe, archive: Path, image: CourseImage, notes: list[str]) -> None:
        """Take over an archive that lies in a scratch folder. The lock must be held."""
        record = self._record(recipe)
        self._archives.mkdir(parents=True, exist_ok=True)
        identity = image.digest.removeprefix("sha256:")[:12]
        final = self._archives / f"{record.stem}-{identity}.tar"
        sha256 = sha256_of(archive)
        settle(archive)
        archive.replace(final)
        values = {
            "image": image.to_dict(),
            "archive": final.name,
            "sha256": sha256,
            "stamp": stamp_of(final),
            "notes": notes,
        }
        draft = archive.with_suffix(".json")
        draft.write_text(json.dumps(values, indent=1), "utf-8")
        settle(draft)
        draft.replace(record)

    @contextmanager
    def locked(self) -> Iterator[Path]:
        """Hold the cache's lock, waiting for it if need be. Gives an empty scratch folder that goes away at the end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        waiting = _("Another process is making the course images; waiting for it.")
        with locked(self.folder / "lock", lambda: self.say(waiting), mode=0o666):
            self._clean()
            scratch = self.folder / "tmp" / str(os.getpid())
            scratch.mkdir(parents=True)
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

    def _clean(self) -> None:
        """Remove what interrupted builds left, old versions, and archives that no record names."""
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        versions: dict[str, list[Path]] = {}
        for record in sorted(self._archives.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True):
            versions.setdefault(record.stem.rpartition("-")[0], []).append(record)
        named = set()
        for records in versions.values():
            for record in records[:_KEEP_VERSIONS]:
                with suppress(ValueError, TypeError, KeyError):
                    named.add(self._read(record).archive)
            for record in records[_KEEP_VERSIONS:]:
                record.unlink()
        for archive in self._archives.glob("*.tar"):
            if archive not in named:
                archive.unlink()

    def _record(self, recipe: Recipe) -> Path:
        return self._archives / f"{recipe.name}-{recipe.tag}-{recipe_digest(recipe)}.json"

    def require_space(self) -> None:
        """Raise ImagesError if the disk has too little room for a build."""
        free = shutil.disk_usage(self.folder).free
        if free < _NEEDED_BYTES:
            raise ImagesError(
                _("Making the course images takes {needed} MB in {folder}, and {free} MB are free.").format(
                    needed=_NEEDED_BYTES // 10**6, folder=self.folder, free=free // 10**6
                ),
                f"df -h '{self.folder}'",
            )

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn errors of the file system into ImagesError."""
        try:
            yield
        except OSError as error:
            raise self._explain(error) from error

    def _explain(self, error: OSError) -> ImagesError:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return ImagesError(
                _("The disk that holds {folder} is full.").format(folder=self.folder), f"df -h '{self.folder}'"
            )
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            return ImagesError(
                _("The folder {folder} can't be written.").format(folder=self.folder), f"ls -ld '{self.folder}'"
            )
        return ImagesError(
            _("The folder {folder} of the course images can't be used: {error}.").format(
                folder=self.folder, error=error
            ),
            f"ls -l '{self.folder}'",
        )


def recipe_digest(recipe: Recipe) -> str:
    """Changes whenever code or a file that decides the image's content changes."""
    here = Path(__file__).parent
    shared = ("base", "busybox_tools", "bytecode", "layers", "recipe")
    sources = [here / name for name in ("archive.py", "build.py", "debian.py", "downloads.py", "tree.py")]
    ours = here / "recipes" / f"{module_name(recipe)}.py"
    own = recipe.own_sources() if isinstance(recipe, OutsideRecipe) else [ours]
    folders = (FILES / "common",) if isinstance(recipe, OutsideRecipe) else (FILES / "common", recipe.files)
    sources += [*(here / "recipes" / f"{name}.py" for name in shared), *own]
    sources += sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file())
    parts = [path.read_bytes() for path in sources]
    parts += [recipe_digest(held).encode() for held in recipe.holds]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def _is_intact(stored: StoredImage, *, verify: bool) -> bool:
    try:
        if stamp_of(stored.archive) == stored.stamp and not verify:
            return True
        # A copied or touched file has another stamp and may still be right.
        return sha256_of(stored.archive) == stored.sha256
    except FileNotFoundError:
        return False
