"""A notebook from top to bottom by papermill, against an engine's daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.course.labs import read_lab
from grader.engines import Limits, engine_named
from grader.engines.protocol import Engine


@contextmanager
def engine_for(notebook: Path, kind: str = "native") -> Iterator[Engine]:
    """A fresh engine for the notebook's folder, with the images that its lab declares: in there they can't be made."""
    engine = engine_named(kind, shares=[notebook.parent], limits=Limits(memory_bytes=4 * 2**30))
    engine.more_images = read_lab(notebook).images
    with engine:
        yield engine


def run_notebook(
    engine: Engine, notebook: Path, output: str | Path, *, seconds: float
) -> subprocess.CompletedProcess[str]:
    """Execute ``notebook`` in its own folder and in the engine's network; ``output`` gets it with its outputs.

    localhost:PORT is what containers publish. A cell that fails ends it: the return code isn't 0 then, and stderr
    names the cell. Raises subprocess.TimeoutExpired after ``seconds``.
    """
    # papermill would write the whole notebook twice for each cell.
    options = ["--no-progress-bar", "--no-request-save-on-cell-execute", "-k", "python3"]
    return run_module(engine, notebook.parent, "papermill", *options, notebook.name, str(output), seconds=seconds)


def run_module(
    engine: Engine, folder: Path, module: str, *words: str, seconds: float
) -> subprocess.CompletedProcess[str]:
    """``python -m module words`` in this folder and in the engine's network, where docker finds the daemon."""
    return subprocess.run(
        engine.enter([sys.executable, "-m", module, *words]),
        cwd=folder,
        env={
            **os.environ,
            **engine.variables(),
            "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
