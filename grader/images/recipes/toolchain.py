"""drydock/toolchain: the tiny C compiler with musl, for static programs that run FROM scratch."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, Recipe, labels
from grader.images.tree import FileTree

_CC = """#!/bin/sh
# Static by default: the result runs in an empty image.
exec /usr/bin/tcc -static "$@"
"""


def _shape(tree: FileTree, packages: Packages) -> None:
    tree.drop([*LEFT_OUT, "usr/bin/i386-tcc", "usr/lib/*/tcc/i386-*", "usr/bin/*-musl-gcc", "usr/bin/musl-gcc"])
    musl = next(path.split("/")[2] for path in tree if path.endswith("-linux-musl/libc.a"))
    gnu = musl.replace("-musl", "-gnu")
    # tcc looks where a Debian system keeps glibc's headers and start files; here musl's stand in their place.
    for path in list(tree):
        if path.startswith(f"usr/lib/{musl}/") and path.endswith((".a", ".o")):
            tree.move(path, f"usr/lib/{gnu}/{path.rpartition('/')[2]}")
    tree.link(f"usr/include/{gnu}", musl)
    tree.link(f"usr/lib/{gnu}/libc.so", f"../{musl}/libc.so")
    for name in ("cc", "c99"):
        tree.file(f"usr/bin/{name}", _CC, 0o755)


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("sh",),
        # tcc writes this path into programs that aren't static; glibc's linker could not run musl programs.
        env=(("LD_SO", "/lib/ld-musl-x86_64.so.1"),),
        labels=labels("toolchain", packages["tcc"].version.partition("+")[0]),
    )


RECIPE = Recipe(
    name="toolchain",
    tag="1",
    title="A small C compiler (tcc) and musl, for static programs",
    software="tcc",
    packages=("tcc", "musl-dev"),
    official="alpine:3",
    dockerfile="",
    config=_config,
    shape=_shape,
)
