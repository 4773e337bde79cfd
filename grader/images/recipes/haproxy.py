"""drydock/haproxy: a proxy that spreads requests over several servers."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, accounts, labels, upstream_version
from grader.images.recipes.layers import SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, "etc/haproxy", "etc/rsyslog.d", "usr/bin/halog", "usr/share/haproxy"])
    tree.file("docker-entrypoint.sh", (RECIPE.files / "docker-entrypoint.sh").read_bytes(), 0o755)
    tree.folder("usr/local/etc/haproxy")
    tree.folder("var/lib/haproxy", uid=99, gid=99)
    accounts(tree, ("haproxy", 99, "/var/lib/haproxy", "/sbin/nologin"))


def _config(packages: Packages) -> ImageConfig:
    version = upstream_version(packages, "haproxy")
    return ImageConfig(
        cmd=("haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"),
        entrypoint=("/docker-entrypoint.sh",),
        env=(("HAPROXY_VERSION", version),),
        stopsignal="SIGUSR1",
        labels=labels("haproxy", version),
    )


RECIPE = Recipe(
    name="haproxy",
    tag="3",
    packages=("haproxy",),
    official="",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS),
    on_request=True,
)
