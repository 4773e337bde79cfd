"""One script of cells, given to grading and to the author's proof: every verdict is the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader.author.cases import Kind, cases_of
from grader.author.trial import Life, StoppableSandboxes, run_cases
from grader.autograde.grading import Grading
from grader.autograde.verdict_cells import read_report
from grader.course.labs import read_lab
from grader.course.release import release_in
from grader.engines import best_kind
from grader.report.verdicts import Status, TaskReport
from grader.sandbox.bounds import Bounds
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.sandbox import give_file
from grader.sandbox.session import Session
from grader.values import DEFAULT_KEY

pytestmark = [pytest.mark.daemon, pytest.mark.deep]

_IMAGE = "drydock/busybox:1"


def _task(name: str, expectation: str) -> tuple[str, str, str]:
    return name, "check", f'with check.task("{name}", hint="-") as t:\n    t.{expectation}'


def _running(name: str) -> tuple[str, str, str]:
    return _task(name, f'container("{name}").is_running()')


#: Grade id, role, source. What the two once did differently, one after the other.
SCRIPT = [
    ("connect", "locked", 'from grader.notebook import connect\ncheck = connect("00-script")'),
    # A setup cell's variables are not the student's.
    ("port-setup", "locked", "PORT = 8081"),
    ("port-answer", "answer", f'!docker run -d --name port -p {{PORT + 0}}:80 {_IMAGE} sleep 600\nassert PORT'),
    _running("port"),
    # A script that a setup cell runs is the author's again.
    ("script-answer", "answer", 'open("files/prepare.sh", "w").write("docker rm -f script")'),
    ("script-setup", "locked", "%%bash\nsh files/prepare.sh"),
    _running("script"),
    # A name of the course's means the course's image again.
    ("name-answer", "answer", f"%%bash\nprintf 'FROM {_IMAGE}\\nCMD false\\n' | docker build -q -t {_IMAGE} - >&2"),
    ("name-setup", "locked", f"%%bash\ndocker run -d --name name {_IMAGE} sleep 600"),
    _running("name"),
    # Who loses the kernel goes on with a new one, in which the lab's first cell has run.
    ("kernel-answer", "answer", "import os\nos._exit(0)"),
    ("after-answer", "answer", f"check\n!docker run -d --name kernel {_IMAGE} sleep 600"),
    _running("kernel"),
    # A cell with an error ends nothing.
    ("error-answer", "answer", f"!docker run -d --name error {_IMAGE} sleep 600\n1 / 0"),
    _running("error"),
    _task("nothing", 'volume("nothing").exists()'),
]  # fmt: skip


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cells = []
    for name, role, source in SCRIPT:
        mark = {
            "grade_id": name, "schema_version": 3, "grade": role == "check", "solution": role == "answer",
            "locked": role != "answer", "task": False, "cell_type": "code",
        }  # fmt: skip
        if role == "check":
            mark["points"] = 1
        cells.append(new_code_cell(source, metadata={"nbgrader": mark}))
    folder = tmp_path / "00-script"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "prepare.sh").write_text(f"docker run -d --name script {_IMAGE} sleep 600\n")
    nbformat.write(new_notebook(cells=cells), folder / "00-script.ipynb")
    return folder / "00-script.ipynb"


@pytest.fixture
def sandboxes() -> Iterator[StoppableSandboxes]:
    fork_server = ForkServer()
    yield StoppableSandboxes(best_kind(), fork_server, Bounds())
    fork_server.close()


def _words(report: TaskReport | None) -> tuple[Status, list[str]]:
    assert report is not None
    return report.status, [f"{verdict.sentence} | {verdict.found}" for verdict in report.verdicts]


def _graded(notebook: Path, sandboxes: StoppableSandboxes) -> dict[str, tuple[Status, list[str]]]:
    nb = nbformat.read(notebook, as_version=4)
    release = release_in(notebook)
    with sandboxes.opened() as sandbox:
        for path in (notebook.parent / "files").iterdir():
            give_file(notebook.parent, sandbox.folder, path.relative_to(notebook.parent))
        log = logging.getLogger("test")
        Grading(sandbox, release, DEFAULT_KEY, log, originals=[notebook.parent]).run(nb)
    checks = {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if cell.metadata.nbgrader.grade}
    return {name: _words(read_report(cell)) for name, cell in checks.items()}


def _proved(
    notebook: Path, sandboxes: StoppableSandboxes, patch: pytest.MonkeyPatch
) -> tuple[Life, dict[str, tuple[Status, list[str]]]]:
    """The findings of the proof's run of the solution, and the verdicts from which it made them."""
    said: dict[str, tuple[Status, list[str]]] = {}
    ask = Session.check

    def check(session: Session, name: str, source: str) -> TaskReport:
        report = ask(session, name, source)
        said[name] = _words(report)
        return report

    patch.setattr(Session, "check", check)
    lab = read_lab(notebook)
    (case,) = (case for case in cases_of(lab, lab, runs=1) if case.kind is Kind.SOLUTION)
    return run_cases([case], release_in(notebook), notebook.parent, sandboxes.opened), said


def test_grading_and_the_proof_say_the_same_of_each_task(
    notebook: Path, sandboxes: StoppableSandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded = _graded(notebook, sandboxes)
    life, proved = _proved(notebook, sandboxes, monkeypatch)
    assert proved == graded
    passed = {name for name, (status, _words) in graded.items() if status is Status.PASSED}
    assert passed == {"script", "name", "kernel", "error"}
    # And what does not work in grading is no sound exercise.
    (outcome,) = life.outcomes
    places = [finding.where for finding in outcome.findings]
    assert [place.rpartition(": ")[2] for place in places] == [
        "port-answer",
        "port",
        "kernel-answer",
        "error-answer",
        "nothing",
    ]
