"""Each wrong answer of each lab says why it is wrong, and students are given it with the lab: nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.author.answer_rules import reasons_are_given
from grader.course.answers import RELEASED, answers_of, as_released, read_reasons, written_in
from grader.course.labs import Course

_COURSE = Course(Path(__file__).parents[2])
_LABS = _COURSE.names()
#: Characters of a reason: two short sentences, and a third at need.
_LONGEST = 300


@pytest.mark.parametrize("name", _LABS)
def test_each_wrong_answer_has_its_reason(name: str) -> None:
    lab = _COURSE.lab(name)
    assert list(reasons_are_given(lab)) == []
    for table in read_reasons(lab.folder).values():
        for answer, reason in table.items():
            # A sentence in one line, with its code marks closed.
            assert len(reason) <= _LONGEST, answer
            assert reason.endswith((".", "!", "?", ")", "`")), answer
            assert "\n" not in reason, answer
            assert reason.count("`") % 2 == 0, answer


@pytest.mark.parametrize("name", _LABS)
def test_the_release_tells_it_and_nothing_of_hidden_tests(name: str) -> None:
    source = _COURSE.source / name
    known = written_in(source, hidden=False)
    assert (_COURSE.release / name / RELEASED).read_bytes() == as_released(known), "drydock author release"
    secret = {answer.expect for answer in answers_of(_COURSE.lab(name)) if answer.hidden}
    assert not secret & {one.expect for one in known}


@pytest.mark.parametrize("name", _LABS)
def test_no_reason_hands_over_a_line_of_the_solution(name: str) -> None:
    lab = _COURSE.lab(name)
    for task, table in read_reasons(lab.folder).items():
        found = lab.task(task)
        assert found is not None and found.answer is not None
        lines = {line.strip() for line in found.answer.source.splitlines() if len(line.strip()) >= 12}
        for answer, reason in table.items():
            assert not [line for line in lines if line in reason], answer
