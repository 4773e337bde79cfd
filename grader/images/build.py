"""From recipes to archives: which packages, which files, one archive per image."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grader.i18n import _
from grader.images.archive import Layer, write_archive
from grader.images.debian import Apt, Package
from grader.images.recipes import debian_base
from grader.images.recipes.base import BASE_PACKAGES, SKIPPED, Recipe
from grader.images.tree import FileTree


@dataclass(frozen=True)
class Built:
    """An archive just written. ``packages`` maps each package in the image to its version."""

    recipe: Recipe
    path: Path
    image_id: str
    sha256: str
    size: int
    architecture: str
    packages: dict[str, str]


def build(
    recipes: Sequence[Recipe], apt: Apt, scratch: Path, progress: Callable[[str], None]
) -> list[Built]:
    """Build the images into ``scratch``. Raises ImagesError, OSError."""
    architecture = apt.architecture()
    base = apt.closure(BASE_PACKAGES, skip=SKIPPED)
    plans = [(recipe, apt.closure(recipe.packages, skip=SKIPPED)) for recipe in recipes]
    everything = {package.name: package for packages in (base, *(p for _r, p in plans)) for package in packages}
    apt.fetch([everything[name] for name in sorted(everything)], scratch)

    def make(plan: tuple[Recipe, list[Package]]) -> Built:
        built = _build_one(plan[0], plan[1], base, apt, scratch, architecture)
        progress(
            _("Built {image} ({size:.1f} MB)").format(image=built.recipe.reference, size=built.size / 1e6)
        )
        return built

    # Threads suffice: dpkg-deb's decompression and the hashing, most of the work, run outside the interpreter's lock.
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(make, plans))


def _build_one(
    recipe: Recipe, packages: Sequence[Package], base: Sequence[Package], apt: Apt, scratch: Path, architecture: str
) -> Built:
    layers = [_base_layer(base, apt)] if recipe.debian_base else []
    below = {package.name for package in base} if recipe.debian_base else set()
    own = [package for package in packages if package.name not in below]
    tree = FileTree(usr_merged=recipe.debian_base)
    for package in own:
        apt.unpack(package, tree)
    by_name = {package.name: package for package in packages}
    recipe.shape(tree, by_name)
    _describe_packages(tree, own, apt)
    layers.append(Layer(tree, _created_by(recipe.packages)))
    path = scratch / f"{recipe.name}.tar"
    image_id = write_archive(
        path, layers, recipe.config(by_name), architecture=architecture, tags=recipe.tags
    )
    contents = {package.name: package.version for package in (*(base if below else ()), *own)}
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Built(recipe, path, image_id, digest, path.stat().st_size, architecture, dict(sorted(contents.items())))


def _base_layer(packages: Sequence[Package], apt: Apt) -> Layer:
    tree = FileTree()
    for package in packages:
        apt.unpack(package, tree)
    debian_base.shape(tree)
    _describe_packages(tree, packages, apt)
    return Layer(tree, _created_by(BASE_PACKAGES))


def _describe_packages(tree: FileTree, packages: Sequence[Package], apt: Apt) -> None:
    # One control file per package under status.d, as Google's distroless images do: scanners such as syft read it.
    for package in packages:
        tree.file(f"var/lib/dpkg/status.d/{package.name}", apt.control(package))


def _created_by(packages: Sequence[str]) -> str:
    return f"drydock: unpack Debian packages {' '.join(packages)}"
