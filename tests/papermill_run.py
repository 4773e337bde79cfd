"""A notebook from top to bottom by papermill, against an engine's daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from grader.engines.protocol import Engine


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
