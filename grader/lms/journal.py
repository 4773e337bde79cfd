"""What was sent to an LMS, and what it showed afterwards: a line for each step, written and synced before the next one.

A kill leaves at most one student in doubt, whose result is looked at before anything is sent again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from grader.files import settle

FILE = "lms-sent.jsonl"


@dataclass(frozen=True)
class Sent:
    """One student's mark as it went to a column. ``shown``: points that the LMS showed for it, where others."""

    column: str
    user: str
    student: str
    progress: str
    score: float | None
    most: float
    shown: float | None = None


class SentJournal:
    """The last word on each column and user, and what was begun and not finished."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sent: dict[tuple[str, str], Sent] = {}
        self._begun: dict[tuple[str, str], Sent] = {}
        self._columns: dict[str, str] = {}
        for step, entry in self._lines():
            # A line of another version, or one that was cut off by a kill, says nothing.
            with suppress(TypeError, KeyError):
                if step == "column":
                    self._columns[str(entry["lab"])] = str(entry["column"])
                else:
                    self._note(step, Sent(**entry))  # type: ignore[arg-type]

    def _lines(self) -> Iterator[tuple[str, dict[str, object]]]:
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    yield str(entry.pop("step", "")), entry

    def _note(self, step: str, sent: Sent) -> None:
        key = (sent.column, sent.user)
        if step == "sending":
            self._begun[key] = sent
        elif step in ("sent", "not sent"):
            self._begun.pop(key, None)
            if step == "sent":
                self._sent[key] = sent

    def last(self, column: str, user: str) -> Sent | None:
        return self._sent.get((column, user))

    def in_doubt(self, column: str, user: str) -> Sent | None:
        """What was being sent when we were killed, or the connection broke."""
        return self._begun.get((column, user))

    def column(self, lab: str) -> str:
        """The one that was used for this lab the last time, or ""."""
        return self._columns.get(lab, "")

    def sending(self, sent: Sent) -> None:
        self._add("sending", sent)

    def sent(self, sent: Sent) -> None:
        self._add("sent", sent)

    def not_sent(self, sent: Sent) -> None:
        self._add("not sent", sent)

    def shows(self, sent: Sent, points: float) -> None:
        """The LMS made other points of it, by a rule of its own."""
        self._add("sent", replace(sent, shown=points))

    def uses(self, lab: str, column: str) -> None:
        if self.column(lab) != column:
            self._columns[lab] = column
            self._write({"step": "column", "lab": lab, "column": column})

    def _add(self, step: str, sent: Sent) -> None:
        self._note(step, sent)
        self._write({"step": step, **asdict(sent)})

    def _write(self, entry: dict[str, object]) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            # What a kill cut off must not swallow this line.
            cut = end and os.pread(descriptor, 1, end - 1) != b"\n"
            file.write(b"\n" * bool(cut) + json.dumps(entry).encode() + b"\n")
            # On a full disk this fails, where a write without a buffer would only be a short one.
            settle(file)
