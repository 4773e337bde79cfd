"""Which submissions there are, and which of them have been graded as they lie there now."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.autograde.misnamed import Misnamed, by_lab_name


class Submissions:
    """The submissions of one lab in one course folder."""

    def __init__(self, config: Config, lab: str) -> None:
        self._course = CourseDirectory(config=config)
        self.lab = lab

    @property
    def root(self) -> Path:
        return Path(str(self._course.root))

    def students(self) -> list[str]:
        """Everybody who handed in a notebook for this lab, sorted."""
        return sorted(student for student, folder in self._folders() if any(folder.glob("*.ipynb")))

    def _folders(self, step: str = "") -> Iterator[tuple[str, Path]]:
        course = self._course
        step = step or str(course.submitted_directory)
        folders = glob.glob(str(course.format_path(step, "*", self.lab)))  # noqa: PTH207
        name = re.compile(course.format_path(step, "(?P<student>[^/]+)", self.lab, escape=True))
        for folder in folders:
            if match := name.fullmatch(folder):
                yield match["student"], Path(folder)

    def with_grades(self) -> list[str]:
        """Everybody who has a graded notebook for this lab, sorted."""
        folders = self._folders(str(self._course.autograded_directory))
        return sorted(student for student, folder in folders if any(folder.glob("*.ipynb")))

    def without_notebook(self) -> list[str]:
        """Everybody who has a folder for this lab and no notebook in it, sorted."""
        return sorted(student for student, folder in self._folders() if not any(folder.glob("*.ipynb")))

    def notebooks(self, student: str) -> list[Path]:
        """The notebooks that somebody handed in, sorted by name."""
        return sorted(self.submitted(student).glob("*.ipynb"))

    def submitted(self, student: str) -> Path:
        return Path(self._course.format_path(self._course.submitted_directory, student, self.lab))

    def graded(self, student: str) -> Path:
        """Where the graded notebooks are, if they are."""
        return Path(self._course.format_path(self._course.autograded_directory, student, self.lab))

    def fingerprint(self, student: str) -> str:
        """Changes when any file of the submission changes (names, sizes and times)."""
        digest = hashlib.sha256()
        folder = self.submitted(student)
        for parent, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                path = Path(parent) / name
                # Bytes: a name need not be UTF-8.
                digest.update(os.fsencode(path.relative_to(folder)))
                with suppress(OSError):  # a path may be too long
                    status = path.lstat()
                    digest.update(f"\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
        return digest.hexdigest()

    def is_graded(self, student: str, notebooks: Collection[str]) -> bool:
        """Whether each of the lab's ``notebooks`` that was handed in is graded, and since then."""
        try:
            there = by_lab_name(self.notebooks(student), notebooks, accept=True)
        except Misnamed:
            return False
        graded = self.graded(student)
        return bool(there) and all(self._finished(graded / f"{name}.ipynb", path) for name, path in there.items())

    @staticmethod
    def _finished(graded: Path, submitted: Path) -> bool:
        try:
            if graded.stat().st_mtime_ns < submitted.lstat().st_mtime_ns:
                return False
            return is_signed(graded)
        except Exception:  # missing, half written or unreadable: not finished, whatever the reason
            return False


def is_signed(graded: Path) -> bool:
    """nbgrader writes a graded notebook twice; only the second one is signed (IsolatedExecute)."""
    return "version" in json.loads(graded.read_bytes())["metadata"].get("drydock", {})
