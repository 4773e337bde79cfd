"""Which submissions there are, under which name, and which of them have been graded as they lie there now."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import re
import shlex
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.files import settle
from grader.i18n import _
from grader.locks import locked


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
        # No path has a "\0": only the student's name is a pattern, and neither the lab's nor the course folder's.
        pattern = glob.escape(str(course.format_path(step, "\0", self.lab))).replace("\0", "*")
        folders = glob.glob(pattern)  # noqa: PTH207
        name = re.compile(course.format_path(re.escape(step), "(?P<student>[^/]+)", re.escape(self.lab), escape=True))
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

    def is_graded(self, student: str, notebooks: Collection[str]) -> bool:
        """Whether each of the lab's ``notebooks`` that was handed in is graded, as the submission lies there now."""
        try:
            there = by_lab_name(self.notebooks(student), notebooks, accept=True)
        except Misnamed:
            return False
        graded, now = self.graded(student), fingerprint(self.submitted(student))
        # When it was graded says nothing: what is collected or unpacked later keeps the time of its last change.
        return bool(there) and all(_noted(graded / f"{name}.ipynb").get("submission") == now for name in there)

    def was_graded(self, student: str) -> bool:
        """Whether a grading of theirs was finished, of the submission that lies there now or of another."""
        return any(map(_noted, self.graded(student).glob("*.ipynb")))


def fingerprint(folder: Path) -> str:
    """Changes when any file of the submission in ``folder`` changes (names, sizes and times)."""
    digest = hashlib.sha256()
    for parent, folders, names in os.walk(folder):
        # Whoever looks at a notebook there makes the other ones.
        folders[:] = sorted(name for name in folders if name != ".ipynb_checkpoints")
        for name in sorted(names):
            path = Path(parent) / name
            # Bytes: a name need not be UTF-8.
            digest.update(os.fsencode(path.relative_to(folder)))
            with suppress(OSError):  # a path may be too long
                status = path.lstat()
                digest.update(f"\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _noted(graded: Path) -> dict[str, Any]:
    """Its signature: nbgrader writes a graded notebook twice, and only the second one is signed (IsolatedExecute).

    Nothing where it is missing, half written or unreadable: not finished, whatever the reason.
    """
    try:
        noted: dict[str, Any] = json.loads(graded.read_bytes())["metadata"]["drydock"]
        return noted if "version" in noted else {}
    except Exception:
        return {}


def is_signed(graded: Path) -> bool:
    """Whether its grading was finished."""
    return bool(_noted(graded))


# -- Notebooks that were handed in under another name than the lab's, as a browser names a second download.


class Misnamed(Exception):
    """A notebook of the lab is missing and another is there. ``str()`` says so; ``remedy`` is a command, or empty."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def by_lab_name(handed_in: Iterable[Path], wanted: Collection[str], *, accept: bool) -> dict[str, Path]:
    """The lab's notebooks ``wanted`` → their files among those that were ``handed_in``.

    With ``accept`` the only one there is stands for the only one that is missing. Raises Misnamed where it is not to
    be told which is which: nbgrader would give a zero for the missing one.
    """
    files = sorted(handed_in)
    known = {path.stem: path for path in files if path.stem in wanted}
    missing = sorted(set(wanted) - set(known))
    others = [path for path in files if path.stem not in wanted]
    if known:
        # Beside the lab's own there may be scratch notebooks: then only a name like the missing one's counts.
        others = [path for path in others if path.stem.startswith(tuple(missing))]
    if not missing or not others:
        return known
    only = len(missing) == len(others) == 1
    if only and accept:
        return {**known, missing[0]: others[0]}
    folder = others[0].parent
    why = _("there is no {wanted} in {folder}, only {names}").format(
        wanted=_(" or ").join(f"{name}.ipynb" for name in missing),
        folder=os.path.relpath(folder),
        names=", ".join(path.name for path in others),
    )
    target = folder / f"{missing[0]}.ipynb"
    raise Misnamed(why, f"mv {shell_word(others[0])} {shell_word(target)}" if only else "")


def shell_word(path: Path) -> str:
    """The path from here, as bash reads it, whatever characters its name has."""
    word = os.path.relpath(path)
    if word.startswith("-"):
        word = f"./{word}"
    if word.isprintable():
        return shlex.quote(word)
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in os.fsencode(word))
    return "$'" + "".join(plain) + "'"


# -- What an unfinished run has done already, so that the same command continues after a crash or a kill.


class Busy(Exception):
    """Another run of the same lab is at work."""


def alone(path: Path) -> AbstractContextManager[None]:
    """Hold the lock at ``path``, which ends with this process at the latest. Raises Busy."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return locked(path, busy=_refuse, mode=0o666)


def _refuse() -> None:
    raise Busy


class Journal:
    """A file with a line for each student, synced as it is written: in grading, when nbgrader has written the grade and
    the notebook. That one exists only while a run is unfinished; what feedback has told is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """student → fingerprint of what was graded; a line cut off by a kill or a full disk is ignored."""
        done: dict[str, str] = {}
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                    done[str(entry["student"])] = str(entry["fingerprint"])
                except (ValueError, KeyError, TypeError):
                    continue
        return done

    def add(self, student: str, fingerprint: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            # A full disk may have cut off the line before.
            file.write("\n" + json.dumps({"student": student, "fingerprint": fingerprint}) + "\n")
            settle(file)

    def finish(self) -> None:
        """The run is complete: the next one begins anew."""
        self._path.unlink(missing_ok=True)
