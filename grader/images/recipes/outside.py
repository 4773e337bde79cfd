"""A recipe that another package brings (docs/extending.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.images.recipes.recipe import Recipe


@dataclass(frozen=True)
class OutsideRecipe(Recipe):
    """A recipe in a module of its own package: ``module`` is that module's ``__file__``.

    Its own files lie in ``files/NAME`` beside the module. What the module says and what lies there decides what the
    image holds: when either changes, the image is made anew. ``sources`` are more files of which that is true.
    """

    module: str = field(kw_only=True)
    sources: tuple[Path, ...] = field(default=(), kw_only=True)

    @property
    def files(self) -> Path:
        return Path(self.module).parent / "files" / self.name

    def own_sources(self) -> Iterator[Path]:
        """What decides the image's content, beside Drydock's own code."""
        yield Path(self.module)
        yield from self.sources
        if self.files.is_dir():
            yield from sorted(path for path in self.files.rglob("*") if path.is_file())


def module_of(recipe: Recipe) -> str:
    """The module that makes this image, for its record."""
    if isinstance(recipe, OutsideRecipe):
        return recipe.shape.__module__
    return f"grader.images.recipes.{module_name(recipe)}"


def module_name(recipe: Recipe) -> str:
    """Of a recipe of ours."""
    return recipe.name.replace("-", "_")
