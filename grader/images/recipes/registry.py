"""drydock/registry: the Distribution project's registry for images, with deletion enabled, and htpasswd."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, "etc/docker", "usr/sbin"])
    for path in [path for path in tree if path.startswith("usr/bin/")]:
        if path not in {"usr/bin/docker-registry", "usr/bin/htpasswd"}:
            tree.drop([path])
    tree.move("usr/bin/docker-registry", "usr/bin/registry")
    tree.file("etc/docker/registry/config.yml", (RECIPE.files / "config.yml").read_bytes())
    tree.file("entrypoint.sh", (RECIPE.files / "entrypoint.sh").read_bytes(), 0o755)
    tree.folder("var/lib/registry")


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("/etc/docker/registry/config.yml",),
        entrypoint=("/entrypoint.sh",),
        expose=("5000/tcp",),
        volumes=("/var/lib/registry",),
        labels=labels("registry", upstream_version(packages, "docker-registry").partition("+")[0]),
    )


RECIPE = Recipe(
    name="registry",
    tag="2",
    packages=("apache2-utils", "docker-registry"),
    official="registry:2",
    config=_config,
    shape=_shape,
    # For apache2-utils' other programs.
    skip=frozenset({"libgdbm6t64", "libssl3t64"}),
)
