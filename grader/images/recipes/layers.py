"""Layers that several images share, so that a daemon stores them once and ``docker push`` sends them once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.images.recipes.base import LEFT_OUT, skeleton
from grader.images.recipes.busybox_tools import install
from grader.images.recipes.bytecode import add_bytecode
from grader.images.tree import FileTree


@dataclass(frozen=True)
class SharedLayer:
    """Packages with all they depend on, less what the layers below hold, turned into files by ``shape``."""

    packages: tuple[str, ...]
    shape: Callable[[FileTree], None]


def _shape_system(tree: FileTree) -> None:
    release = tree.read("usr/lib/os-release").decode()
    binary = tree.read("usr/bin/busybox")
    tree.keep(["usr/lib*", "etc/protocols", "etc/services", "etc/debian_version"])
    tree.drop(LEFT_OUT)
    skeleton(tree)
    install(tree, binary)
    tree.file("usr/lib/os-release", _named_as_ours(release))
    tree.link("etc/os-release", "../usr/lib/os-release")


def _named_as_ours(release: str) -> str:
    # ID and VERSION_ID stay Debian's: package scanners go by them. The name must differ, so that a lab can show
    # that container and host have different userlands even where the host is Debian too.
    lines = [line for line in release.splitlines() if not line.startswith(("PRETTY_NAME=", "VARIANT"))]
    return "\n".join(('PRETTY_NAME="Drydock course image (Debian packages)"', *lines, "VARIANT_ID=drydock", ""))


def _shape_library(tree: FileTree) -> None:
    tree.drop(LEFT_OUT)


def _shape_python(tree: FileTree) -> None:
    library = "usr/lib/python3*"
    tree.drop([*LEFT_OUT, f"{library}/pydoc_data", f"{library}/test", "usr/lib/valgrind", "usr/share/python3"])
    tree.link("usr/bin/python", "python3")
    add_bytecode(tree)


# base-files only says which Debian this is; netbase has /etc/services.
SYSTEM = SharedLayer(("base-files", "busybox-static", "libc6", "netbase"), _shape_system)
TLS = SharedLayer(("libssl3t64",), _shape_library)
PYTHON = SharedLayer(("libpython3-stdlib", "media-types", "python3-minimal"), _shape_python)
