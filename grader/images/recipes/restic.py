"""drydock/restic: backups that are encrypted, each of which holds only what is new."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, "usr/share/zsh"])


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("help",),
        entrypoint=("/usr/bin/restic",),
        labels=labels("restic", upstream_version(packages, "restic")),
    )


RECIPE = Recipe(
    name="restic",
    tag="0",
    packages=("restic",),
    official="",
    config=_config,
    shape=_shape,
    on_request=True,
)
