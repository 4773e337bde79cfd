"""drydock/skopeo: looks at images in registries and copies them, without a daemon."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.layers import SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, "etc/containers/registries.d"])
    for path in ("policy.json", "registries.conf"):
        tree.file(f"etc/containers/{path}", (RECIPE.files / path).read_bytes())


def _config(packages: Packages) -> ImageConfig:
    version = upstream_version(packages, "skopeo").partition("+")[0]
    return ImageConfig(cmd=("--help",), entrypoint=("/usr/bin/skopeo",), labels=labels("skopeo", version))


RECIPE = Recipe(
    name="skopeo",
    tag="1",
    packages=("skopeo",),
    official="",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS),
    # Settings for podman, which we make shorter; and what gpg signatures would take.
    skip=frozenset({"golang-github-containers-common", "gnupg", "gpg", "gpgsm", "dirmngr", "pinentry-curses"}),
    on_request=True,
)
