"""What depends on values is tried as several students; what doesn't is tried once."""

from __future__ import annotations

import json
from collections import Counter

from grader.author.cases import Case, Kind, cases_of
from grader.author.students import students_of, who_runs
from grader.course.labs import Course
from grader.values import DEFAULT_KEY, Declaration

_SCRIPTS = [f"{name}.sh" for name in ("a", "b", "c", "d", "e")]
_VALUE = 'berth = check.value("berth", of=range(8000, 9000))'
_PLANT = f'check.plant("fault", of={_SCRIPTS!r})'


def _cases(course: Course, cell: str, line: str, *, runs: int = 3) -> list[Case]:
    """Of the tiny lab, with this line above what is in one cell."""
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook = json.loads(path.read_text())
    for one in notebook["cells"]:
        if one["id"] == cell:
            one["source"] = f"{line}\n{''.join(one['source'])}"
    path.write_text(json.dumps(notebook))
    lab = course.lab("00-tiny")
    return cases_of(lab, lab, runs=runs)


def _tries(cases: list[Case]) -> dict[str, int]:
    return dict(Counter(case.name.partition(" ")[0] for case in cases))


_ONCE = {
    "blank": 1,
    "solution": 3,
    "hello/right-create-start": 1,
    "hello/wrong-ends-at-once": 1,
    "hello/wrong-name": 1,
    "site/wrong-no-label": 1,
    "site/wrong-value": 1,
}


def test_without_values_an_answer_is_tried_once(course: Course) -> None:
    assert _tries(_cases(course, "hello", "")) == _ONCE


def test_with_a_value_its_tasks_answers_and_what_builds_on_it_are_tried_as_three_students(course: Course) -> None:
    cases = _cases(course, "site", _VALUE)
    assert _tries(cases) == {**_ONCE, "site/wrong-no-label": 3, "site/wrong-value": 3}
    assert len({case.student for case in cases if case.kind is Kind.SOLUTION}) == 3
    # The task `site` needs `hello`.
    needed = _cases(course, "hello", 'ship = check.value("ship", length=8)')
    assert _tries(needed) == {name: 1 if name == "blank" else 3 for name in _ONCE}


def test_each_script_is_planted_for_one_of_them_at_least(course: Course) -> None:
    cases = _cases(course, "site-setup", _PLANT)
    fault = Declaration.of("fault", of=_SCRIPTS)
    for kind in (Kind.BLANK, Kind.SOLUTION, Kind.WRONG):
        assert {fault.value(case.student) for case in cases if case.kind is kind} == set(_SCRIPTS)
    assert _tries(cases)["hello/wrong-name"] == 1


def test_the_students_are_the_same_each_time_and_the_first_has_the_default_key(course: Course) -> None:
    lab = course.lab("00-tiny")
    assert students_of(lab, 3) == students_of(lab, 3)
    assert students_of(lab, 1) == [DEFAULT_KEY]
    assert [case.name for case in _cases(course, "site", _VALUE, runs=1) if case.kind is Kind.SOLUTION] == ["solution"]


def test_an_answer_has_the_values_that_a_cell_of_no_task_shows(course: Course) -> None:
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook = json.loads(path.read_text())
    for one in notebook["cells"]:
        if one["id"] == "hello-answer":
            one["source"] = "".join(one["source"]).replace("--name", "--label berth=$VALUE_BERTH --name")
    shown = {"cell_type": "code", "execution_count": None, "id": "show", "metadata": {}, "outputs": []}
    notebook["cells"].insert(1, {**shown, "source": f"{_VALUE}\nprint(berth)"})
    path.write_text(json.dumps(notebook))
    lab = course.lab("00-tiny")
    connects = {case.name: case.connect for case in cases_of(lab, lab, runs=1)}
    # The task `site` needs `hello`, whose solution uses the value. Nothing of what its own answer tries does.
    needs_it = connects["site/wrong-value"]
    assert needs_it is not None
    assert needs_it.source.endswith("\ncheck.value('berth', of=range(8000, 9000))")
    assert connects["hello/wrong-name"] is None


def test_a_place_in_an_answer_by_cases_is_reached_by_who_has_that_value(course: Course) -> None:
    answer = "%%bash\necho all\ncase $VALUE_CARD_TIDE in\nebb)\n  one\n;;\nflood)\n  two\n;;\nesac\necho all again\n"
    choices = ["ebb", "flood"]
    path = course.source / "00-tiny" / "00-tiny.ipynb"
    notebook = json.loads(path.read_text())
    code = next(one for one in notebook["cells"] if one["cell_type"] == "code")
    code["source"] = f'{"".join(code["source"])}\ncard = check.value("card-tide", of={choices!r})'
    path.write_text(json.dumps(notebook))
    lab = course.lab("00-tiny")
    declared = Declaration("card-tide", choices=tuple(choices))
    for line, choice in (("one", "ebb"), ("two", "flood")):
        assert declared.value(who_runs(lab, answer, answer.index(line) + 1)) == choice
    for line in ("echo all\n", "again"):
        assert who_runs(lab, answer, answer.index(line)) == DEFAULT_KEY
