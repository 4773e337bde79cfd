"""drydock/cosign: signs images in a registry, and checks signatures; with a key of one's own it needs no internet."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop(LEFT_OUT)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("help",),
        entrypoint=("/usr/bin/cosign",),
        labels=labels("cosign", upstream_version(packages, "cosign")),
    )


RECIPE = Recipe(
    name="cosign",
    tag="2",
    packages=("cosign",),
    official="",
    config=_config,
    shape=_shape,
    on_request=True,
)
