"""Reading what a student handed in: the notebook and the files beside it, without trusting either."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from grader.checks.plain import one_line
from grader.i18n import _

#: Where the reason lies, in nbconvert's resources, why a notebook could not be read.
PROBLEM_KEY = "drydock_problem"
_LIVING = re.compile(r"[<>\"\\\x00-\x1f\x7f\u2028\u2029]")
#: Folders of a submission deeper than this are not looked into.
_DEEPEST = 20
#: Bytes of the file in which nbgrader's exchange writes when something was handed in.
_LARGEST_STAMP = 1000
#: nbgrader compares each file with each path that is left out.
_MOST_LEFT_OUT = 1000


class Unreadable(Exception):
    """The submitted notebook is none. ``str()`` is one sentence that says why."""


def read_notebook(path: Path, largest: int) -> NotebookNode:
    """The notebook in nbformat 4. ``largest`` in bytes. Raises Unreadable."""
    try:
        # Neither through a link (to a solution, say) nor waiting at a pipe.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(_("The submitted notebook is not a file."))
            if status.st_size > largest:
                raise Unreadable(
                    _("The submitted notebook has {size} MB; at most {most} MB are read.").format(
                        size=status.st_size // 1_000_000, most=largest // 1_000_000
                    )
                )
            data = file.read()
    except OSError as error:
        why = _("it is a symbolic link") if path.is_symlink() else error.strerror
        raise Unreadable(_("The submitted notebook can't be opened: {why}.").format(why=why)) from error
    return _parse(data)


def _parse(data: bytes) -> NotebookNode:
    if not data.strip():
        raise Unreadable(_("The submitted notebook is an empty file."))
    try:
        notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
    except Exception as error:  # nbformat raises whatever the first wrong field leads to
        why = one_line(str(error).strip().splitlines()[0][:200]) if str(error).strip() else type(error).__name__
        raise Unreadable(_("The submitted file is not a notebook: {why}.").format(why=why)) from error
    if not isinstance(notebook.get("cells"), list):
        raise Unreadable(_("The submitted file is not a notebook: it has no list of cells."))
    return notebook


def empty_notebook() -> NotebookNode:
    """What stands for a notebook that could not be read: rebuilding it gives the release."""
    return new_notebook()


class Uncopyable(Exception):
    """nbgrader must not touch this submission. ``str()`` is one sentence that says why."""


def refuse_living_name(root: str, folder: str) -> None:
    """Raise Uncopyable for a student's folder whose name would be more than a text in formgrader's pages.

    Some of its templates put the name of a student into HTML or a script as it is.
    """
    if _LIVING.search(os.path.relpath(folder, root)):
        raise Uncopyable(_('The folder’s name has one of < > " \\ or a control character. Rename it.'))


def not_to_copy(folder: str, largest: int) -> list[str]:
    """Paths below ``folder``, as ``os.walk`` puts them together, that nbgrader must leave out when it copies.

    It would copy what a link points at (a file of the grader's machine, or one without an end) and stop at a pipe.
    Raises Uncopyable for what it would read all the same, or when there is too much of it.
    """
    found = []
    for parent, _folders, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)  # noqa: PTH118  (nbgrader compares texts)
            if not _is_plain(Path(path), largest):
                found.append(path)
    stamp = Path(folder, "timestamp.txt")
    if os.path.lexists(stamp) and not _is_plain(stamp, _LARGEST_STAMP):
        raise Uncopyable(_("{file} of the submission is no plain small file.").format(file=stamp.name))
    if len(found) > _MOST_LEFT_OUT:
        raise Uncopyable(
            _("The submission has {number} links, special or very large files; at most {most} are passed over.").format(
                number=len(found), most=_MOST_LEFT_OUT
            )
        )
    return found


def _is_plain(path: Path, largest: int) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and status.st_size <= largest


def honest_files(folder: Path, submitted: Path, largest: int) -> Iterator[Path]:
    """Plain files below ``folder`` (nbgrader's copy of ``submitted``), relative, that were plain files there too.

    nbgrader copies what a symbolic link points at, so a link in the submission brings a file of the grader's machine
    into its copy. Files above ``largest`` bytes are left out.
    """
    for parent, folders, names in os.walk(folder):
        here = Path(parent).relative_to(folder)
        folders[:] = [name for name in folders if len(here.parts) < _DEEPEST and name != ".ipynb_checkpoints"]
        for name in names:
            relative = here / name
            if _is_plain(folder / relative, largest) and not _through_link(submitted, relative):
                yield relative


def _through_link(root: Path, relative: Path) -> bool:
    return any((root / part).is_symlink() for part in (relative, *relative.parents))


def copy_files(folder: Path, submitted: Path, target: Path, largest: int) -> None:
    """Give the honest files to the student's working folder, and remove the others from nbgrader's copy."""
    honest = set(honest_files(folder, submitted, largest))
    for parent, _folders, names in os.walk(folder):
        for name in names:
            relative = (Path(parent) / name).relative_to(folder)
            if relative not in honest:
                (folder / relative).unlink()
            elif relative.suffix != ".ipynb":
                give_file(folder, target, relative)


def give_file(folder: Path, target: Path, relative: Path) -> None:
    """Copy one file to the student's working folder ``target``; it is the student's to change there."""
    _open_folders(target, relative.parent)
    shutil.copyfile(folder / relative, target / relative)
    executable = (folder / relative).stat().st_mode & 0o111
    (target / relative).chmod(0o777 if executable else 0o666)


def _open_folders(root: Path, relative: Path) -> None:
    """Folders that belong to the student whatever id they have inside the engine; ``root`` is closed to others."""
    for folder in reversed([relative, *relative.parents]):
        if folder != Path() and not (root / folder).exists():
            (root / folder).mkdir()
            (root / folder).chmod(0o777)
