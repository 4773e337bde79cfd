"""Rebuild a submission from the release: only the sources a student may write are taken over from it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_raw_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.autograde.harmless import StudentsTexts
from grader.autograde.release import Release, ReleaseCell, read_release, released_texts
from grader.autograde.submission import PROBLEM_KEY

#: Pictures pasted into text cells are kept up to this size, in characters of JSON per cell.
_LARGEST_ATTACHMENT = 2_000_000
#: Cells of students' own that stay what they are.
_KINDS = {"code", "markdown"}


class RebuildFromRelease(NbGraderPreprocessor):  # type: ignore[misc]
    """Undo what a submission did to the lab's cells: deleted, duplicated, re-typed, reordered, false metadata.

    Takes the place of nbgrader's ClearOutput, DeduplicateIds, OverwriteKernelspec and OverwriteCells.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        info = resources["nbgrader"]
        release = read_release(info["db_url"], info["notebook"], info["assignment"])
        texts = released_texts(self.parent.parent.coursedir, info["notebook"], info["assignment"])
        rebuilt = rebuild(nb, release, texts)
        problem = resources.get(PROBLEM_KEY)
        if problem:
            rebuilt.metadata["drydock"] = {"problem": problem}
        return rebuilt, resources


def rebuild(nb: NotebookNode, release: Release, texts: Collection[str] = ()) -> NotebookNode:
    """A new notebook with every cell of the release in its order, and the student's own cells beside them.

    ``texts``: the lab's texts that have no name, which therefore come from the submission, too.
    """
    named = (cell.source for cell in release.cells if cell.cell_type == "markdown")
    make = _Maker(StudentsTexts([*texts, *named]))
    groups: dict[str, list[Any]] = {**_grouped(nb.get("cells", []), release.by_name())}
    cells = [make.own_cell(cell) for cell in groups[""]]
    for wanted in release.cells:
        found, *own = groups.get(wanted.name, [None])
        cells += [make.named_cell(wanted, found), *(make.own_cell(cell) for cell in own)]
    for number, cell in enumerate(cells):
        # The ids of a submission may be missing, doubled or no ids at all; ours only have to be unique.
        cell["id"] = f"cell-{number}"
    return new_notebook(cells=cells, metadata={"kernelspec": release.kernelspec})


def _grouped(cells: Any, known: dict[str, ReleaseCell]) -> dict[str, list[dict[str, Any]]]:
    """The submission's cells by the named cell they follow; that one comes first in its group.

    Of two cells with the same name the last one counts, as with nbgrader; the other becomes the student's own.
    """
    listed = _readable(cells)
    last = {name: index for index, cell in enumerate(listed) if (name := _name(cell)) in known}
    groups: dict[str, list[dict[str, Any]]] = {"": []}
    place = ""
    for index, cell in enumerate(listed):
        name = _name(cell)
        if name in known and last[name] == index:
            place = name
            groups[name] = [cell]
        else:
            groups[place].append(cell)
    return groups


def _readable(cells: Any) -> list[dict[str, Any]]:
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _name(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    grading = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = grading.get("grade_id") if isinstance(grading, dict) else None
    return name if isinstance(name, str) else ""


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


class _Maker:
    """Makes the cells of the rebuilt notebook."""

    def __init__(self, texts: StudentsTexts) -> None:
        self._texts = texts

    def named_cell(self, wanted: ReleaseCell, found: dict[str, Any] | None) -> NotebookNode:
        """The release's cell; its source is the student's only where it is theirs to write."""
        source = wanted.source if found is None or wanted.locked else _source(found)
        cell = self._make(wanted.cell_type, source, found if not wanted.locked else None)
        cell.metadata["nbgrader"] = wanted.nbgrader_metadata()
        return cell

    def own_cell(self, cell: dict[str, Any]) -> NotebookNode:
        kind = str(cell.get("cell_type"))
        return self._make(kind, _source(cell), cell) if kind in _KINDS else self._texts.raw(_source(cell))

    def _make(self, cell_type: str, source: str, found: dict[str, Any] | None) -> NotebookNode:
        if cell_type == "code":
            return new_code_cell(source)
        if cell_type != "markdown":
            return new_raw_cell(source)
        attachments = (found or {}).get("attachments")
        small = len(json.dumps(attachments, default=str)) <= _LARGEST_ATTACHMENT
        return self._texts.cell(source, attachments if small else None)
