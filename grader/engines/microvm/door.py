"""The guest's door (guest/door.c), compiled with tcc and musl: two small Debian packages instead of a compiler."""

from __future__ import annotations

import subprocess
from pathlib import Path

from grader.engines.protocol import EngineError
from grader.i18n import _
from grader.images.tree import FileTree

#: Debian packages with the compiler and the C library.
PACKAGES = ("tcc", "musl-dev")
SOURCE = Path(__file__).with_name("guest") / "door.c"


def compile_door(toolchain: FileTree, scratch: Path) -> bytes:
    """The door's program. ``toolchain`` holds the unpacked PACKAGES. Raises EngineError."""
    place = scratch / "toolchain"
    for path in toolchain:
        if path.startswith(("usr/bin/", "usr/lib/", "usr/include/")):
            try:
                content = toolchain.read(path)
            except KeyError:
                continue
            there = place / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(content)
    compiler = place / "usr/bin/x86_64-tcc"
    if not compiler.exists():
        compiler = place / "usr/bin/tcc"
    compiler.chmod(0o755)
    libraries = place / "usr/lib/x86_64-linux-musl"
    out = scratch / "door"
    command = [
        str(compiler), f"-B{place}/usr/lib/x86_64-linux-gnu/tcc", "-nostdinc", "-nostdlib", "-static", "-Wall",
        f"-I{place}/usr/include/x86_64-linux-musl", f"-I{place}/usr/lib/x86_64-linux-gnu/tcc/include",
        "-o", str(out), str(libraries / "crt1.o"), str(libraries / "crti.o"), str(SOURCE), str(libraries / "libc.a"),
        str(place / "usr/lib/x86_64-linux-gnu/tcc/libtcc1.a"), str(libraries / "libc.a"), str(libraries / "crtn.o"),
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise EngineError(_("The guest's door can't be compiled: {why}").format(why=done.stderr.strip()[-300:]))
    return out.read_bytes()
