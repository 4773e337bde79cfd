"""Grade one rebuilt notebook in one sandbox: the student's cells inside, the checks outside, in notebook order."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader.autograde.inert import inert
from grader.autograde.ordinary import ENVIRONMENT, WITH_WARNINGS, NbgraderTests
from grader.autograde.sandbox import Sandbox
from grader.autograde.scripts import put_back, scripts_run_by
from grader.autograde.settings import Drydock
from grader.autograde.verdict_cells import write_graded, write_report
from grader.course.declared import declared, prepares
from grader.course.release import Release, ReleaseCell
from grader.engines import EngineError
from grader.execution import CellOutcome, CellStatus, FreezeError, KernelLost, StudentKernel, could_not_check
from grader.i18n import _
from grader.report.verdicts import TaskReport
from grader.values import KEY_VARIABLE, StudentKey

_USES_CHECK = re.compile(r"\bcheck\b")


class _NotRun(Exception):
    """A cell of the student's was not run. ``ours``: by no fault of theirs, as far as we know."""

    def __init__(self, reason: str, *, ours: bool = False) -> None:
        super().__init__(reason)
        self.ours = ours


class Grading:
    """One notebook's way through a sandbox. Raises KernelLost when the first kernel doesn't start.

    ``originals``: folders in which the lab's files may lie as the author wrote them.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        settings: Drydock,
        release: Release,
        key: StudentKey,
        log: logging.Logger,
        *,
        originals: Sequence[Path] = (),
        tests: NbgraderTests | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._release = release
        self._originals = originals
        self._known = release.by_name()
        self._setups = release.setups
        self._tests = tests or NbgraderTests(log)
        self._key = key
        self._log = log
        # A slow engine's students are slow without being to blame for it (a Checker sees to its own time).
        patience = sandbox.engine.patience
        self._seconds_left = settings.notebook_seconds * patience
        self._cell_seconds = settings.cell_seconds * patience
        self._check_seconds = settings.check_seconds
        self._kernels_left = settings.kernels - 1
        self._ended_at = ""
        self._connected = False
        #: Tasks whose preparation failed by no fault of the student's, and why.
        self._unprepared: dict[str, str] = {}
        self.reports: list[TaskReport] = []

    def run(self, nb: NotebookNode) -> None:
        """Execute every code cell of ``nb`` and put its outputs, or its report, into it."""
        self._sandbox.kernel.wait_ready()
        self._hand_key(self._sandbox.kernel)
        for number, cell in enumerate(nb.cells, 1):
            if cell.cell_type != "code":
                continue
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            known = self._known.get(name)
            if known is not None and known.is_check:
                self._check(cell, known)
            elif known is not None and known.is_test:
                self._test(cell, known)
            elif known is not None and known.name in self._setups:
                self._set_up(cell, known)
            else:
                self._student_cell(cell, name or _("cell {number}").format(number=number))

    # -- checks

    def _check(self, cell: NotebookNode, known: ReleaseCell) -> None:
        report = self._report(known)
        self.reports.append(report)
        cell.source = known.source
        write_report(cell, report, known.points)

    def _report(self, known: ReleaseCell) -> TaskReport:
        sandbox = self._sandbox
        if not sandbox.daemon_lives():
            reason = _("The Docker daemon of this submission ended early ({where}).")
            if sandbox.daemon_hangs:
                reason = _("The Docker daemon of this submission answered no more ({where}).")
            return could_not_check(known.name, reason.format(where=self._ended_at or _("nobody knows when")))
        if why := self._lack(known):
            return could_not_check(known.name, why)
        try:
            with self._held(sandbox.kernels):
                return self._ask(known)
        except FreezeError as trouble:
            return could_not_check(known.name, str(trouble))

    def _lack(self, known: ReleaseCell) -> str:
        """Why a task can't be checked fairly: it was not prepared, or one that it builds on; else an empty text."""
        if why := self._unprepared.get(known.name):
            return _("The task could not be prepared: {why}").format(why=why)
        for need in declared(known.source).needs:
            if why := self._unprepared.get(need):
                # And so for those that build on this one.
                self._unprepared[known.name] = why
                return _("The task {need}, on which this one builds, could not be prepared: {why}").format(
                    need=need, why=why
                )
        return ""

    @contextmanager
    def _held(self, kernels: list[StudentKernel]) -> Iterator[None]:
        """Stop all processes of these kernels while the block runs.

        What can't be held must go: a check may only see what nobody can change behind its back. Raises FreezeError
        for what doesn't go either.
        """
        with ExitStack() as stack:
            for kernel in kernels:
                try:
                    stack.enter_context(kernel.processes.frozen())
                except FreezeError as trouble:
                    self._log.warning("%s", trouble)
                    kernel.close()
                    if kernel.is_alive():
                        raise
            yield

    def _restore_names(self, cell: str) -> None:
        """Nothing of ours, neither a check nor a preparation, takes a student's image for one of the course's."""
        for tag in self._sandbox.images.restore():
            self._log.warning("%s: the name %s had been given to another image", cell, tag)

    def _ask(self, known: ReleaseCell) -> TaskReport:
        self._restore_names(known.name)
        return self._sandbox.checker.check(known.name, known.source, self._check_seconds, key=self._key)

    # -- cells that prepare a task

    def _set_up(self, cell: NotebookNode, known: ReleaseCell) -> None:
        """In a kernel of its own, so that no student's code keeps the preparation from happening.

        Where it fails by our fault (no kernel, no time), the task can't be checked. A command in it that fails is no
        such fault: a student may have made what is in its way.
        """
        if not self._sandbox.daemon_lives():
            cell.outputs = [_not_run(_("The Docker daemon of this submission has ended."))]
            return
        try:
            with self._held([self._sandbox.kernel]):
                self._restore_names(known.name)
                outcome = self._prepare(known.source)
        except (KernelLost, FreezeError, EngineError) as trouble:
            self._log.error("%s: %s", known.name, trouble)
            cell.outputs = [_not_run(str(trouble))]
            self._blame(known.name, str(trouble))
            return
        self._keep(cell, outcome, known.name)
        if outcome.reason:
            self._blame(known.name, outcome.reason)

    def _blame(self, setup: str, why: str) -> None:
        """Note that a setup cell didn't do its work, for the task it is named after; by any other name, for all later
        ones, as nobody can tell which of them it is for."""
        names = [cell.name for cell in self._release.cells]
        tasks = self._release.checks
        named = [task for task in tasks if prepares(setup, task)]
        later = [task for task in tasks if names.index(task) > names.index(setup)]
        self._unprepared.update(dict.fromkeys(named or later, why))

    def _prepare(self, source: str) -> CellOutcome:
        kernel, new = self._sandbox.setup_kernel()
        if new:
            self._hand_key(kernel)
            self._connected = False
        if not self._connected and _USES_CHECK.search(source):
            # Half a second of imports that most setup cells, being docker commands, don't need.
            if why := self._run_connect(kernel):
                raise KernelLost(why)
            self._connected = True
        if scripts := scripts_run_by(source, self._originals):
            outcome = kernel.run(put_back(scripts), self._cell_seconds)
            if outcome.status is not CellStatus.OK:
                why = _("{files} can't be written: {why}")
                raise KernelLost(why.format(files=", ".join(scripts), why=outcome.last_words))
        return kernel.run(source, self._cell_seconds)

    # -- nbgrader's own tests

    def _test(self, cell: NotebookNode, known: ReleaseCell) -> None:
        """Among the student's code, which sees the source of the test from now on and not before."""
        cell.source = known.source
        try:
            outcome = self._run_for_student(cell.source, known.name)
        except _NotRun as trouble:
            if trouble.ours:
                write_report(cell, could_not_check(known.name, str(trouble)), known.points)
            else:
                write_graded(cell, self._tests.not_run(known, str(trouble)))
            return
        self._note_end(outcome, known.name)
        if outcome.status is CellStatus.DEAD and not self._sandbox.engine.is_alive():
            # The walls of the kernel are the daemon's: it may have ended by our fault.
            write_report(cell, could_not_check(known.name, outcome.reason), known.points)
            return
        write_graded(cell, self._tests.graded(known, outcome), outcome.outputs)

    # -- the student's cells

    def _student_cell(self, cell: NotebookNode, name: str) -> None:
        try:
            self._keep(cell, self._run_for_student(cell.source, name), name)
        except _NotRun as trouble:
            cell.outputs = [_not_run(str(trouble))]

    def _run_for_student(self, source: str, name: str) -> CellOutcome:
        """Run it in the student's kernel, on the student's time. Raises _NotRun."""
        if self._seconds_left <= 0:
            raise _NotRun(_("The time for this notebook is used up."))
        if self._sandbox.daemon_hangs:
            raise _NotRun(_("The Docker daemon of this submission answers no more."), ours=True)
        seconds = min(self._cell_seconds, self._seconds_left)
        try:
            outcome = self._living_kernel().run(source, seconds)
        except KernelLost as trouble:
            self._log.warning("%s: %s", name, trouble)
            raise _NotRun(str(trouble), ours=True) from trouble
        self._seconds_left -= outcome.seconds
        return outcome

    def _keep(self, cell: NotebookNode, outcome: CellOutcome, name: str) -> None:
        cell.outputs = inert(outcome.outputs)
        self._note_end(outcome, name)

    def _note_end(self, outcome: CellOutcome, name: str) -> None:
        if outcome.reason:
            self._log.warning("%s: %s", name, outcome.reason)
        if not self._ended_at and not self._sandbox.daemon_lives():
            self._ended_at = _("while {cell} ran").format(cell=name)
            self._log.error("The Docker daemon ended or answered no more %s.", self._ended_at)

    def _living_kernel(self) -> StudentKernel:
        """Raises _NotRun where there is none; KernelLost where one should be."""
        if self._sandbox.kernel.is_alive():
            return self._sandbox.kernel
        if not self._sandbox.daemon_lives():
            raise _NotRun(_("The Docker daemon of this submission has ended."), ours=True)
        if self._kernels_left <= 0:
            raise _NotRun(_("There is no kernel any more."))
        self._kernels_left -= 1
        kernel = self._sandbox.replace_kernel()
        self._hand_key(kernel)
        if why := self._run_connect(kernel):
            self._log.warning("%s", why)
        return kernel

    def _hand_key(self, kernel: StudentKernel) -> None:
        """The student's own values must be the same here as at home. A sandbox is made before its student is known."""
        kernel.export({KEY_VARIABLE: self._key.text} | (ENVIRONMENT if self._release.tests else {}))
        if self._release.tests:
            kernel.run(WITH_WARNINGS, self._cell_seconds)

    def _run_connect(self, kernel: StudentKernel) -> str:
        """Run the lab's first cell in another kernel; why that did not work, or an empty text. Raises KernelLost."""
        for cell in self._release.cells:
            if cell.is_connect:
                outcome = kernel.run(cell.source, self._cell_seconds)
                if outcome.status is not CellStatus.OK:
                    return _("The lab's first cell did not work: {why}").format(why=outcome.last_words)
        return ""


def _not_run(reason: str) -> NotebookNode:
    return new_output("error", ename="NotRun", evalue=reason, traceback=[_("Not run: {why}").format(why=reason)])
