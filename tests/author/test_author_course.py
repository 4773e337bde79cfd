from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.author.cases import Check, Kind, Run, SetUp, Want, answers_of, cases_of
from grader.course.labs import Course, CourseError, find_course, read_lab


def test_a_lab_goes_by_name_number_or_part(course: Course) -> None:
    for wanted in ("00-tiny", "00", "0", "tiny", "solutions/00-tiny/"):
        assert course.pick(wanted) == "00-tiny"
    with pytest.raises(CourseError, match="There is no lab “99”") as caught:
        course.pick("99")
    assert caught.value.remedy == "Name one of: 00-tiny"
    with pytest.raises(CourseError):
        course.pick("")


def test_a_part_that_fits_two_labs_is_refused(course: Course) -> None:
    (course.source / "01-tiny-too").mkdir()
    (course.source / "01-tiny-too" / "01-tiny-too.ipynb").write_text("{}")
    with pytest.raises(CourseError, match="names several labs"):
        course.pick("tiny")


def test_the_course_is_found_from_any_folder_in_it(course: Course) -> None:
    assert find_course(course.source / "00-tiny").root == course.root


def test_no_course_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DRYDOCK_COURSE", str(tmp_path))
    with pytest.raises(CourseError, match="There is no Drydock course") as caught:
        find_course()
    assert "DRYDOCK_COURSE" in caught.value.remedy


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "is not a notebook"),
        (b"not json", "is not a notebook: Expecting value"),
        (b"[]", "is not a notebook of format 4"),
        (json.dumps({"cells": [], "nbformat": 4}).encode(), "has no cells"),
        (json.dumps({"worksheets": [], "nbformat": 3}).encode(), "is not a notebook of format 4"),
    ],
)
def test_what_is_not_a_notebook_is_said_in_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "x.ipynb"
    file.write_bytes(content)
    with pytest.raises(CourseError, match=says):
        read_lab(file)


def test_a_lab_is_taken_apart(course: Course) -> None:
    lab = course.lab("00-tiny")
    hello, site = lab.tasks
    assert (hello.id, hello.points, hello.needs, hello.hint) == (
        "hello",
        2,
        (),
        "`docker run` has an option that gives a name.",
    )
    assert (site.needs, [cell.grade_id for cell in site.setups]) == (("hello",), ["site-setup"])
    assert site.answer is not None
    assert site.answer.source.startswith("%%bash")


def test_answers_become_whole_cells(course: Course) -> None:
    answers = {answer.name: answer for answer in answers_of(course.lab("00-tiny"))}
    assert answers["wrong-name"].source.startswith("%%bash\ndocker run")
    assert answers["wrong-name"].expect == "hello"
    assert answers["right-create-start"].source.startswith("import docker")
    assert answers["right-create-start"].right


def test_an_answer_that_can_not_be_read_is_said_with_its_place(course: Course) -> None:
    answer = course.source / "00-tiny" / "answers" / "hello" / "wrong-name.sh"
    answer.write_bytes("# expect: hello\necho Möwe\n".encode("latin-1"))
    with pytest.raises(CourseError, match=r"hello/wrong-name.sh can't be read"):
        answers_of(course.lab("00-tiny"))


def test_a_wrong_answer_follows_the_tasks_it_needs_and_its_setup(course: Course) -> None:
    lab = course.lab("00-tiny")
    case = next(case for case in cases_of(lab, lab, runs=1) if case.name == "site/wrong-no-label")
    (ground,) = case.groundwork
    assert ground.task == "hello"
    assert [step.where if isinstance(step, Run | SetUp) else (step.task, step.want) for step in ground.steps] == [
        "hello-answer",
        ("hello", Want.PASS),
    ]
    assert [step.where if isinstance(step, Run | SetUp) else (step.task, step.want) for step in case.steps] == [
        "site-setup",
        "site/wrong-no-label",
        ("site", Want.FAIL),
    ]
    assert isinstance(case.steps[-1], Check)
    assert case.steps[-1].expect == "course"


def test_a_wrong_answer_must_fail_as_the_student_sees_the_check_unless_it_says_otherwise(course: Course) -> None:
    answers = course.source / "00-tiny" / "answers" / "hello"
    (answers / "wrong-mounts.sh").write_text("# expect: mount\ndocker run -d --name hello -v /data drydock/busybox:1\n")
    (answers / "wrong-slyly.sh").write_text(
        "# expect hidden: mount\ndocker run -d --name hello -v /data drydock/busybox:1\n"
    )
    source = course.lab("00-tiny")
    shown = [replace(task, check=replace(task.check, source=f"{task.check.source} # shown")) for task in source.tasks]
    cases = {case.name: case for case in cases_of(source, replace(source, tasks=tuple(shown)), runs=1)}
    both, hidden = (
        [(step.source.endswith("# shown"), step.want, step.expect) for step in case.steps if isinstance(step, Check)]
        for case in (cases["hello/wrong-mounts"], cases["hello/wrong-slyly"])
    )
    assert both == [(False, Want.FAIL, "mount"), (True, Want.FAIL, "mount")]
    assert hidden == [(False, Want.FAIL, "mount")]


def test_the_first_solution_run_shows_that_needing_tasks_fail_before_their_answer(course: Course) -> None:
    lab = course.lab("00-tiny")
    first, second = (case for case in cases_of(lab, lab, runs=2) if case.kind is Kind.SOLUTION)
    wants = [(step.task, step.want) for step in first.steps if isinstance(step, Check)]
    assert wants == [("hello", Want.PASS), ("site", Want.FAIL), ("site", Want.PASS)]
    assert [step.want for step in second.steps if isinstance(step, Check)] == [Want.PASS, Want.PASS]


def test_only_an_answer_that_uses_check_connects(course: Course) -> None:
    answer = course.source / "00-tiny" / "answers" / "hello" / "wrong-said.py"
    answer.write_text("# expect: hello\ncheck.answer('name', 'hello')\n")
    lab = course.lab("00-tiny")
    connects = {case.name: case.connect for case in cases_of(lab, lab, runs=1)}
    assert connects["hello/wrong-said"] is not None
    assert connects["hello/wrong-said"].where == "connect"
    assert connects["hello/wrong-name"] is None
