"""drydock/python: the interpreter and its standard library, no pip."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import Packages, labels, upstream_version
from grader.images.recipes.layers import PYTHON, SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    """All of it is in the layer that it shares with other images."""


def _config(packages: Packages) -> ImageConfig:
    version = upstream_version(packages, r"python3\.\d+-minimal")
    return ImageConfig(
        cmd=("python3",),
        env=(
            ("LANG", "C.UTF-8"),
            ("PYTHON_VERSION", version),
            # Byte code written at run time would show up in `docker diff` and in committed layers.
            ("PYTHONDONTWRITEBYTECODE", "1"),
        ),
        labels=labels("python", version),
    )


RECIPE = Recipe(
    name="python",
    tag="3",
    packages=(),
    official="python:3-slim",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS, PYTHON),
)
