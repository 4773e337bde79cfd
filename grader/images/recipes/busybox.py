"""drydock/busybox: one static program that is a whole userland."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import Packages, labels, skeleton, upstream_version
from grader.images.recipes.busybox_tools import install
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    binary = tree.read("usr/bin/busybox")
    tree.keep([])
    skeleton(tree)
    install(tree, binary)
    tree.folder("usr/sbin")
    tree.link("usr/bin/env", "../../bin/busybox")
    # An own name, so that a lab can show that container and host have different userlands.
    tree.file("etc/os-release", 'NAME="BusyBox"\nID=busybox\nPRETTY_NAME="Drydock course image (BusyBox)"\n')


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(cmd=("sh",), labels=labels("busybox", upstream_version(packages, "busybox-static")))


RECIPE = Recipe(
    name="busybox",
    tag="1",
    packages=("busybox-static",),
    official="busybox:1-musl",
    config=_config,
    shape=_shape,
    below=(),
)
