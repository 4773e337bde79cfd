"""drydock/openssh: a server that lets keys in, no passwords, and the client's programs."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, accounts, labels, upstream_version
from grader.images.recipes.layers import SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

_NOT_HERE = (
    *("etc/pam.d", "etc/sv", "etc/runit", "etc/ssh/moduli", "etc/xattr.conf", "usr/share/runit", "usr/share/openssh"),
    *("usr/lib/openssh/ssh-session-cleanup", "usr/lib/openssh/agent-launch", "usr/share/libaudit-common"),
)


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, *_NOT_HERE])
    tree.file("etc/ssh/sshd_config", (RECIPE.files / "sshd_config").read_bytes())
    tree.file("entrypoint.sh", (RECIPE.files / "entrypoint.sh").read_bytes(), 0o755)
    tree.folder("etc/ssh/sshd_config.d")
    tree.folder("run/sshd")
    accounts(tree, ("sshd", 100, "/run/sshd", "/sbin/nologin"))


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("/usr/sbin/sshd", "-D", "-e"),
        entrypoint=("/entrypoint.sh",),
        expose=("22/tcp",),
        labels=labels("openssh", upstream_version(packages, "openssh-server")),
    )


RECIPE = Recipe(
    name="openssh",
    tag="10",
    packages=("openssh-client", "openssh-server", "openssh-sftp-server"),
    official="",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS),
    skip=frozenset({"procps", "runit-helper"}),
    on_request=True,
)
