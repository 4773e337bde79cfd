"""What a teacher has who only said `pip install drydock-course`: an environment, and nothing of this clone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.engines import template
from grader.engines.native import NativeEngine
from grader.files import cache_folder

_ROOT = Path(__file__).parents[2]
_HARBOUR = _ROOT / "tests" / "fixtures" / "harbour"
_UV = Path(sys.executable).with_name("uv")


_WHAT_KERNELS_IMPORT = """
import importlib
from grader.sandbox import fork_server
for name in (*fork_server._MODULES, fork_server._RUNNER, "grader.sandbox.kernel_start"):
    importlib.import_module(name)
fork_server.kinds.preload()
"""


@dataclass(frozen=True)
class Desk:
    """The environment, and a folder to work in."""

    venv: Path
    folder: Path

    def run(self, *words: str, code: int = 0) -> str:
        """A command as a teacher types it in ``folder``; what it said on both streams."""
        unwanted = ("PYTHONPATH", "VIRTUAL_ENV", "DRYDOCK_COURSE", "DOCKER_HOST", "LANGUAGE")
        kept = {name: value for name, value in os.environ.items() if name not in unwanted}
        path = f"{self.venv / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        done = subprocess.run(
            words,
            cwd=self.folder,
            env={**kept, "PATH": path, "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout


def _uv(*words: str | Path) -> None:
    done = subprocess.run([_UV, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The wheel, and beside it a package with an engine, a recipe and a kind of its own; no extras."""
    if not _UV.is_file():
        pytest.fail("scripts/setup installs uv")
    place = tmp_path_factory.mktemp("only pip")
    _uv("build", "-q", "--wheel", "--out-dir", place / "dist", _ROOT)
    (wheel,) = (place / "dist").glob("*.whl")
    venv = place / "venv"
    _uv("venv", "-q", "--python", sys.executable, venv)
    python = venv / "bin" / "python"
    _uv("pip", "install", "-q", "--python", python, wheel, _HARBOUR)
    # Kernels inside an engine see it read-only, and would compile what they import at every start.
    subprocess.run([python, "-P", "-c", _WHAT_KERNELS_IMPORT], check=True)
    yield Desk(venv, place)
    # Nobody but this test has such an engine.
    for left in (cache_folder() / "templates").glob("harbour-*"):
        if not template._is_used(left):
            (left / "complete").unlink(missing_ok=True)
            NativeEngine.remove_tree(left)


@pytest.fixture(scope="session")
def course(desk: Desk) -> Desk:
    """The same in a new course's folder."""
    said = desk.run("drydock", "author", "course", "second course", "--title", "The second harbour")
    assert "Next: cd 'second course' && drydock author check" in said
    return Desk(desk.venv, desk.folder / "second course")
