"""What the students of a lab wrote: the texts of their answers and of their own cells, as they were handed in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.database import gradebook, notebook_names
from grader.autograde.rebuild import source_of
from grader.autograde.records import our_fault
from grader.autograde.settings import Drydock
from grader.autograde.similarity import MOST_CHARACTERS, Drawn
from grader.autograde.submission import Unreadable, read_notebook
from grader.autograde.submissions import Misnamed, Submissions, by_lab_name
from grader.course.cells import name_of
from grader.course.release import Release, read_release, released_sources
from grader.i18n import _
from grader.values import StudentKey
from grader.values.keys import read_secret


@dataclass
class HandedIn:
    """``answers``: student → cell ("" for all of their own) → text; ``notes``: what is left out of whose, and why."""

    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)


class LabTexts:
    """One lab as it was given to everybody, by its whole name."""

    def __init__(self, config: Config, lab: str) -> None:
        course = CourseDirectory(config=config)
        self._db_url = str(course.db_url)
        self._settings = Drydock(config=config)
        self._secret = self._settings.secret_file(course)
        self._submissions = Submissions(config, lab)
        with gradebook(self._db_url) as book:
            names = notebook_names(book, lab)
            self._students = {str(student.id) for student in book.students}
        self._releases = {name: read_release(self._db_url, name, lab) for name in names}
        self._sources = [cell.source for release in self._releases.values() for cell in release.cells]
        kinds = {"code", "markdown", "raw"}
        unnamed = (text for name in names for text in released_sources(course, name, lab, kinds))
        self.texts = frozenset((*self._sources, *unnamed))

    def drawn(self) -> Drawn:
        """Nothing where no keys were handed out. Raises BadSecret."""
        secret = read_secret(self._secret)
        students = self._students.union(self._submissions.students()) if secret else ()
        return Drawn(self._sources, {name: StudentKey.derive(secret or b"", name) for name in students}, self.texts)

    def handed_in(self) -> HandedIn:
        """Everybody's; whatever is wrong with one submission is in its note, and is no other's trouble."""
        found = HandedIn()
        for student in self._submissions.without_notebook():
            found.notes[student] = _("there is no notebook in it")
        for student in self._submissions.students():
            try:
                files = by_lab_name(self._submissions.notebooks(student), self._releases, accept=True)
                cells, whole = self._cells(files)
            except (Misnamed, Unreadable) as trouble:
                found.notes[student] = str(trouble)
            except Exception as fault:
                found.notes[student] = our_fault(fault)
            else:
                found.answers[student] = cells
                if not whole:
                    found.notes[student] = _("only the first {n} characters were compared").format(n=MOST_CHARACTERS)
        return found

    def _cells(self, files: dict[str, Path]) -> tuple[dict[str, str], bool]:
        cells: dict[str, str] = {}
        room, given = MOST_CHARACTERS, {text.strip() for text in self.texts}
        for name, path in files.items():
            notebook, _left = read_notebook(path, int(self._settings.largest_notebook), int(self._settings.most_cells))
            for cell, text in _written(notebook.cells, self._releases[name], given):
                cells[cell] = f"{cells.get(cell, '')}{text[: max(0, room)]}\n"
                room -= len(text)
        return cells, room >= 0


def _written(cells: Sequence[Any], release: Release, given: Collection[str]) -> Iterator[tuple[str, str]]:
    """Of two cells of one name both are the student's, whichever is graded."""
    named = release.by_name()
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        name, text = name_of(cell), source_of(cell)
        if name in named and not named[name].locked:
            yield name, text
        elif name not in named and text.strip() not in given:
            yield "", text
