"""drydock/podman: Podman in a container, for root and, as the user `app`, rootless (docs/hosts.md)."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes import busybox, nginx
from grader.images.recipes.base import LEFT_OUT, Packages, labels, upstream_version
from grader.images.recipes.layers import SYSTEM, TLS
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

_UNUSED = (
    "etc/apparmor.d",
    "etc/cni",
    "etc/gnutls",
    "etc/nftables.conf",
    "usr/lib/python3*/pydoc_data",
    "usr/lib/systemd",
    "usr/libexec/podman/podman-testing",
    "usr/share/gcc",
    "usr/share/gdb",
    "usr/share/glib-2.0",
    "usr/share/initramfs-tools",
    "usr/share/libgcrypt20",
    "usr/share/python3",
    "usr/share/user-tmpfiles.d",
    "usr/share/fish",
    "usr/share/zsh",
    "var/lib/systemd",
)
#: A name that netavark stands for; and what looks after keys: nothing here is signed with any.
_LEFT = frozenset(
    {"container-network-stack", "dirmngr", "gnupg", "gpg", "gpg-agent", "gpgconf", "gpgsm", "pinentry-curses"}
)
#: Of the user `app`; an engine in namespaces has 65,535 ids in all.
_SUBORDINATE = "app:10000:50000\n"


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, *_UNUSED])
    # Unpacking takes such bits away. These two write a user's id maps, as subuid(5) allows; the third mounts for FUSE.
    for program in ("newuidmap", "newgidmap", "fusermount3"):
        tree.file(f"usr/bin/{program}", tree.read(f"usr/bin/{program}"), 0o4755)
    for path in ("etc/subuid", "etc/subgid"):
        tree.file(path, _SUBORDINATE)
    for name in ("containers.conf", "policy.json", "registries.conf"):
        tree.file(f"etc/containers/{name}", (RECIPE.files / name).read_bytes())
    for script in ("podman-host", "ready"):
        tree.file(f"usr/local/bin/{script}", (RECIPE.files / script).read_bytes(), 0o755)
    tree.folder("var/lib/containers")
    tree.folder("home/app", uid=1000, gid=1000)
    for path in ("run/user/1000", "home/app/.local", "home/app/.local/share", "home/app/.local/share/containers"):
        tree.folder(path, 0o700, uid=1000, gid=1000)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        entrypoint=("catatonit", "--", "podman-host"),
        cmd=(),
        env=(("PODMAN_IGNORE_CGROUPSV1_WARNING", "1"),),
        volumes=("/var/lib/containers", "/home/app/.local/share/containers"),
        labels=labels("podman", upstream_version(packages, "podman").partition("+")[0]),
    )


RECIPE = Recipe(
    name="podman",
    tag="5",
    # The smallest Python is for checks, as in the image of hosts.
    packages=(
        "aardvark-dns",
        "catatonit",
        "crun",
        "fuse-overlayfs",
        "netavark",
        "nftables",
        "passt",
        "podman",
        "python3-minimal",
        "slirp4netns",
        "uidmap",
    ),
    official="",
    config=_config,
    shape=_shape,
    below=(SYSTEM, TLS),
    skip=_LEFT,
    on_request=True,
    holds=(busybox.RECIPE, nginx.RECIPE),
)
