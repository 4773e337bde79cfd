"""The warm start: a data-root with the course images in it, prepared once per machine and shared by all engines.

A template has three parts. ``layers/`` holds the files of the image layers; engines see it read-only, locked by the
user namespace, so not even a privileged container can change what other engines run. ``refs/`` is what the daemon notes
of each of these layers, and ``meta/`` the rest of a data-root, in which there are links where those notes should be.
Both are copied for every engine (about 100 small files), ``refs/`` to a place where nobody inside can change it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.engines import orphans, releases
from grader.engines.folders import EngineFolder, runtime_folder
from grader.engines.protocol import EngineError
from grader.engines.releases import HERE, STORE, Release
from grader.files import atomic_write, cache_folder
from grader.i18n import _
from grader.locks import locked, unowned
from grader.processes import refusal_of

if TYPE_CHECKING:
    from grader.engines.namespaces import NamespaceEngine
    from grader.images import ImageSet

#: Raise it when the layout of a template changes.
_LAYOUT = 5
#: Of each engine kind: one for each set of images that the labs of a course declare, and for other checkouts.
_KEEP = 16
_OURS = Release()
_SCRIPTS = Path(__file__).parent


class LostLayersError(EngineError):
    """Kept data needs layers that are nowhere any more."""


def ensure(
    kind: type[NamespaceEngine], progress: Callable[[str], None] | None = None, more: Sequence[str] = ()
) -> Path:
    """The template of this engine kind with these images besides the course's own, made if there is none yet (some
    seconds). Raises EngineError."""
    course = course_images(progress, more)
    release = releases.chosen(progress)
    place = cache_folder() / "templates" / f"{_prefix(kind, release)}-{_key(kind, course, release)}"
    if _complete(place):
        _note_use(place)
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    waiting = _("Another process is making the template for new engines; waiting for it.")
    with locked(place.parent / "lock", busy=lambda: progress(waiting) if progress else None):
        if not _complete(place):
            if progress:
                progress(_("Loading the course images into a template for new engines …"))
            _clear(kind, place.parent)
            _build(kind, course, place, release)
            _remove_old(kind, place.parent, release)
    return place


def for_kept(kind: type[NamespaceEngine], lab: EngineFolder, release: Release, more: Sequence[str]) -> Path:
    """The template of a kept engine's data: the one it was made with, also when the course images have changed since.
    Where that is gone, today's will do if it has the same layers; a new engine gets ``ensure``'s. Raises EngineError.
    """
    needed = _layers_of(lab.data)
    place = _noted(lab)
    if place is None or not needed <= _layers_in(place):
        place = ensure(kind, more=more)
        # Or another course's, or one for more images than are asked for now.
        others = [place, *_complete_ones(kind, place.parent, release)]
        place = next((other for other in others if needed <= _layers_in(other)), place)
    # Only in containerd's store they are in folders.
    in_containerd = any("/" in layer for layer in needed) if needed else (place / "layers/blobs").exists()
    if in_containerd != release.containerd_store:
        raise EngineError(
            _("The lab daemon's data is in another image store than Docker {name} would look in.").format(
                name=release.name
            ),
            f"drydock reset --docker {release.name}",
        )
    if not needed <= _layers_in(place):
        raise LostLayersError(
            _(
                "The lab daemon's data needs layers of course images that are no longer in the cache and can't be made "
                "again: the images have changed since, it is of another course, or an older Drydock made it."
            ),
            "drydock reset",
        )
    _keep_for(place, lab.path)
    return place


def _noted(lab: EngineFolder) -> Path | None:
    """The template that the data was made with, if it is still there."""
    place = Path(lab.template_note.read_text()) if lab.template_note.exists() else None
    return place if place is not None and _complete(place) else None


#: In a data-root, where the links to a template's layers are, and what such links begin with.
_LINKS = {
    "overlay2": "/refs/",
    "containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots": "/template/",
    "containerd/daemon/io.containerd.content.v1.content/blobs/sha256": "/template/",
}


def _layers_of(data: Path) -> set[str]:
    """The layers, as in ``_layers_in``, that this data-root can't be used without.

    Its links say it, and no note: data may come from elsewhere, and a template may have been made anew at its path.
    """
    found = set()
    for folder, start in _LINKS.items():
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            links = [str(path.readlink()) for path in (data / folder).iterdir() if path.is_symlink()]
            found |= {link.removeprefix(start) for link in links if link.startswith(start)}
    return found


def _layers_in(place: Path) -> set[str]:
    """The layers of a template. Each has its name from its content (split_layers.sh, split_snapshots.sh)."""
    layers = place / "layers"
    there = [path for pattern in ("*", "snapshots/*", "blobs/*") for path in layers.glob(pattern)]
    return {str(path.relative_to(layers)) for path in there}


def _note_use(place: Path) -> None:
    """Those that nobody has used for longest go first; several courses, each with images of its own, use several."""
    # A cache that can't be written can't lose a template either.
    with contextlib.suppress(OSError):
        os.utime(place / "complete")


def _keep_for(place: Path, lab: Path) -> None:
    """Note in the template that a kept engine's data was made from it and can't be used without it."""
    note = place / f"lab-{zlib.crc32(bytes(lab)):08x}"
    with contextlib.suppress(OSError):
        if not note.exists():
            atomic_write(note, str(lab))


def _prefix(kind: type[NamespaceEngine], release: Release) -> str:
    """Begins the names of the templates that come in the place of one another."""
    known = release.name if "/" not in release.name else f"folder{STORE if release.containerd_store else ''}"
    return kind.kind if release.name == HERE else f"{kind.kind}-{known}"


def _key(kind: type[NamespaceEngine], course: ImageSet, release: Release) -> str:
    facts = [_LAYOUT, release.key, course.key, kind.kind, os.getuid(), kind.template_owner()]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _complete(place: Path) -> bool:
    return (place / "complete").exists()


def _workshop(templates: Path) -> Path:
    """The folder of the engine that builds: who holds these templates' lock is the only one there."""
    return runtime_folder() / f"template-{zlib.crc32(bytes(templates)):08x}"


def _clear(kind: type[NamespaceEngine], templates: Path) -> None:
    """Remove what a killed build left."""
    run = _workshop(templates)
    if run.exists():
        orphans.end_supervisor(EngineFolder(run))
    for left in (run, *templates.glob(".*")):
        kind.remove_tree(left)


def _remove_old(kind: type[NamespaceEngine], templates: Path, release: Release = _OURS, keep: int = _KEEP) -> None:
    """Templates of other versions stay for other checkouts of the course, but not all of them for ever."""
    there = _complete_ones(kind, templates, release)
    for place in sorted(there, key=lambda place: (place / "complete").stat().st_mtime, reverse=True)[keep:]:
        if not _is_used(place):
            # By a name that ``_clear`` knows, should we be killed.
            kind.remove_tree(place.rename(place.with_name(f".{place.name}.{os.urandom(4).hex()}")))


def _complete_ones(kind: type[NamespaceEngine], templates: Path, release: Release) -> list[Path]:
    prefix = _prefix(kind, release)
    there = [place for place in templates.glob(f"{prefix}-*") if place.name.rpartition("-")[0] == prefix]
    return [place for place in there if _complete(place)]


def _is_used(place: Path) -> bool:
    """Whether an engine runs from it (its supervisor holds a lock), or a kept one's data was made from it."""
    with unowned(place / "complete") as free:
        if not free:
            return True
    labs = [EngineFolder(Path(note.read_text())) for note in place.glob("lab-*")]
    return any(lab.template_note.exists() and lab.template_note.read_text() == str(place) for lab in labs)


def _build(kind: type[NamespaceEngine], course: ImageSet, place: Path, release: Release) -> None:
    """Load the images in an engine of its own, split its data-root, and put the result in place in one rename."""
    from docker.errors import DockerException

    work = place.with_name(f".{place.name}")
    run = _workshop(place.parent)
    engine = kind(images=False, folder=run)
    try:
        with engine:
            client = engine.endpoint.client(timeout=300)
            for archive in course.archives:
                with archive.open("rb") as stream:
                    client.images.load(stream)
            client.close()
        work.mkdir(mode=0o711)
        _split(kind, run / "data", work, in_containerd=release.containerd_store)
        # First: once the template is complete nobody looks for what is left.
        kind.remove_tree(run)
        # And nobody looks into it again: no power cut may leave it complete with empty files in it.
        os.sync()
        (work / "complete").touch()
        if place.exists():
            kind.remove_tree(place)
        work.rename(place)
    except (OSError, DockerException) as error:  # the second, where a load fails half-way
        why = getattr(error, "strerror", None) or error
        raise EngineError(
            _("The template of the course images can't be made: {why}.").format(why=why),
            f"df -h '{place.parent}'",
        ) from error
    finally:
        kind.remove_tree(run)
        if work.exists():
            kind.remove_tree(work)


def _split(kind: type[NamespaceEngine], data: Path, work: Path, *, in_containerd: bool) -> None:
    for part in ("layers", "meta"):
        (work / part).mkdir(mode=0o711)
    if kind.template_owner():
        shutil.chown(work / "layers", kind.template_owner(), kind.template_owner())
    script = "split_snapshots.sh" if in_containerd else "split_layers.sh"
    command = kind.as_owner(["sh", str(_SCRIPTS / script), str(data), str(work), str(kind.keeper)])
    if (why := refusal_of(command)) is not None:
        raise EngineError(_("The template can't be split: {why}").format(why=why[-300:]), f"df -h '{work.parent}'")


# -- The course images, for engines: what goes wrong with them is an engine's trouble.


def course_images(progress: Callable[[str], None] | None, more: Sequence[str] = ()) -> ImageSet:
    """All of the course's own and ``more``, made if they are not there yet. Raises EngineError."""
    from grader import images

    try:
        return images.ensure(progress=progress, more=more)
    except images.ImagesError as error:
        raise EngineError(str(error), error.remedy) from error
