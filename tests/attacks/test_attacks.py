"""Hostile and broken submissions, graded in one parallel run beside honest ones.

None earns a point that its state does not deserve, none loses one it earned, none stops the run or outlives it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attack_cells as attacks
import pytest
from grading_course import ESSAY, LAB, SOLUTIONS, WEB_SOLUTION, Course
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

pytestmark = [pytest.mark.daemon, pytest.mark.deep, pytest.mark.timeout(1800)]

ALL = {**SOLUTIONS, "web": WEB_SOLUTION}
REPO = Path(__file__).resolve().parents[2]
FULL = {"net": 4, "vol": 3, "last": 2, "web": 5}
NOTHING = dict.fromkeys(FULL, 0)
#: Small walls, so that hitting them takes little time. The seconds are not: what comes of an attack must not depend on
#: how busy the machine is, so only cells that never end meet them. (Of the others the longest took 7 s beside load 13.)
SETTINGS = {
    "cell_seconds": 60.0,
    "check_seconds": 120.0,
    "notebook_seconds": 900.0,
    "kernels": 12,
    "memory_bytes": 1_500_000_000,
    "disk_bytes": 400_000_000,
    "files_bytes": 60_000_000,
    "processes": 200,
    "largest_file": 10_000_000,
}


def with_cells(notebook: NotebookNode, before: str, cells: Mapping[str, str], **values: object) -> NotebookNode:
    """Put attacks before the cell called ``before``; each keeps its name as a first comment."""
    place = next(i for i, c in enumerate(notebook.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == before)
    new = []
    for name, source in cells.items():
        text = source
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        mark = f"# attack: {name}"
        new.append(new_code_cell(f"{text}\n{mark}" if text.startswith("%%") else f"{mark}\n{text}"))
    notebook.cells[place:place] = new
    return notebook


def tampered(course: Course) -> NotebookNode:
    """Cells deleted, doubled, re-typed, reordered; false metadata, kernelspec and outputs."""
    nb = course.answered({"vol": SOLUTIONS["vol"]})
    cells = {c.metadata["nbgrader"]["grade_id"]: c for c in nb.cells if "nbgrader" in c.metadata}
    cells["net"].update(cell_type="markdown", source="100")
    cells["web"].source = "100"
    cells["web"].metadata.nbgrader.update(points=1000, locked=False, solution=True, checksum="0")
    bonus = new_code_cell("100", metadata={"nbgrader": dict(cells["vol"].metadata.nbgrader, grade_id="bonus")})
    double = new_code_cell("4", metadata={"nbgrader": dict(cells["web"].metadata.nbgrader)})
    false = {"task": "web", "title": "", "hint": "", "verdicts": [{"status": "passed", "sentence": "x"}]}
    data = {"application/vnd.drydock.report+json": false, "text/plain": "5"}
    double.outputs = [{"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}]
    kept = [cells[n] for n in ("vol", "web", "vol-answer", "net", "connect")]
    nb.cells = [bonus, double, *kept]  # last, last-setup, net-answer, essay … are gone
    nb.metadata = {"kernelspec": {"name": "evil", "display_name": "evil", "argv": ["sh"]}, "drydock": {"version": 1}}
    return nb


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[str, int]]:
    """A service of the grading machine that students must not reach; says on which address and port."""
    server = socket.create_server(("0.0.0.0", 0))
    threading.Thread(target=_accept, args=(server,), daemon=True).start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = probe.getsockname()[0]
        except OSError:
            address = "127.0.0.1"
    yield address, server.getsockname()[1]
    server.close()


def _accept(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


@pytest.fixture(scope="module")
def mark() -> str:
    return f"drydock-attack-{os.getpid()}"


@pytest.fixture(
    scope="module",
    params=["best", pytest.param("microvm", marks=[pytest.mark.weekly, pytest.mark.timeout(4000)])],
)
def graded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, listener: tuple[str, int], mark: str
) -> Course:
    guest = request.param == "microvm"
    # Eight times these seconds (Engine.patience): on a busy machine an emulated container takes half a minute to start.
    slow = {"engine": "microvm", "cell_seconds": 12.0, "check_seconds": 30.0, "notebook_seconds": 150.0}
    settings = {**SETTINGS, **slow} if guest else SETTINGS
    course = Course(tmp_path_factory.mktemp("attacked"), settings, web=True)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    course.release()
    for student, make in SUBMISSIONS.items():
        known = {
            "root": course.root, "repo": REPO, "mark": mark, "address": listener[0], "port": listener[1],
            "sectors": max(int(path.read_text()) for path in Path("/sys/block").glob("*/size")),
            "looks": attacks.LOOKS_FROM_A_GUEST if guest else attacks.LOOKS,
            "seconds": 45 if guest else 6,
            "daemon": repr("/run/docker.sock") if guest else 'os.environ["DOCKER_HOST"].removeprefix("unix://")',
        }  # fmt: skip
        course.hand_in(student, make(course, known))
    _links(course)
    code = "from grader.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "grade", LAB, "--jobs", "4", "--report", "all.json"],
        cwd=course.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    (course.root / "run.log").write_text(done.stdout + done.stderr)
    assert "graded in" in done.stdout, done.stdout + done.stderr
    return course


type Known = Mapping[str, Any]
type Maker = Callable[[Course, Known], NotebookNode | str]


def honest(course: Course, _known: Known) -> NotebookNode:
    return course.answered(ALL, "An image.")


def liar(course: Course, _known: Known) -> NotebookNode:
    nb = with_cells(course.answered({"vol": SOLUTIONS["vol"]}), "net-answer", attacks.LIES)
    return with_cells(nb, "last-setup", attacks.NO_SETUP)


def looker(course: Course, known: Known) -> NotebookNode:
    return with_cells(course.answered(ALL), "net-answer", known["looks"], **known)


def stuntman(course: Course, known: Known) -> NotebookNode:
    nb, stunts = course.answered(ALL), list(attacks.STUNTS.items())
    for n, before in enumerate(("net-answer", "vol-answer", "last-answer", "web-answer")):
        nb = with_cells(nb, before, dict(stunts[2 * n : 2 * n + 2]), mark=known["mark"])
    return nb


def sleeper(course: Course, _known: Known) -> NotebookNode:
    return with_cells(course.answered(ALL), "vol-answer", attacks.SLEEP)


def bomber(course: Course, _known: Known) -> NotebookNode:
    nb = with_cells(course.answered(ALL), "vol-answer", attacks.BOMBS)
    return with_cells(nb, "last-answer", attacks.FORK_BOMB)


def spoiler(course: Course, _known: Known) -> NotebookNode:
    nb = with_cells(course.answered(ALL), "net-answer", attacks.SETUP_TRAPS)
    nb = with_cells(nb, "web-setup", attacks.SETUP_KERNEL)
    return with_cells(nb, "web-answer", attacks.SETUP_TRAPS_SPRUNG)


def freezer(course: Course, _known: Known) -> NotebookNode:
    return with_cells(course.answered(ALL), "vol-answer", attacks.FREEZER)


def killer(course: Course, _known: Known) -> NotebookNode:
    return with_cells(course.answered(ALL), "vol-answer", attacks.KILL_DAEMON)


def flooder(course: Course, known: Known) -> NotebookNode:
    return with_cells(course.answered(ALL), "vol-answer", attacks.FLOOD_DAEMON, **known)


def filler(course: Course, _known: Known) -> NotebookNode:
    return with_cells(course.answered({"net": SOLUTIONS["net"]}), "vol-answer", attacks.FILL_DAEMON)


def lookalike(course: Course, _known: Known) -> NotebookNode:
    false_label = "!docker volume create --label secret-label=41 --label drydock.answer=1 data"
    return course.answered({"vol": false_label, "web": attacks.LOOKALIKE})


def namesake(course: Course, _known: Known) -> NotebookNode:
    return course.answered({"web": attacks.NAMESAKE})


def false_daemon(course: Course, known: Known) -> NotebookNode:
    return with_cells(course.blank(), "net-answer", attacks.FALSE_DAEMON, **known)


def old_format(_course: Course, _known: Known) -> str:
    cell = {"cell_type": "code", "language": "python", "input": "100", "outputs": [], "metadata": {}}
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]})


SUBMISSIONS: dict[str, Maker] = {
    # The slow ones first: students are graded in this, the alphabetical, order.
    "a-freezer": freezer,
    "a-sleeper": sleeper,
    "a-stuntman": stuntman,
    "b-bomber": bomber,
    "c-looker": looker,
    "d-flooder": flooder,
    "e-spoiler": spoiler,
    "f-honest": honest,
    "g-honest": honest,
    "h-liar": liar,
    "i-killer": killer,
    "j-filler": filler,
    "k-lookalike": lookalike,
    "l-false-daemon": false_daemon,
    "m-tampered": lambda course, _known: tampered(course),
    "n-garbage": lambda _course, _known: "\x00" * 100,
    "o-old-format": old_format,
    "p-no-cells": lambda _course, _known: json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}),
    "q-links": honest,
    "s-namesake": namesake,
}


def _links(course: Course) -> None:
    """q-links brings links to what is not theirs, and a file that is too large."""
    folder = course.root / "submitted" / "q-links" / LAB
    (folder / "stolen.ipynb.txt").symlink_to(course.root / "solutions" / LAB / f"{LAB}.ipynb")
    (folder / "book.db").symlink_to(course.root / "gradebook.db")
    (folder / "tree").symlink_to(course.root / "solutions")
    with (folder / "huge.bin").open("wb") as file:
        file.truncate(50_000_000)
    deep = folder.joinpath(*["d"] * 30)
    deep.mkdir(parents=True)
    (deep / "имя с пробелом.txt").write_text("x")


EXPECTED: dict[str, dict[str, float | None]] = {
    "a-freezer": FULL,
    "a-sleeper": FULL,
    "a-stuntman": FULL,
    "c-looker": FULL,
    "d-flooder": FULL,
    "e-spoiler": FULL,
    "f-honest": FULL,
    "g-honest": FULL,
    "h-liar": {**NOTHING, "vol": 3},
    "i-killer": {**dict.fromkeys(FULL), "net": 4},
    "k-lookalike": {**NOTHING, "vol": 1.5, "web": 3.75},
    "l-false-daemon": NOTHING,
    "m-tampered": {**NOTHING, "vol": 3},
    "n-garbage": dict.fromkeys(FULL),
    "o-old-format": NOTHING,
    "p-no-cells": NOTHING,
    "q-links": FULL,
    "s-namesake": {**NOTHING, "web": 3.75},
}


@pytest.mark.parametrize("student", EXPECTED)
def test_everybody_gets_what_their_work_deserves(graded: Course, student: str) -> None:
    found = graded.grades(student)
    found.pop(ESSAY)
    assert found == EXPECTED[student], _said(graded, student)


def test_bombs_cost_what_comes_after_them_and_nothing_before(graded: Course) -> None:
    found = graded.grades("b-bomber")
    assert (found["net"], found["vol"]) == (4, 3), _said(graded, "b-bomber")


def test_a_full_daemon_keeps_what_was_earned(graded: Course) -> None:
    found = graded.grades("j-filler")
    assert found["net"] == 4
    assert not found["vol"] and not found["web"], _said(graded, "j-filler")


def _said(course: Course, student: str) -> str:
    """For a failing test: what happened in that notebook."""
    return "\n".join(
        f"--- {c.source[:120]}\n{json.dumps(c.get('outputs', []))[:1500]}" for c in course.graded(student).cells
    )


def _attack_cell(course: Course, student: str, name: str) -> NotebookNode:
    return next(c for c in course.graded(student).cells if f"# attack: {name}\n" in f"{c.source}\n")


PLACES = [
    *(("h-liar", name) for name in (*attacks.LIES, *attacks.NO_SETUP)),
    *(("c-looker", name) for name in attacks.LOOKS),
    *(("a-stuntman", name) for name in attacks.STUNTS),
    ("a-sleeper", "sleep"),
    *(("b-bomber", name) for name in (*attacks.BOMBS, *attacks.FORK_BOMB)),
    ("d-flooder", "thousand-containers"),
    ("e-spoiler", "setup-traps"),
    ("e-spoiler", "setup-traps-sprung"),
    ("e-spoiler", "setup-kernel"),
    ("i-killer", "kill-daemon"),
    ("j-filler", "full-daemon"),
    ("l-false-daemon", "false-daemon"),
    ("a-freezer", "freezer"),
    ("a-freezer", "freezer-now"),
]


@pytest.mark.parametrize(("student", "attack"), PLACES, ids=[attack for _student, attack in PLACES])
def test_the_attack_was_tried_and_got_nowhere(graded: Course, student: str, attack: str) -> None:
    cell = _attack_cell(graded, student, attack)
    outputs = json.dumps(cell.outputs)
    assert "NotRun" not in outputs
    assert "ESCAPED" not in "".join(o.text for o in cell.outputs if o.output_type == "stream"), outputs
    if student == "c-looker":
        assert not any(o.output_type == "error" for o in cell.outputs), outputs  # it got to its end
    # An attack with a mistake in it proves nothing.
    for mistake in ("SyntaxError", "NameError", "ModuleNotFoundError", "Unable to find image"):
        assert mistake not in outputs, outputs


def test_attacks_really_took_place(graded: Course) -> None:
    """What shows that an attack had the effect it was made for, where its own kernel can tell."""
    # Who isn't root has no control groups and no folder of a limited size; the limits of a process hold all the same.
    disk, memory = ("stopped: 5", "KernelDied") if os.geteuid() == 0 else ("File too large", "MemoryError")
    in_guest = graded.settings.get("engine") == "microvm"
    lie = ("false daemon in place", "10.77.0.0/24") if in_guest else ("kept out", "Permission denied")
    for student, attack, wanted in (
        ("b-bomber", "disk", disk),
        ("b-bomber", "memory", memory),
        (
            "e-spoiler",
            "setup-traps",
            "sprung: ['sprung-ipython_config.py', 'sprung-plugin', 'sprung-startup', 'sprung-storemagic']",
        ),
        ("c-looker", "descriptors", "tried"),
        ("c-looker", "course-place", "looked: 0"),
        ("e-spoiler", "setup-kernel", "folders: 2"),
        ("e-spoiler", "setup-kernel", "left: []"),
        *(("l-false-daemon", "false-daemon", word) for word in lie),
        # By us, or by its own weight: where nobody has time to read, the kernel keeps what it printed.
        ("a-stuntman", "output-flood", "KernelDied"),
        ("a-stuntman", "os-exit", "KernelDied"),
        ("a-stuntman", "busy-loop", "CellTimeout"),
        ("a-sleeper", "sleep", "CellTimeout"),
        ("j-filler", "full-daemon", "No space left"),
    ):
        outputs = json.dumps(_attack_cell(graded, student, attack).outputs, ensure_ascii=False)
        assert wanted in outputs, (attack, outputs[:3000])


def test_tasks_are_prepared_whatever_was_done_to_the_kernel_that_does_it(graded: Course) -> None:
    cells = graded.graded("e-spoiler").cells
    prepared = next(c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == "web-setup")
    assert "prepared-web" in "".join(output.text for output in prepared.outputs), prepared.outputs


def test_the_students_control_group_is_never_empty_so_nobody_takes_it(graded: Course) -> None:
    """A container's root owns its engine's control groups, where there are any of v1 in its reach."""
    within_reach = os.geteuid() == 0 and Path("/sys/fs/cgroup/freezer").is_dir()
    within_reach = within_reach and graded.settings.get("engine") != "microvm"
    said = str(_attack_cell(graded, "a-freezer", "freezer-now").outputs)
    assert "taken: False" in said, said
    assert "freezer: running" in said or not within_reach, said  # it is still trying
    assert not graded.flagged("a-freezer") - {ESSAY}


def test_nothing_of_a_students_runs_in_the_instructors_browser(graded: Course) -> None:
    """formgrader makes its pages with nbconvert, which shows outputs as they are."""
    page, _resources = HTMLExporter(template_name="lab").from_notebook_node(graded.graded("h-liar"))
    assert "points: " in page  # our own reports are HTML
    shown = [output for output in _attack_cell(graded, "h-liar", "scripts").outputs if "data" in output]
    assert len(shown) == 8
    assert {kind for output in shown for kind in output.data} == {"text/plain", "image/png"}
    assert not any(output.metadata for output in shown)
    for living in ("<script>forge()", "\nforge()", "<svg onload"):
        assert living not in page
    for other in graded.graded("h-liar").cells:
        name = other.metadata.get("nbgrader", {}).get("grade_id", "")
        if other.cell_type == "code" and name not in FULL:
            assert "text/html" not in str(other.outputs), other.source


def test_output_is_small_whatever_was_printed(graded: Course) -> None:
    for path in (graded.root / "autograded").rglob("*.ipynb"):
        assert path.stat().st_size < 3_000_000


def test_links_bring_nothing_into_the_graded_folder(graded: Course) -> None:
    copied = {path.name for path in (graded.root / "autograded" / "q-links" / LAB).iterdir()}
    assert f"{LAB}.ipynb" in copied
    assert not {"stolen.ipynb.txt", "book.db", "huge.bin", "tree"} & copied


def test_what_could_not_be_checked_waits_for_the_instructor(graded: Course) -> None:
    assert {"vol", "last", "web"} <= graded.flagged("i-killer")
    assert {"net", "vol", "last", "web"} <= graded.flagged("n-garbage")
    # Which of them is said depends on when the engine's end was noticed.
    said = json.dumps(graded.graded("i-killer"))
    words = ("ended early", "answered no more", "engine has ended", "can't be reached", "did not answer")
    assert any(word in said for word in words), said[-3000:]


def test_nothing_outlives_the_run(graded: Course, mark: str) -> None:
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in shown.splitlines() if mark in line]
    for folder in ("/tmp", "/var/tmp", str(graded.root)):
        assert not (Path(folder) / mark).exists()

    def left() -> set[str]:
        mounts = Path("/proc/mounts").read_text()
        ours = {line.split()[1] for line in mounts.splitlines() if line.startswith("drydock-work")}
        return {place for place in ours if not _graded_by_somebody_alive(place)}

    # Another worker's run may be just ending.
    for _try in range(300):
        if not left():
            break
        time.sleep(0.2)
    assert not left()
    assert shutil.disk_usage("/tmp").free > 0


def _graded_by_somebody_alive(place: str) -> bool:
    pid = Path(place).parent.name.removeprefix("drydock-grade-").partition("-")[0]
    return Path(f"/proc/{pid}").exists()
