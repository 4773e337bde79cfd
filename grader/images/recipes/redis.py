"""drydock/redis: the key-value server, reachable from other containers without further settings."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.layers import SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, "etc/redis"])
    tree.file("usr/local/bin/docker-entrypoint.sh", (RECIPE.files / "docker-entrypoint.sh").read_bytes(), 0o755)
    tree.folder("data", uid=999, gid=999)


def _config(packages: Packages) -> ImageConfig:
    version = upstream_version(packages, "redis-server")
    return ImageConfig(
        cmd=("redis-server",),
        entrypoint=("docker-entrypoint.sh",),
        env=(("REDIS_VERSION", version),),
        expose=("6379/tcp",),
        volumes=("/data",),
        workdir="/data",
        labels=labels("redis", version),
    )


RECIPE = Recipe(
    name="redis",
    tag="8",
    packages=("redis-server",),
    official="redis:8",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS),
)
