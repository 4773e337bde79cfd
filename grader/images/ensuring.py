"""``ensure()``: all course images on this machine, made from Debian packages where they are missing."""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.labs import CourseError
from grader.course.settings import settings
from grader.i18n import _
from grader.images.build import Built, build
from grader.images.cache import ImageCache, Progress, StoredImage, recipe_digest
from grader.images.catalogue import CourseImage, ImageSet, key_of, machine_architecture, manifest
from grader.images.debian import Apt
from grader.images.errors import ImagesError
from grader.images.recipes import known_names, registered
from grader.images.recipes.outside import OutsideRecipe, module_of
from grader.images.recipes.recipe import Recipe

#: The image of the containers with which checks look into things (checks/throwaway.py).
_CHECKS_NEED = "busybox"


def ensure(
    cache: Path | None = None,
    progress: Progress | None = None,
    *,
    verify: bool = False,
    rebuild: bool = False,
    compare: bool = True,
    more: Sequence[str] = (),
    recipes: Sequence[Recipe] | None = None,
    architecture: str = "",
) -> ImageSet:
    """The course images, and those that a lab declares (``more``, by name), made now if they aren't in the cache yet
    or are damaged.

    ``cache`` is the folder to use instead of the user's own; ``progress`` gets a line for each step (none when all is
    there). ``verify`` takes the archives' hashes again, ``rebuild`` makes all images anew from today's packages,
    ``compare=False`` doesn't hold them against the manifest. ``architecture`` (Docker's name) makes them for other
    machines, in a folder of its name within the cache; here that needs qemu-user. Takes milliseconds when nothing is
    to do, and is safe to call from several processes at once. Raises ImagesError.
    """
    say = progress or (lambda line: None)
    foreign = "" if architecture == machine_architecture() else architecture
    store = ImageCache(cache, say, architecture=foreign)
    recipes = wanted(say, more) if recipes is None else recipes
    with store.explained():
        found = _find(store, recipes, verify=verify)
        if rebuild or None in found.values():
            _require_writable(store.folder, found)
            with store.locked() as scratch:
                # Another process may have made them while this one waited for the lock.
                found = _find(store, recipes, verify=False) if not rebuild else {}
                missing = [recipe for recipe in recipes if not found.get(recipe.reference)]
                if missing:
                    _make(missing, store, Apt(store.folder, say, architecture=foreign), scratch, compare=compare)
            found = _find(store, recipes, verify=False)
    return as_set([stored for stored in found.values() if stored is not None])


def _require_writable(folder: Path, found: Mapping[str, StoredImage | None]) -> None:
    """What only somebody else can make says so by the images' names."""
    if not folder.is_dir() or os.access(folder, os.W_OK):
        return
    lacking = ", ".join(reference for reference, stored in found.items() if stored is None)
    raise ImagesError(
        _("{images}: not made yet on this machine, and you can't write to {folder}.").format(
            images=lacking or ", ".join(found), folder=folder
        ),
        _("On a class server it is made for all: try again in some minutes."),
    )


def wanted(tell: Callable[[str], None] = lambda sentence: None, more: Sequence[str] = ()) -> tuple[Recipe, ...]:
    """The recipes of the course's images and of ``more``: those that its course.toml names, or all of Drydock's own
    that wait for no request. Another package's gets into daemons because somebody named it, not because it is there.

    ``tell`` gets a sentence on each of them that can't be used. Raises ImagesError.
    """
    try:
        names = settings().images
    except CourseError as error:
        raise ImagesError(str(error), error.remedy) from error
    base = (_CHECKS_NEED, *names) if names else known_names(own=True)
    there = registered(tell, {*base, *more})
    _require(there, names, "course.toml")
    _require(there, more, _("the lab's first cell"))
    return tuple(recipe for recipe in there if names or recipe.name in more or not recipe.on_request)


def ensure_only(names: Sequence[str], progress: Progress | None = None) -> ImageSet:
    """Those that a lab declares, and no others. Raises ImagesError."""
    return ensure(progress=progress, recipes=named(names, progress or (lambda line: None)))


def named(names: Sequence[str], tell: Callable[[str], None] = lambda sentence: None) -> tuple[Recipe, ...]:
    """The recipes of the images that a lab declares. Raises ImagesError."""
    there = registered(tell, names)
    _require(there, names, _("the lab's first cell"))
    return there


def _require(there: Sequence[Recipe], names: Sequence[str], where: str) -> None:
    found = [recipe.name for recipe in there]
    if lost := [name for name in names if name not in found]:
        known = [name for name in known_names() if name not in lost]
        remedy = _("Install the package that brings it (drydock doctor says what is wrong with one), or edit {where}.")
        raise ImagesError(
            _("No recipe makes {names}, which {where} names; there are {known}.").format(
                names=", ".join(lost), where=where, known=", ".join(known)
            ),
            remedy.format(where=where),
        )


def references(names: Sequence[str]) -> tuple[str, ...]:
    """The images that a lab declares, as in ``docker run``. Raises ImagesError."""
    return tuple(recipe.reference for recipe in named(names))


@dataclass(frozen=True)
class Need:
    """An image that a lab declares. ``size``: of its archive in bytes, from the manifest until it is made; 0 where
    nobody knows yet."""

    reference: str
    size: int
    is_made: bool

    @property
    def text(self) -> str:
        """With its size, if it is known."""
        return f"{self.reference} ({self.size / 1e6:.0f} MB)" if self.size else self.reference


def needs(names: Sequence[str]) -> tuple[Need, ...]:
    """What a lab that declares these images needs, and which of it is made on this machine. Raises ImagesError."""
    store = ImageCache(None, lambda line: None)
    promised = {image.reference: image.size for image in manifest()}
    found = []
    with store.explained():
        for recipe in named(names):
            stored = store.find(recipe, verify=False)
            size = stored.image.size if stored else promised.get(recipe.reference, 0)
            found.append(Need(recipe.reference, size, is_made=stored is not None))
    return tuple(found)


def are_made() -> bool:
    """Whether ``ensure`` would have nothing to make. Raises ImagesError."""
    store = ImageCache(None, lambda line: None)
    with store.explained():
        return None not in _find(store, wanted(), verify=False).values()


def archive_of(reference: str) -> Path | None:
    """The archive of one course image, or None where it isn't made here. Raises ImagesError."""
    store = ImageCache(None, lambda line: None)
    name = reference.removeprefix("drydock/").partition(":")[0]
    with store.explained():
        found = [store.find(one, verify=False) for one in registered(only=[name]) if one.reference == reference]
    return found[0].archive if found and found[0] else None


def as_set(stored: Sequence[StoredImage]) -> ImageSet:
    """The set these archives make."""
    images = tuple(item.image for item in stored)
    notes = tuple(note for item in stored for note in item.notes)
    return ImageSet(key_of(images), tuple(item.archive for item in stored), images, notes)


def _find(store: ImageCache, recipes: Sequence[Recipe], *, verify: bool) -> dict[str, StoredImage | None]:
    return {recipe.reference: store.find(recipe, verify=verify) for recipe in recipes}


def _make(missing: Sequence[Recipe], store: ImageCache, apt: Apt, scratch: Path, *, compare: bool) -> None:
    store.require_space()
    started = time.monotonic()
    say = store.say
    try:
        for built in build(missing, apt, scratch, say):
            image = _describe(built)
            # The manifest is about ours.
            notes = differences(image) if compare and not isinstance(built.recipe, OutsideRecipe) else []
            for note in notes:
                say(note)
            store.put(built.recipe, built.path, image, notes)
    finally:
        apt.forget()
    say(_("The course images were made in {seconds:.1f} s.").format(seconds=time.monotonic() - started))


def _describe(built: Built) -> CourseImage:
    return CourseImage(
        name=built.recipe.name,
        tag=built.recipe.tag,
        recipe=module_of(built.recipe),
        recipe_digest=recipe_digest(built.recipe),
        source="debian",
        architecture=built.architecture,
        digest=built.image_id,
        size=built.path.stat().st_size,
        official=built.recipe.official,
        packages=built.packages,
    )


def differences(image: CourseImage) -> list[str]:
    """What differs from the committed manifest, as sentences.

    Other package versions or a recipe changed since are no errors: Debian moves on. Nor is another Python here than
    in the image. The same recipe and versions with another digest are: raises ImagesError.
    """
    of_architecture = manifest(image.architecture)
    promised = next((entry for entry in of_architecture if entry.reference == image.reference), None)
    if promised is None:
        return [
            _("{image} for {architecture} is not in the manifest.").format(
                image=image.reference, architecture=image.architecture
            )
        ]
    if promised.digest == image.digest:
        return []
    if promised.packages != image.packages:
        changed = {name for name, _version in promised.packages.items() ^ image.packages.items()}
        return [
            _("{image} has other package versions than the manifest: {names}.").format(
                image=image.reference, names=", ".join(sorted(changed))
            )
        ]
    if promised.recipe_digest != image.recipe_digest:
        return [_("The recipe of {image} has changed since the manifest.").format(image=image.reference)]
    library = next((name for name in image.packages if re.fullmatch(r"libpython3\.\d+-stdlib", name)), None)
    if library and image.packages[library].partition("-")[0] != platform.python_version():
        # Only the very same Python makes the manifest's byte code (recipes/bytecode.py).
        return [_("{image} was made by another Python than the one in it.").format(image=image.reference)]
    raise ImagesError(
        _("{image} is not reproducible: recipe and packages are the manifest's, the digest is not.").format(
            image=image.reference
        ),
        "git status grader/images",
    )
