"""What is on record of a lab's mutants: added up run by run, forgotten task by task, told by the proof."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from grader.author import report
from grader.author.mutants.record import Fate, Figures, figures_of, path_of, read_record, write_record
from grader.author.mutation import LabMutants, Trial, in_turn, known, unjudged_first, with_found
from grader.author.proof import LabProof, Plan, Proof, prove
from grader.course.labs import Course, CourseError, Lab


def _lab(course: Course) -> Lab:
    return course.lab("00-tiny")


def _run(course: Course, fate: Fate = Fate.KILLED, most: int = 3, docker: str = "26.1.5") -> list[str]:
    """As a recorded run of few mutants that all have this fate; which ones."""
    lab = _lab(course)
    found = LabMutants(lab.name, known(lab, in_turn(lab)), seconds=30.0, docker=docker)
    found.trials = [Trial(one, fate) for one in unjudged_first(found.record, in_turn(lab))[:most]]
    write_record(lab, with_found(found))
    return [trial.mutant.id for trial in found.trials]


def _edit(course: Course, grade_id: str, text: str = "# edited") -> None:
    path = _lab(course).notebook
    notebook: dict[str, Any] = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            cell["source"] = "".join(cell["source"]) + f"\n{text}"
    path.write_text(json.dumps(notebook))


def _told(figures: Figures) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    report.show(Proof([LabProof("00-tiny", mutants=figures)]), console)
    return next(line for line in console.export_text().splitlines() if "mutants:" in line)


def test_runs_are_added_up_and_each_begins_with_what_was_not_judged_yet(course: Course) -> None:
    assert _told(figures_of(_lab(course))) == "00-tiny: mutants: none on record"
    first, second = _run(course), _run(course, docker="28.5.2")
    assert not set(first) & set(second)
    record = read_record(_lab(course))
    assert {mutant for task in record.tasks.values() for mutant in task.fates} == {*first, *second}
    assert (record.docker, record.seconds) == (("26.1.5", "28.5.2"), 60)
    made = len(in_turn(_lab(course)))
    words = f"6 of 6 killed or justified (6 of {made} run, {record.day})"
    assert _told(figures_of(_lab(course))) == f"00-tiny: mutants: {words}"
    # What could not be checked counts as neither, and is not put last.
    third = _run(course, Fate.NOT_JUDGED)
    assert _run(course, Fate.OVERRAN) == third
    found = figures_of(_lab(course))
    assert (found.run, found.judged, found.fates[Fate.OVERRAN]) == (9, 9, 3)
    _run(course, most=made)
    assert figures_of(_lab(course)).run == made
    # A run in which a solution did not pass takes nothing away.
    _run(course, Fate.NOT_JUDGED)
    assert figures_of(_lab(course)).judged == made


def test_a_task_that_has_changed_is_forgotten_and_the_others_are_not(course: Course) -> None:
    _run(course, most=4)
    _edit(course, "site")
    found = figures_of(_lab(course))
    assert (found.run, found.newer) == (2, 1)
    assert _told(found).endswith("; 1 task is newer")
    assert {task: len(one.fates) for task, one in known(_lab(course), in_turn(_lab(course))).tasks.items()} == {
        "hello": 2,
        "site": 0,
    }
    # A task's mutants are tried after the solutions of those that it needs, and with the lab's files.
    _run(course, most=4)
    (_lab(course).folder / "site" / "new.txt").write_text("new")
    found = figures_of(_lab(course))
    assert (found.run, found.newer, found.outdated) == (0, 2, True)
    assert _told(found) == "00-tiny: mutants: what is on record is older than the lab's checks"
    _run(course, most=1)
    assert figures_of(_lab(course)).run == 1
    assert read_record(_lab(course)).seconds == 30, "the runs that count no more are gone"


@pytest.mark.parametrize("path", ["picture.svg", "topics.md", "answers/hello/wrong-new.sh", "__pycache__/a.pyc"])
def test_what_no_answer_comes_across_changes_nothing(course: Course, path: str) -> None:
    _run(course)
    file = _lab(course).folder / path
    file.parent.mkdir(exist_ok=True)
    file.write_text("new")
    assert figures_of(_lab(course)).run == 3


def test_the_list_of_right_answers_is_asked_when_the_figures_are(course: Course) -> None:
    first, *_others = _run(course, Fate.SURVIVED)
    found = figures_of(_lab(course))
    assert (found.good, found.judged) == (0, 3)
    path_of(_lab(course)).with_name("mutants.toml").write_text(f'[any]\n{first} = "as good"\n')
    found = figures_of(_lab(course))
    assert (found.good, found.judged, found.fates[Fate.JUSTIFIED]) == (1, 3, 1)
    assert report.as_json(Proof([LabProof("00-tiny", mutants=found)]))["labs"][0]["mutants"]["survived"] == 2


def test_a_mutant_that_is_made_no_more_is_dropped_by_the_next_run(course: Course) -> None:
    _run(course)
    record = read_record(_lab(course))
    record.tasks["site"].add("00000000", Fate.KILLED, "")
    write_record(_lab(course), record)
    _run(course)
    assert figures_of(_lab(course)).run == 6


@pytest.mark.parametrize("text", ["{", "[]", '{"tasks": {"site": 1}}', '{"tasks": {}}'])
def test_a_file_that_is_no_record_is_named(course: Course, text: str) -> None:
    path_of(_lab(course)).write_text(text)
    with pytest.raises(CourseError, match=r"mutants\.json can't be read"):
        figures_of(_lab(course))
    # No case belongs to this task: the proof is over without a daemon.
    (proof,) = prove(course, ["00-tiny"], Plan(tasks=("nosuch",)), kind="native").labs
    assert proof.mutants is None
    assert any("mutants.json can't be read" in finding.what for finding in proof.findings)
