"""Every solution runs from top to bottom by papermill on a fresh engine, and what should not vary doesn't (nbval)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.engines import Limits, engine_named
from grader.engines.namespaces import NamespaceEngine

pytestmark = pytest.mark.daemon

REPO = Path(__file__).resolve().parents[2]
LABS = sorted(path.parent.name for path in (REPO / "solutions").glob("*/*.ipynb"))
#: Cells with this tag print the same on every run: nbval compares their output (its documentation, "Using tags").
STABLE = "nbval-check-output"


def run_in(engine: NamespaceEngine, folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module in the engine's network, so that localhost:PORT is what containers publish."""
    return subprocess.run(
        engine.enter([sys.executable, "-m", *argv]),
        cwd=folder,
        env={**os.environ, "DOCKER_HOST": engine.endpoint.host, "PATH": f"{sys.prefix}/bin:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def test_there_are_labs() -> None:
    assert [lab[:2] for lab in LABS] == [f"{number:02}" for number in range(10)]


@pytest.mark.parametrize("lab", LABS)
def test_papermill_and_nbval(lab: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        shutil.copytree(REPO / "solutions" / lab, folder, ignore=shutil.ignore_patterns("answers", ".*"))
    executed = second / f"{lab}.ipynb"
    with engine_named("native", shares=[first], limits=Limits(memory_bytes=4 * 2**30)) as engine:
        assert isinstance(engine, NamespaceEngine)
        done = run_in(engine, first, "papermill", f"{lab}.ipynb", str(executed), "--no-progress-bar", "-k", "python3")
        assert done.returncode == 0, done.stderr[-4000:]
    notebook = nbformat.read(executed, as_version=4)
    stable = [cell for cell in notebook.cells if STABLE in cell.metadata.get("tags", [])]
    if not stable:
        return
    with engine_named("native", shares=[second], limits=Limits(memory_bytes=4 * 2**30)) as engine:
        assert isinstance(engine, NamespaceEngine)
        options = ["-q", "-p", "no:cacheprovider", "--nbval-lax", "--rootdir", str(second)]
        done = run_in(engine, second, "pytest", *options, executed.name)
        assert done.returncode == 0, done.stdout[-4000:]
