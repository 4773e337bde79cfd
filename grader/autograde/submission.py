"""Reading what a student handed in: the notebook and the files beside it, without trusting either."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from grader.i18n import _
from grader.report.plain import encodable, one_line

#: Where the reason lies, in nbconvert's resources, why a notebook could not be read.
PROBLEM_KEY = "drydock_problem"
_LIVING = re.compile(r"[<>\"\\\x00-\x1f\x7f\u2028\u2029]")
#: Bytes of the file in which nbgrader's exchange writes when something was handed in.
_LARGEST_STAMP = 1000
#: Where notes about what was handed in lie, in nbconvert's resources: for the student and the instructor.
NOTES_KEY = "drydock_notes"
#: Cells of a notebook that are looked at, unless the course says otherwise.
MOST_CELLS = 2000


@dataclass(frozen=True)
class Ceilings:
    """For the files beside a notebook: the largest one and all together, in bytes, and their number."""

    largest: int
    together: int
    number: int


class Unreadable(Exception):
    """The submitted notebook is none. ``str()`` is one sentence that says why."""


def read_notebook(path: Path, largest: int, most_cells: int = MOST_CELLS) -> tuple[NotebookNode, int]:
    """The notebook in nbformat 4, and how many cells of it were left out. ``largest`` in bytes. Raises Unreadable."""
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
    return _parse(data, most_cells)


def _parse(data: bytes, most_cells: int) -> tuple[NotebookNode, int]:
    if not data.strip():
        raise Unreadable(_("The submitted notebook is an empty file."))
    try:
        text = data.decode("utf-8-sig")
        written = json.loads(text)
        left_out = _shorten(written, most_cells) if isinstance(written, dict) else 0
        if left_out or "\\ud" in text.lower():
            text = encodable(json.dumps(written, ensure_ascii=False))
        notebook = nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises whatever the first wrong field leads to
        why = one_line(str(error).strip().splitlines()[0][:200]) if str(error).strip() else type(error).__name__
        raise Unreadable(_("The submitted file is not a notebook: {why}.").format(why=why)) from error
    if not isinstance(notebook.get("cells"), list):
        raise Unreadable(_("The submitted file is not a notebook: it has no list of cells."))
    return notebook, left_out


def _shorten(written: dict[str, Any], most: int) -> int:
    """Leave ``most`` cells in the notebook, those with a name first; how many went.

    Before nbformat and nbgrader look at each of them several times.
    """
    sheets = written.get("worksheets")  # of nbformat 3
    went = 0
    for holder in [written, *(sheets if isinstance(sheets, list) else [])]:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        if not isinstance(cells, list):
            continue
        rooms = {True: min(most, sum(map(_has_name, cells)))}
        rooms[False] = most - rooms[True]
        kept = []
        for cell in cells:
            named = _has_name(cell)
            if rooms[named] > 0:
                rooms[named] -= 1
                kept.append(cell)
        went += len(cells) - len(kept)
        most -= len(kept)
        holder["cells"] = kept
    return went


def _has_name(cell: Any) -> bool:
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    return isinstance(metadata, dict) and isinstance(metadata.get("nbgrader"), dict)


class Uncopyable(Exception):
    """nbgrader must not touch this submission. ``str()`` is one sentence that says why."""


def refuse(root: Path, folder: Path) -> None:
    """Raise Uncopyable for a submission whose student can't be in the gradebook, or whose time nobody can tell.

    Some of formgrader's templates put the name of a student into HTML or a script as it is.
    """
    name = os.path.relpath(folder, root)
    if _LIVING.search(name) or one_line(name, 10_000) != name:
        raise Uncopyable(_('The folder’s name has one of < > " \\ or a character that can’t be shown. Rename it.'))
    stamp = folder / "timestamp.txt"
    try:
        status = stamp.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_STAMP:
            raise Uncopyable(_("{file} of the submission is no plain small file.").format(file=stamp.name))
        text = stamp.read_text(encoding="utf-8").strip()
        if text:
            parse_utc(text)
    except FileNotFoundError:
        return
    except (OSError, ValueError, OverflowError) as error:
        raise Uncopyable(_("{file} of the submission has no time in it.").format(file=stamp.name)) from error
