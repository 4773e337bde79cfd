"""Experiments and setup cells can be run twice in a row: nothing is in their way the second time, no task is lost."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from papermill_run import engine_for, run_notebook

pytestmark = [pytest.mark.daemon, pytest.mark.weekly, pytest.mark.timeout(1800)]

REPO = Path(__file__).resolve().parents[2]
LABS = sorted(path.parent.name for path in (REPO / "solutions").glob("*/*.ipynb"))
_SECONDS = 1500
#: What Docker says of a name or a port that the first run has taken.
_IN_THE_WAY = ("is already in use by container", "already exists", "port is already allocated")


def _twice(notebook: NotebookNode) -> NotebookNode:
    """Each cell that is no task's answer or check a second time, right below itself."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        marks = cell.metadata.get("nbgrader", {})
        ours = marks.get("grade") or marks.get("solution") or marks.get("grade_id") == "connect"
        if cell.cell_type == "code" and not ours:
            cells.append(copy.deepcopy(cell))
            cells[-1].id = f"{cell.id[:50]}-again"
    notebook.cells = cells
    return notebook


@pytest.mark.parametrize("lab", LABS)
def test_what_is_not_graded_runs_twice(lab: str, tmp_path: Path) -> None:
    folder = tmp_path / lab
    shutil.copytree(REPO / "solutions" / lab, folder, ignore=shutil.ignore_patterns("answers", ".*"))
    file, output = folder / f"{lab}.ipynb", tmp_path / "out.ipynb"
    nbformat.write(_twice(nbformat.read(file, as_version=4)), file)
    with engine_for(file) as engine:
        # Papermill stops at the first cell that fails: a check, for one, whose task a second run has undone.
        done = run_notebook(engine, file, output, seconds=_SECONDS)
    assert done.returncode == 0, done.stderr[-4000:]
    for cell in nbformat.read(output, as_version=4).cells:
        if cell.id.endswith("-again"):
            said = "".join(out.text for out in cell.outputs if out.output_type == "stream")
            assert not [words for words in _IN_THE_WAY if words in said], f"{cell.id}: {said[-500:]}"
