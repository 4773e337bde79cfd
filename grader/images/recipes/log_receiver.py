"""drydock/log-receiver: a small program of ours that takes what Docker's log drivers gelf and fluentd send.

Graylog, Fluentd and Fluent Bit can't be had without a registry; this one prints each message as a line of JSON.
"""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import Packages, labels
from grader.images.recipes.layers import PYTHON, SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


def _shape(tree: FileTree) -> None:
    tree.file("usr/local/bin/log-receiver", (RECIPE.files / "receiver.py").read_bytes(), 0o755)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("log-receiver",),
        env=(("LANG", "C.UTF-8"), ("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONUNBUFFERED", "1")),
        expose=("12201/tcp", "12201/udp", "24224/tcp"),
        labels=labels("log-receiver", "1"),
    )


RECIPE = Recipe(
    name="log-receiver",
    tag="1",
    packages=(),
    official="",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS, PYTHON),
    on_request=True,
)
