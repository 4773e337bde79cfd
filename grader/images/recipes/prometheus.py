"""drydock/prometheus: collects metrics and watches them; its tool promtool, as large again, is left out."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

#: Of what its pages use: sources, maps, and all the world's time zones a second time.
_NOT_HERE = ("etc/prometheus", "*.map", "usr/share/sass", "usr/share/javascript/moment-timezone/data")


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, *_NOT_HERE])
    tree.file("etc/prometheus/prometheus.yml", (RECIPE.files / "prometheus.yml").read_bytes())
    # As the official image: its user is nobody where the image is run with --user.
    tree.folder("prometheus", uid=65534, gid=65534)
    tree.link("etc/prometheus/consoles", "/usr/share/prometheus/consoles")
    tree.link("etc/prometheus/console_libraries", "/usr/share/prometheus/console_libraries")


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"),
        entrypoint=("/usr/bin/prometheus",),
        expose=("9090/tcp",),
        volumes=("/prometheus",),
        workdir="/prometheus",
        labels=labels("prometheus", upstream_version(packages, "prometheus").partition("+")[0]),
    )


RECIPE = Recipe(
    name="prometheus",
    tag="2",
    packages=("prometheus",),
    official="",
    config=_config,
    shape=_shape,
    skip=frozenset({"promtool", "javascript-common"}),
    on_request=True,
)
