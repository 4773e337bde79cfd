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
#: papermill would write the whole notebook twice for each cell.
SAVES_ONCE = ("--no-request-save-on-cell-execute",)


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


@pytest.fixture(scope="module")
def executed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One lab's solution with its outputs, by papermill, beside the other files of a fresh copy of the lab."""
    lab: str = request.param
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    for folder in (first, second):
        ignored = shutil.ignore_patterns("answers", ".*")
        shutil.copytree(REPO / "solutions" / lab, folder, ignore=ignored, dirs_exist_ok=True)
    output = second / f"{lab}.ipynb"
    with engine_named("native", shares=[first], limits=Limits(memory_bytes=4 * 2**30)) as engine:
        assert isinstance(engine, NamespaceEngine)
        options = ["--no-progress-bar", *SAVES_ONCE, "-k", "python3"]
        done = run_in(engine, first, "papermill", output.name, str(output), *options)
        assert done.returncode == 0, done.stderr[-4000:]
    return output


@pytest.mark.parametrize("executed", LABS, indirect=True)
def test_papermill(executed: Path) -> None:
    cells = [cell for cell in nbformat.read(executed, as_version=4).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells if cell.source.strip())


#: Those with cells to compare. A second run of each costs as much as the first: one at every push, all weekly.
COMPARED = [lab if lab[:2] == "03" else pytest.param(lab, marks=pytest.mark.weekly) for lab in LABS if lab[:2] >= "03"]


@pytest.mark.parametrize("executed", COMPARED, indirect=True)
def test_nbval(executed: Path) -> None:
    cells = nbformat.read(executed, as_version=4).cells
    assert any(STABLE in cell.metadata.get("tags", []) for cell in cells), "nothing to compare"
    with engine_named("native", shares=[executed.parent], limits=Limits(memory_bytes=4 * 2**30)) as engine:
        assert isinstance(engine, NamespaceEngine)
        options = ["-q", "-p", "no:cacheprovider", "--nbval-lax", "--rootdir", str(executed.parent)]
        done = run_in(engine, executed.parent, "pytest", *options, executed.name)
        assert done.returncode == 0, done.stdout[-4000:]
