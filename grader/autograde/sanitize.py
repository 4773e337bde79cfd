"""Rebuild a submission from the release: only the sources a student may write are taken over from it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.autograde.harmless import StudentsTexts
from grader.autograde.strays import MISPLACED_KEY, Strays, is_unanswered, name_of, source_of
from grader.autograde.submission import NOTES_KEY, PROBLEM_KEY
from grader.course.release import Release, ReleaseCell, read_release, released_sources

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
        coursedir = self.parent.parent.coursedir
        texts = released_sources(coursedir, info["notebook"], info["assignment"], {"markdown"})
        code = released_sources(coursedir, info["notebook"], info["assignment"], {"code", "raw"})
        rebuilt = rebuild(nb, release, texts, code)
        about = {
            **rebuilt.metadata.get("drydock", {}),
            "problem": resources.get(PROBLEM_KEY),
            "notes": [*resources.get(NOTES_KEY, []), *getattr(self.parent.parent, "notes", [])],
        }
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
    make = _Maker(StudentsTexts([*texts, *named]), strays)
    cells = make.own_cells(groups[""])
    for wanted in release.cells:
        found, own = groups.get(wanted.name, [])[:1], groups.get(wanted.name, [])[1:]
        cells += [make.named_cell(wanted, found[0] if found else None), *make.own_cells(own)]
    for number, cell in enumerate(cells):
        # The ids of a submission may be missing, doubled or no ids at all; ours only have to be unique.
        cell["id"] = f"cell-{number}"
    about = {"drydock": {MISPLACED_KEY: strays.misplaced}} if strays.misplaced else {}
    return new_notebook(cells=cells, metadata={"kernelspec": release.kernelspec, **about})


def _grouped(cells: Any, known: dict[str, ReleaseCell]) -> dict[str, list[dict[str, Any]]]:
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


def _counting(listed: list[dict[str, Any]], known: dict[str, ReleaseCell]) -> dict[str, int]:
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

    def __init__(self, texts: StudentsTexts, strays: Strays) -> None:
        self._texts = texts
        self._strays = strays

    def named_cell(self, wanted: ReleaseCell, found: dict[str, Any] | None) -> NotebookNode:
        """The release's cell; its source is the student's only where it is theirs to write."""
        if noted := self._strays.noted(wanted):
            # All of it is ours or the author's.
            cell = new_code_cell(noted) if wanted.cell_type == "code" else new_markdown_cell(noted)
        else:
            source = wanted.source if found is None or wanted.locked else source_of(found)
            cell = self._make(wanted.cell_type, source, found if not wanted.locked else None)
        cell.metadata["nbgrader"] = wanted.nbgrader_metadata()
        return cell

    def own_cells(self, cells: list[dict[str, Any]]) -> list[NotebookNode]:
        return [made for cell in cells for made in (*self._strays.mark(cell), self._own_cell(cell))]

    def _own_cell(self, cell: dict[str, Any]) -> NotebookNode:
        kind = str(cell.get("cell_type"))
        return self._make(kind, source_of(cell), cell) if kind in _KINDS else self._texts.raw(source_of(cell))

    def _make(self, cell_type: str, source: str, found: dict[str, Any] | None) -> NotebookNode:
        if cell_type == "code":
            return new_code_cell(source)
        if cell_type != "markdown":
            return new_raw_cell(source)
        attachments = (found or {}).get("attachments")
        small = len(json.dumps(attachments, default=str)) <= _LARGEST_ATTACHMENT
        return self._texts.cell(source, attachments if small else None)
