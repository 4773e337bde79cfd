"""A perfect, a half-done and an empty submission of every lab, through the course's own nbgrader_config.py."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_core.application import NoStart
from lab_outputs import not_shown
from nbgrader.apps import NbGraderApp

pytestmark = [pytest.mark.daemon, pytest.mark.timeout(600)]
REPO = Path(__file__).resolve().parents[2]
LABS = sorted(path.parent.name for path in (REPO / "solutions").glob("*/*.ipynb"))
#: Every lab is graded on the best engine of this machine, one also in a virtual machine.
WALLED = pytest.param(
    ("01-first-container", True, "microvm"), id="01-first-container-microvm",
    marks=[pytest.mark.weekly, pytest.mark.timeout(3000)],
)  # fmt: skip
#: A half-done submission costs as much as another: three labs have one at every push, the others every week.
HALVED = [lab for lab in LABS if lab[:2] in ("00", "03", "05")]
#: The first three labs are in `make test`, the others in `make test-labs`.
GRADED = [
    *(pytest.param((lab, lab in HALVED, ""), id=lab, marks=[] if lab < "03" else pytest.mark.labs) for lab in LABS),
    WALLED,
]
HALF = [
    *(param for param in GRADED if param.values[0][1]),
    *(pytest.param((lab, True, ""), id=lab, marks=pytest.mark.weekly) for lab in LABS if lab not in HALVED),
]
#: The pages are made by the same code for every lab: five at every push, the others every week.
FED_BACK = [
    param
    if param.values[0][0] < "03" or param.values[0][1]
    else pytest.param(*param.values, id=param.id, marks=pytest.mark.weekly)
    for param in GRADED
]


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


def nbgrader(root: Path, *words: str) -> None:
    """Its command, with the course's nbgrader_config.py, in a process that has paid for its imports."""
    app = NbGraderApp()
    try:
        # It exits where it fails.
        with chdir(root), suppress(NoStart):
            app.initialize(list(words))
            app.start()
    finally:
        app.reset()


@dataclass(frozen=True)
class Graded:
    """One lab's two or three submissions: by student, task → what the report says of its check."""

    root: Path
    lab: str
    #: The tasks whose answers the half-done submission has; none if there is no such submission.
    half: list[str]
    checks: Mapping[str, Mapping[str, Any]]
    totals: Mapping[str, tuple[float, float]]


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    (lab, with_half, engine), root = request.param, tmp_path_factory.mktemp("course")
    shutil.copy(REPO / "nbgrader_config.py", root)
    shutil.copytree(REPO / "solutions" / lab, root / "solutions" / lab)
    nbgrader(root, "generate_assignment", lab)
    solved = answers(lab)
    half = dict(list(solved.items())[: len(solved) // 2]) if with_half else {}
    for student, given in {"full": solved, **({"half": half} if with_half else {}), "none": {}}.items():
        hand_in(root, lab, student, given)
    wanted = ["--engine", engine] if engine else []
    done = run(root, "-c", "from grader.cli import main; main()", "grade", lab, "--report", "all.json", *wanted)
    assert done.returncode == 0, done.stdout + done.stderr
    records = {record["student"]: record for record in json.loads((root / "all.json").read_text())}
    return Graded(
        root=root,
        lab=lab,
        half=[name.removesuffix("-answer") for name in half],
        checks={who: {check["name"]: check for check in record["checks"]} for who, record in records.items()},
        totals={who: (record["score"], record["max_score"]) for who, record in records.items()},
    )


def answers(lab: str) -> dict[str, str]:
    """Answer cell → the author's solution, as a student would type it."""
    nb = nbformat.read(REPO / "solutions" / lab / f"{lab}.ipynb", as_version=4)
    named = {c.metadata.nbgrader.grade_id: c.source for c in nb.cells if "nbgrader" in c.metadata}
    return {name: source for name, source in named.items() if name.endswith("-answer")}


def hand_in(root: Path, lab: str, student: str, given: dict[str, str]) -> None:
    folder = root / "submitted" / student / lab
    shutil.copytree(root / "labs" / lab, folder)
    nb = nbformat.read(folder / f"{lab}.ipynb", as_version=4)
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        cell.source = given.get(name, cell.source)
    nbformat.write(nb, folder / f"{lab}.ipynb")


def lost(checks: Mapping[str, Any]) -> str:
    """What cost points, in lines: a check, then what it did not find."""
    lines = []
    for name, check in checks.items():
        if check["score"] != check["points"]:
            lines.append(f"{name}: {check['score']} of {check['points']} points")
            verdicts = check["report"]["verdicts"]
            lines += [f"  {one['status']}: {one['sentence']} Found: {one['found']}" for one in verdicts]
    return "\n".join(lines)


@pytest.mark.parametrize("graded", GRADED, indirect=True)
def test_perfect_and_empty_work(graded: Graded) -> None:
    full, most = graded.totals["full"]
    assert full == most > 0, lost(graded.checks["full"])
    assert graded.totals["none"][0] == 0, [name for name, check in graded.checks["none"].items() if check["score"]]
    notebook = graded.root / "autograded/full" / graded.lab / f"{graded.lab}.ipynb"
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    assert list(not_shown(graded.lab, cells)) == []
    # Experiments, setups, answers: whatever is not marked as one that shows an error.
    may_not = [cell for cell in cells if "raises-exception" not in cell.metadata.get("tags", [])]
    assert [cell.source for cell in may_not if any(o.output_type == "error" for o in cell.outputs)] == []


@pytest.mark.parametrize("graded", HALF, indirect=True)
def test_half_done_work(graded: Graded) -> None:
    part = graded.checks["half"]
    assert not lost({task: part[task] for task in graded.half})
    # What was not done may have some of its points by what was done before, never all of them.
    assert all(part[task]["score"] < part[task]["points"] for task in part if task not in graded.half)
    assert graded.totals["half"][0] == pytest.approx(sum(check["score"] for check in part.values()))


@pytest.mark.parametrize("graded", FED_BACK, indirect=True)
def test_feedback_shows_reasons_and_no_hidden_tests(graded: Graded) -> None:
    nbgrader(graded.root, "generate_feedback", graded.lab, "--student", "none")
    page = (graded.root / "feedback" / "none" / graded.lab / f"{graded.lab}.html").read_text()
    assert "Hint" in page and "HIDDEN TESTS" not in page
