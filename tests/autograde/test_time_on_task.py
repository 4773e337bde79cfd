"""How often a check ran, and minutes at it: from notes whose figures can be counted on fingers."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.autograde.records import CheckRecord, SubmissionRecord
from grader.autograde.time_on_task import ABOUT, PAUSE, Effort, efforts
from grader.classroom.places import ClassError, ClassFolder
from grader.cli.stats import command
from grader.errors import sudo_drydock
from grader.report.cell_runs import ENDING, CellRun
from grader.report.verdicts import Status, TaskReport, Verdict

_LAB = "01-web"
_NOBODY = 65534


def ran(at: float, task: str = "") -> CellRun:
    return CellRun("c", "d", "docker ps", at, task)


#: The pause between 160 and 2000 is no work.
_ADA = [ran(100), ran(160, "web"), ran(2000), ran(2060, "web"), ran(2070, "net"), ran(2100)]


def test_time_goes_to_the_task_that_is_checked_next() -> None:
    assert efforts(_ADA, {"web", "net"}, 5000) == {"web": Effort(2, 120), "net": Effort(1, 10)}
    assert efforts(reversed(_ADA), {"web", "net"}, 5000) == efforts(_ADA, {"web", "net"}, 5000)
    # A check of a task that the lab has no longer is a cell like others.
    assert efforts(_ADA, {"net"}, 5000) == {"net": Effort(1, 130)}
    assert efforts([], {"web"}, 5000) == {}


def test_a_pause_is_no_work_and_what_was_done_before_it_is() -> None:
    runs = [ran(100), ran(160), ran(160 + PAUSE + 1), ran(160 + 2 * PAUSE + 1, "web")]
    assert efforts(runs, {"web"}, 5000) == {"web": Effort(1, 60 + PAUSE)}


@pytest.mark.parametrize("at", [float("nan"), float("inf"), float("-inf"), 0.0, -1.0, 10.0**300, 5061.0])
def test_a_time_that_can_not_be_is_left_out(at: float) -> None:
    assert efforts([ran(at, "web"), *_ADA], {"web", "net"}, 5000) == efforts(_ADA, {"web", "net"}, 5000)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[ClassFolder]:
    """A class whose folder anybody finds, as /srv/drydock: ada, bob and cyd have a grade, eve has none."""

    def record(student: str) -> SubmissionRecord:
        said = (Verdict(Status.PASSED, "It is there."),)
        checks = [CheckRecord(it, 4.0, 4.0, "", TaskReport(it, it, "", said)) for it in ("web", "net", "vol")]
        return SubmissionRecord(student, _LAB, 12, 12, checks=tuple(checks))

    records = [record(student) for student in ("ada", "bob", "cyd")]
    monkeypatch.setattr("grader.autograde.batch.course_folder", lambda start: start)
    monkeypatch.setattr("grader.autograde.batch.course_config", lambda root, db_url: None)
    monkeypatch.setattr("grader.autograde.batch.lab_in_gradebook", lambda config, lab: _LAB)
    monkeypatch.setattr("grader.autograde.item_analysis.graded_records", lambda config, lab: records)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        place = ClassFolder(Path(folder))
        many = [ran(1000 + 100 * number, "web") for number in range(5)]
        for name, runs in {"ada": _ADA, "bob": many, "eve": [ran(1000 + n, "web") for n in range(99)]}.items():
            progress = place.student(name).progress
            progress.mkdir(parents=True)
            (progress / f"{_LAB}{ENDING}").write_text("\n".join(json.dumps(asdict(run)) for run in runs))
        place.students.chmod(0o711)
        yield place


def _stats(place: ClassFolder, *more: str) -> Result:
    return CliRunner().invoke(command, ["01", "--class", str(place.path), *more], env={"COLUMNS": "80"})


def test_medians_are_over_those_who_ran_the_check(place: ClassFolder, tmp_path: Path) -> None:
    web, net, vol = json.loads(_stats(place, "--json").output)["tasks"]
    # Of ada 2 checks in 120 s, of bob 5 in 400.
    assert (web["noted"], web["attempts"], web["minutes"]) == (2, 3.5, pytest.approx(260 / 60))
    assert (net["noted"], net["attempts"], net["minutes"]) == (1, 1, pytest.approx(10 / 60))
    assert (vol["noted"], vol["attempts"], vol["minutes"]) == (0, None, None)
    shown = _stats(place).output
    _about, *rows = shown[shown.index(ABOUT) :].splitlines()
    assert [row.split() for row in rows[:4]] == [
        ["task", "checks", "run", "minutes"],
        ["web", "3.5", "(2)", "4.3"],
        ["net", "1", "(1)", "0.2"],
        ["vol", "–", "–"],
    ]
    page = tmp_path / "stats.html"
    _stats(place, "--html", str(page))
    assert "<td>3.5 (2)</td><td>4.3</td></tr>" in page.read_text()
    assert f"{ABOUT}</caption>" in page.read_text().replace("&#x27;", "'")


def test_without_notes_there_is_no_column(place: ClassFolder) -> None:
    for name in ("ada", "bob"):
        (place.student(name).progress / f"{_LAB}{ENDING}").unlink()
    shown = _stats(place).output
    assert "checks run" not in shown and "No notebook of these students has noted a check" in shown


@contextmanager
def _an_ordinary_user() -> Iterator[None]:
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_folder_that_can_not_be_read_or_is_no_class_is_a_sentence(place: ClassFolder, tmp_path: Path) -> None:
    # What the command imports, nobody else may read here.
    assert _stats(place).exit_code == 0
    for folder in (place.path, place.students):
        folder.chmod(0o311)
    with _an_ordinary_user():
        error = _stats(place).exception
    assert isinstance(error, ClassError) and "root's" in str(error)
    assert error.remedy == sudo_drydock(f"stats {_LAB} --class {place.path}")
    error = _stats(ClassFolder(tmp_path)).exception
    assert isinstance(error, ClassError) and "no class" in str(error)
