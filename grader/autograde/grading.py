"""A rebuilt notebook graded cell by cell in a session: what comes out of each becomes its outputs, or its report."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader.autograde.ordinary import NbgraderTests
from grader.autograde.verdict_cells import write_graded, write_report
from grader.course.cells import Cell, name_of
from grader.course.release import Release
from grader.i18n import _
from grader.sandbox import CellStatus, could_not_check
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
        self._engine = sandbox.engine
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
        try:
            outcome = self._session.run(known.source, known.grade_id)
        except NotRun as trouble:
            if trouble.ours:
                write_report(cell, could_not_check(known.grade_id, str(trouble)), known.points)
            else:
                write_graded(cell, self._tests.not_run(known, str(trouble)))
            return
        if outcome.status is CellStatus.DEAD and not self._engine.is_alive():
            # The walls of the kernel are the daemon's: it may have ended by our fault.
            write_report(cell, could_not_check(known.grade_id, outcome.reason), known.points)
            return
        write_graded(cell, self._tests.graded(known, outcome), outcome.outputs)
