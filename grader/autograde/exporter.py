"""nbgrader's way into a submission (``Autograde.exporter_class``): reads it safely and owns the sandboxes."""

from __future__ import annotations

import glob
import weakref
from pathlib import Path
from typing import Any, ClassVar

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from grader.autograde.copying import CarefulAutograde
from grader.autograde.database import notebook_names
from grader.autograde.graders import Grader, LocalGrader
from grader.autograde.settings import Drydock, NoWalls
from grader.autograde.submission import (
    NOTES_KEY,
    PROBLEM_KEY,
    Uncopyable,
    Unreadable,
    read_notebook,
    refuse,
)
from grader.autograde.submissions import Misnamed, by_lab_name
from grader.i18n import _
from grader.sandbox.sandbox import SandboxSupply, remove_orphans


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """Made once for a run of ``nbgrader autograde``, so it is also where the run refuses to start without walls."""

    #: A grader that outlives this exporter (the workers of ``drydock grade`` have one each), or None.
    shared_grader: ClassVar[Grader | None] = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.drydock = Drydock(parent=self)
        #: Paths that the lab's notebooks should have → where they are.
        self._accepted: dict[str, Path] = {}
        self._take_charge()
        self.grader: Grader = self.shared_grader or LocalGrader(self._own_supply())

    def _take_charge(self) -> None:
        """Make nbgrader's converter copy files as we do, and only notebooks and submissions that it can hold.

        Raises NbGraderException when nothing is left.
        """
        converter = self.parent
        if type(converter) is Autograde:
            # nbgrader makes it, and asks no setting for its class.
            converter.__class__ = CarefulAutograde
        assignments: dict[str, list[str]] = getattr(converter, "assignments", {})
        refusal = ""
        for folder in sorted(assignments):
            # nbgrader takes a folder's name for a pattern: one called "*" would have everybody's notebooks.
            pattern = str(Path(glob.escape(folder), f"{converter.coursedir.notebook_id}.ipynb"))
            found = sorted(glob.glob(pattern))  # noqa: PTH207
            try:
                refuse(Path(str(converter.coursedir.root)), Path(folder))
                assignments[folder] = [path for path in self._by_lab_name(folder, found) if _is_text(path)]
            except (Misnamed, Uncopyable) as problem:
                refusal = f"{problem}. {problem.remedy}" if isinstance(problem, Misnamed) else str(problem)
                self.log.error("%r: %s", folder, refusal)
                del assignments[folder]
        if refusal and not assignments:
            raise NbGraderException(refusal)

    def _by_lab_name(self, folder: str, found: list[str]) -> list[str]:
        """The notebooks to be graded, under the lab's names. Raises Misnamed.

        nbgrader would enter a submission in the gradebook, and end with none graded or a zero for the missing one.
        """
        course = self.parent.coursedir
        try:
            with Gradebook(course.db_url) as book:
                wanted = set(notebook_names(book, course.assignment_id))
        except MissingEntry:  # nbgrader itself says so
            return found
        if course.notebook_id != "*" or not wanted:
            return found
        named = by_lab_name(map(Path, found), wanted, accept=self.drydock.accept_names)
        accepted = {str(Path(folder, f"{name}.ipynb")): path for name, path in named.items() if path.stem != name}
        self._accepted.update(accepted)
        return sorted([*(path for path in found if Path(path) not in accepted.values()), *accepted])

    def _own_supply(self) -> SandboxSupply:
        try:
            kind = self.drydock.engine_kind()
            self.drydock.try_out(kind)
        except NoWalls as refusal:
            self.log.error(str(refusal))
            raise NbGraderException(str(refusal)) from refusal
        if warning := self.drydock.unheld_limits(kind):
            self.log.warning(warning)
        remove_orphans(kind)
        supply = SandboxSupply(self.drydock.bounds(), kind)
        # nbgrader has no hook at the end of a run, but it drops its exporter there.
        weakref.finalize(self, supply.close)
        return supply

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Like the base class, but a file that is no notebook gives an empty one and a reason in the resources."""
        path = Path(filename)
        resources = {} if resources is None else resources
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        try:
            most = self.drydock.most_cells
            there = self._accepted.get(filename, path)
            notebook, left_out = read_notebook(there, self.drydock.largest_notebook, most)
            if left_out:
                text = _("{number} cells have been left out: at most {most} are looked at.")
                resources[NOTES_KEY] = [text.format(number=left_out, most=most)]
        except Unreadable as problem:
            self.log.error("%s: %s", filename, problem)
            resources[PROBLEM_KEY] = str(problem)
            notebook = new_notebook()  # rebuilding it gives the release
        if filename in self._accepted:
            self.log.warning("%s is graded as %s", self._accepted[filename], path.name)
            _undo_zero(**resources["nbgrader"])
        result: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(notebook, resources=resources, **kw)
        return result

    def more_to_come(self, notebook: str, student: str, assignment: str) -> bool:
        """Whether nbgrader will probably ask for another submission after this one."""
        converter = self.parent
        waiting = sorted(getattr(converter, "assignments", {}))
        if not waiting:
            return False
        here = converter._format_source(assignment, student)
        return here in waiting and here != waiting[-1]


def _undo_zero(db_url: str, notebook: str, assignment: str, student: str) -> None:
    """nbgrader has found no file of the lab's name and given a zero, which a task's cell would keep."""
    with Gradebook(db_url) as book:
        for grade in book.find_submission_notebook(notebook, assignment, student).grades:
            grade.auto_score, grade.needs_manual_grade = None, True
        book.db.commit()


def _is_text(path: str) -> bool:
    """Whether the gradebook can hold the name: not, where it is no UTF-8."""
    return not any(0xDC80 <= ord(character) <= 0xDCFF for character in path)
