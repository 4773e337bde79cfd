"""Every solution runs from top to bottom by papermill on a fresh engine, and what should not vary doesn't (nbval)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from papermill_run import engine_for, run_module, run_notebook

pytestmark = pytest.mark.daemon

REPO = Path(__file__).resolve().parents[2]
LABS = sorted(path.parent.name for path in (REPO / "solutions").glob("*/*.ipynb"))
#: The number of this push, where pushes take turns (.ci/run): every fourth one then runs a lab's solution here, and
#: each that changes the lab. Every push grades it and sees that no cell fails (test_submissions.py).
TURN = os.environ.get("DRYDOCK_TURN", "")
CHANGED = os.environ.get("DRYDOCK_CHANGED", "").split()


def _waits(lab: str) -> bool:
    return bool(TURN) and lab not in CHANGED and (int(lab[:2]) + int(TURN)) % 4 != 0


def _tier(lab: str) -> Any:
    """The first lab is in `make test`, the others in `make test-labs`; whose turn it isn't waits for the weekly run."""
    if lab < "01":
        return lab
    return pytest.param(lab, marks=pytest.mark.weekly if _waits(lab) else pytest.mark.labs)


TIERED = [_tier(lab) for lab in LABS]
#: Cells with this tag print the same on every run: nbval compares their output (its documentation, "Using tags").
STABLE = "nbval-check-output"


def test_there_are_labs_and_no_number_is_missing() -> None:
    assert [lab[:2] for lab in LABS] == [f"{number:02}" for number in range(max(len(LABS), 23))]


@pytest.fixture(scope="module")
def executed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One lab's solution with its outputs, by papermill, beside the other files of a fresh copy of the lab."""
    lab: str = request.param
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    for folder in (first, second):
        ignored = shutil.ignore_patterns("answers", ".*")
        shutil.copytree(REPO / "solutions" / lab, folder, ignore=ignored, dirs_exist_ok=True)
    output = second / f"{lab}.ipynb"
    with engine_for(first / output.name) as engine:
        done = run_notebook(engine, first / output.name, output, seconds=900)
        assert done.returncode == 0, done.stderr[-4000:]
    return output


@pytest.mark.parametrize("executed", TIERED, indirect=True)
def test_papermill(executed: Path) -> None:
    cells = [cell for cell in nbformat.read(executed, as_version=4).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells if cell.source.strip())


#: Those with cells to compare. A second run of each costs as much as the first: all weekly, and at every push the first
#: of those that papermill runs anyway.
_WITH_CELLS = [lab for lab in LABS if lab >= "03"]
_FIRST = next(lab for lab in _WITH_CELLS if not _waits(lab))
COMPARED = [pytest.param(lab, marks=pytest.mark.labs if lab == _FIRST else pytest.mark.weekly) for lab in _WITH_CELLS]


@pytest.mark.parametrize("executed", COMPARED, indirect=True)
def test_nbval(executed: Path) -> None:
    cells = nbformat.read(executed, as_version=4).cells
    assert any(STABLE in cell.metadata.get("tags", []) for cell in cells), "nothing to compare"
    with engine_for(executed) as engine:
        options = ["-q", "-p", "no:cacheprovider", "--nbval-lax", "--rootdir", str(executed.parent)]
        done = run_module(engine, executed.parent, "pytest", *options, executed.name, seconds=900)
        assert done.returncode == 0, done.stdout[-4000:]
