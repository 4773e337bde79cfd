"""The whole proof: static rules, the release's freshness, and every case on a real daemon."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field

from grader.author import release, rules
from grader.author.cases import Case, Kind, cases_of
from grader.author.findings import Finding
from grader.author.mutants.record import Figures, figures_of
from grader.author.trial import Life, Outcome, StoppableSandboxes, run_cases
from grader.autograde.settings import Drydock
from grader.course.answers import FOLDER
from grader.course.labs import Course, CourseError, Lab, read_lab
from grader.course.release import release_in
from grader.i18n import _
from grader.sandbox.fork_client import ForkServer
from grader.sandbox.sandbox import remove_orphans


@dataclass(frozen=True)
class Plan:
    """What the author asked for. ``seconds`` is the most the solution's cells may take in the quickest run."""

    runs: int = 3
    seconds: float = 40.0
    jobs: int = 2
    #: Only cases of these tasks (and no blank, no solution) when not empty.
    tasks: tuple[str, ...] = ()
    #: A daemon of its own for every case, also where several can share one.
    alone: bool = False
    #: Only cases of these kinds when not empty.
    kinds: tuple[Kind, ...] = ()


@dataclass
class LabProof:
    """All that was found out about one lab."""

    name: str
    tasks: int = 0
    findings: list[Finding] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    #: Seconds that each daemon lived.
    daemons: list[float] = field(default_factory=list)
    #: What is on record of its mutants; None where that can't be read.
    mutants: Figures | None = None

    @property
    def sound(self) -> bool:
        return not self.findings

    def cases(self, kind: Kind) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.case.kind is kind]

    @property
    def solution_seconds(self) -> float:
        """The quickest run of the solution's cells, in seconds; 0.0 when it wasn't run.

        Most runs share the machine with other cases, so the slowest would tell of the machine and not of the lab.
        """
        return min((outcome.seconds for outcome in self.cases(Kind.SOLUTION)), default=0.0)


@dataclass
class Proof:
    """What was found out about all labs. ``seconds``: by the clock, from the first case to the last."""

    labs: list[LabProof]
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        return all(lab.sound for lab in self.labs)


class Progress:
    """What the proof tells while it runs; the default says nothing."""

    def planned(self, cases: int) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...


def prove(
    course: Course,
    names: Sequence[str],
    plan: Plan,
    *,
    kind: str,
    progress: Progress | None = None,
) -> Proof:
    """Prove ``names`` on engines of this ``kind``. Findings are in the result.

    Raises CourseError when nbgrader refuses a lab, or the course's settings or an answer can't be read, and EngineError
    for an unknown kind.
    """
    started = time.monotonic()
    told = progress or Progress()
    proofs = {name: LabProof(name) for name in names}
    labs = dict(_readable(course, proofs))
    for lab in labs.values():
        proofs[lab.name].tasks = len(lab.tasks)
        proofs[lab.name].findings += rules.findings(lab)
        try:
            proofs[lab.name].mutants = figures_of(lab)
        except CourseError as error:
            proofs[lab.name].findings.append(Finding(lab.name, FOLDER, str(error), error.remedy))
    remove_orphans(kind)
    with release.generated(course, list(labs)) as fresh, closing(ForkServer()) as fork_server:
        for name in labs:
            proofs[name].findings += release.out_of_date(course, name, fresh)
        released = {name: read_lab(fresh / name / f"{name}.ipynb") for name in labs}
        cases = [case for name in labs for case in _chosen(labs[name], released[name], plan)]
        told.planned(len(cases))
        groups = [(case,) for case in cases] if plan.alone else _shared(cases)

        sandboxes = StoppableSandboxes(kind, fork_server, Drydock.of_course(course.root).bounds())
        cells = {name: release_in(lab.notebook) for name, lab in labs.items()}

        def run(group: Sequence[Case]) -> list[Life]:
            return judge(group, lambda some: run_cases(some, cells[some[0].lab], fresh / some[0].lab, sandboxes.opened))

        for life in _run_all(groups, run, plan.jobs, sandboxes):
            proof = proofs[life.outcomes[0].case.lab]
            proof.daemons.append(life.seconds)
            for outcome in life.outcomes:
                proof.outcomes.append(outcome)
                proof.findings += outcome.findings
                told.finished(outcome)
    for proof in proofs.values():
        proof.findings += _too_slow(proof, plan.seconds)
    return Proof(list(proofs.values()), time.monotonic() - started)


def _readable(course: Course, proofs: dict[str, LabProof]) -> Iterator[tuple[str, Lab]]:
    for name, proof in proofs.items():
        try:
            yield name, course.lab(name)
        except CourseError as error:
            proof.findings.append(Finding(name, f"solutions/{name}", str(error), error.remedy))


def _chosen(source: Lab, released: Lab, plan: Plan) -> list[Case]:
    cases = cases_of(source, released, runs=plan.runs)
    if plan.kinds:
        return [case for case in cases if case.kind in plan.kinds]
    if not plan.tasks:
        return cases
    return [case for case in cases if case.task in plan.tasks]


def _too_slow(proof: LabProof, seconds: float) -> list[Finding]:
    if proof.solution_seconds <= seconds:
        return []
    what = _("The solution took {taken:.1f} s; it may take {allowed:.0f} s.").format(
        taken=proof.solution_seconds, allowed=seconds
    )
    return [Finding(proof.name, "solution", what, _("Shorten it, or give more time with --seconds."))]


def _shared(cases: Sequence[Case]) -> list[tuple[Case, ...]]:
    labs = dict.fromkeys(case.lab for case in cases)
    return [group for lab in labs for group in share([case for case in cases if case.lab == lab])]


def judge(group: Sequence[Case], run: Callable[[Sequence[Case]], Life]) -> list[Life]:
    """Try a group; whatever did not hold in company is tried again alone, and only that counts."""
    life = run(group)
    if len(group) == 1:
        return [life]
    held = tuple(outcome for outcome in life.outcomes if not outcome.findings)
    again = [run([outcome.case]) for outcome in life.outcomes if outcome.findings]
    return [*([Life(held, life.seconds)] if held else []), *again]


def _run_all(
    groups: Sequence[tuple[Case, ...]],
    run: Callable[[Sequence[Case]], list[Life]],
    jobs: int,
    sandboxes: StoppableSandboxes,
) -> Iterator[Life]:
    """Lives as they end."""
    # One run of each solution has the machine to itself, so that its time means something. The last run, because
    # the first also tries every check before its answer.
    timed = {group[0].lab: group for group in groups if group[0].kind is Kind.SOLUTION}
    for group in timed.values():
        yield from run(group)
    rest = [group for group in groups if timed.get(group[0].lab) is not group]
    # Long ones first: short ones then fill the gaps at the end.
    rest.sort(key=lambda group: -sum(len(case.steps) + 3 * len(case.groundwork) for case in group))
    yield from side_by_side(rest, run, jobs, sandboxes)


def side_by_side(
    groups: Sequence[tuple[Case, ...]],
    run: Callable[[Sequence[Case]], list[Life]],
    jobs: int,
    sandboxes: StoppableSandboxes,
) -> Iterator[Life]:
    """The groups' lives as they end; they are begun in their order. Threads do: daemons and checkers are processes."""
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="case") as pool:
        waiting: set[Future[list[Life]]] = {pool.submit(run, group) for group in groups}
        try:
            with sandboxes.until_interrupted():
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield from future.result()
        finally:
            for future in waiting:
                future.cancel()


# -- Which cases can share a daemon.
#
# Most of a case's time goes into a fresh daemon and the tasks it needs. A lab's own rules make it possible: a task
# builds only on the tasks it names in ``needs``, has names of its own and removes nothing of others. Where a lab breaks
# these rules, a case that should hold doesn't; it is then tried again on a daemon of its own, and only that counts.

#: Cases on one daemon at most, so that several daemons at once have something to do until the end.
MOST = 12


def share(cases: Sequence[Case], *, most: int = MOST) -> list[tuple[Case, ...]]:
    """Put ``cases`` of one lab, in the order of their tasks, into groups that don't get in each other's way.

    The blank release and the solution stay alone, and nobody has another student's solutions on their daemon. A group
    has one answer to a task, and no answer to a task whose solution another case of the group needs.
    """
    groups: list[list[Case]] = []
    for case in cases:
        fits = (group for group in groups if len(group) < most and all(_together(case, other) for other in group))
        group = next(fits, None)
        if group is None:
            groups.append([case])
        else:
            group.append(case)
    return [tuple(group) for group in groups]


def _together(case: Case, other: Case) -> bool:
    if not case.task or not other.task or case.task == other.task or case.student != other.student:
        return False
    return case.task not in _needed(other) and other.task not in _needed(case)


def _needed(case: Case) -> set[str]:
    return {ground.task for ground in case.groundwork}
