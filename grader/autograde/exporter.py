"""nbgrader's way into a submission (``Autograde.exporter_class``): reads it safely and owns the sandboxes."""

from __future__ import annotations

import glob
import weakref
from pathlib import Path
from typing import Any, ClassVar

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters.base import NbGraderException

from grader.autograde.sandbox import SandboxSupply, sweep
from grader.autograde.settings import Drydock, NoWalls
from grader.autograde.submission import (
    PROBLEM_KEY,
    Uncopyable,
    Unreadable,
    empty_notebook,
    not_to_copy,
    read_notebook,
)


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]
    """Made once for a run of ``nbgrader autograde``, so it is also where the run refuses to start without walls."""

    #: A supply that outlives this exporter (the workers of ``drydock grade`` have one each), or None.
    shared_supply: ClassVar[SandboxSupply | None] = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.drydock = Drydock(parent=self)
        self._leave_out()
        self.supply = self.shared_supply or self._own_supply()

    def _leave_out(self) -> None:
        """Keep nbgrader from following the links of submissions. Raises NbGraderException when nothing is left."""
        assignments: dict[str, Any] = getattr(self.parent, "assignments", {})
        folders = sorted(assignments)
        if not folders:
            return
        refusal = ""
        left_out: list[str] = []
        for folder in folders:
            try:
                left_out += not_to_copy(folder, self.drydock.largest_file)
            except Uncopyable as problem:
                self.log.error("%s: %s", folder, problem)
                refusal = str(problem)
                del assignments[folder]
        if refusal and not assignments:
            raise NbGraderException(refusal)
        if left_out:
            self.log.warning("Not copied, being no plain files: %s", ", ".join(left_out))
        # formgrader keeps this list for hours: what was left out of an earlier version of these submissions goes.
        course = self.parent.coursedir
        earlier = tuple(f"{glob.escape(folder)}/" for folder in folders)
        others = [pattern for pattern in course.ignore if not pattern.startswith(earlier)]
        course.ignore = [*others, *map(glob.escape, left_out)]

    def _own_supply(self) -> SandboxSupply:
        try:
            kind = self.drydock.engine_kind()
            self.drydock.try_out(kind)
        except NoWalls as refusal:
            self.log.error(str(refusal))
            raise NbGraderException(str(refusal)) from refusal
        if warning := self.drydock.unheld_limits(kind):
            self.log.warning(warning)
        sweep(kind)
        supply = SandboxSupply(self.drydock, kind)
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
            notebook = read_notebook(path, self.drydock.largest_notebook)
        except Unreadable as problem:
            self.log.error("%s: %s", filename, problem)
            resources[PROBLEM_KEY] = str(problem)
            notebook = empty_notebook()
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
