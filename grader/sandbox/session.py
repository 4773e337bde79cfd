"""One notebook's way through a sandbox: the student's cells inside, the lab's preparations apart, the checks outside.

The only conductor: grading, its rehearsal and the author's proof differ in who supplies the cells and in what becomes
of the outcomes.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from grader.course.declared import declared, prepares
from grader.course.release import Release
from grader.engines import EngineError
from grader.i18n import _
from grader.report.verdicts import Status, TaskReport, Verdict
from grader.sandbox.checker import could_not_check
from grader.sandbox.kernel import CellOutcome, CellStatus, KernelLost, StudentKernel
from grader.sandbox.processes import FreezeError, Restless
from grader.sandbox.restored import restore_scripts, scripts_run_by
from grader.sandbox.sandbox import Sandbox
from grader.values import KEY_VARIABLE, BadDeclaration, StudentKey

_USES_CHECK = re.compile(r"\bcheck\b")
#: nbgrader tells the code that it grades by this variable.
_ENVIRONMENT = {"NBGRADER_EXECUTION": "autograde"}
#: Our kernels start without warnings. For nbgrader a warning is a test's failure, so it must be one here.
_WITH_WARNINGS = """
def with_warnings():
    import os, sys, warnings
    os.environ.pop("PYTHONWARNINGS", None)
    sys.warnoptions.clear()
    warnings.filters[:] = [it for it in warnings.filters if tuple(it) != ("ignore", None, Warning, None, 0)]
    warnings.simplefilter("ignore", ImportWarning, append=True)  # as it is; makes the list above count
with_warnings()
del with_warnings
"""


class NotRun(Exception):
    """A cell was not run; ``str()`` says why. ``ours``: by no fault of the student's, as far as we know."""

    def __init__(self, reason: str, *, ours: bool = False) -> None:
        super().__init__(reason)
        self.ours = ours


class _InTheWay(Exception):
    """A student's files keep a setup cell from being run as the author wrote it. ``str()`` says which."""


class Session:
    """Runs the cells of the lab ``release``, as whose student ``key`` says. Raises KernelLost when the first kernel
    doesn't start.

    ``originals``: folders in which the lab's files may lie as the author wrote them.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        release: Release,
        key: StudentKey,
        log: logging.Logger,
        *,
        originals: Sequence[Path] = (),
    ) -> None:
        self._sandbox = sandbox
        self._release = release
        self._originals = originals
        self._key = key
        self._log = log
        bounds = sandbox.bounds
        # A slow engine's students are slow without being to blame for it (a Checker sees to its own time).
        self._patience = sandbox.engine.patience
        self._seconds_left = bounds.notebook_seconds * self._patience
        self._cell_seconds = bounds.cell_seconds * self._patience
        self._check_seconds = bounds.check_seconds
        self._kernels_left = bounds.kernels - 1
        self._ended_at = ""
        #: Why the student's kernel was ended, or not had, by no fault of theirs as far as we know.
        self._kernel_lost = ""
        #: The same, where no student could have brought it about: it excuses what is not on the daemon, too.
        self._orphaned = ""
        #: The setup kernel that has the student's key, and whether it ran the lab's first cell.
        self._prepared_kernel: StudentKernel | None = None
        self._connected = False
        #: Tasks that were not prepared, what they are by that (could not check; failed where a student kept it from
        #: happening), and why.
        self._unprepared: dict[str, tuple[Status, str]] = {}
        sandbox.kernel.wait_ready()
        self._hand_key(sandbox.kernel)
        if setups := [cell.source for cell in release.cells if cell.grade_id in release.setups]:
            # Before any cell of the student's: a folder that is full or shut would keep it from starting.
            with suppress(KernelLost, EngineError):  # said when it is needed, if it can't be had then
                self._ready_setup_kernel("\n".join(setups))

    def become(self, key: StudentKey) -> None:
        """Go on as another student, with all of the time again; what is on the daemon stays."""
        self._key, self._kernel_lost, self._orphaned = key, "", ""
        self._seconds_left = self._sandbox.bounds.notebook_seconds * self._patience
        self._prepared_kernel = None
        if self._sandbox.kernel.is_alive():
            self._hand_key(self._sandbox.kernel)

    # -- checks

    def check(self, name: str, source: str) -> TaskReport:
        """Ask the check cell ``source`` of the task ``name``, while nothing of the student's moves."""
        sandbox = self._sandbox
        if why := self._daemon_lost():
            return could_not_check(name, why)
        if lack := self._lack(name, source):
            return TaskReport(name, name, "", (Verdict(*lack),))
        while True:
            try:
                with self._held(sandbox.kernels):
                    self._restore_names(name)
                    report = sandbox.checker.check(name, source, self._check_seconds, key=self._key)
                break
            except Restless as trouble:
                # What it saw counts for nothing; now they are gone, and it is asked again.
                self._log.warning("%s: %s", name, trouble)
            except FreezeError as trouble:
                return could_not_check(name, str(trouble))
        if self._orphaned and report.status in (Status.FAILED, Status.BLOCKED):
            return could_not_check(name, self._orphaned)
        return report

    def lost(self) -> str:
        """Why what student's code did not do may be no fault of theirs: the daemon's end, or a kernel's; or nothing."""
        return self._daemon_lost() or self._orphaned or self._kernel_lost

    def _daemon_lost(self) -> str:
        sandbox = self._sandbox
        if sandbox.daemon_lives():
            return ""
        reason = _("The Docker daemon of this submission ended early ({where}).")
        if sandbox.daemon_hangs:
            reason = _("The Docker daemon of this submission answered no more ({where}).")
        return reason.format(where=self._ended_at or _("nobody knows when"))

    def _lack(self, name: str, source: str) -> tuple[Status, str] | None:
        """What a task is, and why, that was not prepared, or builds on one that was not: the check is not asked."""
        if found := self._unprepared.get(name):
            status, why = found
            return status, _("The task could not be prepared: {why}").format(why=why)
        for need in declared(source).needs:
            if found := self._unprepared.get(need):
                # And so for those that build on this one.
                self._unprepared[name] = status, why = found
                return status, _("The task {need}, on which this one builds, could not be prepared: {why}").format(
                    need=need, why=why
                )
        return None

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
                    if kernel is self._sandbox.kernel and not self._kernel_lost:
                        # One more for the student, whose next cells may miss what was in it; once, or it could be had.
                        self._kernels_left += 1
                        self._kernel_lost = str(trouble)
            yield

    def _restore_names(self, cell: str) -> None:
        """Nothing of ours, neither a check nor a preparation, takes a student's image for one of the course's."""
        for tag in self._sandbox.images.restore():
            self._log.warning("%s: the name %s had been given to another image", cell, tag)

    # -- cells that prepare a task

    def set_up(self, name: str, source: str) -> CellOutcome:
        """Run a setup cell in a kernel of its own, so that no student's code keeps the preparation from happening.

        Where it fails by our fault or the author's (no kernel, no time), the task can't be checked. Where the student's
        files keep its scripts from being put back, the task is failed: that nothing was prepared must earn no points.
        NotRun is raised if it did not even begin. A command in it that fails is neither: a student may have made what
        is in its way, and the check decides.
        """
        if not self._sandbox.daemon_lives():
            raise NotRun(_("The Docker daemon of this submission has ended."), ours=True)
        try:
            with self._held([self._sandbox.kernel]):
                self._restore_names(name)
                outcome = self._prepare(source)
        except Restless as trouble:
            # The cell has run. Who went on meanwhile has been ended, and what they did is theirs.
            self._log.warning("%s: %s", name, trouble)
        except _InTheWay as trouble:
            self._log.warning("%s: %s", name, trouble)
            self._unprepare(name, Status.FAILED, str(trouble))
            raise NotRun(str(trouble)) from trouble
        except (KernelLost, FreezeError, EngineError, BadDeclaration) as trouble:
            self._log.error("%s: %s", name, trouble)
            self._unprepare(name, Status.COULD_NOT_CHECK, str(trouble))
            raise NotRun(str(trouble), ours=True) from trouble
        self._note_end(outcome, name)
        if outcome.reason:
            self._unprepare(name, Status.COULD_NOT_CHECK, outcome.reason)
        return outcome

    def _unprepare(self, setup: str, status: Status, why: str) -> None:
        """Note that a setup cell didn't do its work, for the task it is named after; by any other name, for all later
        ones, as nobody can tell which of them it is for."""
        names = [cell.grade_id for cell in self._release.cells]
        tasks = self._release.checks
        named = [task for task in tasks if prepares(setup, task)]
        later = [task for task in tasks if names.index(task) > names.index(setup)]
        self._unprepared.update(dict.fromkeys(named or later, (status, why)))

    def _ready_setup_kernel(self, source: str) -> StudentKernel:
        """With all that ``source`` needs. Raises KernelLost."""
        kernel = self._sandbox.setup_kernel()
        if self._prepared_kernel is not kernel:
            self._hand_key(kernel)
            self._prepared_kernel = kernel
            self._connected = False
        if not self._connected and _USES_CHECK.search(source):
            # Half a second of imports that most setup cells, being docker commands, don't need.
            if why := self._run_connect(kernel):
                raise KernelLost(why)
            self._connected = True
        return kernel

    def _prepare(self, source: str) -> CellOutcome:
        kernel = self._ready_setup_kernel(source)
        if scripts := scripts_run_by(source, self._originals):
            outcome = kernel.run(restore_scripts(scripts), self._cell_seconds)
            if outcome.status is not CellStatus.OK:
                why = _("{files} can't be written: {why}").format(files=", ".join(scripts), why=outcome.last_words)
                theirs = outcome.status is CellStatus.ERROR and not self._sandbox.disk_is_full()
                raise _InTheWay(why) if theirs else KernelLost(why)
        return kernel.run(source, self._cell_seconds)

    # -- the student's cells

    def run(self, source: str, name: str, most: float | None = None) -> CellOutcome:
        """Run a cell in the student's kernel, on the student's time, for ``most`` seconds. Raises NotRun."""
        if self._seconds_left <= 0:
            raise NotRun(_("The time for this notebook is used up."))
        if self._sandbox.daemon_hangs:
            raise NotRun(_("The Docker daemon of this submission answers no more."), ours=True)
        seconds = min(self._cell_seconds, self._seconds_left, math.inf if most is None else most * self._patience)
        try:
            outcome = self._living_kernel().run(source, seconds)
        except KernelLost as trouble:
            self._log.warning("%s: %s", name, trouble)
            self._kernel_lost = str(trouble)
            raise NotRun(str(trouble), ours=True) from trouble
        self._seconds_left -= outcome.seconds
        self._note_end(outcome, name)
        return outcome

    def _note_end(self, outcome: CellOutcome, name: str) -> None:
        if outcome.reason:
            self._log.warning("%s: %s", name, outcome.reason)
        self._sees_orphan()
        if not self._ended_at and not self._sandbox.daemon_lives():
            self._ended_at = _("while {cell} ran").format(cell=name)
            self._log.error("The Docker daemon ended or answered no more %s.", self._ended_at)

    def _sees_orphan(self) -> bool:
        """Whether the student's kernel ended with the fork server; that is remembered."""
        orphaned = self._sandbox.kernel.processes.is_orphaned()
        if orphaned:
            self._orphaned = _("The student's kernel ended with the grader's process that it was forked from.")
        return orphaned

    def _living_kernel(self) -> StudentKernel:
        """Raises NotRun where there is none; KernelLost where one should be."""
        if self._sandbox.kernel.is_alive():
            return self._sandbox.kernel
        if not self._sandbox.daemon_lives():
            raise NotRun(_("The Docker daemon of this submission has ended."), ours=True)
        if not self._sees_orphan():
            if self._kernels_left <= 0:
                raise NotRun(_("There is no kernel any more."))
            self._kernels_left -= 1
        kernel = self._sandbox.replace_kernel()
        self._hand_key(kernel)
        if why := self._run_connect(kernel):
            self._log.warning("%s", why)
        return kernel

    def _hand_key(self, kernel: StudentKernel) -> None:
        """The student's own values must be the same here as at home. A sandbox is made before its student is known."""
        kernel.export({KEY_VARIABLE: self._key.text} | (_ENVIRONMENT if self._release.tests else {}))
        if self._release.tests:
            kernel.run(_WITH_WARNINGS, self._cell_seconds)

    def _run_connect(self, kernel: StudentKernel) -> str:
        """Run the lab's first cell in another kernel; why that did not work, or an empty text. Raises KernelLost."""
        for cell in self._release.cells:
            if cell.is_connect:
                outcome = kernel.run(cell.source, self._cell_seconds)
                if outcome.status is not CellStatus.OK:
                    return _("The lab's first cell did not work: {why}").format(why=outcome.last_words)
        return ""
