"""Rules for what lies in a lab's ``answers/``: enough of each kind, well named, and why each wrong one is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from grader.author.findings import Finding
from grader.course.answers import (
    EXPECT,
    FOLDER,
    REASONS,
    SUFFIXES,
    answer_files,
    answers_of,
    read_answer,
    read_reasons,
    well_named,
)
from grader.course.labs import CourseError, Lab
from grader.i18n import _

WRONG_ANSWERS_PER_TASK = 2


def answers_are_filed(lab: Lab) -> Iterator[Finding]:
    """Files below ``answers/`` belong to a task and say what they are; a wrong one says what it expects."""
    known = {task.id for task in lab.tasks}
    for path in answer_files(lab.folder):
        where = str(path.relative_to(lab.folder))
        if path.parent.name not in known:
            yield Finding(lab.name, where, _("There is no task “{task}”.").format(task=path.parent.name))
        elif not well_named(path):
            yield Finding(
                lab.name,
                where,
                _("The name must be wrong-… or right-… with one of {suffixes}.").format(suffixes=", ".join(SUFFIXES)),
            )
        elif not (answer := read_answer(path)).right and not answer.expect:
            yield Finding(
                lab.name,
                where,
                _("A wrong answer must say which message it expects."),
                _("Make its first line: {mark} TEXT FROM THE FAILURE REPORT").format(mark=EXPECT),
            )


def answers_are_enough(lab: Lab) -> Iterator[Finding]:
    """At least two wrong answers for each task, and a right alternative somewhere in the lab."""
    answers = answers_of(lab)
    for task in lab.tasks:
        wrong = sum(answer.task == task.id and not answer.right for answer in answers)
        if wrong < WRONG_ANSWERS_PER_TASK:
            yield Finding(
                lab.name,
                task.id,
                _("The task has {count} of the {wanted} wrong answers it needs.").format(
                    count=wrong, wanted=WRONG_ANSWERS_PER_TASK
                ),
                _("Add {path}/wrong-….sh").format(path=f"solutions/{lab.name}/{FOLDER}/{task.id}"),
            )
    if lab.tasks and not any(answer.right for answer in answers):
        yield Finding(
            lab.name,
            "",
            _("No task of the lab has a right alternative answer."),
            _("Add {path}/<task>/right-….sh").format(path=f"solutions/{lab.name}/{FOLDER}"),
        )


def reasons_are_given(lab: Lab) -> Iterator[Finding]:
    """Each wrong answer has its line in ``answers/reasons.toml``, and each line its answer."""
    where = f"{FOLDER}/{REASONS}"
    try:
        reasons = read_reasons(lab.folder)
    except CourseError as error:
        yield Finding(lab.name, where, str(error), error.remedy)
        return
    said = {(task, name) for task, table in reasons.items() for name in table}
    wrong = {(answer.task, answer.name): answer.expect for answer in answers_of(lab) if not answer.right}
    # One that doesn't say what it expects has its finding already.
    for task, name in sorted(place for place, expect in wrong.items() if expect and place not in said):
        yield Finding(
            lab.name,
            where,
            _("It does not say why {task}/{name} is wrong.").format(task=task, name=name),
            _('Below [{task}]: "{name}" = "why, in one or two sentences to the student"').format(task=task, name=name),
        )
    for task, name in sorted(said - set(wrong)):
        what = (
            _("There is no wrong answer {name} to the task {task}.")
            if lab.task(task)
            else _("There is no task “{task}”.")
        )
        yield Finding(
            lab.name, where, what.format(task=task, name=name), _("Remove “{name}”, or rename it.").format(name=name)
        )
