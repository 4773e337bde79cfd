"""drydock/alertmanager: takes alerts of Prometheus, sorts them and tells others; with its tool amtool."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, "etc/prometheus", "usr/share/zoneinfo", "usr/sbin"])
    tree.move("usr/bin/prometheus-alertmanager", "usr/bin/alertmanager")
    tree.file("etc/alertmanager/alertmanager.yml", (RECIPE.files / "alertmanager.yml").read_bytes())
    tree.folder("alertmanager", uid=65534, gid=65534)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"),
        entrypoint=("/usr/bin/alertmanager",),
        expose=("9093/tcp",),
        volumes=("/alertmanager",),
        workdir="/alertmanager",
        labels=labels("alertmanager", upstream_version(packages, "prometheus-alertmanager").partition("+")[0]),
    )


RECIPE = Recipe(
    name="alertmanager",
    tag="0",
    packages=("prometheus-alertmanager",),
    official="",
    config=_config,
    shape=_shape,
    skip=frozenset({"tzdata"}),
    on_request=True,
)
