"""nbgrader's Autograde with our own copy of a submission's files: through no link, and of a limited size.

nbgrader would copy what a link points at (a file of the grader's machine, or one without an end), stop at a pipe, and
look at its whole folder once more for each file.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Collection, Iterator, Set
from fnmatch import fnmatchcase
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.utils import find_all_files

from grader.autograde.settings import Drydock
from grader.autograde.submission import Ceilings
from grader.autograde.submissions import fingerprint
from grader.course.answers import RELEASED
from grader.i18n import _
from grader.sandbox.sandbox import give_file

#: Folders of a submission deeper than this are not looked into.
_DEEPEST = 20
#: Names that fit where they were handed in and not where they are copied to.
_UNFIT_NAME = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)


class OwnCopy(BaseConverter):  # type: ignore[misc]
    """Copies the files beside a submission's notebooks in place of nbgrader's BaseConverter."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        course = self.coursedir
        submitted = Path(self._format_source(assignment_id, student_id))
        target = Path(self._format_dest(assignment_id, student_id))
        settings = Drydock(parent=self)
        #: Noted first: what comes while it is graded is another submission.
        self.fingerprint = fingerprint(submitted)
        # What live reports tell came with the lab, and nobody has handed it in.
        ignored = (*course.ignore, RELEASED)
        unwelcome = self._labs_own(assignment_id)
        copied, whole = copy_submitted(submitted, target, settings.ceilings(), ignored=ignored, unwelcome=unwelcome)
        self.log.info("%d files copied from %r to %r", copied, str(submitted), str(target))
        #: What the student and the instructor are told about this submission.
        self.notes: list[str] = [] if whole else [_left_out(settings.ceilings())]

    def _labs_own(self, assignment_id: str) -> set[Path]:
        """Paths of the lab's own files, which nbgrader puts over the submission's."""
        course = self.coursedir
        source = course.format_path(course.source_directory, ".", assignment_id)
        theirs = {os.path.normpath(name) for name in self.exclude_overwriting.get(assignment_id, [])}
        found = (os.path.relpath(path, source) for path in find_all_files(source, [*course.ignore, "*.ipynb"]))
        return {Path(path) for path in found if path not in theirs}


class CarefulAutograde(Autograde, OwnCopy):  # type: ignore[misc]
    """nbgrader's Autograde, but for ``OwnCopy``, which stands between it and its base class."""


def _left_out(ceilings: Ceilings) -> str:
    return _(
        "Some of the files that were handed in have been left out. Links and special files are not taken, and at most"
        " {number} files, {together:g} MB together and {largest:g} MB each."
    ).format(number=ceilings.number, together=ceilings.together / 1e6, largest=ceilings.largest / 1e6)


def copy_submitted(
    submitted: Path,
    target: Path,
    ceilings: Ceilings,
    *,
    ignored: Collection[str] = (),
    unwelcome: Set[Path] = frozenset(),
) -> tuple[int, bool]:
    """Copy the plain files below ``submitted`` that are no notebooks; how many, and whether that was all.

    ``ignored``: patterns of names that nobody misses. ``unwelcome``: files that come from elsewhere, so that nothing
    may stand in their way.
    """
    taken = {folder for path in unwelcome for folder in path.parents}
    number, room, whole = 0, ceilings.together, True
    for path in _files(submitted, ignored, ceilings.number):
        if path in unwelcome:
            continue
        if number >= ceilings.number:
            return number, False
        size = None
        if path is not None and path not in taken and unwelcome.isdisjoint(path.parents):
            size = _copy(submitted / path, target / path, min(room, ceilings.largest))
        if size is None:
            whole = False
        else:
            number, room = number + 1, room - size
    return number, whole


def _files(root: Path, ignored: Collection[str], most: int) -> Iterator[Path | None]:
    """All files that are no notebooks, in an order that is always the same; None in place of what is not looked at.

    Links to folders count as files.
    """

    def is_wanted(name: str) -> bool:
        return not name.endswith(".ipynb") and not any(fnmatchcase(name, pattern) for pattern in ignored)

    unread: list[OSError] = []
    for visited, (parent, folders, names) in enumerate(os.walk(root, onerror=unread.append)):
        here = Path(parent).relative_to(root)
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]  # noqa: PTH118, PTH114
        folders[:] = sorted(name for name in folders if is_wanted(name))
        for name in sorted(filter(is_wanted, [*names, *links])):
            yield here / name
        if folders and (visited >= most or len(here.parts) >= _DEEPEST):
            folders.clear()
            yield None
    if unread:
        yield None


def _copy(path: Path, target: Path, room: int) -> int | None:
    """The bytes copied; None for what is no plain file of at most ``room`` bytes, or has no place there."""
    try:
        # Neither through a link (to a solution, say) nor waiting at a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > room:
            return None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            with target.open("xb") as copy:
                shutil.copyfileobj(file, copy)
        except OSError as error:
            if error.errno in _UNFIT_NAME:
                return None
            raise
    target.chmod(0o755 if status.st_mode & 0o111 else 0o644)
    return status.st_size


def files_beside(folder: Path) -> Iterator[Path]:
    """The files below ``folder`` that are no notebooks, relative to it."""
    for parent, _folders, names in os.walk(folder):
        for name in names:
            relative = (Path(parent) / name).relative_to(folder)
            if relative.suffix != ".ipynb":
                yield relative


def hand_over(folder: Path, target: Path) -> None:
    """Give the files of ``folder``, which we copied there, to the student's working folder; notebooks are no files."""
    for relative in files_beside(folder):
        give_file(folder, target, relative)
