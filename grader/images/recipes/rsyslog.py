"""drydock/rsyslog: collects messages by the syslog protocol, over UDP and TCP, and writes them to its log."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.layers import SYSTEM
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

#: What reads or writes a machine's own logs, or other programs' ways.
_NOT_HERE = ("imjournal", "omjournal", "imklog", "imkmsg", "ommail", "omprog", "mmexternal", "mmsnareparse")


def _shape(tree: FileTree) -> None:
    modules = [f"usr/lib/*/rsyslog/{name}.so" for name in _NOT_HERE]
    tree.drop([*LEFT_OUT, *modules, "etc/apparmor.d", "etc/rsyslog*", "usr/lib/rsyslog", "usr/share/rsyslog"])
    tree.file("etc/rsyslog.conf", (RECIPE.files / "rsyslog.conf").read_bytes())
    tree.folder("etc/rsyslog.d")
    tree.folder("var/spool/rsyslog")


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("rsyslogd", "-n", "-iNONE"),
        expose=("514/tcp", "514/udp"),
        labels=labels("rsyslog", upstream_version(packages, "rsyslog")),
    )


RECIPE = Recipe(
    name="rsyslog",
    tag="8",
    packages=("rsyslog",),
    official="",
    config=_config,
    shape=_shape,
    below=(SYSTEM,),
    on_request=True,
)
