"""Which cells of a lab's notebook ran on the lab daemon, and how they read then.

Written by the notebook's own kernel beside the progress. `drydock check --fresh` compares it with the notebook as it is
saved: a text that has changed since it ran, or that ran twice, is what live and graded marks differ by.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.report.progress import ProgressFolder

ENDING = ".runs.jsonl"
#: A file that grew beyond this (bytes) begins anew: some thousands of runs.
LARGEST = 1_000_000
_LONGEST_LINE = 100
#: Seconds after now that are still taken for now.
_AHEAD = 60.0
#: Wherever it stands in a cell: many a check begins with a student's value, or has the name on the next line.
_CHECK = re.compile(r"\bcheck\s*\.\s*task\(\s*[\"']([^\"'\n]{1,100})")


@dataclass(frozen=True)
class CellRun:
    """One run of a cell. ``cell``: its id, "" where the front end didn't tell; ``at``: when it began, since 1970;
    ``task``: the one that it checks, or "".
    """

    cell: str
    digest: str
    line: str
    at: float
    task: str = ""


def can_be_past(at: float, now: float) -> bool:
    """Whether a noted time can be true: students write these files, and a clock may have been set by hand."""
    return 0 < at <= now + _AHEAD


def digest_of(source: str) -> str:
    """Two texts of a cell are the same when these are; blanks at its ends don't matter."""
    return hashlib.sha256(source.strip().encode("utf-8", "surrogatepass")).hexdigest()[:32]


def telling_line(source: str) -> str:
    """The line by which somebody knows a cell again: its first that is neither a magic nor a comment."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    telling = (line for line in lines if not line.startswith(("%%", "#")))
    return next(telling, lines[0] if lines else "")[:_LONGEST_LINE]


def checked_task(source: str) -> str:
    """The task that a cell checks, or ""."""
    found = _CHECK.search(source)
    return found[1] if found else ""


def note_runs(folder: ProgressFolder, lab: str, shell: Any) -> None:
    """Note every cell that ``shell`` (IPython's) runs from now on. Calling it again changes nothing."""
    earlier = getattr(shell, "_drydock_note", None)
    if earlier is not None:
        shell.events.unregister("pre_run_cell", earlier)

    def note(info: Any) -> None:
        source = str(info.raw_cell or "")
        cell, digest, line = str(info.cell_id or ""), digest_of(source), telling_line(source)
        run = CellRun(cell, digest, line, time.time(), checked_task(source))
        # A full disk must not keep a student's cell from running.
        with suppress(OSError, ValueError):
            _append(folder.file(lab, ENDING), run)

    shell.events.register("pre_run_cell", note)
    shell._drydock_note = note


def _append(file: Path, run: CellRun) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    grown = file.exists() and file.stat().st_size > LARGEST
    with file.open("w" if grown else "a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(run)) + "\n")


def runs_of(folder: ProgressFolder, lab: str) -> tuple[CellRun, ...]:
    """All runs that were noted for a lab, in order; none where the file is missing. A damaged line is passed over."""
    try:
        lines = folder.file(lab, ENDING).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(_readable(lines))


def _readable(lines: Iterable[str]) -> Iterable[CellRun]:
    for line in lines:
        with suppress(ValueError, TypeError, KeyError, OverflowError, RecursionError):
            entry = json.loads(line)
            yield CellRun(
                str(entry["cell"]),
                str(entry["digest"]),
                str(entry["line"]),
                float(entry["at"]),
                str(entry.get("task") or ""),  # older notes have none
            )


def forget_runs(folder: ProgressFolder) -> None:
    """The lab daemon is as new: what ran before has left nothing there."""
    for file in folder.path.glob(f"*{ENDING}"):
        with suppress(OSError):
            file.unlink()
