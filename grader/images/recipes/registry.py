"""drydock/registry: a registry for images (the Distribution project's), deletion enabled."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, Recipe, labels
from grader.images.tree import FileTree

_CONFIG = """version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/registry
  delete:
    enabled: true
http:
  addr: :5000
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
"""

_ENTRYPOINT = """#!/bin/sh
set -e
case "$1" in
    *.yaml|*.yml) set -- registry serve "$@" ;;
    serve|garbage-collect|help|-*) set -- registry "$@" ;;
esac
exec "$@"
"""


def _shape(tree: FileTree, packages: Packages) -> None:
    tree.drop(LEFT_OUT)
    tree.move("usr/bin/docker-registry", "usr/bin/registry")
    tree.drop(["etc/docker/registry/htpasswd"])
    tree.file("etc/docker/registry/config.yml", _CONFIG)
    tree.file("entrypoint.sh", _ENTRYPOINT, 0o755)
    tree.folder("var/lib/registry")


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("/etc/docker/registry/config.yml",),
        entrypoint=("/entrypoint.sh",),
        expose=("5000/tcp",),
        volumes=("/var/lib/registry",),
        labels=labels("registry", packages["docker-registry"].upstream_version.partition("+")[0]),
    )


RECIPE = Recipe(
    name="registry",
    tag="2",
    title="A registry for images",
    software="docker-registry",
    packages=("docker-registry",),
    official="registry:2",
    dockerfile="",
    config=_config,
    shape=_shape,
)
