"""drydock/rootless: what a Docker host lacks for a user's own daemon; put into one by ``COPY --from`` (lab 19)."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.layers import SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

#: Debian has it among the examples.
_SCRIPT = "usr/share/docker.io/contrib/dockerd-rootless.sh"
#: Of docker.io and util-linux only these are wanted. busybox's nsenter would run its own `ip` in place of the real one.
_KEPT = (
    _SCRIPT,
    *(f"usr/bin/{name}" for name in ("ip", "newgidmap", "newuidmap", "nsenter", "slirp4netns")),
    "usr/bin/rootlesskit*",
    "usr/lib/*/lib*",
)
#: Of the user `app`; root's `userns-remap` keeps what the image of hosts gives it.
_SUBORDINATE = "dockremap:10000:40000\napp:10000:50000\n"


def _shape(tree: FileTree) -> None:
    script = tree.read(_SCRIPT)
    tree.drop(LEFT_OUT)
    tree.keep(_KEPT)
    tree.drop([_SCRIPT])
    tree.file("usr/bin/dockerd-rootless.sh", script, 0o755)
    # Unpacking takes such bits away. These two write a user's id maps, as subuid(5) allows.
    for program in ("newuidmap", "newgidmap"):
        tree.file(f"usr/bin/{program}", tree.read(f"usr/bin/{program}"), 0o4755)
    for path in ("etc/subuid", "etc/subgid"):
        tree.file(path, _SUBORDINATE)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("rootlesskit", "--version"), labels=labels("rootless", upstream_version(packages, "rootlesskit"))
    )


RECIPE = Recipe(
    name="rootless",
    tag="2",
    packages=("docker.io", "iproute2", "rootlesskit", "slirp4netns", "uidmap", "util-linux"),
    official="",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS),
    skip=frozenset(
        {"containerd", "docker-cli", "iptables", "libc-bin", "libcap2-bin", "libpam0g", "runc", "tini", "login.defs"}
    ),
    on_request=True,
)
