"""From recipes to archives: which packages, which files, one archive per image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grader.i18n import _
from grader.images.archive import Layer, write_archive
from grader.images.debian import Apt, OutdatedListsError, Package
from grader.images.downloads import Download, fetch, unpack
from grader.images.recipes.base import SKIPPED
from grader.images.recipes.layers import SharedLayer
from grader.images.recipes.recipe import HELD, Recipe
from grader.images.tree import FileTree


@dataclass(frozen=True)
class Built:
    """An archive just written. ``packages`` maps each package in the image to its version."""

    recipe: Recipe
    path: Path
    image_id: str
    architecture: str
    packages: dict[str, str]


@dataclass(frozen=True)
class _SharedPart:
    """A shared layer, made, and all packages in it and below it."""

    layer: Layer
    packages: dict[str, Package]


def build(recipes: Sequence[Recipe], apt: Apt, scratch: Path, progress: Callable[[str], None]) -> list[Built]:
    """Build the images into ``scratch``. Raises ImagesError, OSError."""
    try:
        _download(recipes, apt, scratch)
    except OutdatedListsError:
        apt.refresh()
        _download(recipes, apt, scratch)
    builder = _Builder(apt, scratch)
    builder.fetch(recipes, progress)
    builder.make_shared(recipes)

    def make(recipe: Recipe) -> Built:
        built = builder.make(recipe)
        size = built.path.stat().st_size / 1e6
        progress(_("Built {image} ({size:.1f} MB)").format(image=recipe.reference, size=size))
        return built

    # Threads suffice: dpkg-deb's decompression and the hashing, most of the work, run outside the interpreter's lock.
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(make, recipes))


def _download(recipes: Sequence[Recipe], apt: Apt, scratch: Path) -> None:
    every = _with_held(recipes)
    parts: list[Recipe | SharedLayer] = [*every, *{layer for recipe in every for layer in recipe.below}]
    # Looked up all together first: each question to apt-cache takes a fifth of a second.
    skipped = SKIPPED.union(*(_skipped_by(part) for part in parts))
    apt.closure({name for part in parts for name in part.packages}, skip=skipped)
    wanted = {
        package.name: package
        for part in parts
        for package in apt.closure(part.packages, skip=SKIPPED | _skipped_by(part))
    }
    apt.fetch([wanted[name] for name in sorted(wanted)], scratch)


def _with_held(recipes: Iterable[Recipe]) -> list[Recipe]:
    return [part for recipe in recipes for part in (recipe, *_with_held(recipe.holds))]


def _skipped_by(part: Recipe | SharedLayer) -> frozenset[str]:
    return part.skip if isinstance(part, Recipe) else frozenset()


class _Builder:
    """Makes images from packages that are already downloaded."""

    def __init__(self, apt: Apt, scratch: Path) -> None:
        self._apt = apt
        self._scratch = scratch
        self._architecture = apt.architecture()
        self._fetched: dict[Download, Path] = {}
        self._shared: dict[tuple[SharedLayer, ...], _SharedPart] = {}

    def fetch(self, recipes: Iterable[Recipe], progress: Callable[[str], None]) -> None:
        """What comes from other indexes than Debian's."""
        for download in {download for recipe in recipes for download in self._downloads(recipe)}:
            self._fetched[download] = fetch(
                download, self._architecture, self._apt.folder / "downloads", self._scratch, progress
            )

    def make_shared(self, recipes: Iterable[Recipe]) -> None:
        """Make each shared layer once, before the images that stand on them."""
        for stack in {recipe.below for recipe in _with_held(recipes)}:
            for height in range(1, len(stack) + 1):
                if stack[:height] not in self._shared:
                    self._shared[stack[:height]] = self._make_shared(stack[:height])

    def _make_shared(self, stack: tuple[SharedLayer, ...]) -> _SharedPart:
        below = self._shared[stack[:-1]].packages if stack[:-1] else {}
        layer = stack[-1]
        own = self._packages(layer, below)
        tree = self._unpack(own, usr_merged=True)
        layer.shape(tree)
        self._describe(tree, own)
        return _SharedPart(Layer.of(tree, _created_by(layer.packages)), below | own)

    def make(self, recipe: Recipe) -> Built:
        """Build one image."""
        return self._make(recipe, self._scratch / f"{recipe.name}.tar")

    def _make(self, recipe: Recipe, path: Path) -> Built:
        stack = recipe.below
        parts = [self._shared[stack[:height]] for height in range(1, len(stack) + 1)]
        below = parts[-1].packages if parts else {}
        own = self._packages(recipe, below)
        tree = self._unpack(own, usr_merged=bool(parts))
        downloads = self._downloads(recipe)
        for download in downloads:
            unpack(self._fetched[download], download, tree)
        recipe.shape(tree)
        for held in recipe.holds:
            inner = self._make(held, path.with_name(f"{held.name}-in-{path.name}")).path
            tree.file(f"{HELD}/{held.name}.tar", inner.read_bytes())
            inner.unlink()
        self._describe(tree, own)
        layers = [part.layer for part in parts]
        if any(True for _path in tree):
            layers.append(Layer.of(tree, _created_by(recipe.packages, downloads)))
        config = recipe.config(below | own)
        image_id = write_archive(path, layers, config, architecture=self._architecture, tags=recipe.tags)
        versions = {name: package.version for name, package in sorted((below | own).items())}
        versions |= {download.label: download.version for download in downloads}
        return Built(recipe, path, image_id, self._architecture, versions)

    def _downloads(self, recipe: Recipe) -> list[Download]:
        return [download for download in recipe.downloads if download.only in {"", self._architecture}]

    def _packages(self, part: Recipe | SharedLayer, below: dict[str, Package]) -> dict[str, Package]:
        found = self._apt.closure(part.packages, skip=SKIPPED | _skipped_by(part))
        return {package.name: package for package in found if package.name not in below}

    def _unpack(self, packages: dict[str, Package], *, usr_merged: bool) -> FileTree:
        tree = FileTree(usr_merged=usr_merged)
        for package in packages.values():
            self._apt.unpack(package, tree)
        return tree

    def _describe(self, tree: FileTree, packages: dict[str, Package]) -> None:
        # One control file per package under status.d, as Google's distroless images do: scanners such as syft read it.
        for name, package in packages.items():
            tree.file(f"var/lib/dpkg/status.d/{name}", self._apt.control(package))


def _created_by(packages: Sequence[str], downloads: Sequence[Download] = ()) -> str:
    parts = [f"unpack Debian packages {' '.join(packages)}"] if packages else []
    parts += [f"unpack {' '.join(download.label for download in downloads)}"] if downloads else []
    return f"drydock: {'; '.join(parts) or 'add files'}"
