"""drydock/host: a Docker host of one's own in a container: daemon, command, Buildx, Compose (docs/hosts.md)."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes import busybox, nginx
from grader.images.recipes.base import LEFT_OUT, Packages, labels, skeleton, upstream_version
from grader.images.recipes.layers import SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

_UNUSED = (
    "etc/apparmor.d",
    "etc/containerd",
    "etc/dhcpcd.conf",
    "etc/ethertypes",
    "usr/bin/containerd-shim",
    "usr/bin/containerd-shim-runc-v1",
    "usr/bin/containerd-stress",
    "usr/bin/ctr",
    "usr/lib/python3*/pydoc_data",
    "usr/sbin/nfnl_osf",
    "usr/share/docker.io",
    "usr/share/fish",
    "usr/share/python3",
    "usr/share/zsh",
    "var/cache",
)
#: The ids that `userns-remap` gives to containers: an engine in namespaces has 65,535 in all.
_SUBORDINATE = "dockremap:10000:40000\n"


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, *_UNUSED])
    # Debian's maintainer scripts would make these links.
    for tool in ("iptables", "iptables-save", "iptables-restore"):
        for name in (tool, tool.replace("ip", "ip6", 1)):
            tree.link(f"usr/sbin/{name}", "xtables-nft-multi")
    for script in ("host", "ready", "service"):
        tree.file(f"usr/local/bin/{script}", (RECIPE.files / script).read_bytes(), 0o755)
    tree.file("usr/local/sbin/runc", (RECIPE.files / "runc").read_bytes(), 0o755)
    tree.file("usr/share/drydock/containerd.toml", (RECIPE.files / "containerd.toml").read_bytes())
    _accounts(tree)
    tree.folder("etc/docker")
    tree.folder("var/lib/docker", 0o711)


def _accounts(tree: FileTree) -> None:
    common = FileTree()
    skeleton(common)
    for path, more in {
        "etc/passwd": "dockremap:x:990:990:dockremap:/nonexistent:/sbin/nologin\n",
        "etc/group": "docker:x:989:\ndockremap:x:990:\n",
    }.items():
        tree.file(path, common.read(path).decode() + more)
    for path in ("etc/subuid", "etc/subgid"):
        tree.file(path, _SUBORDINATE)


def _config(packages: Packages) -> ImageConfig:
    version = upstream_version(packages, r"docker\.io").partition("+")[0]
    return ImageConfig(
        entrypoint=("docker-init", "--", "host"),
        cmd=(),
        env=(("DOCKER_VERSION", version),),
        volumes=("/var/lib/docker",),
        labels=labels("host", version),
    )


RECIPE = Recipe(
    name="host",
    tag="1",
    # The smallest Python is for checks: they ask a host by a program of ours (grader/checks/host).
    packages=("docker-buildx", "docker-cli", "docker-compose", "docker.io", "iptables", "openssl", "python3-minimal"),
    official="",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS),
    on_request=True,
    holds=(busybox.RECIPE, nginx.RECIPE),
)
