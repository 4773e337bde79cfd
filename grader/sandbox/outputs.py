"""What a cell printed, as nbformat outputs: with ceilings, as a flood must not fill memory or disk, and sanitized."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode, ValidationError
from nbformat.v4 import new_output, output_from_msg

from grader.i18n import _
from grader.report.plain import encodable

_SHOWN = {"stream", "display_data", "execute_result", "error"}
#: How much is remembered of what decides a score.
_MOST_DECIDING, _LONGEST_DECIDING = 50, 20_000


@dataclass(frozen=True)
class OutputLimits:
    """Ceilings in characters: kept per cell, kept per notebook, seen in a cell before its kernel is ended."""

    cell: int = 100_000
    notebook: int = 1_000_000
    flood: int = 20_000_000


class Flood(Exception):
    """More output than any honest cell makes."""


class OutputCollector:
    """The outputs of one cell. ``room`` is what is left of the notebook's ceiling."""

    def __init__(self, limits: OutputLimits, room: int) -> None:
        self.outputs: list[NotebookNode] = []
        #: What nbgrader scores a test by (errors, stderr, results), in short, in order and whatever the ceilings: a
        #: student's cell may print any amount before the test's own word.
        self.deciding: list[NotebookNode] = []
        self._before: tuple[str, Any] = ("", None)
        self.kept = 0
        self._seen = 0
        self._cut = False
        self._flood = limits.flood
        self._ceiling = min(limits.cell, room)
        self._clear_later = False

    def add(self, message: dict[str, Any]) -> None:
        """Take one message of the kernel's IOPub channel. Raises Flood."""
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            self._clear(wait=bool(content.get("wait")))
            return
        if kind not in _SHOWN:
            return
        written = json.dumps(content, default=str)
        size = len(str(content.get("text", ""))) if kind == "stream" else len(written)
        if "\\ud" in written:
            # No file can be written with half a character in it, and the kernel is the student's.
            content = json.loads(encodable(json.dumps(content, default=str, ensure_ascii=False)))
            message = {**message, "content": content}
        self._seen += size
        if self._seen > self._flood:
            raise Flood
        if self._clear_later:
            self._clear(wait=False)
        self._remember(kind, content)
        self._before = (kind, content.get("name"))
        if self.kept + size > self._ceiling:
            if kind == "stream":
                self._stream(message, max(0, self._ceiling - self.kept))
            self._note_cut()
            return
        if kind == "stream":
            self._stream(message, size)
        elif not self._output(message):
            return
        self.kept += size

    def note(self, name: str, text: str) -> None:
        """Add an error of our own, which the student and the instructor read in the notebook."""
        self.outputs.append(new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"]))

    def drop_errors(self) -> None:
        """Show none of the cell's errors; what it decides stays."""
        self.outputs[:] = [output for output in self.outputs if output.output_type != "error"]

    def _remember(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            if content.get("name") != "stderr":
                return
            text = str(content.get("text", ""))[:_LONGEST_DECIDING]
            if self.deciding and "text" in self.deciding[-1] and self._before == ("stream", "stderr"):
                self.deciding[-1].text = (self.deciding[-1].text + text)[:_LONGEST_DECIDING]
                return
            found = new_output("stream", name="stderr", text=text)
        elif kind == "error":
            words = {word: str(content.get(word, ""))[:_LONGEST_DECIDING] for word in ("ename", "evalue")}
            found = new_output("error", **words, traceback=[])
        elif kind == "execute_result":
            data = content.get("data")
            plain = data.get("text/plain") if isinstance(data, dict) else None
            found = new_output(kind, {"text/plain": plain[:_LONGEST_DECIDING]} if isinstance(plain, str) else {})
        else:
            return
        if len(self.deciding) < _MOST_DECIDING:
            self.deciding.append(found)

    def _output(self, message: dict[str, Any]) -> bool:
        """Keep it; False when it is none: a student's cell can send messages in its kernel's name."""
        try:
            self.outputs.append(output_from_msg(message))
        except (KeyError, TypeError, ValueError, AttributeError, ValidationError):
            return False
        return True

    def _stream(self, message: dict[str, Any], room: int) -> None:
        name = "stderr" if message["content"].get("name") == "stderr" else "stdout"
        text = str(message["content"].get("text", ""))[:room]
        if not text:
            return
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        else:
            self.outputs.append(new_output("stream", name=name, text=text))

    def _note_cut(self) -> None:
        if not self._cut:
            self._cut = True
            self.kept = self._ceiling
            self.outputs.append(new_output("stream", name="stdout", text="\n" + _("… output cut here …") + "\n"))

    def _clear(self, *, wait: bool) -> None:
        if wait:
            self._clear_later = True
            return
        self._clear_later = False
        self.deciding.clear()
        if not self._cut:
            self.outputs.clear()
            self.kept = 0


# -- What of a student's outputs may lie in a graded notebook.
#
# formgrader puts it into a page of the instructor's own session, as it is (nbconvert's templates, without
# sanitising): a script in it could give grades.

#: Types that run nothing. SVG is not among them: it may hold scripts.
_PICTURES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def sanitized(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """The outputs with their texts and pictures only, and without metadata, some of which templates don't quote."""
    return [_sanitized(output) if "data" in output else output for output in outputs]


def _sanitized(output: NotebookNode) -> NotebookNode:
    kept = {kind: data for kind, data in output.data.items() if _is_harmless(kind, data)}
    if not kept:
        kinds = ", ".join(sorted(output.data)) or "-"
        kept = {
            "text/plain": _("An output of another type than text or picture is not shown: {kinds}").format(kinds=kinds)
        }
    count = {"execution_count": output.execution_count} if output.output_type == "execute_result" else {}
    return new_output(output.output_type, kept, **count)


def _is_harmless(kind: str, data: object) -> bool:
    return is_base64(data) if kind in _PICTURES else kind == "text/plain"


def is_base64(data: object) -> bool:
    """Whether it is a picture's data and no more, as templates write it without quoting."""
    return isinstance(data, str) and _BASE64.fullmatch(data) is not None
