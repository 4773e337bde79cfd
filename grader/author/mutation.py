"""A lab's checks proved against mutants: each task's solution is changed in one place, and its check must notice.

A mutant is run like a wrong answer in the proof. One that passes *survives*: a hole in the check, or a right
answer, which its author keeps as such beside the lab (``record.py``).
"""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from docker.errors import DockerException
from requests import RequestException

from grader.author import release
from grader.author.cases import Case, Check, Kind, Run, Want, after_the_others
from grader.author.mutants.cells import Mutant, mutants_of
from grader.author.mutants.record import Fate, Kept, Record, TaskRecord, digests_of, read_kept, read_record, sources_of
from grader.author.proof import Progress, judge, share, side_by_side
from grader.author.students import who_runs
from grader.author.trial import Life, Outcome, StoppableSandboxes, run_cases
from grader.autograde.settings import Drydock
from grader.course.cells import cells_of
from grader.course.labs import Course, CourseError, Lab, tasks_of
from grader.course.release import release_in
from grader.i18n import _
from grader.report.verdicts import Status
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.sandbox import Sandbox, remove_orphans

#: The most a mutant's cell may take. Those that only wait forever are many.
CELL_SECONDS = 20.0
#: In a mutant's place: the solution unchanged.
_AS_IT_IS = "as it is"
#: A group has one mutant for so many seconds of all the time that there is.
_GROUP_SHARE = 15


@dataclass(frozen=True)
class Trial:
    """A mutant that was run."""

    mutant: Mutant
    fate: Fate
    #: Why it is right, or why it could not be checked.
    why: str = ""
    #: Spent in its cells and checks.
    seconds: float = 0.0


@dataclass
class LabMutants:
    """What was found out about a lab's checks. ``seconds``: by the clock.

    ``record``: what was known before, of tasks that are still the same; the others are in it with nothing known.
    """

    name: str
    record: Record
    made: int = 0
    trials: list[Trial] = field(default_factory=list)
    #: Mutants for which there was no time.
    not_reached: list[Mutant] = field(default_factory=list)
    #: Lines of mutants.toml that no mutant answers to, and those whose mutant does not pass.
    idle: list[str] = field(default_factory=list)
    seconds: float = 0.0
    #: The release that it was tried on.
    docker: str = ""

    def of(self, *fates: Fate) -> list[Trial]:
        return [trial for trial in self.trials if trial.fate in fates]

    @property
    def judged(self) -> int:
        return len(self.trials) - len(self.of(Fate.NOT_JUDGED))

    @property
    def share(self) -> float:
        """Of those that were judged, how many were killed or are justified; 1.0 where there were none."""
        return 1 - len(self.of(Fate.SURVIVED)) / self.judged if self.judged else 1.0


def mutate(
    course: Course,
    name: str,
    *,
    kind: str,
    seconds: float,
    jobs: int,
    tasks: Sequence[str],
    only: Sequence[str],
    progress: Progress,
) -> LabMutants:
    """Run the mutants of a lab (of some ``tasks``; those that ``only`` names) on engines of this ``kind``.

    None is begun when ``seconds`` are over. Raises CourseError and EngineError as the proof does.
    """
    lab = course.lab(name)
    kept = read_kept(lab)
    every = in_turn(lab)
    found = LabMutants(name, known(lab, every))
    asked = [one for one in every if (not tasks or one.task in tasks) and (not only or one.id in only)]
    mutants = unjudged_first(found.record, asked)
    found.made = len(mutants)
    by_case = {f"{one.task}/{one.id}": one for one in mutants}
    #: Tasks whose solution did not pass, and why.
    unsound: dict[str, str] = {}
    remove_orphans(kind)
    began = time.monotonic()
    with release.generated(course, [name]) as fresh, closing(ForkServer()) as fork_server:
        # A group that was begun is run to its end: where there is little time, they are small.
        most = max(1, min(len(lab.tasks), int(seconds // _GROUP_SHARE)))
        # First of all the solutions as they are: where one doesn't pass, a mutant that fails tells nothing.
        controls = [_control(lab, task) for task in dict.fromkeys(one.task for one in mutants)]
        groups = share([*controls, *(_case(lab, one) for one in mutants)], most=most)
        progress.planned(len(controls) + len(mutants))
        sandboxes = StoppableSandboxes(kind, fork_server, Drydock.of_course(course.root).bounds())
        cells = release_in(lab.notebook)

        @contextmanager
        def opened(images: Sequence[str]) -> Iterator[Sandbox]:
            with sandboxes.opened(images) as sandbox:
                found.docker = found.docker or _release(sandbox)
                yield sandbox

        def run(group: Sequence[Case]) -> list[Life]:
            if time.monotonic() - began > seconds:
                return []
            return judge(group, lambda some: run_cases(some, cells, fresh / name, opened))

        for life in side_by_side(groups, run, jobs, sandboxes):
            for outcome in life.outcomes:
                progress.finished(outcome)
                if outcome.case.name in by_case:
                    found.trials.append(_judged(by_case.pop(outcome.case.name), outcome, kept))
                elif outcome.status is not Status.PASSED:
                    unsound[outcome.case.task] = _told(outcome)
    found.trials = [_doubted(trial, unsound.get(trial.mutant.task)) for trial in found.trials]
    found.not_reached = list(by_case.values())
    if not only and not tasks:
        found.idle = kept.idle(mutants)
    order = {one.id: number for number, one in enumerate(mutants)}
    found.trials.sort(key=lambda trial: order[trial.mutant.id])
    found.seconds = time.monotonic() - began
    return found


def known(lab: Lab, mutants: Sequence[Mutant]) -> Record:
    """What is on record of the lab's mutants as they are now: begun anew for the tasks that have changed since."""
    record = read_record(lab).of_today(lab)
    made = Counter(one.task for one in mutants)
    still = {(one.task, one.id) for one in mutants}
    tasks = {name: TaskRecord(digest, made[name]) for name, digest in digests_of(lab).items()}
    for name, task in record.tasks.items():
        tasks[name].fates |= {one: fate for one, fate in task.fates.items() if (name, one) in still}
        tasks[name].passed |= {one: what for one, what in task.passed.items() if (name, one) in still}
    return replace(record, tasks=tasks)


def unjudged_first(record: Record, mutants: Sequence[Mutant]) -> list[Mutant]:
    """Those on record come last, so that little time at a time comes to all of them in the end."""
    return sorted(mutants, key=lambda one: record.tasks[one.task].judged(one.id))


def with_found(found: LabMutants) -> Record:
    """The record with what a run has found."""
    for trial in found.trials:
        found.record.tasks[trial.mutant.task].add(trial.mutant.id, trial.fate, trial.mutant.what)
    return found.record.with_run(found.docker, found.seconds)


def _release(sandbox: Sandbox) -> str:
    # Only the record wants it: a busy daemon that does not answer ends no run.
    with suppress(RequestException, DockerException), closing(sandbox.engine.endpoint.client()) as client:
        # Without what a distribution adds to it.
        return str(client.version()["Version"]).partition("+")[0]
    return ""


def in_turn(lab: Lab, tasks: Sequence[str] = ()) -> list[Mutant]:
    """The mutants of a lab, one of each task by turns, each task's most telling ones first."""
    each = [
        mutants_of(task.id, task.answer.source)
        for task in lab.tasks
        if task.answer is not None and (not tasks or task.id in tasks)
    ]
    return [one for some in zip_longest(*each) for one in some if one is not None]


def _case(lab: Lab, mutant: Mutant) -> Case:
    task = lab.task(mutant.task)
    assert task is not None
    assert task.answer is not None
    run = Run(mutant.source, f"{mutant.task}/{mutant.id}", must_work=False, seconds=CELL_SECONDS)
    checks = (Check(task.id, task.check.source, Want.FAIL),)
    # As somebody else it would run the solution, and pass.
    pairs = zip(solution := task.answer.source, mutant.source, strict=False)
    changed = next((place for place, (was, now) in enumerate(pairs) if was != now), len(solution))
    return replace(after_the_others(lab, task, Kind.MUTANT, run, checks), student=who_runs(lab, solution, changed))


def _control(lab: Lab, name: str) -> Case:
    task = lab.task(name)
    assert task is not None
    assert task.answer is not None
    run = Run(task.answer.source, f"{name}/{_AS_IT_IS}", must_work=False)
    return after_the_others(lab, task, Kind.MUTANT, run, (Check(name, task.check.source, Want.PASS),))


def _doubted(trial: Trial, why: str | None) -> Trial:
    """Nothing is known of a mutant whose task's solution doesn't pass either."""
    return trial if why is None else replace(trial, fate=Fate.NOT_JUDGED, why=why)


def _told(outcome: Outcome) -> str:
    return " ".join(f"{finding.what} {finding.detail}" for finding in outcome.findings)


def _judged(mutant: Mutant, outcome: Outcome, kept: Kept) -> Trial:
    fate, why = Fate.NOT_JUDGED, ""
    if outcome.overran:
        fate = Fate.OVERRAN
    elif outcome.status is Status.PASSED:
        why = kept.reason(mutant.task, mutant.id, mutant.what)
        fate = Fate.JUSTIFIED if why else Fate.SURVIVED
    elif outcome.status in (Status.FAILED, Status.BLOCKED):
        fate = Fate.KILLED
    else:
        why = _told(outcome)
    return Trial(mutant, fate, why, outcome.seconds)


# -- Which tasks of a lab were changed since a commit: git knows its notebook as it was then.


def changed_tasks(lab: Lab, commit: str) -> list[str]:
    """The tasks whose answer, check or setup isn't as it was at ``commit``; all of a lab that was not there then.

    Raises CourseError where git knows no such commit.
    """
    if _git(lab.folder, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}") is None:
        raise CourseError(_("Git knows no commit {commit} here.").format(commit=commit), "git log --oneline")
    text = _git(lab.folder, "show", f"{commit}:./{lab.notebook.name}")
    then = {task.id: sources_of(task) for task in tasks_of(tuple(cells_of(json.loads(text))))} if text else {}
    return [task.id for task in lab.tasks if then.get(task.id) != sources_of(task)]


def _git(folder: Path, *words: str) -> str | None:
    """What git says in this folder; None where it says no."""
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
