"""drydock/python: the interpreter and its standard library, no pip."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, Recipe, labels
from grader.images.tree import FileTree


def _shape(tree: FileTree, packages: Packages) -> None:
    tree.drop([*LEFT_OUT, "usr/lib/python3*/pydoc_data", "usr/lib/valgrind", "usr/share/python3", "usr/share/zsh"])
    tree.link("usr/bin/python", "python3")


def _config(packages: Packages) -> ImageConfig:
    version = packages["python3.13-minimal"].upstream_version
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
    title="Python with its standard library",
    software="python3-minimal",
    packages=("python3-minimal", "libpython3-stdlib", "media-types"),
    official="python:3.13-slim",
    dockerfile="",
    config=_config,
    shape=_shape,
)
