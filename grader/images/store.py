"""The course images in the user's cache: built once per machine, checked before use, safe to share and to interrupt.

Layout of the cache folder (``images`` in platformdirs' user cache of ``drydock``)::

    lock                       held (flock) while anything is written; the kernel frees it when its holder dies
    debs/                      packages, each verified by its hash
    apt/                       apt's own cache, and package lists where the machine has none
    tmp/                       work in progress; whatever is here when the lock is free is left over, and removed
    archives/NAME-RECIPE-ID.tar    an image; archives are never changed in place
    archives/NAME-RECIPE.json      its record, written last: an archive without one does not count
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from grader.i18n import _
from grader.images.build import Built, build
from grader.images.debian import Apt
from grader.images.errors import ImagesError
from grader.images.catalogue import CourseImage, ImageSet, manifest
from grader.images.recipes import RECIPES
from grader.images.recipes.base import Recipe

# Packages (25 MB), archives (110 MB), the same again while an archive is being replaced, and some air.
_NEEDED_BYTES = 400_000_000
# Another checkout of the course, with other recipes, may share the cache: its archives stay this long unused.
_KEEP_SECONDS = 14 * 24 * 3600

Progress = Callable[[str], None]


@dataclass(frozen=True)
class _Stored:
    """An archive in the cache with its record. ``stamp`` is what the file looked like when its hash was taken."""

    image: CourseImage
    archive: Path
    sha256: str
    stamp: tuple[int, ...]
    notes: tuple[str, ...]


def ensure(
    cache: Path | None = None, progress: Progress | None = None, *, verify: bool = False
) -> ImageSet:
    """All course images, built if they aren't in the cache yet or are damaged.

    ``cache`` is the folder to use instead of the user's own. An archive counts as intact while the file is untouched
    since its hash was taken; with ``verify`` its hash is taken again (0.1 s per 100 MB). Raises ImagesError.
    """
    say = progress or (lambda line: None)
    folder = cache if cache is not None else user_cache_path("drydock") / "images"
    try:
        stored = _find_all(folder, say, verify=verify)
        missing = [recipe for recipe, found in zip(RECIPES, stored, strict=True) if found is None]
        if missing:
            with _locked(folder, say):
                # Another process may have built them while this one waited for the lock.
                stored = _find_all(folder, say, verify=verify)
                missing = [recipe for recipe, found in zip(RECIPES, stored, strict=True) if found is None]
                _build_missing(missing, folder, say)
            stored = _find_all(folder, say, verify=False)
    except OSError as error:
        raise _explain(error, folder) from error
    return _as_set([found for found in stored if found is not None])


def _as_set(stored: Sequence[_Stored]) -> ImageSet:
    lines = [f"{item.image.reference} {item.image.digest} {item.sha256}" for item in stored]
    key = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return ImageSet(key, tuple(item.archive for item in stored), tuple(item.image for item in stored))


def _find_all(folder: Path, say: Progress, *, verify: bool) -> list[_Stored | None]:
    return [_find(folder, recipe, say, verify=verify) for recipe in RECIPES]


def _find(folder: Path, recipe: Recipe, say: Progress, *, verify: bool) -> _Stored | None:
    record = _record_path(folder, recipe)
    try:
        stored = _from_record(json.loads(record.read_text("utf-8")), record.parent)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        say(_("The record of {image} is damaged; building it again.").format(image=recipe.reference))
        return None
    if not _is_intact(stored, verify=verify):
        say(_("The archive of {image} is damaged; building it again.").format(image=recipe.reference))
        return None
    return stored


def _is_intact(stored: _Stored, *, verify: bool) -> bool:
    try:
        if _stamp(stored.archive) == stored.stamp and not verify:
            return True
        # A copied or touched file has another stamp and may still be right.
        return _sha256(stored.archive) == stored.sha256
    except FileNotFoundError:
        return False


def _build_missing(missing: Sequence[Recipe], folder: Path, say: Progress) -> None:
    if not missing:
        return
    _require_space(folder)
    scratch = folder / "tmp" / str(os.getpid())
    scratch.mkdir(parents=True)
    started = time.monotonic()
    try:
        for built in build(missing, Apt(folder, say), scratch, say):
            _store(built, folder, say)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    say(_("Course images are ready after {seconds:.1f} s.").format(seconds=time.monotonic() - started))


def _store(built: Built, folder: Path, say: Progress) -> None:
    notes = compare(built)
    for note in notes:
        say(note)
    record = _record_path(folder, built.recipe)
    record.parent.mkdir(parents=True, exist_ok=True)
    archive = record.parent / f"{record.stem}-{built.image_id.removeprefix('sha256:')[:12]}.tar"
    _flush(built.path)
    built.path.replace(archive)
    image = CourseImage(
        name=built.recipe.name,
        tag=built.recipe.tag,
        recipe=f"grader/images/recipes/{built.recipe.name}.py",
        packages=built.packages,
        size=built.size,
        digest=built.image_id,
        official=built.recipe.official,
        architecture=built.architecture,
    )
    draft = built.path.with_suffix(".json")
    values = {
        "image": image.to_dict(),
        "archive": archive.name,
        "sha256": built.sha256,
        "stamp": _stamp(archive),
        "notes": notes,
    }
    draft.write_text(json.dumps(values, indent=1), "utf-8")
    _flush(draft)
    draft.replace(record)


def compare(built: Built) -> list[str]:
    """What differs from the committed manifest, as sentences. Raises ImagesError when the build isn't reproducible."""
    promised = next((image for image in manifest() if image.reference == built.recipe.reference), None)
    if promised is None or promised.architecture != built.architecture:
        return []
    if promised.packages == built.packages:
        if promised.digest != built.image_id:
            raise ImagesError(
                _("{image} was built from the manifest's package versions and still differs from it.").format(
                    image=built.recipe.reference
                ),
                "python -m grader.images --write-manifest",
            )
        return []
    theirs, ours = set(promised.packages.items()), set(built.packages.items())
    names = sorted({name for name, _version in theirs ^ ours})
    return [
        _("{image}: other package versions than in the manifest: {names}").format(
            image=built.recipe.reference, names=", ".join(names)
        )
    ]


@contextmanager
def _locked(folder: Path, say: Progress) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(_("Another process is building the course images; waiting for it."))
            fcntl.flock(lock, fcntl.LOCK_EX)
        _clean(folder)
        yield


def _clean(folder: Path) -> None:
    """Remove what interrupted builds left and what no checkout has used for long. The lock must be held."""
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    archives = folder / "archives"
    if not archives.is_dir():
        return
    current = {_record_path(folder, recipe).name for recipe in RECIPES}
    for record in archives.glob("*.json"):
        if record.name not in current and time.time() - record.stat().st_mtime > _KEEP_SECONDS:
            record.unlink()
    known = {record.stem for record in archives.glob("*.json")}
    for archive in archives.glob("*.tar"):
        if archive.stem.rpartition("-")[0] not in known:
            archive.unlink()


def _record_path(folder: Path, recipe: Recipe) -> Path:
    return folder / "archives" / f"{recipe.name}-{recipe.tag}-{_recipe_digest(recipe)}.json"


def _recipe_digest(recipe: Recipe) -> str:
    """Changes whenever code that decides the image's content changes."""
    here = Path(__file__).parent
    sources = [here / name for name in ("archive.py", "build.py", "debian.py", "tree.py")]
    sources += [here / "recipes" / f"{name}.py" for name in ("base", "busybox", "debian_base", recipe.name)]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:12]


def _from_record(values: dict[str, Any], folder: Path) -> _Stored:
    return _Stored(
        image=CourseImage.from_dict(values["image"]),
        archive=folder / values["archive"],
        sha256=values["sha256"],
        stamp=tuple(values["stamp"]),
        notes=tuple(values["notes"]),
    )


def _stamp(path: Path) -> tuple[int, ...]:
    # The change time can't be set back by a program, so an untouched stamp means untouched content.
    status = path.stat()
    return (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    # After a power cut a renamed file must not turn out empty.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _NEEDED_BYTES:
        raise ImagesError(
            _("Building the course images takes {needed} MB in {folder}, and {free} MB are free.").format(
                needed=_NEEDED_BYTES // 10**6, folder=folder, free=free // 10**6
            ),
            f"df -h '{folder}'",
        )


def _explain(error: OSError, folder: Path) -> ImagesError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ImagesError(_("The disk of {folder} is full.").format(folder=folder), f"df -h '{folder}'")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return ImagesError(_("The folder {folder} can't be written.").format(folder=folder), f"ls -ld '{folder}'")
    return ImagesError(
        _("The course images' folder {folder} can't be used: {error}.").format(folder=folder, error=error),
        f"ls -l '{folder}'",
    )
