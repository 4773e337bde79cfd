"""One thing an author should mend, said so that the next step is plain."""

from __future__ import annotations

from dataclasses import dataclass

from grader.course.cells import Cell
from grader.course.labs import Lab
from grader.i18n import _


@dataclass(frozen=True)
class Finding:
    """``what`` is a sentence about ``where``; ``remedy`` says what to do or run next."""

    lab: str
    where: str
    what: str
    remedy: str = ""
    #: Text that helps to see it: a failure report, a cell's output.
    detail: str = ""


def about(lab: Lab, cell: Cell | None, what: str, remedy: str = "") -> Finding:
    return Finding(lab.name, "" if cell is None else where_of(cell), what, remedy)


def where_of(cell: Cell) -> str:
    return cell.grade_id or _("cell {number}").format(number=cell.index + 1)
