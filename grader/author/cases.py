"""What is tried on a fresh daemon, as data: which cells run, and what each check must say.

A case is one life of a daemon: the blank release, the solution, or one wrong or right answer to one task
after the solutions of the tasks it needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from grader.author.answers import Answer, answers_of
from grader.author.course import Cell, Lab, Task


class Kind(StrEnum):
    BLANK = "blank"
    SOLUTION = "solution"
    WRONG = "wrong"
    RIGHT = "right"


class Want(StrEnum):
    """What a check must say for the case to hold."""

    PASS = "pass"
    #: Anything but passed and could-not-check; a blocked task counts as not passed.
    FAIL = "fail"


@dataclass(frozen=True)
class Run:
    """Run a cell in the student's kernel."""

    source: str
    where: str
    #: Whether an error in it is a finding: so in solutions, not in blanks and wrong answers.
    must_work: bool


@dataclass(frozen=True)
class Check:
    """Run a check cell in the checker."""

    task: str
    source: str
    want: Want
    #: Text that the failure report must contain.
    expect: str = ""
    #: Why this check is run, when it isn't obvious; ends up in the finding.
    note: str = ""


Step = Run | Check


@dataclass(frozen=True)
class Case:
    lab: str
    kind: Kind
    name: str
    steps: tuple[Step, ...]
    #: The file to look at when the case doesn't hold.
    path: str = ""


def cases_of(source: Lab, released: Lab, *, runs: int) -> list[Case]:
    """All cases of a lab; ``runs`` is how often the solution is tried, to show that it isn't flaky."""
    blank = Case(source.name, Kind.BLANK, "blank", tuple(_blank(source, released)))
    solutions = [
        Case(
            source.name,
            Kind.SOLUTION,
            f"solution {number}" if runs > 1 else "solution",
            tuple(_solution(source, released, before=number == 1)),
        )
        for number in range(1, runs + 1)
    ]
    # Long ones first: with few workers the short ones then fill the gaps at the end.
    return [*solutions, blank, *_answer_cases(source)]


def _blank(source: Lab, released: Lab) -> Iterator[Step]:
    """Every cell of the untouched release; each check both as the student sees it and as it is graded."""
    visible = {task.id: task.check.source for task in released.tasks}
    unsolved = {cell.grade_id: cell.source for cell in released.cells if cell.solution}
    for cell in source.cells:
        if not cell.is_code:
            continue
        if not cell.is_check:
            yield Run(unsolved.get(cell.grade_id, cell.source), _where(cell), must_work=False)
            continue
        yield Check(cell.grade_id, cell.source, Want.FAIL)
        if visible.get(cell.grade_id, cell.source) != cell.source:
            yield Check(cell.grade_id, visible[cell.grade_id], Want.FAIL, note="without its hidden tests")


def _solution(source: Lab, released: Lab, *, before: bool) -> Iterator[Step]:
    """The whole notebook in order. With ``before``, a task with needs must fail just before its answer.

    The blank run can't show that: there such a task is blocked and never evaluated.
    """
    by_answer = {task.answer.index: task for task in source.tasks if task.answer is not None and task.needs}
    for cell in source.cells:
        if not cell.is_code:
            continue
        if cell.is_check:
            yield Check(cell.grade_id, cell.source, Want.PASS)
            continue
        if before and (task := by_answer.get(cell.index)):
            yield Check(task.id, task.check.source, Want.FAIL, note="with only the tasks before it solved")
        yield Run(cell.source, _where(cell), must_work=not cell.may_fail)


def _answer_cases(source: Lab) -> Iterator[Case]:
    for answer in answers_of(source):
        task = source.task(answer.task)
        if task is not None:
            yield Case(
                source.name,
                Kind.RIGHT if answer.right else Kind.WRONG,
                f"{answer.task}/{answer.name}",
                tuple(_one_answer(source, task, answer)),
                str(answer.path),
            )


def _one_answer(source: Lab, task: Task, answer: Answer) -> Iterator[Step]:
    """The tasks it needs solved and checked, then this answer and its check."""
    steps = list(_after_connect(source, task, answer))
    # Connecting takes half a second of imports; most answers are docker commands and never use ``check``.
    if source.connect is not None and any(isinstance(step, Run) and "check" in step.source for step in steps):
        yield Run(source.connect.source, "connect", must_work=True)
    yield from steps


def _after_connect(source: Lab, task: Task, answer: Answer) -> Iterator[Step]:
    for needed in source.needed_by(task):
        yield from _setups(needed)
        if needed.answer is not None:
            yield Run(needed.answer.source, _where(needed.answer), must_work=not needed.answer.may_fail)
        yield Check(needed.id, needed.check.source, Want.PASS, note=f"before {answer.task}")
    yield from _setups(task)
    yield Run(answer.source, f"{answer.task}/{answer.name}", must_work=False)
    if answer.right:
        yield Check(task.id, task.check.source, Want.PASS)
    else:
        yield Check(task.id, task.check.source, Want.FAIL, answer.expect)


def _setups(task: Task) -> Iterator[Run]:
    for cell in task.setups:
        yield Run(cell.source, _where(cell), must_work=not cell.may_fail)


def _where(cell: Cell) -> str:
    return cell.grade_id or f"cell {cell.index + 1}"
