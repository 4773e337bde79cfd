"""Building some images into a cache, here and in another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.images.recipes import registered
from grader.images.recipes.recipe import Recipe

_ENSURE = """
import os, sys
from pathlib import Path
from grader.images import ensure
from tests.images.making import recipes
os.umask(0o077)
made = ensure(Path(sys.argv[1]), lambda line: print(line, flush=True), recipes=recipes(*sys.argv[2:]))
print(made.key, *made.archives, sep="\\n")
"""


def recipes(*names: str) -> list[Recipe]:
    """The recipes of these images."""
    return [recipe for recipe in registered() if recipe.name in names]


def start(cache: Path, *names: str, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """``ensure`` in a process of its own; it prints its progress, then the key, then the archives."""
    command = [sys.executable, "-c", _ENSURE, str(cache), *names]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def silent(line: str) -> None:
    """A progress function for when nothing is to be done."""
    pytest.fail(f"said: {line}")
