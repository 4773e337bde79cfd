"""What a class's page says of students, out of notes that they can write to."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from grader import locks
from grader.classroom import student_status
from grader.classroom.class_page import class_page
from grader.classroom.places import ClassFolder, StudentFolder
from grader.classroom.student_status import Machine, Standing, bring_progress, machine, standings
from grader.cli.serve import command
from grader.course.lab_cards import read_labs
from grader.course.labs import RELEASE, Course
from grader.report.cell_runs import ENDING, CellRun, checked_task, digest_of, telling_line
from grader.report.progress import ProgressFolder
from grader.report.verdicts import Status, TaskReport, Verdict

_ROOT = Path(__file__).parents[2]
_LAB = "00-welcome"
_NOW = 1_800_000_000.0


@pytest.fixture
def place(tmp_path: Path) -> ClassFolder:
    place = ClassFolder(tmp_path / "class")
    shutil.copytree(_ROOT / "labs" / _LAB, place.shown / "labs" / _LAB)
    place.students.mkdir()
    return place


@pytest.fixture
def ada(place: ClassFolder) -> Iterator[StudentFolder]:
    """A student whose server runs, as far as anybody can tell by its lock."""
    student = StudentFolder(place.students / "ada")
    student.own_progress.mkdir(parents=True)
    locks.own(student.lock)
    yield student


def _runs(student: StudentFolder, source: str, *ats: float) -> None:
    """As the student's kernel notes a cell with this text."""
    runs = [CellRun("c", digest_of(source), telling_line(source), at, checked_task(source)) for at in ats]
    (student.own_progress / f"{_LAB}{ENDING}").write_text("".join(f"{json.dumps(asdict(run))}\n" for run in runs))


def _check_cells(place: ClassFolder) -> dict[str, str]:
    """Task → its check cell, as released."""
    return {task.id: task.check.source for task in Course(place.shown).lab(_LAB, RELEASE).tasks}


def _note(student: StudentFolder, **tasks: tuple[str, bool, float]) -> None:
    entries = {
        task: {"status": status, "fraction": float(passed), "passed": passed, "at": at}
        for task, (status, passed, at) in tasks.items()
    }
    (student.own_progress / f"{_LAB}.json").write_text(json.dumps(entries))


def _standing(place: ClassFolder, student: StudentFolder) -> Standing:
    bring_progress(place, student)
    (found,) = standings(place, read_labs(Course(place.shown)), _NOW)
    return found


def test_the_lab_and_its_tasks_are_what_the_notebooks_noted(place: ClassFolder, ada: StudentFolder) -> None:
    (first, *_others) = read_labs(Course(place.shown))[0].tasks
    ProgressFolder(ada.own_progress).note(_LAB, TaskReport(first.id, "", "", (Verdict(Status.PASSED, "It is so."),)))
    bring_progress(place, ada)
    (found,) = standings(place, read_labs(Course(place.shown)))
    assert (found.name, found.runs, found.lab, found.stuck) == ("ada", True, _LAB, None)
    assert found.tasks[first.id].passed and time.time() - found.last < 3600
    # The disk is away while the server is off; what was known stays.
    shutil.rmtree(ada.disk)
    assert standings(place, read_labs(Course(place.shown)))[0].tasks == found.tasks


def test_the_lab_is_the_one_at_work_last(place: ClassFolder, ada: StudentFolder) -> None:
    other = "01-first-container"
    shutil.copytree(_ROOT / "labs" / other, place.shown / "labs" / other)
    for number, lab in enumerate((other, _LAB)):
        file = ada.own_progress / f"{lab}.runs.jsonl"
        file.write_text(json.dumps({"cell": "c", "digest": "d", "line": "docker ps", "at": _NOW - 100 + number}))
        os.utime(file, (_NOW + number, _NOW + number))
    found = _standing(place, ada)
    assert (found.lab, found.last) == (_LAB, _NOW - 99)


@pytest.mark.parametrize(
    ("checks", "passed_at", "wants"),
    [
        ((_NOW - 700, _NOW - 400, _NOW - 10), 0.0, True),
        ((_NOW - 700, _NOW - 10), 0.0, False),
        ((_NOW - 200, _NOW - 100, _NOW - 10), 0.0, False),
        ((_NOW - 5000, _NOW - 4500, _NOW - 4000), 0.0, False),
        ((_NOW - 900, _NOW - 800, _NOW - 10), _NOW - 700, False),
    ],
    ids=["often and long", "twice", "for a moment", "went away", "passed another one meanwhile"],
)
def test_who_may_want_help(
    place: ClassFolder, ada: StudentFolder, checks: tuple[float, ...], passed_at: float, wants: bool
) -> None:
    first, second, *_others = cells = _check_cells(place)
    _runs(ada, cells[first], *checks)
    others = {second: ("passed", True, passed_at)} if passed_at else {}
    _note(ada, **{first: ("failed", False, checks[-1])}, **others)
    stuck = _standing(place, ada).stuck
    assert (stuck is not None) == wants
    if stuck is not None:
        assert (stuck.task, stuck.checks, stuck.since) == (first, len(checks), checks[0])


_DEEP = "[" * 200_000


@pytest.mark.parametrize(
    "notes",
    [
        _DEEP,
        '{"first": ' + _DEEP,
        '{"first": {"status": "passed", "fraction": 1e999, "passed": true, "at": NaN}}',
        '{"TASK": {"status": "failed", "fraction": 1e999, "passed": false, "at": 1}}',
        '{"TASK": {"status": "failed", "fraction": NaN, "passed": false, "at": 1}}',
        '{"TASK": {"status": "failed", "fraction": -1e300, "passed": false, "at": 1}}',
        '{"first": {"status": "passed", "fraction": 1, "passed": true, "at": 1' + "0" * 400 + "}}",
        '{"<script>alert(1)</script>": {"status": "passed", "fraction": 1, "passed": true, "at": 1}}',
        "\0\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
    ids=[
        "deep",
        "deeper",
        "no numbers",
        "no share",
        "no number",
        "less than none",
        "no bearable number",
        "a script",
        "no text",
    ],
)
def test_what_a_student_writes_there_neither_ends_the_page_nor_shows_on_it(
    place: ClassFolder, ada: StudentFolder, notes: str
) -> None:
    task = read_labs(Course(place.shown))[0].tasks[0].id
    (ada.own_progress / f"{_LAB}.json").write_text(notes.replace("TASK", task))
    _runs(ada, 'check.task("<b>"', float("nan"), float("inf"), 10.0**300, -1.0, *(_NOW - n for n in (900, 800, 10)))
    with (ada.own_progress / f"{_LAB}.runs.jsonl").open("a") as lines:
        lines.write(f"\n{_DEEP}\n" + '{"cell": 1, "digest": 1, "line": 1, "at": 1' + "0" * 400 + "}\n")
    bring_progress(place, ada)
    page = class_page(place, "n")
    assert ">ada</td>" in page and "<b>" not in page and "alert" not in page and page.count("<script") == 1


def test_no_link_is_followed_and_nothing_large_is_taken(place: ClassFolder, ada: StudentFolder, tmp_path: Path) -> None:
    for lab in ("01-linked", "02-pipe", "03-large"):
        (place.shown / "labs" / lab).mkdir()
        (place.shown / "labs" / lab / f"{lab}.ipynb").touch()
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (ada.own_progress / "01-linked.json").symlink_to(secret)
    os.mkfifo(ada.own_progress / "02-pipe.json")
    (ada.own_progress / "03-large.json").write_bytes(b" " * 3_000_000)
    (ada.own_progress / "notes.txt").write_text("mine")
    bring_progress(place, ada)
    assert list(ada.progress.iterdir()) == []
    shutil.rmtree(ada.own_progress)
    ada.own_progress.symlink_to(tmp_path)
    with pytest.raises(OSError):
        bring_progress(place, ada)


def test_only_the_courses_labs_have_notes_here(place: ClassFolder, ada: StudentFolder) -> None:
    other = "01-first-container"
    shutil.copytree(_ROOT / "labs" / other, place.shown / "labs" / other)
    for lab in (_LAB, other, *(f"99-made-up-{number}" for number in range(20))):
        for ending in (".json", ".runs.jsonl"):
            (ada.own_progress / f"{lab}{ending}").write_text("{}")
    bring_progress(place, ada)
    assert {file.name.partition(".")[0] for file in ada.progress.iterdir()} == {_LAB, other}
    # What an earlier Drydock took, or of a lab that the course has no longer, goes.
    (ada.progress / "99-made-up.json").write_text("{}")
    shutil.rmtree(place.shown / "labs" / other)
    bring_progress(place, ada)
    assert {file.name for file in ada.progress.iterdir()} == {f"{_LAB}.json", f"{_LAB}.runs.jsonl"}


_MIB = 1024**2


@pytest.mark.parametrize(
    ("free", "students", "room"),
    [
        ((1024 + 5 * 548, 100_000), [], 5),
        ((1024 + 5 * 548 - 1, 100_000), [], 4),
        # Who rests will work: two are promised 324 MiB each.
        ((1024 + 5 * 548, 100_000), [(224, 100), (224, 100)], 3),
        ((1024 + 5 * 548, 100_000), [(600, 100), (None, 100)], 5),
        ((1024 + 50 * 548, 1024 + 3 * 512), [], 3),
        ((1024 + 50 * 548, 1024 + 6000), [(None, 100), (None, 3000)], 2),
        ((500, 100_000), [], 0),
        ((100_000, 500), [], 0),
    ],
)
def test_room_is_what_memory_and_disk_are_enough_for(
    place: ClassFolder,
    monkeypatch: pytest.MonkeyPatch,
    free: tuple[int, int],
    students: list[tuple[int | None, int]],
    room: int,
) -> None:
    memory, disk = free
    monkeypatch.setattr(student_status, "machine_memory", lambda: {"MemAvailable": memory * _MIB})
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=disk, f_frsize=_MIB))
    there = [Standing("x", True, memory=mib and mib * _MIB, disk=taken * _MIB) for mib, taken in students]
    assert machine(place, there) == Machine(memory * _MIB, disk * _MIB, room)


def test_the_page_and_the_command_say_the_same(place: ClassFolder, ada: StudentFolder) -> None:
    StudentFolder(place.students / "bob").path.mkdir()
    first, *_others = cells = _check_cells(place)
    now = time.time()
    _runs(ada, cells[first], now - 700, now - 400, now - 10)
    _note(ada, **{first: ("failed", False, now - 10)})
    bring_progress(place, ada)
    page, said = class_page(place, "n"), CliRunner().invoke(command, ["--status", "--folder", str(place.path)])
    assert said.exit_code == 0, said.output
    sentences = ("1 server runs.", "May want help: ada.", f"! {first}: 3 checks, 11 minutes ago", "● runs", "○ off")
    for sentence in sentences:
        assert sentence in said.output and sentence in page


def test_where_there_is_no_class_the_command_says_so(tmp_path: Path) -> None:
    from grader.classroom.places import ClassError

    said = CliRunner().invoke(command, ["--status", "--folder", str(tmp_path)])
    assert isinstance(said.exception, ClassError) and "no class" in str(said.exception)
