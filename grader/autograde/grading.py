"""A rebuilt notebook graded cell by cell in a session: what comes out of each becomes its outputs, or its report."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader.autograde.ordinary import NbgraderTests
from grader.autograde.verdict_cells import NOT_RUN_KEY, Graded, write_graded, write_report
from grader.course.cells import Cell, name_of
from grader.course.release import Release
from grader.i18n import _
from grader.report.verdicts import Status
from grader.sandbox import could_not_check
from grader.sandbox.outputs import sanitized
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.session import NotRun, Session
from grader.values import StudentKey


class Grading:
    """Grades one notebook in one sandbox. Raises KernelLost when the first kernel doesn't start.

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
        tests: NbgraderTests | None = None,
    ) -> None:
        self._session = Session(sandbox, release, key, log, originals=originals)
        self._known = release.by_name()
        self._setups = release.setups
        self._tests = tests or NbgraderTests(log)

    def run(self, nb: NotebookNode) -> None:
        """Execute every code cell of ``nb`` and put its outputs, or its report, into it."""
        for number, cell in enumerate(nb.cells, 1):
            if cell.cell_type != "code":
                continue
            name = name_of(cell)
            known = self._known.get(name)
            if known is not None and known.asks_daemon:
                cell.source = known.source
                write_report(cell, self._session.check(known.grade_id, known.source), known.points)
            elif known is not None and known.is_test:
                cell.source = known.source
                self._test(cell, known)
            else:
                self._run(cell, name or _("cell {number}").format(number=number), known)

    def _run(self, cell: NotebookNode, name: str, known: Cell | None) -> None:
        try:
            if why := cell.metadata.get(NOT_RUN_KEY):
                raise NotRun(why)
            if known is not None and known.grade_id in self._setups:
                outcome = self._session.set_up(known.grade_id, known.source)
            else:
                outcome = self._session.run(cell.source, name)
            cell.outputs = sanitized(outcome.outputs)
        except NotRun as trouble:
            why = _("Not run: {why}").format(why=trouble)
            cell.outputs = [new_output("error", ename="NotRun", evalue=str(trouble), traceback=[why])]

    def _test(self, cell: NotebookNode, known: Cell) -> None:
        """One of nbgrader's own, among the student's code: which sees its source from now on and not before."""
        outputs: Sequence[NotebookNode] = ()
        excuse = ""
        try:
            outcome = self._session.run(known.source, known.grade_id)
            graded, outputs = self._tests.graded(known, outcome), outcome.outputs
        except NotRun as trouble:
            graded = self._tests.not_run(known, str(trouble))
            excuse = str(trouble) if trouble.ours else ""
        if graded.report.status is Status.FAILED and (excuse := excuse or self._session.lost()):
            # It may ask the daemon, or what a kernel that is gone had; and its own kernel has the daemon's walls.
            graded = Graded.of(could_not_check(known.grade_id, excuse), known.points)
        write_graded(cell, graded, outputs)
