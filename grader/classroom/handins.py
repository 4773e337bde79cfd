"""What a student hands in, carried by root from their own folder into nbgrader's exchange, under the name the Hub gave.

nbgrader's exchange is a folder that everybody writes to, where a name is what somebody wrote. Here each student has one
of their own. What is in it is theirs in every way (links, pipes, files without an end), so it is opened name by name
below a descriptor, and never through a link.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.classroom.places import ClassFolder, StudentFolder
from grader.files import atomic

_ASSIGNMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
#: nbgrader's way of writing a time (its CourseDirectory and utils.parse_utc).
_TIME = "%Y-%m-%d %H:%M:%S.%f UTC"
#: nbgrader opens a hand-in to all when it is complete.
_COMPLETE = 0o777
_SECRET = "submission_secret.txt"
#: nbgrader's own has 128.
_SECRET_BYTES = 1_000
_TIMESTAMP = "timestamp.txt"
#: Of one hand-in; nbgrader's own limit is 100 MB a folder.
_BYTES = 100_000_000
_FILES = 2_000
_DEPTH = 12
#: Hand-ins of one student for one lab that are kept; the oldest goes first.
_KEPT = 50
#: A student's clock is the machine's; who says another time has written it by hand.
_HONEST = timedelta(seconds=60)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Refused(Exception):
    """A hand-in is too large."""


@dataclass
class _Budget:
    bytes: int = _BYTES
    files: int = _FILES

    def spend(self, size: int) -> None:
        self.bytes -= size
        self.files -= not size
        if self.bytes < 0 or self.files < 0:
            raise Refused


def collect(place: ClassFolder, student: StudentFolder, name: str) -> Iterator[str]:
    """Carry what is complete into the exchange, as ``name``'s; yields a sentence for the log on each."""
    try:
        outbox = _open_below(student.disk, student.outbox.relative_to(student.disk))
    except OSError:
        # Not made yet, or no folder: it is theirs.
        return
    try:
        with os.scandir(outbox) as entries:
            found = [entry.name for entry in entries]
        for entry in sorted(found):
            assignment = _assignment(place, entry)
            if assignment is None or not _is_complete(outbox, entry):
                continue
            try:
                taken = _take(place, outbox, entry, name, assignment)
                yield f"handed in: {taken}"
            except Refused:
                yield f"refused, larger than {_BYTES} bytes or {_FILES} files: {entry[:100]}"
            shutil.rmtree(entry, ignore_errors=True, dir_fd=outbox)
    finally:
        os.close(outbox)


def _open_below(folder: Path, path: Path) -> int:
    """A descriptor of a folder below, to which no link leads. Raises OSError."""
    here = os.open(folder, _FOLDER)
    for part in path.parts:
        try:
            below = os.open(part, _FOLDER, dir_fd=here)
        finally:
            os.close(here)
        here = below
    return here


def _assignment(place: ClassFolder, entry: str) -> str | None:
    """Of ``name+assignment+time+random`` the assignment, if there is such a one. Whose it is says the folder."""
    parts = entry.split("+")
    named = parts[-3] if len(parts) >= 4 else ""
    return named if _ASSIGNMENT.fullmatch(named) and (place.outbound / named).is_dir() else None


def _is_complete(outbox: int, entry: str) -> bool:
    told = os.stat(entry, dir_fd=outbox, follow_symlinks=False)
    return stat.S_ISDIR(told.st_mode) and stat.S_IMODE(told.st_mode) == _COMPLETE


def _take(place: ClassFolder, outbox: int, entry: str, name: str, assignment: str) -> str:
    draft = place.inbound / f".{name}.{secrets.token_hex(8)}"
    draft.mkdir(mode=0o755)
    try:
        source = os.open(entry, _FOLDER, dir_fd=outbox)
        try:
            _copy(source, draft, _Budget(), _DEPTH)
        finally:
            os.close(source)
        time = _time_of(entry)
        (draft / _TIMESTAMP).unlink(missing_ok=True)
        (draft / _TIMESTAMP).write_text(time)
        made = f"{name}+{assignment}+{time}+{secrets.token_urlsafe(9)}"
        draft.rename(place.inbound / made)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    for old in _of(place, name, assignment)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return made


def _time_of(entry: str) -> str:
    now = datetime.now(UTC)
    said = entry.split("+")[-2]
    try:
        at = datetime.strptime(said, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return now.strftime(_TIME)
    return said if now - _HONEST <= at <= now else now.strftime(_TIME)


def _of(place: ClassFolder, name: str, assignment: str) -> list[Path]:
    """This student's hand-ins, the oldest first."""
    found = [path for path in place.inbound.iterdir() if path.name.split("+")[:2] == [name, assignment]]
    return sorted(found, key=lambda path: path.name.split("+")[2])


def _copy(source: int, target: Path, budget: _Budget, depth: int) -> None:
    with os.scandir(source) as entries:
        found = list(entries)
    for entry in found:
        budget.spend(0)
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            if not depth:
                raise Refused
            below = os.open(entry.name, _FOLDER, dir_fd=source)
            try:
                (target / entry.name).mkdir(mode=0o755)
                _copy(below, target / entry.name, budget, depth - 1)
            finally:
                os.close(below)
        elif stat.S_ISREG(mode):
            _copy_file(source, entry.name, target / entry.name, budget)


def _copy_file(folder: int, name: str, target: Path, budget: _Budget) -> None:
    opened = os.open(name, _FILE, dir_fd=folder)
    with os.fdopen(opened, "rb") as reader, target.open("xb") as writer:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return
        while data := reader.read(65_536):
            budget.spend(len(data))
            writer.write(data)


def bring_feedback(place: ClassFolder, student: StudentFolder, name: str) -> Iterator[str]:
    """Copy into the student's folder what feedback was released on their hand-ins; yields a sentence on each page."""
    for handed_in in place.inbound.glob(f"{name}+*"):
        secret = handed_in / _SECRET
        if not secret.is_file() or secret.stat().st_size > _SECRET_BYTES or not handed_in.name.startswith(f"{name}+"):
            continue
        for notebook in handed_in.glob("*.ipynb"):
            # nbgrader.utils.notebook_hash(secret=…, notebook_id=…); importing it takes a second and 60 MB.
            page = hashlib.md5(secret.read_bytes() + notebook.stem.encode(), usedforsecurity=False).hexdigest()
            source, target = place.feedback / f"{page}.html", student.feedback / f"{page}.html"
            if source.is_file() and (not target.is_file() or target.stat().st_mtime_ns < source.stat().st_mtime_ns):
                with atomic(target) as draft:
                    shutil.copyfile(source, draft)
                    draft.chmod(0o644)
                yield f"feedback on {handed_in.name}"
