"""drydock/oras: keeps files of any kind in a registry, and shows what refers to an image."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop(LEFT_OUT)
    tree.folder("workspace", 0o1777)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("--help",),
        entrypoint=("/usr/bin/oras",),
        workdir="/workspace",
        labels=labels("oras", upstream_version(packages, "oras")),
    )


RECIPE = Recipe(
    name="oras",
    tag="1",
    packages=("oras",),
    official="",
    config=_config,
    shape=_shape,
    on_request=True,
)
