"""A task whose preparation failed by our fault is not checked: never a silent zero."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import nbformat
import pytest
from grading_course import ESSAY, LAB, SOLUTIONS, Course, locked_cell

from grader.autograde.verdict_cells import read_report
from grader.processes import kernel_at_least
from grader.report.render import report_as_text
from grader.sandbox.restored import scripts_run_by

pytestmark = [pytest.mark.daemon, pytest.mark.deep]


def graded(
    root: Path,
    setups: Mapping[str, tuple[str, str]],
    *,
    connect: str = "",
    needs: str = "",
    files: Mapping[str, str] = MappingProxyType({}),
    answers: Mapping[str, str] = MappingProxyType(SOLUTIONS),
) -> Course:
    """A submission of a lab with these setup cells, name → source and the cell it stands before.

    ``needs``: the task that "vol" builds on. ``files``: path → text, in the lab's folder.
    """
    course = Course(root, {"cell_seconds": 20.0})
    path = root / "solutions" / LAB / f"{LAB}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-setup")]
    notebook.cells[1].source += connect
    for cell in notebook.cells:
        if needs:
            cell.source = cell.source.replace('task("vol", ', f'task("vol", needs=("{needs}",), ')
    for name, (source, before) in setups.items():
        place = next(i for i, cell in enumerate(notebook.cells) if cell.id == before)
        notebook.cells.insert(place, locked_cell(name, source))
    nbformat.write(notebook, path)
    for name, text in files.items():
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_text(text)
    course.release()
    course.hand_in("ada", course.answered(answers))
    course.autograde()
    return course


def said(course: Course) -> dict[str, str]:
    reports = [report for cell in course.graded("ada").cells if (report := read_report(cell))]
    return {report.task: report_as_text(report) for report in reports}


def test_without_time_or_kernel_it_is_our_trouble_and_a_command_that_fails_is_not(tmp_path: Path) -> None:
    setups = {
        "net-setup": ("!sleep 60", "net-answer"),
        "vol-setup-2": ("import os\nos._exit(0)", "vol-answer"),
        # A student may have made what is in its way: the check decides.
        "last-setup": ("%%bash\ndocker volume create prepared\nfalse", "last-answer"),
    }
    course = graded(tmp_path, setups)
    assert course.grades("ada") == {"net": None, "vol": None, "last": 2, ESSAY: 0}, said(course)
    assert course.flagged("ada") == {"net", "vol"}
    assert "could not be prepared: The cell took too long" in said(course)["net"]
    assert "could not be prepared: The kernel ended" in said(course)["vol"]


def test_a_preparation_by_another_name_counts_for_all_later_tasks(tmp_path: Path) -> None:
    # It needs `check`, and the lab's first cell fails in the kernel that has no '' in its path: the setup cells' own.
    setups = {"ground-setup": ("check.value('name')\n!docker volume create prepared", "vol-answer")}
    course = graded(tmp_path, setups, connect="\nassert '' in __import__('sys').path, 'no luck'")
    assert course.grades("ada") == {"net": 4, "vol": None, "last": None, ESSAY: 0}, said(course)
    assert all("no luck" in said(course)[task] for task in ("vol", "last"))


def test_what_builds_on_a_task_that_was_not_prepared_is_not_checked_either(tmp_path: Path) -> None:
    course = graded(tmp_path, {"net-setup": ("import os\nos._exit(0)", "net-answer")}, needs="net")
    assert course.grades("ada") == {"net": None, "vol": None, "last": 2, ESSAY: 0}, said(course)
    assert "The task net, on which this one builds, could not be prepared" in said(course)["vol"]


#: Each is to be run, and a cell of the student's has put something else in its place.
PLACES = ("deep/prepare.sh", "folder.sh", "link.sh", "plain.sh", "shut/prepare.sh")
SCRIPTS = dict.fromkeys(PLACES, "docker volume create prepared\n")
MEDDLE = """%%bash
rm -r deep && mkdir elsewhere && echo true > elsewhere/prepare.sh && ln -s elsewhere deep
rm folder.sh && mkdir -p folder.sh/shut/full && chmod 000 folder.sh/shut
ln -sf /etc/hostname link.sh
echo true > plain.sh
mv shut away && mkdir -m 000 shut
"""


@pytest.mark.parametrize("name", SCRIPTS)
def test_only_what_a_setup_cell_runs_is_put_back(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(SCRIPTS[name])
    assert scripts_run_by(f"%%bash\nbash {name}", [tmp_path / "nowhere", tmp_path]) == {name: SCRIPTS[name].encode()}
    assert scripts_run_by(f"%%bash\ncat {name}; sh -c true; sh other.sh; sh {tmp_path / name}", [tmp_path]) == {}


def test_a_setup_cell_runs_the_authors_script_whatever_lies_there(tmp_path: Path) -> None:
    """Who does nothing in the task must not get its points because nothing was prepared."""
    setup = "%%bash\n" + "\n".join(f"docker volume rm prepared\nbash {name} || exit" for name in SCRIPTS)
    setup += " && docker volume inspect prepared && docker volume create all-went-well"
    course = graded(
        tmp_path,
        {"last-setup": (setup, "last-answer")},
        files=SCRIPTS,
        answers={**SOLUTIONS, "vol": MEDDLE, "last": "!docker volume inspect all-went-well"},
    )
    assert course.grades("ada") == {"net": 4, "vol": 0, "last": 0, ESSAY: 0}, said(course)
    assert not course.flagged("ada")
    (answer,) = (cell for cell in course.graded("ada").cells if cell.source.startswith("!docker volume inspect"))
    assert "No such volume" not in str(answer.outputs) and "all-went-well" in str(answer.outputs)


#: No file can be made any more, nor the folder of a kernel's sockets.
FILL = """
import os
os.unlink("plain.sh")
os.mkdir("many")
try:
    for number in range(400_000):
        os.mkdir(f"many/{number}")
except OSError as full:
    print("full:", full.errno)
"""


@pytest.mark.skipif(os.geteuid() != 0 or not kernel_at_least(6, 3), reason="the folder has no size here")
def test_a_full_folder_keeps_no_task_from_being_prepared_and_excuses_none(tmp_path: Path) -> None:
    course = graded(
        tmp_path,
        {
            "vol-setup": ("!docker volume create ready", "vol-answer"),
            # `last` would pass where nothing was prepared.
            "last-setup": ("%%bash\nsh plain.sh", "last-answer"),
        },
        files=SCRIPTS,
        answers={
            "net": f"{SOLUTIONS['net']}\n{FILL}",
            "vol": f"%%bash\ndocker volume inspect ready && {SOLUTIONS['vol'].removeprefix('!')}",
        },
    )
    filled = next(cell for cell in course.graded("ada").cells if "many" in cell.source)
    assert "full: 28" in str(filled.outputs), filled.outputs
    assert course.grades("ada") == {"net": 4, "vol": 3, "last": 0, ESSAY: 0}, said(course)
    assert not course.flagged("ada")
    assert "could not be prepared: plain.sh can't be written" in said(course)["last"]
