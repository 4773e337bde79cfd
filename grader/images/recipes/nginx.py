"""drydock/nginx: the web server, laid out as the official image is."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.layers import SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

_DEBIANS_OWN_LAYOUT = (
    "etc/nginx/sites-*",
    "etc/nginx/modules-*",
    "etc/nginx/snippets",
    "etc/nginx/koi-*",
    "etc/nginx/win-utf",
    "usr/share/nginx/modules*",
)


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, *_DEBIANS_OWN_LAYOUT])
    for path, mode in {
        "etc/nginx/nginx.conf": 0o644,
        "etc/nginx/conf.d/default.conf": 0o644,
        "usr/share/nginx/html/index.html": 0o644,
        "usr/share/nginx/html/50x.html": 0o644,
        "docker-entrypoint.sh": 0o755,
    }.items():
        tree.file(path, (RECIPE.files / path.rpartition("/")[2]).read_bytes(), mode)
    tree.folder("docker-entrypoint.d")
    # Debian's nginx makes its default temporary folders below the first, our nginx.conf (as the official one) below
    # the second.
    for folder in ("var/lib/nginx", "var/cache/nginx", "var/log/nginx"):
        tree.folder(folder, uid=101, gid=101)
    tree.link("var/log/nginx/access.log", "/dev/stdout")
    tree.link("var/log/nginx/error.log", "/dev/stderr")


def _config(packages: Packages) -> ImageConfig:
    version = upstream_version(packages, "nginx")
    return ImageConfig(
        cmd=("nginx", "-g", "daemon off;"),
        entrypoint=("/docker-entrypoint.sh",),
        env=(("NGINX_VERSION", version),),
        expose=("80/tcp",),
        stopsignal="SIGQUIT",
        labels=labels("nginx", version),
    )


RECIPE = Recipe(
    name="nginx",
    tag="1",
    packages=("nginx",),
    official="nginx:1",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS),
)
