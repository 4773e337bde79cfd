"""What is tried on a fresh daemon, as data: which cells run, and what each check must say.

A case is the blank release, the solution, or one wrong or right answer to one task after the solutions of the tasks
it needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from grader.author.findings import where_of
from grader.author.students import asks_for_values, plants_something, students_of
from grader.course.answers import Answer, answers_of
from grader.course.cells import Cell
from grader.course.labs import Lab, Task
from grader.course.predictions import predictions_of
from grader.i18n import _
from grader.values import DEFAULT_KEY, StudentKey
from grader.values.asked import asking_in


class Kind(StrEnum):
    """What a case tries; the value is its word in reports and in the proof's JSON."""

    BLANK = "blank"
    SOLUTION = "solution"
    WRONG = "wrong"
    RIGHT = "right"
    #: A solution changed in one place: grader.author.mutants.
    MUTANT = "mutant"


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
    #: The most it may take, where that is less than a student has. One that takes longer has failed, and ends the case.
    seconds: float | None = None


@dataclass(frozen=True)
class SetUp:
    """Run a setup cell, apart from the student's kernel."""

    name: str
    source: str
    must_work: bool

    @property
    def where(self) -> str:
        return self.name


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
    #: Whether it may find points where its task is untouched.
    may_earn: bool = False


@dataclass(frozen=True)
class Observation:
    """Ask the cell that has just run which of a prediction's choices came true."""

    prediction: str
    choices: int

    def asked(self, printed: str) -> Run:
        """``printed``: by that cell."""
        source = f"check.outcome({self.prediction!r}, choices={self.choices}, printed={printed!r})"
        return Run(source, _("the outcome of the prediction {name}").format(name=self.prediction), must_work=True)


Step = Run | SetUp | Check | Observation


@dataclass(frozen=True)
class Groundwork:
    """The solution of a task that another one needs, with its setup and its check."""

    task: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Case:
    """One thing to try on a daemon: its steps in order, and by their wants what must come of them."""

    lab: str
    kind: Kind
    name: str
    steps: tuple[Step, ...]
    #: The file to look at when the case doesn't hold.
    path: str = ""
    #: What comes before the steps, unless it was done on this daemon already; in the order of the notebook.
    groundwork: tuple[Groundwork, ...] = ()
    #: The connect cell, for cases whose steps use ``check``. Connecting takes half a second of imports, and most
    #: answers are docker commands.
    connect: Run | None = None
    #: As which student; their values differ.
    student: StudentKey = DEFAULT_KEY

    @property
    def task(self) -> str:
        """The task that an answer belongs to; empty for the blank release and the solution."""
        return self.name.partition("/")[0] if self.kind in (Kind.WRONG, Kind.RIGHT, Kind.MUTANT) else ""


def cases_of(source: Lab, released: Lab, *, runs: int) -> list[Case]:
    """All cases of a lab; ``runs`` is how often the solution is tried, to show that it isn't flaky.

    Each time as another student, so that one that types a value in is found out. What depends on values is tried as
    three students at least, and as many as it takes to have each script planted once.
    """
    students = students_of(source, runs)
    several = runs > 1
    blank = tuple(_blank(source, released))
    blanks = [
        Case(source.name, Kind.BLANK, f"blank{_as_student(number)}", blank, student=student)
        for number, student in enumerate(students[: None if plants_something(source) else 1], 1)
    ]
    solutions = [
        Case(
            source.name,
            Kind.SOLUTION,
            f"solution {number}" if several else "solution",
            tuple(_solution(source, before=number == 1)),
            student=student,
        )
        for number, student in enumerate(students if several else students[:1], 1)
    ]
    answers = [
        replace(case, name=f"{case.name}{_as_student(number)}", student=student)
        for case, asks in _answer_cases(source, released)
        for number, student in enumerate(students if asks else students[:1], 1)
    ]
    # Long ones first: with few workers the short ones then fill the gaps at the end.
    return [*solutions, *blanks, *answers]


def _as_student(number: int) -> str:
    return "" if number == 1 else f" as student {number}"


def _blank(source: Lab, released: Lab) -> Iterator[Step]:
    """Every cell of the untouched release; each check both as the student sees it and as it is graded."""
    visible = _visible(released)
    unsolved = {cell.grade_id: cell.source for cell in released.cells if cell.solution}
    for cell in source.cells:
        if not cell.is_code:
            continue
        if not cell.is_check:
            yield _cell(cell, unsolved.get(cell.grade_id, cell.source), must_work=False)
            continue
        yield Check(cell.grade_id, cell.source, Want.FAIL)
        if visible.get(cell.grade_id, cell.source) != cell.source:
            yield Check(cell.grade_id, visible[cell.grade_id], Want.FAIL, note=_("without its hidden tests"))


def _visible(released: Lab) -> dict[str, str]:
    """Each task's check as the student has it."""
    return {task.id: task.check.source for task in released.tasks}


def _solution(source: Lab, *, before: bool) -> Iterator[Step]:
    """The whole notebook in order. With ``before``, a task that builds on others must fail just before its answer.

    The blank run can't show that: there the others have failed, and one with ``needs`` is never evaluated.
    """
    by_answer = {task.answer.index: task for task in source.tasks if task.answer is not None and task.needs}
    predictions = list(predictions_of(source.cells))
    for cell in source.cells:
        if not cell.is_code:
            continue
        if cell.is_check:
            yield Check(cell.grade_id, cell.source, Want.PASS)
            continue
        if before and (task := by_answer.get(cell.index)):
            note = "with only the tasks before it solved"
            yield Check(task.id, task.check.source, Want.FAIL, note=note, may_earn=task.check.is_earned_earlier)
        yield _cell(cell, cell.source, must_work=not cell.may_fail)
        for prediction in predictions:
            if prediction.experiment == cell:
                yield Observation(prediction.id, len(prediction.choices))


def _answer_cases(source: Lab, released: Lab) -> Iterator[tuple[Case, bool]]:
    """And whether what it runs and checks asks for a value."""
    visible = _visible(released)
    order = {task.id: number for number, task in enumerate(source.tasks)}
    for answer in sorted(answers_of(source), key=lambda one: order[one.task]):
        task = source.task(answer.task)
        if task is not None:
            case = _answer_case(source, task, answer, visible.get(task.id, task.check.source))
            cells = [cell for one in (task, *source.needed_by(task)) for cell in (one.check, *one.setups)]
            yield case, asks_for_values([answer.source, *(cell.source for cell in cells)])


def _answer_case(source: Lab, task: Task, answer: Answer, visible: str) -> Case:
    kind = Kind.RIGHT if answer.right else Kind.WRONG
    run = Run(answer.source, f"{answer.task}/{answer.name}", must_work=False)
    return after_the_others(
        source, task, kind, run, tuple(_answer_checks(task, answer, visible)), path=str(answer.path)
    )


def after_the_others(
    source: Lab, task: Task, kind: Kind, answer: Run, checks: tuple[Check, ...], *, path: str = ""
) -> Case:
    """A case that gives ``answer`` to ``task`` after the solutions of the tasks that it needs."""
    groundwork = tuple(
        Groundwork(needed.id, tuple(_solved(needed, before=task.id))) for needed in source.needed_by(task)
    )
    steps: tuple[Step, ...] = (*_setups(task), answer, *checks)
    every: list[Step] = [*(step for ground in groundwork for step in ground.steps), *steps]
    return Case(
        source.name,
        kind,
        answer.where,
        steps,
        path,
        groundwork,
        _connect(source, [step.source for step in every if isinstance(step, Run)]),
    )


def _connect(source: Lab, answers: Iterable[str]) -> Run | None:
    """The connect cell, if one of the answers uses ``check`` or a value that a cell of its own has asked for.

    Such a cell, which shows the value, has no name and belongs to no task. Without it ``$VALUE_…`` would be empty.
    """
    asking = [line for cell in source.cells if cell.is_code and not cell.grade_id for line in asking_in(cell.source)]
    uses = any("check" in one or ("VALUE_" in one and asking) for one in answers)
    if source.connect is None or not uses:
        return None
    return Run("\n".join((source.connect.source, *asking)), "connect", must_work=True)


def _answer_checks(task: Task, answer: Answer, visible: str) -> Iterator[Check]:
    if answer.right:
        yield Check(task.id, task.check.source, Want.PASS)
        return
    yield Check(task.id, task.check.source, Want.FAIL, answer.expect)
    if visible != task.check.source and not answer.hidden:
        # With its text: what students are given of it beside the lab must tell of no hidden test.
        yield Check(task.id, visible, Want.FAIL, answer.expect, _("without its hidden tests"))


def _solved(needed: Task, *, before: str) -> Iterator[Step]:
    yield from _setups(needed)
    if needed.answer is not None:
        yield Run(needed.answer.source, where_of(needed.answer), must_work=not needed.answer.may_fail)
    yield Check(needed.id, needed.check.source, Want.PASS, note=f"before {before}")


def _setups(task: Task) -> Iterator[SetUp]:
    for cell in task.setups:
        yield SetUp(cell.grade_id, cell.source, must_work=not cell.may_fail)


def _cell(cell: Cell, source: str, *, must_work: bool) -> Run | SetUp:
    if cell.is_setup:
        return SetUp(cell.grade_id, source, must_work)
    return Run(source, where_of(cell), must_work)
