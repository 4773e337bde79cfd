"""drydock/rest-server: where restic keeps backups over HTTP, with users and a mode in which nothing can be removed."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, "etc/restic-rest-server"])
    tree.move("usr/bin/restic-rest-server", "usr/bin/rest-server")
    tree.file("entrypoint.sh", (RECIPE.files / "entrypoint.sh").read_bytes(), 0o755)
    tree.folder("data")


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("/entrypoint.sh",),
        env=(("DATA_DIRECTORY", "/data"), ("PASSWORD_FILE", "/data/.htpasswd")),
        expose=("8000/tcp",),
        volumes=("/data",),
        labels=labels("rest-server", upstream_version(packages, "restic-rest-server")),
    )


RECIPE = Recipe(
    name="rest-server",
    tag="0",
    packages=("restic-rest-server",),
    official="",
    config=_config,
    shape=_shape,
    on_request=True,
)
