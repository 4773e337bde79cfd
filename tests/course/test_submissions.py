"""Three sample submissions of the real lab 00, through the course's own nbgrader_config.py."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.daemon
REPO = Path(__file__).resolve().parents[2]
LAB = "00-welcome"


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("course")
    shutil.copy(REPO / "nbgrader_config.py", root)
    shutil.copytree(REPO / "solutions" / LAB, root / "solutions" / LAB)
    done = run(root, "-m", "nbgrader", "generate_assignment", LAB)
    assert done.returncode == 0, done.stderr
    return root


def answers() -> dict[str, str]:
    """Answer cell → the author's solution, as a student would type it."""
    nb = nbformat.read(REPO / "solutions" / LAB / f"{LAB}.ipynb", as_version=4)
    named = {c.metadata.nbgrader.grade_id: c.source for c in nb.cells if "nbgrader" in c.metadata}
    return {name: source for name, source in named.items() if name.endswith("-answer")}


def hand_in(root: Path, student: str, given: dict[str, str]) -> None:
    folder = root / "submitted" / student / LAB
    shutil.copytree(root / "labs" / LAB, folder)
    nb = nbformat.read(folder / f"{LAB}.ipynb", as_version=4)
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.source = given.get(name, cell.source)
    nbformat.write(nb, folder / f"{LAB}.ipynb")


def test_full_half_and_no_work_on_lab_00(course: Path) -> None:
    solved = answers()
    half = dict(list(solved.items())[: len(solved) // 2])
    for student, given in (("full", solved), ("half", half), ("none", {})):
        hand_in(course, student, given)
    done = run(course, "-c", "from grader.cli import main; main()", "grade", LAB, "--report", "all.json")
    assert done.returncode == 0, done.stdout + done.stderr
    records = {record["student"]: record for record in json.loads((course / "all.json").read_text())}
    full, part, none = (records[name] for name in ("full", "half", "none"))
    lost = [check["report"] for check in full["checks"] if check["score"] != check["points"]]
    assert full["score"] == full["max_score"] > 0, lost
    assert len(half) * 5 <= part["score"] < full["score"]
    assert none["score"] == 0, [check["name"] for check in none["checks"] if check["score"]]
    feedback = run(course, "-m", "nbgrader", "generate_feedback", LAB)
    assert feedback.returncode == 0, feedback.stderr
    page = (course / "feedback" / "half" / LAB / f"{LAB}.html").read_text()
    assert "Hint" in page and "HIDDEN TESTS" not in page
