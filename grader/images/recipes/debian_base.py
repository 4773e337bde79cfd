"""The layer below all images but busybox: the C library, busybox's tools, accounts."""

from __future__ import annotations

from grader.images.recipes import busybox
from grader.images.recipes.base import LEFT_OUT, skeleton
from grader.images.tree import FileTree


def shape(tree: FileTree) -> None:
    """Turn the unpacked base packages into the base layer."""
    release = tree.read("usr/lib/os-release").decode()
    binary = tree.read("usr/bin/busybox")
    tree.keep(["usr/lib*", "etc/protocols", "etc/services", "etc/rpc", "etc/ethertypes", "etc/debian_version"])
    tree.drop(LEFT_OUT)
    skeleton(tree)
    busybox.install(tree, binary)
    tree.file("usr/lib/os-release", _named_as_ours(release))
    tree.link("etc/os-release", "../usr/lib/os-release")


def _named_as_ours(release: str) -> str:
    # ID and VERSION_ID stay Debian's: package scanners go by them. The name must differ, so that a lab can show
    # that container and host have different userlands even where the host is Debian too.
    lines = [line for line in release.splitlines() if not line.startswith(("PRETTY_NAME=", "VARIANT"))]
    return "\n".join(['PRETTY_NAME="Drydock course image (Debian packages)"', *lines, "VARIANT_ID=drydock", ""])
