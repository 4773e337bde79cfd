"""The guest's own programs (guest/*.c), compiled with tcc and musl: two small Debian packages instead of a compiler."""

from __future__ import annotations

import subprocess
from pathlib import Path

from grader.engines.protocol import EngineError
from grader.i18n import _
from grader.images.tree import FileTree

#: Debian packages with the compiler and the C library.
PACKAGES = ("tcc", "musl-dev")
_SOURCES = Path(__file__).with_name("guest")
#: The programs' names: each is one file of C.
DOOR, RUNC, SHIM = "door", "runc", "shim"


def compile_programs(toolchain: FileTree, scratch: Path) -> dict[str, bytes]:
    """Each program under its name. ``toolchain`` holds the unpacked PACKAGES. Raises EngineError."""
    place = _lay_out(toolchain, scratch / "toolchain")
    return {name: _compile(name, place, scratch / name) for name in (DOOR, RUNC, SHIM)}


def _lay_out(toolchain: FileTree, place: Path) -> Path:
    for path in filter(toolchain.is_file, toolchain):
        if path.startswith(("usr/bin/", "usr/lib/", "usr/include/")):
            there = place / path
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(toolchain.read(path))
    return place


def _compile(name: str, place: Path, out: Path) -> bytes:
    compiler = place / "usr/bin/x86_64-tcc"
    if not compiler.exists():
        compiler = place / "usr/bin/tcc"
    compiler.chmod(0o755)
    libraries = place / "usr/lib/x86_64-linux-musl"
    source = _SOURCES / f"{name}.c"
    command = [
        str(compiler), f"-B{place}/usr/lib/x86_64-linux-gnu/tcc", "-nostdinc", "-nostdlib", "-static", "-Wall",
        f"-I{place}/usr/include/x86_64-linux-musl", f"-I{place}/usr/lib/x86_64-linux-gnu/tcc/include",
        "-o", str(out), str(libraries / "crt1.o"), str(libraries / "crti.o"), str(source), str(libraries / "libc.a"),
        str(place / "usr/lib/x86_64-linux-gnu/tcc/libtcc1.a"), str(libraries / "libc.a"), str(libraries / "crtn.o"),
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        why = done.stderr.strip()[-300:]
        raise EngineError(_("The guest's program {name} can't be compiled: {why}").format(name=name, why=why))
    return out.read_bytes()
