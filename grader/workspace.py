"""The student's own copies of the labs. A student's file is never overwritten, only renamed."""

from __future__ import annotations

import filecmp
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.course.lab_cards import read_labs
from grader.course.labs import RELEASE, WORKSPACE, Course, CourseError, find_course
from grader.course.settings import settings_in
from grader.files import atomic
from grader.i18n import _
from grader.jupyter.index_kernel import INDEX
from grader.panel import pages
from grader.panel.pages import with_anchors
from grader.report.cell_runs import forget_runs
from grader.report.progress import ProgressFolder

#: Documents of the course that labs link to (../../docs/…): a link must not lead out of the workspace, where JupyterLab
#: sees nothing.
GLOSSARY = "docs/glossary.md"
DOCUMENTS = (GLOSSARY,)
#: A student's copy is named "NN-name 2026-11-24 15.30.12.ipynb": readable, sorted by time, legal everywhere.
_STAMP = "%Y-%m-%d %H.%M.%S"


@dataclass(frozen=True)
class Workspace:
    """``workspace/`` of a course; ``labs/NN-name`` in it is where a student works."""

    course: Course

    @property
    def root(self) -> Path:
        return self.course.root / WORKSPACE

    @property
    def progress(self) -> ProgressFolder:
        """What the checks said last."""
        return ProgressFolder.in_workspace(self.root)

    @property
    def index(self) -> Path:
        return self.root / INDEX

    def folder(self, lab: str) -> Path:
        return self.root / RELEASE / lab

    def notebook(self, lab: str) -> Path:
        return self.folder(lab) / f"{lab}.ipynb"

    def prepare(self, lab: str) -> list[Path]:
        """Copy what the student lacks; returns the new files. Raises CourseError without a release."""
        source = self.course.release / lab
        if not (source / f"{lab}.ipynb").is_file():
            raise CourseError(_("The lab {lab} has no release.").format(lab=lab), "drydock author release")
        new = []
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            target = self.folder(lab) / file.relative_to(source)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(file, target)
                new.append(target)
        return new

    def prepare_all(self, *, refresh: bool = True) -> None:
        """What links lead to: all labs, the course's documents, the index with today's progress, and the panel.

        ``refresh``: bring the course's own pages up to date. Not while JupyterLab may show them: it asks a student
        to choose between two versions of a page that changed behind its back.
        """
        for lab in self.course.names(RELEASE):
            self.prepare(lab)
        # Where notebooks that were not opened by `drydock lab` look for it.
        self.progress.path.mkdir(parents=True, exist_ok=True)
        for name in DOCUMENTS:
            if (self.course.root / name).is_file():
                self._bring_document(name)
        for page, make in self._pages().items():
            if refresh or not page.exists():
                if page.exists() and not pages.is_untouched(page):
                    page.rename(_free_name(page))
                content = make()
                _bring(page, content.encode())
                if page == self.index:
                    pages.trust(content)

    def _bring_document(self, name: str) -> None:
        text = with_anchors((self.course.root / name).read_text(encoding="utf-8"))
        mine = self.root / name
        page = mine.with_suffix(".html")
        # The page beside it was made of what we wrote: a text that gives another one has a student's words.
        if mine.is_file() and mine.read_bytes() != text.encode() and not _is_made_of(page, mine):
            mine.rename(_free_name(mine))
        # The page is older where we were killed between the two. Making it takes a second: not at each start.
        if _bring(mine, text.encode()) or not page.is_file() or page.stat().st_mtime_ns < mine.stat().st_mtime_ns:
            _bring(page, pages.as_page(text).encode())
            page.touch()

    def _pages(self) -> dict[Path, Callable[[], str]]:
        return {
            self.index: self._index,
            self.root / pages.PANEL: pages.panel_notebook,
        }

    def _index(self) -> str:
        found = settings_in(self.course.root)
        return pages.index_notebook(
            read_labs(self.course),
            self.progress,
            title=found.title,
            stages=found.stages,
            glossary=(self.course.root / GLOSSARY).is_file(),
        )

    def is_untouched(self, lab: str) -> bool:
        """Whether the student's notebook is still exactly the release's."""
        mine, released = self.notebook(lab), self.course.release / lab / f"{lab}.ipynb"
        return mine.is_file() and filecmp.cmp(mine, released, shallow=False)

    def restore(self, lab: str) -> Path | None:
        """Bring the release's notebook back; returns where the student's is kept, or None."""
        self.prepare(lab)
        if self.is_untouched(lab):
            return None
        mine = self.notebook(lab)
        kept = _free_name(mine)
        # A rename keeps the student's work whatever happens next, a full disk included.
        mine.rename(kept)
        _copy(self.course.release / lab / f"{lab}.ipynb", mine)
        return kept


def forget_what_ran() -> None:
    """A lab daemon that is as new has nothing of what cells did there. Outside a course there is nothing to forget."""
    with suppress(CourseError):
        forget_runs(Workspace(find_course()).progress)


def _bring(target: Path, content: bytes) -> bool:
    """Write it, whole or not at all, unless it is there already; whether it was written."""
    if target.is_file() and target.read_bytes() == content:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic(target) as partial:
        partial.write_bytes(content)
    return True


def _is_made_of(page: Path, text: Path) -> bool:
    made = pages.as_page(text.read_text(encoding="utf-8", errors="replace"))
    return page.is_file() and page.read_bytes() == made.encode()


def _free_name(mine: Path) -> Path:
    stamp = time.strftime(_STAMP)
    kept = mine.with_name(f"{mine.stem} {stamp}{mine.suffix}")
    number = 1
    while kept.exists():
        number += 1
        kept = mine.with_name(f"{mine.stem} {stamp} ({number}){mine.suffix}")
    return kept


def _copy(source: Path, target: Path) -> None:
    """Copy whole or not at all."""
    with atomic(target) as partial:
        shutil.copyfile(source, partial)
        shutil.copymode(source, partial)
        partial.chmod(partial.stat().st_mode | 0o200)
