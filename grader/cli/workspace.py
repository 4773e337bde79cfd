"""The student's own copies of the labs. A student's file is never overwritten, only renamed."""

from __future__ import annotations

import filecmp
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from grader.author.course import RELEASE, Course, CourseError
from grader.cli.places import WORKSPACE
from grader.i18n import _

#: A student's copy is named "NN-name 2026-11-24 15.30.12.ipynb": readable, sorted by time, legal everywhere.
_STAMP = "%Y-%m-%d %H.%M.%S"


@dataclass(frozen=True)
class Workspace:
    """``workspace/`` of a course; ``labs/NN-name`` in it is where a student works."""

    course: Course

    @property
    def root(self) -> Path:
        return self.course.root / WORKSPACE

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


def _free_name(notebook: Path) -> Path:
    stamp = time.strftime(_STAMP)
    kept = notebook.with_name(f"{notebook.stem} {stamp}.ipynb")
    number = 1
    while kept.exists():
        number += 1
        kept = notebook.with_name(f"{notebook.stem} {stamp} ({number}).ipynb")
    return kept


def _copy(source: Path, target: Path) -> None:
    """Copy whole or not at all."""
    partial = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(source, partial)
        shutil.copymode(source, partial)
        partial.chmod(partial.stat().st_mode | 0o200)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
