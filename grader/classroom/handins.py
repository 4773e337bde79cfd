"""What a student hands in, carried by root from their own folder into nbgrader's exchange, under the name the Hub gave.

nbgrader's exchange is a folder that everybody writes to, where a name is what somebody wrote. Here each student has one
of their own, which is read as ``untrusted_files.py`` says.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from grader.checks.arguments import human_size
from grader.classroom import handin_quota, receipts
from grader.classroom.handin_quota import NoRoom
from grader.classroom.places import ClassFolder, StudentFolder
from grader.classroom.untrusted_files import FILE, FOLDER, bring, closing, names_in, open_below, plain
from grader.files import settle
from grader.i18n import _
from grader.report.plain import one_line

_ASSIGNMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
#: nbgrader's way of writing a time (its CourseDirectory and utils.parse_utc).
_TIME = "%Y-%m-%d %H:%M:%S.%f UTC"
#: nbgrader opens a hand-in to all when it is complete.
_COMPLETE = 0o777
_SECRET = "submission_secret.txt"
#: nbgrader's own has 128.
_SECRET_BYTES = 1_000
_PLAIN_SECRET = re.compile(rb"[ -~]+")
_TIMESTAMP = "timestamp.txt"
#: Of one hand-in. nbgrader's own limit is 100 MB a folder, what we write into it included: one that has more ends
#: `nbgrader collect` for all.
_BYTES = 99_000_000
_FILES = 2_000
_DEPTH = 12
#: Names that are looked at in a student's folder; nbgrader leaves one for each hand-in, and we take it away.
_NAMES = 1_000
#: Begins the name of what is being removed. It makes no hand-in of it.
_GONE = ".gone."
#: Hand-ins for one look. Whoever makes more of them than a person does waits; it is root's time, and no student's.
_AT_ONCE = 5
#: From nbgrader's naming a hand-in to its completing it. A student's clock is the machine's; who says another time has
#: written it by hand.
_HONEST = timedelta(seconds=60)


class _Refused(Exception):
    """A hand-in is too large by itself."""


@dataclass
class _Budget:
    bytes: int = _BYTES
    files: int = _FILES
    #: The last change of anything that was copied, in seconds since 1970. Unlike other times of a file nobody sets it.
    changed: float = 0.0

    def saw(self, descriptor: int) -> None:
        """To be called when it has been read: what changes later is not in the copy."""
        self.changed = max(self.changed, _changed(descriptor))

    def spend(self, size: int) -> None:
        self.bytes -= size
        self.files -= not size
        if self.bytes < 0 or self.files < 0:
            raise _Refused


def collect(
    place: ClassFolder,
    student: StudentFolder,
    name: str,
    collected: Path | None = None,
    looked: float = 0.0,
    *,
    keep_all: bool = False,
) -> Iterator[str]:
    """Carry what is complete into the exchange, as ``name``'s; yields a sentence for the log on each.

    ``collected``: the folder into which the teacher collects. ``looked``: when this was done before, in seconds since
    1970. Nothing counts as handed in before that: what was not there then was kept somewhere else. ``keep_all``: there
    is room for all that comes, and nothing goes for it; for whoever doesn't know what the teacher has collected.
    """
    try:
        outbox = open_below(student.disk, student.outbox)
    except OSError:
        # Not made yet, or no folder: it is theirs.
        return
    with closing(outbox), closing(open_below(place.path, place.inbound)) as inbound:
        names = sorted(names_in(outbox, _NAMES))
        for left in [entry for entry in names if entry.startswith(_GONE)][:_AT_ONCE]:
            # By a gate that was killed.
            shutil.rmtree(left, ignore_errors=True, dir_fd=outbox)
        complete = (
            (entry, lab)
            for entry in names
            if (lab := _assignment(place, entry)) is not None and _is_complete(outbox, entry)
        )
        for entry, assignment in islice(complete, _AT_ONCE):
            time = _now().strftime(_TIME)
            try:
                made = _take(
                    inbound, outbox, entry, (name, assignment), looked=looked, collected=collected, keep_all=keep_all
                )
                time = made.split("+")[2]
                yield f"handed in: {made}"
                outcome = _("handed in")
            except OSError as error:
                if error.errno in OURS:
                    raise
                # Their folder changes under our hands, or has what can't be copied: the others' turn comes anyway.
                yield f"not carried: {one_line(entry, 100)}: {one_line(error)}"
                outcome = _unreadable()
            except (_Refused, NoRoom) as why:
                yield f"refused, {'no room' if isinstance(why, NoRoom) else 'too large'}: {one_line(entry, 100)}"
                outcome = _no_room() if isinstance(why, NoRoom) else _too_large()
            receipts.note(student, time, assignment, outcome)
            _remove(outbox, entry, _GONE + secrets.token_hex(8))


def last_look(student: StudentFolder) -> float:
    """When it was last looked at what the student hands in, in seconds since 1970; 0 where it never was."""
    return student.looked.stat().st_mtime if student.looked.exists() else 0.0


def note_look(student: StudentFolder, when: float) -> None:
    """Kept for the next gate: what somebody hides from this one was not handed in before, either."""
    with suppress(OSError):
        student.looked.touch()
        os.utime(student.looked, (when, when))


def _remove(folder: int, entry: str, gone: str) -> None:
    """Its name first, and at once: of a half one, left by a gate that is killed, the next would make a hand-in."""
    # On a student's full disk there may be no room for a name.
    with suppress(OSError):
        os.rename(entry, gone, src_dir_fd=folder, dst_dir_fd=folder)
    for left in (gone, entry):
        shutil.rmtree(left, ignore_errors=True, dir_fd=folder)


#: What no student has caused: the next look tries again, and the hand-in stays where it is.
OURS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EROFS})


def _too_large() -> str:
    return _(
        "REFUSED, your teacher does not have it: it is larger than {size} or has more than {number} files or too many "
        "folders in one another. Remove what does not belong to it, and submit again."
    ).format(size=human_size(_BYTES), number=_FILES)


def _unreadable() -> str:
    return _("REFUSED, your teacher does not have it: something in it could not be copied. Submit again.")


def _no_room() -> str:
    return _(
        "REFUSED, your teacher does not have it: with the last one of each other lab, your hand-ins would take "
        "more than {size}. Submit a smaller one, or first a smaller one of another lab."
    ).format(size=human_size(handin_quota.BYTES))


def _assignment(place: ClassFolder, entry: str) -> str | None:
    """Of ``name+assignment+time+random`` the assignment, if there is such a one. Whose it is says the folder."""
    parts = entry.split("+")
    named = parts[-3] if len(parts) >= 4 else ""
    if _ASSIGNMENT.fullmatch(named):
        with suppress(OSError), closing(open_below(place.path, place.outbound / named)):
            return named
    return None


def _is_complete(outbox: int, entry: str) -> bool:
    told = os.stat(entry, dir_fd=outbox, follow_symlinks=False)
    return stat.S_ISDIR(told.st_mode) and stat.S_IMODE(told.st_mode) == _COMPLETE


def _take(
    inbound: int,
    outbox: int,
    entry: str,
    whose: tuple[str, str],
    *,
    looked: float,
    collected: Path | None,
    keep_all: bool,
) -> str:
    """Its name in the exchange."""
    draft = _draft(whose[0])
    os.mkdir(draft, 0o755, dir_fd=inbound)
    try:
        with closing(os.open(draft, FOLDER, dir_fd=inbound)) as target:
            budget = _Budget()
            with closing(os.open(entry, FOLDER, dir_fd=outbox)) as source:
                secret = _secret_in(source)
                _copy(source, target, budget, _DEPTH, but=(_TIMESTAMP, _SECRET))
            time = _time_of(entry, max(budget.changed, looked))
            for ours, content in ((_TIMESTAMP, time.encode()), (_SECRET, secret)):
                with _new_file(target, ours) as file:
                    file.write(content)
                    settle(file)
            settle(target)
        made = "+".join((*whose, time, secrets.token_urlsafe(9)))
        size = handin_quota.size_of(inbound, draft)
        go = [] if keep_all else handin_quota.superfluous(inbound, made, size, collected)
        os.rename(draft, made, src_dir_fd=inbound, dst_dir_fd=inbound)
        # The student's own goes next, and on their disk that may be for good before ours is on this one.
        settle(inbound)
    finally:
        shutil.rmtree(draft, ignore_errors=True, dir_fd=inbound)
    # Only now, when the new one is there.
    for old in go:
        _remove(inbound, old, _draft(whose[0]))
    return made


def _secret_in(folder: int) -> bytes:
    """nbgrader names the feedback by it; without one that it can read `nbgrader release_feedback` ends for all."""
    with suppress(OSError):
        secret = plain(folder, _SECRET, _SECRET_BYTES)[0]
        if _PLAIN_SECRET.fullmatch(secret):
            return secret
    return secrets.token_hex(64).encode()


def _draft(name: str) -> str:
    """What nbgrader takes for no hand-in, nor a quota."""
    return f".{name}.{secrets.token_hex(8)}"


def forget_drafts(place: ClassFolder, name: str) -> None:
    """Remove what this student's last gate was copying or removing when it was killed."""
    draft = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{16}}")
    with closing(open_below(place.path, place.inbound)) as inbound:
        for left in filter(draft.fullmatch, names_in(inbound)):
            shutil.rmtree(left, ignore_errors=True, dir_fd=inbound)


def _new_file(folder: int, name: str) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(name, flags, 0o644, dir_fd=folder), "wb")


def _time_of(entry: str, complete: float) -> str:
    """When it was handed in, which was not before it was ``complete`` (seconds since 1970).

    However long we took to come for it: our delay makes nobody late.
    """
    latest = min(datetime.fromtimestamp(complete, UTC), _now())
    said = entry.split("+")[-2]
    try:
        at = datetime.strptime(said, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return latest.strftime(_TIME)
    # Written anew: what was read may have line ends in it, and figures of another script.
    return (at if latest - _HONEST <= at <= latest else latest).strftime(_TIME)


def _now() -> datetime:
    return datetime.now(UTC)


def _copy(source: int, target: int, budget: _Budget, depth: int, but: Collection[str] = ()) -> None:
    """All but the names ``but``, which are ours, whatever they are there."""
    for name in names_in(source, _FILES + 1):
        if name in but:
            continue
        budget.spend(0)
        mode = os.stat(name, dir_fd=source, follow_symlinks=False).st_mode
        if stat.S_ISDIR(mode):
            if not depth:
                raise _Refused
            os.mkdir(name, 0o755, dir_fd=target)
            with (
                closing(os.open(name, FOLDER, dir_fd=source)) as below,
                closing(os.open(name, FOLDER, dir_fd=target)) as copy,
            ):
                _copy(below, copy, budget, depth - 1)
                settle(copy)
        elif stat.S_ISREG(mode):
            _copy_file(source, name, target, budget)
    budget.saw(source)


def _changed(descriptor: int) -> float:
    return os.fstat(descriptor).st_ctime


def _copy_file(folder: int, name: str, target: int, budget: _Budget) -> None:
    with os.fdopen(os.open(name, FILE, dir_fd=folder), "rb") as reader, _new_file(target, name) as writer:
        if not stat.S_ISREG(os.fstat(reader.fileno()).st_mode):
            return
        while data := reader.read(65_536):
            budget.spend(len(data))
            writer.write(data)
        budget.saw(reader.fileno())
        settle(writer)


def bring_feedback(place: ClassFolder, student: StudentFolder, name: str) -> Iterator[str]:
    """Copy into the student's folder what feedback was released on their hand-ins; yields a sentence on each page."""
    with (
        closing(open_below(place.path, place.inbound)) as inbound,
        closing(open_below(place.path, place.feedback)) as out,
    ):
        released = frozenset(names_in(out))
        for handed_in in names_in(inbound):
            if not handed_in.startswith(f"{name}+"):
                continue
            with suppress(OSError), closing(os.open(handed_in, FOLDER, dir_fd=inbound)) as folder:
                secret = plain(folder, _SECRET, _SECRET_BYTES)[0]
                for notebook in [Path(entry) for entry in names_in(folder) if entry.endswith(".ipynb")]:
                    page = _page_of(secret, notebook.stem)
                    if page in released and bring(out, page, student.feedback / page, _BYTES):
                        yield f"feedback on {one_line(handed_in)}"


def _page_of(secret: bytes, notebook: str) -> str:
    """nbgrader.utils.notebook_hash(secret=…, notebook_id=…), importing which takes a second and 60 MB.

    Of a name that is no UTF-8 nbgrader makes no page.
    """
    name = notebook.encode(errors="surrogateescape")
    return hashlib.md5(secret + name, usedforsecurity=False).hexdigest() + ".html"
