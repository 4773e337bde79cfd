"""The warm start: a data-root with the course images in it, prepared once per machine and shared by all engines.

A template has two parts. ``layers/`` holds the files of the image layers; engines see it read-only, locked by the
user namespace, so not even a privileged container can change what other engines run. ``meta/`` is the rest of a
data-root and is copied for every engine (about 100 small files); where a layer's files should be it has links.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.engines.layout import cache_folder, runtime_folder
from grader.engines.protocol import EngineError
from grader.i18n import _

if TYPE_CHECKING:
    from grader.engines.namespaces import NamespaceEngine
    from grader.images import ImageSet

#: Raise it when the layout of a template changes.
_LAYOUT = 3
_SPLIT = Path(__file__).with_name("split_layers.sh")


def ensure(kind: type[NamespaceEngine], progress: Callable[[str], None] | None = None) -> Path:
    """The template of this engine kind, made if there is none yet (some seconds). Raises EngineError."""
    from grader import images

    try:
        course = images.ensure(progress=progress)
    except images.ImagesError as error:
        raise EngineError(str(error), error.remedy) from error
    place = cache_folder() / "templates" / f"{kind.kind}-{_key(kind, course)}"
    if _complete(place):
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with _locked(place.parent / "lock"):
        if not _complete(place):
            if progress:
                progress(_("Loading the course images into a template for new engines …"))
            _build(kind, course, place)
    return place


def _key(kind: type[NamespaceEngine], course: ImageSet) -> str:
    version = subprocess.run(["dockerd", "--version"], check=True, capture_output=True, text=True).stdout
    facts = [_LAYOUT, version, course.key, kind.kind, os.getuid(), kind.template_owner()]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _complete(place: Path) -> bool:
    return (place / "complete").exists()


def _build(kind: type[NamespaceEngine], course: ImageSet, place: Path) -> None:
    """Load the images in an engine of its own, split its data-root, and put the result in place in one rename."""
    work = place.with_name(f".{place.name}.{secrets.token_hex(3)}")
    run = runtime_folder() / secrets.token_hex(4)
    engine = kind(images=False, folder=run)
    try:
        with engine:
            client = engine.endpoint.client(timeout=300)
            for archive in course.archives:
                with archive.open("rb") as stream:
                    client.images.load(stream)
            client.close()
        work.mkdir(mode=0o711)
        _split(kind, run / "data", work)
        (work / "complete").touch()
        if place.exists():
            kind.remove_tree(place)
        work.rename(place)
    except OSError as error:
        raise EngineError(
            _("The template of the course images can't be made: {why}.").format(why=error.strerror or error),
            "df -h ~/.cache/drydock",
        ) from error
    finally:
        kind.remove_tree(run)
        if work.exists():
            kind.remove_tree(work)


def _split(kind: type[NamespaceEngine], data: Path, work: Path) -> None:
    for part in ("layers", "meta"):
        (work / part).mkdir(mode=0o711)
    if kind.template_owner():
        shutil.chown(work / "layers", kind.template_owner(), kind.template_owner())
    command = kind.as_owner(["sh", str(_SPLIT), str(data), str(work)])
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise EngineError(_("The template can't be split: {why}").format(why=done.stderr.strip()[-300:]))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
