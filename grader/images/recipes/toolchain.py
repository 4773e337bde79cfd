"""drydock/toolchain: the tiny C compiler with musl, for static programs that run FROM scratch."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, labels
from grader.images.recipes.recipe import Recipe
from grader.images.tree import FileTree


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
)
