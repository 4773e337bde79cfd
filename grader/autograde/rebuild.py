"""Rebuild a submission from the release: only the sources a student may write are taken over from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.autograde.sanitize import StudentsTexts
from grader.autograde.submission import NOTES_KEY, PROBLEM_KEY
from grader.autograde.verdict_cells import NOT_RUN_KEY
from grader.course.cells import Cell, name_of
from grader.course.release import Release, read_release, released_sources
from grader.i18n import _, ngettext

#: Pictures pasted into text cells are kept up to this size, in characters of JSON per cell.
_LARGEST_ATTACHMENT = 2_000_000
#: Characters that are taken over of a student's cell, and of all of them together.
_LONGEST_SOURCE, _ALL_SOURCES = 200_000, 1_000_000
#: Cells of students' own that stay what they are.
_KINDS = {"code", "markdown"}


class RebuildFromRelease(NbGraderPreprocessor):  # type: ignore[misc]
    """Undo what a submission did to the lab's cells: deleted, duplicated, re-typed, reordered, false metadata.

    Takes the place of nbgrader's ClearOutput, DeduplicateIds, OverwriteKernelspec and OverwriteCells.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        info = resources["nbgrader"]
        release = read_release(info["db_url"], info["notebook"], info["assignment"])
        coursedir = self.parent.parent.coursedir
        texts = released_sources(coursedir, info["notebook"], info["assignment"], {"markdown"})
        code = released_sources(coursedir, info["notebook"], info["assignment"], {"code", "raw"})
        rebuilt = rebuild(nb, release, texts, code)
        about = rebuilt.metadata.get("drydock", {})
        notes = [*resources.get(NOTES_KEY, []), *getattr(self.parent.parent, "notes", []), *about.get("notes", [])]
        about = {**about, "problem": resources.get(PROBLEM_KEY), "notes": notes}
        rebuilt.metadata["drydock"] = {key: value for key, value in about.items() if value}
        return rebuilt, resources


def rebuild(
    nb: NotebookNode, release: Release, texts: Collection[str] = (), code: Collection[str] = ()
) -> NotebookNode:
    """A new notebook with every cell of the release in its order, and the student's own cells beside them.

    ``texts``: the lab's texts that have no name, which therefore come from the submission, too; ``code``: its code.
    """
    named = (cell.source for cell in release.cells if cell.cell_type == "markdown")
    groups = _grouped(nb.get("cells", []), release.by_name())
    strays = Strays(release, groups, [*texts, *code])
    make = _Maker(StudentsTexts([*texts, *named]), strays, [*texts, *code])
    cells = make.own_cells(groups[""])
    for wanted in release.cells:
        found, own = groups.get(wanted.grade_id, [])[:1], groups.get(wanted.grade_id, [])[1:]
        cells += [make.named_cell(wanted, found[0] if found else None), *make.own_cells(own)]
    for number, cell in enumerate(cells):
        # The ids of a submission may be missing, doubled or no ids at all; ours only have to be unique.
        cell["id"] = f"cell-{number}"
    about = {MISPLACED_KEY: strays.misplaced, "notes": make.notes()}
    metadata = {"kernelspec": release.kernelspec}
    if told := {key: value for key, value in about.items() if value}:
        metadata["drydock"] = told
    return new_notebook(cells=cells, metadata=metadata)


def _grouped(cells: Any, known: dict[str, Cell]) -> dict[str, list[dict[str, Any]]]:
    """The submission's cells by the named cell they follow; that one comes first in its group."""
    listed = _readable(cells)
    counts = _counting(listed, known)
    groups: dict[str, list[dict[str, Any]]] = {"": []}
    place = ""
    for index, cell in enumerate(listed):
        name = name_of(cell)
        if counts.get(name) == index:
            place = name
            groups[name] = [cell]
            if known[name].locked and known[name].cell_type != "code" and not is_unanswered(cell, known[name]):
                # Somebody wrote into the author's text: the text is put back, and what was written stays behind it.
                groups[name].append({**cell, "metadata": {}})
        else:
            groups[place].append(cell)
    return groups


def _counting(listed: list[dict[str, Any]], known: dict[str, Cell]) -> dict[str, int]:
    """Which cell counts under each name: of two the last one, as with nbgrader; the other is the student's own.

    But of answers that are graded by hand the last in which something was written.
    """
    counts: dict[str, int] = {}
    for index, cell in enumerate(listed):
        name = name_of(cell)
        if name in known and not (name in counts and known[name].by_hand and is_unanswered(cell, known[name])):
            counts[name] = index
    return counts


def _readable(cells: Any) -> list[dict[str, Any]]:
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


class _Maker:
    """Makes the cells of the rebuilt notebook."""

    def __init__(self, texts: StudentsTexts, strays: Strays, authors: Iterable[str]) -> None:
        self._texts = texts
        self._strays = strays
        self._authors = frozenset(authors)
        self._left = _ALL_SOURCES
        self._cut = 0

    def notes(self) -> list[str]:
        """For the student and the instructor."""
        text = ngettext(
            "{n} cell was cut and not run: of a cell {most} characters are taken, of all together {all}.",
            "{n} cells were cut and not run: of a cell {most} characters are taken, of all together {all}.",
            self._cut,
        )
        return [text.format(n=self._cut, most=_LONGEST_SOURCE, all=_ALL_SOURCES)] if self._cut else []

    def named_cell(self, wanted: Cell, found: dict[str, Any] | None) -> NotebookNode:
        """The release's cell; its source is the student's only where it is theirs to write."""
        if noted := self._strays.noted(wanted):
            # All of it is ours or the author's.
            cell = new_code_cell(noted) if wanted.cell_type == "code" else new_markdown_cell(noted)
        else:
            cell = self._make(wanted.cell_type, {} if wanted.locked or found is None else found, wanted.source)
        cell.metadata["nbgrader"] = wanted.nbgrader_metadata()
        return cell

    def own_cells(self, cells: list[dict[str, Any]]) -> list[NotebookNode]:
        return [made for cell in cells for made in (*self._strays.mark(cell), self._own_cell(cell))]

    def _own_cell(self, cell: dict[str, Any]) -> NotebookNode:
        kind = str(cell.get("cell_type"))
        return self._make(kind, cell) if kind in _KINDS else self._texts.raw(self._taken(cell)[0])

    def _make(self, cell_type: str, found: dict[str, Any], source: str = "") -> NotebookNode:
        """``source``: the author's, if it is no cell ``found``."""
        why = ""
        if found:
            source, why = self._taken(found)
        if cell_type == "code":
            return new_code_cell(source, metadata={NOT_RUN_KEY: why} if why else {})
        if cell_type != "markdown":
            return new_raw_cell(source)
        attachments = found.get("attachments")
        small = len(json.dumps(attachments, default=str)) <= _LARGEST_ATTACHMENT
        return self._texts.cell(f"{why}\n\n{source}" if why else source, attachments if small else None)

    def _taken(self, found: dict[str, Any]) -> tuple[str, str]:
        """The source as far as it is taken over, and why that is not all of it.

        Who shows or prints it would stand still for minutes over what a notebook can hold.
        """
        source = source_of(found)
        if source in self._authors:
            return source, ""
        room = min(_LONGEST_SOURCE, self._left)
        self._left -= min(len(source), room)
        if len(source) <= room:
            return source, ""
        self._cut += 1
        text = _("Of this cell's {n} characters {taken} are taken: it is too long, or all cells together are.")
        return source[:room], text.format(n=len(source), taken=room)


# -- Where an answer went that a person grades, when it does not stand in its cell.
#
# Editors lose nbgrader's metadata, and students delete cells, type them anew, or write below the one they should fill
# in. Then the answer lies in a cell of the student's own, and the lab's cell looks as if nobody had answered:
# nbgrader would give a zero that nobody looks at. So that cell gets a note, which makes nbgrader ask for the
# instructor, and the cells that may hold the answer get a mark.

#: Where a graded notebook's metadata ("drydock") name the tasks whose answers have to be looked for.
MISPLACED_KEY = "misplaced"

#: A cell as it was handed in.
type RawCell = dict[str, Any]


class Strays:
    """The cells of a submission that no name ties to the lab and that the author did not write."""

    def __init__(self, release: Release, groups: Mapping[str, Sequence[RawCell]], authors: Collection[str]) -> None:
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
                found = next(iter(groups.get(wanted.grade_id, [])), None)
                self._notes[wanted.grade_id] = self._look_for(wanted, found, own.get(wanted.grade_id, []))

    def _is_stray(self, cell: RawCell) -> bool:
        return source_of(cell).strip() not in {"", *self._authors}

    def _look_for(self, wanted: Cell, found: RawCell | None, behind: Sequence[RawCell]) -> str:
        if found is not None and (wanted.task or not is_unanswered(found, wanted)):
            # Of two answers under one name one counts; the other is shown as well.
            self._mark(wanted, (cell for cell in self._order if name_of(cell) == wanted.grade_id))
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

    def _mark(self, wanted: Cell, cells: Iterator[RawCell] | Sequence[RawCell]) -> list[RawCell]:
        marked = list(cells)
        for cell in marked:
            self._tasks[id(cell)].append(wanted.grade_id)
        return marked

    def _anchor(self, cell: RawCell) -> str:
        return f"drydock-own-{self._numbers[id(cell)]}"

    @property
    def misplaced(self) -> list[str]:
        """The tasks whose answers were not where they should be."""
        return [name for name, note in self._notes.items() if note]

    def noted(self, wanted: Cell) -> str:
        """The source of a cell whose answer has to be looked for, with the note; else empty."""
        note = self._notes.get(wanted.grade_id, "")
        if not note:
            return ""
        return f"# {note}\n{wanted.source}" if wanted.cell_type == "code" else f"**{note}**\n\n{wanted.source}"

    def mark(self, cell: RawCell) -> list[NotebookNode]:
        """What stands before a cell that may hold an answer."""
        tasks = self._tasks.get(id(cell))
        if not tasks:
            return []
        names = ", ".join(f"`{task}`" for task in tasks)
        text = _("The student’s own cell below may be the answer to {tasks}.").format(tasks=names)
        return [new_markdown_cell(f'<a id="{self._anchor(cell)}"></a>**{text}**')]


def is_unanswered(cell: RawCell, wanted: Cell) -> bool:
    return source_of(cell).strip() in ("", wanted.source.strip())


def source_of(cell: RawCell) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""
