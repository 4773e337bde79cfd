"""Where an answer went that a person grades, when it does not stand in its cell.

Editors lose nbgrader's metadata, and students delete cells, type them anew, or write below the one they should fill in.
Then the answer lies in a cell of the student's own, and the lab's cell looks as if nobody had answered: nbgrader would
give a zero that nobody looks at. So that cell gets a note, which makes nbgrader ask for the instructor, and the cells
that may hold the answer get a mark.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from grader.course.release import Release, ReleaseCell
from grader.i18n import _, ngettext

#: Where a graded notebook's metadata ("drydock") name the tasks whose answers have to be looked for.
MISPLACED_KEY = "misplaced"

#: A cell as it was handed in.
type Cell = dict[str, Any]


class Strays:
    """The cells of a submission that no name ties to the lab and that the author did not write."""

    def __init__(self, release: Release, groups: Mapping[str, Sequence[Cell]], authors: Collection[str]) -> None:
        """``groups``: under each name the cell of that name and the student's own behind it; under "" those before
        all. ``authors``: the sources of all the lab's cells as they were given to students."""
        self._authors = {source.strip() for source in (*authors, *(cell.source for cell in release.cells))}
        self._nothing = not any(groups.values())
        own = {name: cells[1:] if name else cells for name, cells in groups.items()}
        self._order = [cell for name in ("", *release.by_name()) for cell in own.get(name, []) if self._is_stray(cell)]
        self._numbers = {id(cell): number for number, cell in enumerate(self._order, 1)}
        self._tasks: dict[int, list[str]] = {id(cell): [] for cell in self._order}
        self._notes = {}
        for wanted in release.cells:
            if wanted.by_hand:
                found = next(iter(groups.get(wanted.name, [])), None)
                self._notes[wanted.name] = self._look_for(wanted, found, own.get(wanted.name, []))

    def _is_stray(self, cell: Cell) -> bool:
        return source_of(cell).strip() not in {"", *self._authors}

    def _look_for(self, wanted: ReleaseCell, found: Cell | None, behind: Sequence[Cell]) -> str:
        if found is not None and (wanted.task or not is_unanswered(found, wanted)):
            # Of two answers under one name one counts; the other is shown as well.
            self._mark(wanted, (cell for cell in self._order if name_of(cell) == wanted.name))
            return ""
        if found is None:
            lost = self._mark(wanted, self._order)
            why = _("This cell was missing in what was handed in, and was put back.")
        else:
            nearby = {id(cell) for cell in behind}
            texts = (cell for cell in self._order if cell.get("cell_type") != "code" or id(cell) in nearby)
            lost = self._mark(wanted, texts)
            if not lost:
                return ""
            why = _("Nothing was written in this cell.")
        if self._nothing:
            return _("Nothing could be read of what was handed in.")
        if not lost:
            return f"{why} {_('No other cell is the student’s own.')}"
        more = ngettext(
            "{n} cell of the student’s own may hold the answer; it is marked in this notebook.",
            "{n} cells of the student’s own may hold the answer; they are marked in this notebook.",
            len(lost),
        ).format(n=len(lost))
        link = f" [{_('The first one')}](#{self._anchor(lost[0])})" if wanted.cell_type == "markdown" else ""
        return f"{why} {more}{link}"

    def _mark(self, wanted: ReleaseCell, cells: Iterator[Cell] | Sequence[Cell]) -> list[Cell]:
        marked = list(cells)
        for cell in marked:
            self._tasks[id(cell)].append(wanted.name)
        return marked

    def _anchor(self, cell: Cell) -> str:
        return f"drydock-own-{self._numbers[id(cell)]}"

    @property
    def misplaced(self) -> list[str]:
        """The tasks whose answers were not where they should be."""
        return [name for name, note in self._notes.items() if note]

    def noted(self, wanted: ReleaseCell) -> str:
        """The source of a cell whose answer has to be looked for, with the note; else empty."""
        note = self._notes.get(wanted.name, "")
        if not note:
            return ""
        return f"# {note}\n{wanted.source}" if wanted.cell_type == "code" else f"**{note}**\n\n{wanted.source}"

    def mark(self, cell: Cell) -> list[NotebookNode]:
        """What stands before a cell that may hold an answer."""
        tasks = self._tasks.get(id(cell))
        if not tasks:
            return []
        names = ", ".join(f"`{task}`" for task in tasks)
        text = _("The student’s own cell below may be the answer to {tasks}.").format(tasks=names)
        return [new_markdown_cell(f'<a id="{self._anchor(cell)}"></a>**{text}**')]


def is_unanswered(cell: Cell, wanted: ReleaseCell) -> bool:
    return source_of(cell).strip() in ("", wanted.source.strip())


def name_of(cell: Cell) -> str:
    """The name that nbgrader's metadata give a cell, or an empty text."""
    metadata = cell.get("metadata")
    grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = grading.get("grade_id") if isinstance(grading, dict) else None
    return name if isinstance(name, str) else ""


def source_of(cell: Cell) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
