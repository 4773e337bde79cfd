"""drydock/redis: the key-value server, reachable from other containers without further settings."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, Recipe, labels
from grader.images.tree import FileTree

# As the official image does: an unprivileged server although the container starts as root, and no protected mode
# (the official one compiles it out), so that other containers may connect.
_ENTRYPOINT = """#!/bin/sh
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
    set -- redis-server "$@"
fi
if [ "$1" = "redis-server" ]; then
    set -- "$@" --protected-mode no
    if [ "$(id -u)" = "0" ]; then
        find . ! -user redis -exec chown redis:redis '{}' +
        exec su -m -s /bin/sh -c 'exec "$@"' redis sh "$@"
    fi
fi
exec "$@"
"""


def _shape(tree: FileTree, packages: Packages) -> None:
    tree.drop([*LEFT_OUT, "etc/redis"])
    tree.file("usr/local/bin/docker-entrypoint.sh", _ENTRYPOINT, 0o755)
    tree.folder("data", uid=999, gid=999)


def _config(packages: Packages) -> ImageConfig:
    version = packages["redis-server"].upstream_version
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
    tag="7",
    title="The Redis key-value server",
    software="redis-server",
    packages=("redis-server",),
    official="redis:8",
    dockerfile="",
    config=_config,
    shape=_shape,
)
