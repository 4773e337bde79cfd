"""How much of a student's hand-ins the exchange keeps, so that nobody fills the machine's disk by handing in.

All of a student's labs together have a number of bytes, and each lab a number of hand-ins. The oldest go first, but
never a lab's newest and never the one that the teacher has collected, whose feedback is still to come. Where that is
not enough, the new one is refused, and what was there stays.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.untrusted_files import names_in

#: Of one student's hand-ins for all labs; nbgrader's own limit for one is 100 MB.
BYTES = 500_000_000
#: Of one student's for one lab.
NUMBER = 50
#: What the smallest file takes of a disk: a file without a byte is not for nothing.
_BLOCK = 4096


class NoRoom(Exception):
    """What may not be dropped leaves no room for the new one."""


@dataclass(frozen=True)
class _Kept:
    entry: str
    lab: str
    time: str


def size_of(folder: int, entry: str) -> int:
    """The bytes of a disk that what lies in ``entry`` takes."""
    found = _BLOCK
    # A teacher may be tidying up: what goes as we look takes nothing, and is no trouble of the new one's.
    with suppress(FileNotFoundError):
        for _path, folders, files, here in os.fwalk(entry, dir_fd=folder):
            found += _BLOCK * len(folders)
            for name in files:
                with suppress(FileNotFoundError):
                    size = os.stat(name, dir_fd=here, follow_symlinks=False).st_size
                    found += max(1, -(-size // _BLOCK)) * _BLOCK
    return found


def superfluous(inbound: int, new: str, size: int, collected: Path | None) -> list[str]:
    """The hand-ins that have to go for ``new`` (nbgrader's name for it) of ``size`` bytes. Raises NoRoom.

    ``collected``: the folder into which the teacher collects, with a folder for each student and lab in it.
    """
    name = new.split("+", maxsplit=1)[0]
    added = _read(new)
    kept = [_read(entry) for entry in names_in(inbound) if entry.split("+")[0] == name and entry.count("+") >= 3]
    kept = sorted([*kept, added], key=lambda one: (one.time, one is added))
    stays = {added, *{one.lab: one for one in kept}.values()}
    stays |= {one for one in kept if collected and _is_collected(collected / name / one.lab, one.time)}
    sizes = {one: size if one is added else size_of(inbound, one.entry) for one in kept}
    numbers = Counter(one.lab for one in kept)
    left = sum(sizes.values())
    go = []
    for one in kept:
        if one not in stays and (left > BYTES or numbers[one.lab] > NUMBER):
            go.append(one.entry)
            left -= sizes[one]
            numbers[one.lab] -= 1
    if left > BYTES:
        raise NoRoom
    return go


def _read(entry: str) -> _Kept:
    _name, lab, time = entry.split("+")[:3]
    return _Kept(entry, lab, time)


def _is_collected(folder: Path, time: str) -> bool:
    """Whether nbgrader has copied the hand-in of this time there: it takes its timestamp.txt along."""
    with suppress(OSError, UnicodeDecodeError):
        return (folder / "timestamp.txt").read_text().strip() == time
    return False
